#pragma once
// What of a kit's files is searched: their names, and the texts of those that people read (by the end of their names), each
// and all together bounded as limits.hpp says. Of a web page what stands between its tags. Pure, any thread.

#include <string>
#include <string_view>

#include "store/kit/manifest.hpp"
#include "store/state/state.hpp"

namespace essaimage::store {

class KitTextMaker {
 public:
  /// Whether its text counts at all, and there is room for more: else it need not be read.
  bool takes(std::string_view path) const;
  void add_name(std::string_view path);
  void add_text(std::string_view path, std::string_view text);
  KitText take(const kit::Manifest& manifest);

 private:
  KitText kit_;
  std::size_t files_ = 0;
};

}  // namespace essaimage::store

#pragma once
// What of a text was searched for, for people to see: by the same words as the index, but without asking it again for each kit,
// which costs as much as the search itself. One thread; linear in the text.

#include <string>
#include <string_view>
#include <vector>

#include "store/search/query.hpp"
#include "store/search/words.hpp"

namespace essaimage::store {

class Marker {
 public:
  /// `match`: as in Typed.
  explicit Marker(std::string_view match);

  /// The whole text, in one line.
  std::vector<Piece> all(std::string_view text);
  /// Some words around the first place that was searched for; empty if there is none.
  std::vector<Piece> passage(std::string_view text);

 private:
  bool is_hit(std::string_view word);
  std::vector<Piece> pieces(std::string_view text, std::size_t from, std::size_t to);

  Stems stems_;
  std::vector<std::string> forms_, beginnings_;
};

}  // namespace essaimage::store

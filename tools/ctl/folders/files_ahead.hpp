#pragma once
// Small files of one version of a kit, many with one request: for each request the daemon reads the list of the whole version, so
// that thousands of requests for one file each would take minutes. One thread. Errors: as of kit_side.hpp.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tools/ctl/folders/kit_side.hpp"

namespace essaimage::ctl {

class FilesAhead {
 public:
  FilesAhead() = default;
  /// Those that will be asked for, in that order; what else is asked for comes alone.
  explicit FilesAhead(std::vector<std::string> paths) : paths_(std::move(paths)) {}

  /// As of kit_side.hpp.
  Result<std::string> read_text(const KitSide& side, Client& client, const std::string& path);
  Status read_file(const KitSide& side, Client& client, const std::string& path, const std::function<Status(ByteView)>& sink);

 private:
  Result<bool> has(const KitSide& side, Client& client, const std::string& path);
  Status fetch(const KitSide& side, Client& client);

  std::vector<std::string> paths_;
  std::size_t next_ = 0;                        ///< of paths_: the first that was not fetched yet
  std::map<std::string, std::string> fetched_;  ///< and not asked for yet
};

}  // namespace essaimage::ctl

#pragma once
// Writing into a person's folder without taking anything from its owner: what was there is copied first, into a folder beside it
// ("lampe.kept-1", so that it is never published), and a file appears whole or not at all. Paths are checked again here. One thread.
// Errors: Errc::io, Errc::disk_full, Errc::conflict where a folder stands in the way, and those of store/kit/names.hpp.

#include <filesystem>
#include <functional>
#include <string>

#include "proto/bytes.hpp"
#include "proto/error.hpp"

namespace essaimage::ctl {

class WorkingFolder {
 public:
  explicit WorkingFolder(std::filesystem::path folder);

  using Sink = std::function<Status(ByteView)>;
  /// Calls `fill` with what takes the bytes; a failure of it leaves the file as it was.
  Status write(const std::string& path, bool executable, const std::function<Status(const Sink&)>& fill);
  Status write_text(const std::string& path, bool executable, std::string_view text);
  /// Copies the file as it is now; must be there.
  Status keep(const std::string& path);
  /// A text that is for its owner to look at, beside what was kept.
  Status keep_text(const std::string& path, std::string_view text);
  /// Folders that become empty go with it.
  Status remove(const std::string& path);

  /// Where copies are; empty if nothing was kept.
  const std::filesystem::path& kept() const { return kept_; }

 private:
  Result<std::filesystem::path> place_for_copy(const std::string& path);
  std::filesystem::path folder_, kept_;
};

}  // namespace essaimage::ctl

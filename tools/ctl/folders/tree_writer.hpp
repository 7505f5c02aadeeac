#pragma once
// Writes the files of a checkout to a folder that appears whole or not at all: everything goes into
// a new sibling
// (".name.essaimage-…"), which is renamed to its place at the end. Nothing is ever overwritten, no
// link is followed, and every path is checked again here: what the daemon says is not believed.
// Destroyed before finish() it leaves nothing. One thread.
// Errors: Errc::destination_taken, Errc::disk_full, Errc::io, and those of store/kit/names.hpp.

#include <filesystem>
#include <string>

#include "proto/bytes.hpp"
#include "proto/error.hpp"
#include "store/disk/files.hpp"

namespace essaimage::ctl {

/// "folder/name" without a slash at the end, absolute, so that it has a name and a parent.
std::filesystem::path without_slash(const std::filesystem::path& path);

class TreeWriter {
 public:
  /// `destination` must not exist, or be an empty folder.
  static Result<TreeWriter> create(const std::filesystem::path& destination);
  TreeWriter(TreeWriter&& other) noexcept;
  TreeWriter& operator=(TreeWriter&&) = delete;
  ~TreeWriter();

  Status begin_file(const std::string& path, bool executable);
  Status write(ByteView bytes);
  Status end_file();
  /// The folder is at its place.
  Status finish();

 private:
  TreeWriter(std::filesystem::path destination, std::filesystem::path temporary, store::Fd root);
  Result<store::Fd> open_folder(const std::string& path);
  std::filesystem::path destination_;
  std::filesystem::path temporary_;  ///< empty: nothing to remove
  store::Fd root_;
  store::Fd file_;
  std::string path_;
};

}  // namespace essaimage::ctl

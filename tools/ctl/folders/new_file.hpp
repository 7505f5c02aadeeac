#pragma once
// A file that is being written beside the place where it will stand. One thread.

#include <filesystem>
#include <utility>

#include "store/disk/files.hpp"

namespace essaimage::ctl {

/// A new name beside the file (".name.essaimage-…"), which goes unless it takes its place. Locked while it is written, so that
/// what a killed process left can be told from what is in use.
class NewFile {
 public:
  /// Readable by those who may read what stands there, if anything does.
  static Result<NewFile> beside(const std::filesystem::path& place, bool executable);
  NewFile(NewFile&& other) noexcept : path_(std::exchange(other.path_, {})), file_(std::move(other.file_)) {}
  NewFile& operator=(NewFile&&) = delete;
  ~NewFile();

  Status write(ByteView bytes) { return store::write_all(file_.get(), bytes, path_); }
  Status sync() { return store::sync_file(file_.get(), path_); }
  /// Over the file that is there.
  Status replace(const std::filesystem::path& place, bool executable);
  /// Where nothing is: false if something is.
  Result<bool> appear(const std::filesystem::path& place);

  /// Removes it if it has a name as is given here, and nobody writes it.
  static void remove_if_left(const std::filesystem::path& path);

 private:
  NewFile() = default;
  std::filesystem::path path_;
  store::Fd file_;
};

}  // namespace essaimage::ctl

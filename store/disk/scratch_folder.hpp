#pragma once
// A folder that nobody else uses, for files that are not wanted yet; removed with all that lies in it when its owner ends.
// Not synced: after a power cut nobody wants it any more, and what a crash leaves is swept at the next start.

#include <utility>

#include "store/disk/files.hpp"

namespace essaimage::store {

class ScratchFolder {
 public:
  ScratchFolder() = default;
  /// Below `parent`, which is there.
  static Result<ScratchFolder> create(const Path& parent);
  ScratchFolder(ScratchFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  ScratchFolder& operator=(ScratchFolder&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
  }
  ~ScratchFolder() {
    if (!path_.empty()) (void)remove_folder_tree(path_);
  }

  const Path& path() const { return path_; }

 private:
  explicit ScratchFolder(Path path) : path_(std::move(path)) {}
  Path path_;
};

}  // namespace essaimage::store

#pragma once
// A file system that can be really full: a small tmpfs, which only root may mount.

#include <sys/mount.h>

#include "tests/support/temp_folder.hpp"

namespace essaimage::test {

class SmallDisk {
 public:
  explicit SmallDisk(const std::string& size)
      : mounted_(::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0) {}
  ~SmallDisk() {
    if (mounted_) ::umount2(folder_.path().c_str(), MNT_DETACH);
  }
  bool is_there() const { return mounted_; }
  const std::filesystem::path& path() const { return folder_.path(); }
  std::filesystem::path operator/(std::string_view name) const { return folder_ / name; }

 private:
  TempFolder folder_;
  bool mounted_;
};

}  // namespace essaimage::test

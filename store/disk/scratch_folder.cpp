#include "store/disk/scratch_folder.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>

namespace essaimage::store {

Result<ScratchFolder> ScratchFolder::create(const Path& parent) {
  static std::atomic<unsigned> counter{0};
  Path folder = parent / (std::to_string(::getpid()) + "-" + std::to_string(counter++));
  if (::mkdir(folder.c_str(), 0700) != 0) return tl::unexpected(system_error(folder, "creating"));
  return ScratchFolder(std::move(folder));
}

}  // namespace essaimage::store

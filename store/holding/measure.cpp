#include "store/holding/measure.hpp"

#include <sys/stat.h>

#include "store/disk/files.hpp"

namespace essaimage::store {
namespace {

constexpr std::uint64_t stat_block_bytes = 512;  // whatever the file system's blocks are

std::uint64_t bytes_on_disk(const Path& file) {
  struct stat info {};
  return ::stat(file.c_str(), &info) == 0 ? static_cast<std::uint64_t>(info.st_blocks) * stat_block_bytes : 0;
}

}  // namespace

std::uint64_t partial_bytes(const Layout& layout, const Sha256& media) { return bytes_on_disk(layout.partial(media)); }

std::uint64_t media_bytes(const Layout& layout) {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator it(layout.media_root(), error), end; !error && it != end; it.increment(error)) {
    std::error_code not_a_file;
    const auto size = it->file_size(not_a_file);
    if (!not_a_file) bytes += size;
  }
  for (std::filesystem::directory_iterator it(layout.partials(), error), end; !error && it != end; it.increment(error)) {
    bytes += bytes_on_disk(it->path());
  }
  return bytes;
}

Result<Space> measure(const Layout& layout, const HoldPolicy& policy) {
  Space space;
  if (policy.quota_bytes != 0) space.media_bytes = media_bytes(layout);
  TRY(space.disk, disk_space(layout.home));
  return space;
}

}  // namespace essaimage::store

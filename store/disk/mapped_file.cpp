#include "store/disk/mapped_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

namespace essaimage::store {

Result<MappedFile> MappedFile::open(const Path& path) {
  TRY(const Fd fd, open_file(path, O_RDONLY));
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return tl::unexpected(system_error(path, "reading"));
  if (!S_ISREG(info.st_mode)) return fail(Errc::io, "not a file: " + path.string());
  const auto size = static_cast<std::size_t>(info.st_size);
  if (size == 0) return MappedFile(ByteView());
  void* at = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (at == MAP_FAILED) return tl::unexpected(system_error(path, "mapping"));
  return MappedFile(ByteView(static_cast<const std::uint8_t*>(at), size));
}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  if (this != &other) {
    reset();
    bytes_ = std::exchange(other.bytes_, {});
  }
  return *this;
}

void MappedFile::reset() {
  if (!bytes_.empty()) ::munmap(const_cast<std::uint8_t*>(bytes_.data()), bytes_.size());
  bytes_ = {};
}

}  // namespace essaimage::store

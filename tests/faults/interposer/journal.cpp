#include "tests/faults/interposer/journal.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace essaimage::faults {
namespace {

int journal = -1;

struct [[gnu::packed]] Front {
  char record;
  std::uint64_t inode, offset;
};

/// One writev: O_APPEND keeps records whole.
void put(const Front& front, const char* path, const char* second, const void* data, std::size_t bytes) {
  if (journal < 0) return;
  const int before = errno;
  auto path_bytes = static_cast<std::uint32_t>(std::strlen(path));
  auto second_bytes = static_cast<std::uint32_t>(std::strlen(second));
  auto data_bytes = static_cast<std::uint32_t>(bytes);
  Front copy = front;
  const auto piece = [](const void* at, std::size_t size) { return iovec{const_cast<void*>(at), size}; };
  const iovec pieces[] = {piece(&copy, sizeof copy),   piece(&path_bytes, 4), piece(path, path_bytes), piece(&second_bytes, 4),
                          piece(second, second_bytes), piece(&data_bytes, 4), piece(data, bytes)};
  ::syscall(SYS_writev, journal, pieces, 7);
  errno = before;
}

}  // namespace

void journal_begin(int fd) { journal = fd; }

void journal_mark(const char* text) { put({'!', 0, 0}, text, "", "", 0); }

void journal_name(char record, const Place& place, const Place& second) {
  struct stat info {};
  const char* const named = second ? second.path : place.path;
  if (journal >= 0) ::fstatat(AT_FDCWD, named, &info, AT_SYMLINK_NOFOLLOW);
  put({record, info.st_ino, 0}, place.path, second.path, "", 0);
}

void journal_file(char record, int fd, const Place& place, std::uint64_t offset, const void* data, std::size_t bytes) {
  struct stat info {};
  if (journal >= 0) ::fstat(fd, &info);
  put({record, info.st_ino, offset}, place.path, "", data == nullptr ? "" : data, bytes);
}

}  // namespace essaimage::faults

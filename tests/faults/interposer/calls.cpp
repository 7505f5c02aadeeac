// The calls of the C library that change or read files, in place of its own: each asks the plan, makes the system call, and
// writes the journal. LD_PRELOAD puts them before libc's for the program and every library that it uses.
#include <fcntl.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tests/faults/interposer/journal.hpp"

#define SEEN extern "C" __attribute__((visibility("default")))

using namespace essaimage::faults;

namespace {

/// The errno of a fault.
int refused(const Call& call) {
  errno = call.error();
  return -1;
}

/// What tells one start of the kernel from another is read from a file that the test gives.
const char* of_another_boot(const char* path) {
  static const char* const other = std::getenv("ESSAIMAGE_FAULTS_BOOT");
  return other != nullptr && std::strcmp(path, "/proc/sys/kernel/random/boot_id") == 0 ? other : path;
}

int open_at(int folder, const char* path, int flags, mode_t mode) {
  const Place place = place_of(folder, path);
  struct stat info {};
  const bool is_there = place && ::fstatat(AT_FDCWD, place.path, &info, 0) == 0;
  const bool creates = place && (flags & O_CREAT) != 0 && !is_there;
  const bool cuts = (flags & O_TRUNC) != 0 && is_there && info.st_size > 0;
  const Call call(creates ? Kind::create : cuts ? Kind::truncate : Kind::open, place);
  if (call.error() != 0) return refused(call);
  const auto fd = static_cast<int>(::syscall(SYS_openat, folder, of_another_boot(path), flags, mode));
  if (fd >= 0 && creates) journal_file('c', fd, place);
  if (fd >= 0 && cuts) journal_file('t', fd, place);
  return fd;
}

mode_t mode_of(int flags, va_list more) { return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0; }

std::uint64_t position(int fd) { return static_cast<std::uint64_t>(::syscall(SYS_lseek, fd, 0, SEEK_CUR)); }

/// `at` < 0: at the file's position.
ssize_t write_at(int fd, const void* data, size_t bytes, off_t at) {
  const Place place = place_of(fd);
  const Call call(Kind::write, place);
  if (call.error() != 0) return refused(call);
  if (call.shortens() && bytes > 1) bytes /= 2;
  const auto done = at < 0 ? ::syscall(SYS_write, fd, data, bytes) : ::syscall(SYS_pwrite64, fd, data, bytes, at);
  if (place && done > 0) {
    const auto from = at < 0 ? position(fd) - static_cast<std::uint64_t>(done) : static_cast<std::uint64_t>(at);
    journal_file('w', fd, place, from, data, static_cast<std::size_t>(done));
  }
  return done;
}

/// A piece at a time: that is what a short write may be.
ssize_t write_pieces(int fd, const iovec* pieces, int count, off_t at) {
  if (!place_of(fd)) return at < 0 ? ::syscall(SYS_writev, fd, pieces, count) : ::syscall(SYS_pwritev, fd, pieces, count, at, 0);
  ssize_t all = 0;
  for (int i = 0; i < count; ++i) {
    const auto done = write_at(fd, pieces[i].iov_base, pieces[i].iov_len, at < 0 ? at : at + all);
    if (done < 0) return all > 0 ? all : done;
    all += done;
    if (static_cast<std::size_t>(done) < pieces[i].iov_len) break;
  }
  return all;
}

ssize_t read_at(int fd, void* data, size_t bytes, off_t at) {
  const Call call(Kind::read, place_of(fd));
  if (call.error() != 0) return refused(call);
  return at < 0 ? ::syscall(SYS_read, fd, data, bytes) : ::syscall(SYS_pread64, fd, data, bytes, at);
}

int truncate_fd(int fd, off_t length) {
  const Place place = place_of(fd);
  const Call call(Kind::truncate, place);
  if (call.error() != 0) return refused(call);
  const auto done = static_cast<int>(::syscall(SYS_ftruncate, fd, length));
  if (place && done == 0) journal_file('t', fd, place, static_cast<std::uint64_t>(length));
  return done;
}

/// Room for what is to come; beyond the end it makes the file longer.
int allocate(int fd, int mode, off_t offset, off_t length) {
  const Place place = place_of(fd);
  const Call call(Kind::truncate, place);
  if (call.error() != 0) return refused(call);
  const auto done = static_cast<int>(::syscall(SYS_fallocate, fd, mode, offset, length));
  struct stat info {};
  if (place && done == 0 && ::fstat(fd, &info) == 0) journal_file('t', fd, place, static_cast<std::uint64_t>(info.st_size));
  return done;
}

int rename_at(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) {
  const Place old_place = place_of(from_folder, from), place = place_of(to_folder, to);
  const Call call(Kind::rename, place ? place : old_place);
  if (call.error() != 0) return refused(call);
  const auto done = static_cast<int>(::syscall(SYS_renameat2, from_folder, from, to_folder, to, flags));
  if (place && done == 0) journal_name('r', old_place, place);
  return done;
}

int link_at(int from_folder, const char* from, int to_folder, const char* to, int flags) {
  const Place old_place = place_of(from_folder, from), place = place_of(to_folder, to);
  const Call call(Kind::link, place);
  if (call.error() != 0) return refused(call);
  const auto done = static_cast<int>(::syscall(SYS_linkat, from_folder, from, to_folder, to, flags));
  if (place && done == 0) journal_name('l', old_place, place);
  return done;
}

int unlink_at(int folder, const char* path, int flags) {
  const Place place = place_of(folder, path);
  const bool is_folder = (flags & AT_REMOVEDIR) != 0;
  const Call call(is_folder ? Kind::rmdir : Kind::unlink, place);
  if (call.error() != 0) return refused(call);
  const auto done = static_cast<int>(::syscall(SYS_unlinkat, folder, path, flags));
  if (place && done == 0) journal_name(is_folder ? 'd' : 'u', place);
  return done;
}

int mkdir_at(int folder, const char* path, mode_t mode) {
  const Place place = place_of(folder, path);
  const Call call(Kind::mkdir, place);
  if (call.error() != 0) return refused(call);
  const auto done = static_cast<int>(::syscall(SYS_mkdirat, folder, path, mode));
  if (place && done == 0) journal_name('m', place);
  return done;
}

int sync_fd(int fd, long number, char record) {
  const Place place = place_of(fd);
  const Call call(Kind::sync, place);
  if (call.error() != 0) return refused(call);
  const auto done = static_cast<int>(::syscall(number, fd));
  if (place && done == 0) journal_file(record, fd, place);
  return done;
}

void* map(void* at, size_t bytes, int protection, int flags, int fd, off_t offset) {
  const Call call(Kind::map, (flags & MAP_ANONYMOUS) != 0 ? Place{} : place_of(fd));
  if (call.error() != 0) {
    errno = call.error();
    return MAP_FAILED;
  }
  return reinterpret_cast<void*>(::syscall(SYS_mmap, at, bytes, protection, flags, fd, offset));
}

}  // namespace

#define WITH_MODE(flags, call)              \
  va_list more;                             \
  va_start(more, flags);                    \
  const mode_t mode = mode_of(flags, more); \
  va_end(more);                             \
  return call

SEEN int open(const char* path, int flags, ...) { WITH_MODE(flags, open_at(AT_FDCWD, path, flags, mode)); }
SEEN int open64(const char* path, int flags, ...) { WITH_MODE(flags, open_at(AT_FDCWD, path, flags, mode)); }
SEEN int openat(int folder, const char* path, int flags, ...) { WITH_MODE(flags, open_at(folder, path, flags, mode)); }
SEEN int openat64(int folder, const char* path, int flags, ...) { WITH_MODE(flags, open_at(folder, path, flags, mode)); }
SEEN int __open_2(const char* path, int flags) { return open_at(AT_FDCWD, path, flags, 0); }
SEEN int __open64_2(const char* path, int flags) { return open_at(AT_FDCWD, path, flags, 0); }
SEEN int __openat_2(int folder, const char* path, int flags) { return open_at(folder, path, flags, 0); }
SEEN int __openat64_2(int folder, const char* path, int flags) { return open_at(folder, path, flags, 0); }
SEEN int creat(const char* path, mode_t mode) { return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
SEEN int creat64(const char* path, mode_t mode) { return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

SEEN ssize_t write(int fd, const void* data, size_t bytes) { return write_at(fd, data, bytes, -1); }
SEEN ssize_t pwrite(int fd, const void* data, size_t bytes, off_t at) { return write_at(fd, data, bytes, at); }
SEEN ssize_t pwrite64(int fd, const void* data, size_t bytes, off64_t at) { return write_at(fd, data, bytes, at); }
SEEN ssize_t writev(int fd, const iovec* pieces, int count) { return write_pieces(fd, pieces, count, -1); }
SEEN ssize_t pwritev(int fd, const iovec* pieces, int count, off_t at) { return write_pieces(fd, pieces, count, at); }
SEEN ssize_t pwritev64(int fd, const iovec* pieces, int count, off64_t at) { return write_pieces(fd, pieces, count, at); }

SEEN ssize_t read(int fd, void* data, size_t bytes) { return read_at(fd, data, bytes, -1); }
SEEN ssize_t __read_chk(int fd, void* data, size_t bytes, size_t) { return read_at(fd, data, bytes, -1); }
SEEN ssize_t pread(int fd, void* data, size_t bytes, off_t at) { return read_at(fd, data, bytes, at); }
SEEN ssize_t pread64(int fd, void* data, size_t bytes, off64_t at) { return read_at(fd, data, bytes, at); }
SEEN ssize_t __pread_chk(int fd, void* data, size_t bytes, off_t at, size_t) { return read_at(fd, data, bytes, at); }
SEEN ssize_t __pread64_chk(int fd, void* data, size_t bytes, off64_t at, size_t) { return read_at(fd, data, bytes, at); }

SEEN int ftruncate(int fd, off_t length) { return truncate_fd(fd, length); }
SEEN int ftruncate64(int fd, off64_t length) { return truncate_fd(fd, length); }
SEEN int fallocate(int fd, int mode, off_t offset, off_t length) { return allocate(fd, mode, offset, length); }
SEEN int fallocate64(int fd, int mode, off64_t offset, off64_t length) { return allocate(fd, mode, offset, length); }
SEEN int posix_fallocate(int fd, off_t offset, off_t length) { return allocate(fd, 0, offset, length) == 0 ? 0 : errno; }
SEEN int posix_fallocate64(int fd, off64_t offset, off64_t length) { return allocate(fd, 0, offset, length) == 0 ? 0 : errno; }

SEEN int rename(const char* from, const char* to) { return rename_at(AT_FDCWD, from, AT_FDCWD, to, 0); }
SEEN int renameat(int a, const char* from, int b, const char* to) { return rename_at(a, from, b, to, 0); }
SEEN int renameat2(int a, const char* from, int b, const char* to, unsigned flags) { return rename_at(a, from, b, to, flags); }
SEEN int link(const char* from, const char* to) { return link_at(AT_FDCWD, from, AT_FDCWD, to, 0); }
SEEN int linkat(int a, const char* from, int b, const char* to, int flags) { return link_at(a, from, b, to, flags); }
SEEN int unlink(const char* path) { return unlink_at(AT_FDCWD, path, 0); }
SEEN int unlinkat(int folder, const char* path, int flags) { return unlink_at(folder, path, flags); }
SEEN int rmdir(const char* path) { return unlink_at(AT_FDCWD, path, AT_REMOVEDIR); }
SEEN int remove(const char* path) {
  struct stat info {};
  const bool is_folder = ::fstatat(AT_FDCWD, path, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(info.st_mode);
  return unlink_at(AT_FDCWD, path, is_folder ? AT_REMOVEDIR : 0);
}
SEEN int mkdir(const char* path, mode_t mode) { return mkdir_at(AT_FDCWD, path, mode); }
SEEN int mkdirat(int folder, const char* path, mode_t mode) { return mkdir_at(folder, path, mode); }

SEEN int fsync(int fd) { return sync_fd(fd, SYS_fsync, 's'); }
SEEN int fdatasync(int fd) { return sync_fd(fd, SYS_fdatasync, 's'); }
SEEN int syncfs(int fd) { return sync_fd(fd, SYS_syncfs, 'S'); }

SEEN void* mmap(void* at, size_t bytes, int protection, int flags, int fd, off_t offset) {
  return map(at, bytes, protection, flags, fd, offset);
}
SEEN void* mmap64(void* at, size_t bytes, int protection, int flags, int fd, off64_t offset) {
  return map(at, bytes, protection, flags, fd, offset);
}

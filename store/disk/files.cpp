#include "store/disk/files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>

namespace essaimage::store {
namespace {

constexpr std::string_view temporary_suffix = ".essaimage-tmp";
constexpr std::size_t io_bytes_max = std::size_t{1} << 30;  // Linux transfers at most 2 GiB less a page at once

Path temporary_beside(const Path& path) {
  static std::atomic<unsigned> counter{0};
  Path name = path;
  name += std::to_string(::getpid()).insert(0, 1, '.');
  name += std::to_string(counter++).insert(0, 1, '-');
  name += temporary_suffix;
  return name;
}

Path folder_of(const Path& path) { return path.has_parent_path() ? path.parent_path() : Path("."); }

/// Writes, syncs and closes a new file; removes it again if any of that fails.
Status write_temporary(const Path& path, ByteView bytes, unsigned mode) {
  TRY(Fd fd, open_file(path, O_WRONLY | O_CREAT | O_EXCL, mode));
  auto written = write_all(fd.get(), bytes, path);
  if (written) written = sync_file(fd.get(), path);
  if (!written) ::unlink(path.c_str());
  return written;
}

}  // namespace

Fd& Fd::operator=(Fd&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

void Fd::reset() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

Error system_error(const Path& path, std::string_view doing) {
  const int reason = errno;
  const bool full = reason == ENOSPC || reason == EDQUOT || reason == EFBIG;
  return {full ? Errc::disk_full : Errc::io, std::string(doing) + " " + path.string() + ": " + std::strerror(reason)};
}

Result<Fd> open_file(const Path& path, int flags, unsigned mode) {
  int fd = -1;
  do {
    fd = ::open(path.c_str(), flags | O_CLOEXEC, static_cast<mode_t>(mode));
  } while (fd < 0 && errno == EINTR);
  if (fd >= 0) return Fd(fd);
  if (errno == ENOENT && (flags & O_CREAT) == 0) return fail(Errc::not_found, path.string());
  return tl::unexpected(system_error(path, "opening"));
}

Status write_all(int fd, ByteView bytes, const Path& path) {
  while (!bytes.empty()) {
    const auto done = ::write(fd, bytes.data(), std::min(bytes.size(), io_bytes_max));
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return tl::unexpected(system_error(path, "writing"));
    bytes = bytes.subspan(static_cast<std::size_t>(done));
  }
  return {};
}

Status write_at(int fd, std::uint64_t offset, ByteView bytes, const Path& path) {
  while (!bytes.empty()) {
    const auto done = ::pwrite(fd, bytes.data(), std::min(bytes.size(), io_bytes_max), static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return tl::unexpected(system_error(path, "writing"));
    bytes = bytes.subspan(static_cast<std::size_t>(done));
    offset += static_cast<std::uint64_t>(done);
  }
  return {};
}

Result<Bytes> read_at(int fd, std::uint64_t offset, std::size_t bytes_max, const Path& path) {
  Bytes bytes(bytes_max);
  std::size_t have = 0;
  while (have < bytes_max) {
    const auto done = ::pread(fd, bytes.data() + have, std::min(bytes_max - have, io_bytes_max), static_cast<off_t>(offset + have));
    if (done < 0 && errno == EINTR) continue;
    if (done < 0 && errno == EIO) return fail(Errc::corrupt, path.string() + ": the disk cannot read it any more");
    if (done < 0) return tl::unexpected(system_error(path, "reading"));
    if (done == 0) break;
    have += static_cast<std::size_t>(done);
  }
  bytes.resize(have);
  return bytes;
}

Result<Bytes> read_file(const Path& path, std::size_t bytes_max) {
  TRY(const Fd fd, open_file(path, O_RDONLY | O_NONBLOCK));  // a pipe under that name would wait for its writer
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return tl::unexpected(system_error(path, "reading"));
  if (!S_ISREG(info.st_mode)) return fail(Errc::io, "not a file: " + path.string());
  const auto size = static_cast<std::uint64_t>(info.st_size);
  if (size > bytes_max) return fail(Errc::too_large, path.string());
  // One byte more than the size: a file that grows meanwhile is read again by nobody, so it must not seem whole.
  TRY(auto bytes, read_at(fd.get(), 0, static_cast<std::size_t>(size) + 1, path));
  if (bytes.size() != size) return fail(Errc::conflict, path.string());
  return bytes;
}

Result<std::uint64_t> file_size(const Path& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0) return static_cast<std::uint64_t>(info.st_size);
  if (errno == ENOENT || errno == ENOTDIR) return fail(Errc::not_found, path.string());
  return tl::unexpected(system_error(path, "reading"));
}

Status sync_file(int fd, const Path& path) {
  if (::fdatasync(fd) != 0) return tl::unexpected(system_error(path, "syncing"));
  return {};
}

Status sync_folder(const Path& folder) {
  TRY(const Fd fd, open_file(folder, O_RDONLY | O_DIRECTORY));
  if (::fsync(fd.get()) != 0) return tl::unexpected(system_error(folder, "syncing"));
  return {};
}

Status replace_file(const Path& path, ByteView bytes, unsigned mode) {
  const Path temporary = temporary_beside(path);
  CHECK_OK(write_temporary(temporary, bytes, mode));
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const Error error = system_error(path, "replacing");
    ::unlink(temporary.c_str());
    return tl::unexpected(error);
  }
  return sync_folder(folder_of(path));
}

Status create_file(const Path& path, ByteView bytes, unsigned mode) {
  const Path temporary = temporary_beside(path);
  CHECK_OK(write_temporary(temporary, bytes, mode));
  // A hard link, unlike a rename, refuses to take the place of another file.
  bool linked = ::link(temporary.c_str(), path.c_str()) == 0;
  // Sticks often have a file system without links.
  if (!linked && (errno == EPERM || errno == EOPNOTSUPP)) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) == 0) {
      errno = EEXIST;
    } else {
      linked = ::rename(temporary.c_str(), path.c_str()) == 0;
    }
  }
  const bool exists = !linked && errno == EEXIST;
  const Error error = linked ? Error{Errc::internal, {}} : system_error(path, "creating");
  ::unlink(temporary.c_str());
  if (exists) return fail(Errc::conflict, "there is already a " + path.string());
  if (!linked) return tl::unexpected(error);
  return sync_folder(folder_of(path));
}

Status sweep_temporaries(const Path& folder) {
  std::error_code error;
  std::filesystem::directory_iterator it(folder, error);
  if (error) return fail(Errc::io, folder.string() + ": " + error.message());
  for (; it != std::filesystem::directory_iterator(); it.increment(error)) {
    if (it->path().filename().string().ends_with(temporary_suffix)) CHECK_OK(remove_file(it->path()));
    if (error) return fail(Errc::io, folder.string() + ": " + error.message());
  }
  return {};
}

Status move_durably(const Path& from, const Path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return tl::unexpected(system_error(to, "moving to"));
  return sync_folder(folder_of(to));
}

Status make_folders(const Path& folder, unsigned mode) {
  if (::mkdir(folder.c_str(), static_cast<mode_t>(mode)) == 0) return sync_folder(folder_of(folder));
  int reason = errno;
  std::error_code unseen;
  // A parent that is there, and yet ENOENT: a folder that was removed under us, or /proc.
  if (reason == ENOENT && folder.has_parent_path() && folder.parent_path() != folder &&
      !std::filesystem::exists(folder.parent_path(), unseen)) {
    CHECK_OK(make_folders(folder.parent_path(), mode));
    if (::mkdir(folder.c_str(), static_cast<mode_t>(mode)) == 0) return sync_folder(folder_of(folder));
    reason = errno;
  }
  std::error_code ignored;
  if (std::filesystem::is_directory(folder, ignored)) return {};
  errno = reason;
  return tl::unexpected(system_error(folder, "creating"));
}

Status remove_file(const Path& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return tl::unexpected(system_error(path, "removing"));
  return {};
}

Status remove_folder_tree(const Path& folder) {
  std::error_code error;
  std::filesystem::remove_all(folder, error);
  if (error) return fail(Errc::io, "removing " + folder.string() + ": " + error.message());
  return {};
}

Result<Fd> lock_home(const Path& lock_file) {
  TRY(Fd fd, open_file(lock_file, O_RDWR | O_CREAT));
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return fd;
  if (errno == EWOULDBLOCK) return fail(Errc::home_in_use, lock_file.parent_path().string());
  return tl::unexpected(system_error(lock_file, "locking"));
}

Result<DiskSpace> disk_space(const Path& folder) {
  struct statvfs info {};
  if (::statvfs(folder.c_str(), &info) != 0) return tl::unexpected(system_error(folder, "measuring"));
  const auto block = static_cast<std::uint64_t>(info.f_frsize);
  return DiskSpace{info.f_bavail * block, info.f_blocks * block};
}

}  // namespace essaimage::store

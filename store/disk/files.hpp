#pragma once
// Durable files: written to a temporary name, synced, renamed, and the folder synced; then they are there whole or not
// at all. Errors: Errc::disk_full for ENOSPC, EDQUOT and EFBIG (a file size limit), Errc::corrupt for what the disk cannot
// read (EIO), Errc::io else, with the path and the system's reason. The process must ignore SIGXFSZ. Thread rule: free
// functions; a Fd belongs to one thread at a time. A crash can leave temporary names behind; sweep_temporaries removes them
// at start.

#include <cstdint>
#include <utility>

#include "proto/bytes.hpp"
#include "proto/error.hpp"
#include "store/disk/layout.hpp"

namespace essaimage::store {

/// Owns a file descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept;
  ~Fd() { reset(); }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  void reset();

 private:
  int fd_ = -1;
};

/// The Error of errno for what was being done to this path.
Error system_error(const Path& path, std::string_view doing);

Result<Fd> open_file(const Path& path, int flags, unsigned mode = 0600);  ///< O_CLOEXEC is added
Status write_all(int fd, ByteView bytes, const Path& path);               ///< at the file's position
Status write_at(int fd, std::uint64_t offset, ByteView bytes, const Path& path);
/// Fewer bytes only at the end of the file.
Result<Bytes> read_at(int fd, std::uint64_t offset, std::size_t bytes_max, const Path& path);
/// The whole file; Errc::too_large beyond `bytes_max`, Errc::not_found if there is none.
Result<Bytes> read_file(const Path& path, std::size_t bytes_max);
Result<std::uint64_t> file_size(const Path& path);

Status sync_file(int fd, const Path& path);  ///< fdatasync
Status sync_folder(const Path& folder);
/// Whole or not at all, and durable when it returns.
Status replace_file(const Path& path, ByteView bytes, unsigned mode = 0600);
/// As replace_file, but Errc::conflict if there is one already.
Status create_file(const Path& path, ByteView bytes, unsigned mode = 0600);
/// Removes what replace_file and create_file left in this folder when the process was killed. Only under the lock.
Status sweep_temporaries(const Path& folder);
/// Renames a synced file to its place and syncs the folder.
Status move_durably(const Path& from, const Path& to);
Status make_folders(const Path& folder, unsigned mode = 0700);
Status remove_file(const Path& path);  ///< no error if there is none
Status remove_folder_tree(const Path& folder);

/// An exclusive flock; Errc::home_in_use if another process holds it. Released when destroyed.
Result<Fd> lock_home(const Path& lock_file);

/// Of the file system of this folder; free: for us.
struct DiskSpace {
  std::uint64_t free_bytes = 0, all_bytes = 0;
};
Result<DiskSpace> disk_space(const Path& folder);

}  // namespace essaimage::store

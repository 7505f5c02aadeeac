#pragma once
// Reads one file of a person's folder in slices, and notices when it changes meanwhile, so that nothing half-written gets
// published. Owner: the reading thread.
//
// A change is a different inode, size, modification or status-change time. The kernel stamps with a clock that ticks every
// few milliseconds; a file written in this very tick is waited for, so that a later write always has a later stamp. Some
// file systems (FAT on a stick) keep whole seconds only: there a file younger than two seconds is waited for. What escapes:
// a program that writes through a memory mapping which it has held dirty since before the first byte was read.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "proto/bytes.hpp"
#include "proto/error.hpp"
#include "store/kit/folder_handle.hpp"

namespace essaimage::kit {

inline constexpr int settle_ms_max = 20;
inline constexpr int coarse_settle_ms_max = 2'100;

/// What identifies a state of a file.
struct FileState {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;
  std::int64_t ctime_ns = 0;
  bool executable = false;

  static FileState of(const struct stat& status);
  bool operator==(const FileState&) const = default;
};

/// The state as a text by which the same state is recognised later, or nothing: a file of which the stamps are younger
/// than two seconds, or lie in the future, may be written once more and get the same ones (git's index has the same rule;
/// two seconds are the grain of FAT). To be asked before the file is read.
std::optional<std::string> lasting_state(const FileState& state);

/// One regular file of a scan.
struct ScannedFile {
  std::string path;  ///< as on the disk, within the kit
  FileState state;
};

class FileReader {
 public:
  /// Fails with kit_file_changed if it is no longer what the scan saw.
  static Result<FileReader> open(const FolderHandle& folder, const ScannedFile& file);

  /// The next bytes; 0 at the end. Never more in all than the size at the opening.
  Result<std::size_t> read(std::span<std::uint8_t> buffer);

  /// After the last byte: kit_file_changed unless the file is as it was at the opening and was read whole.
  Status finish();

 private:
  FileReader(Descriptor fd, ScannedFile file) : fd_(std::move(fd)), file_(std::move(file)) {}
  Descriptor fd_;
  ScannedFile file_;
  std::uint64_t done_ = 0;
};

/// Reads a whole file through `sink`; if it changes meanwhile, calls `restart` with its new state and begins again, up to
/// three times in all. Returns the state that was read. An error of `sink` is returned as it is.
Result<FileState> read_steadily(const FolderHandle& folder, const ScannedFile& file, const std::function<Status(const FileState&)>& restart,
                                const std::function<Status(ByteView)>& sink);

/// A small file whole; too_large beyond bytes_max.
Result<std::string> read_small(const FolderHandle& folder, const ScannedFile& file, std::size_t bytes_max);

}  // namespace essaimage::kit

#include "store/kit/file_reader.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>

#include "proto/limits.hpp"

namespace essaimage::kit {
namespace {

constexpr int attempts_max = 3;

std::int64_t nanoseconds(const struct timespec& time) {
  constexpr std::int64_t seconds_max = 9'000'000'000;  // the year 2255: beyond it nanoseconds overflow
  return std::clamp<std::int64_t>(time.tv_sec, -seconds_max, seconds_max) * 1'000'000'000 + time.tv_nsec;
}

/// The clock with which the kernel stamps files.
std::int64_t stamp_now() {
  struct timespec now {};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return nanoseconds(now);
}

/// Waits until a write that comes now gets a later stamp than the file has.
void settle(const FileState& state) {
  constexpr std::int64_t second_ns = 1'000'000'000;
  const std::int64_t stamp = std::max(state.mtime_ns, state.ctime_ns);
  const bool coarse = state.mtime_ns % second_ns == 0 && state.ctime_ns % second_ns == 0;
  const std::int64_t resolution_ns = coarse ? 2 * second_ns : 1;
  const int waits_max = coarse ? coarse_settle_ms_max : settle_ms_max;
  for (int waited_ms = 0; waited_ms < waits_max; ++waited_ms) {
    const auto age = stamp_now() - stamp;
    if (age < 0 || age >= resolution_ns) return;
    const struct timespec step { 0, 1'000'000 };
    ::nanosleep(&step, nullptr);
  }
}

Result<FileState> state_of(const Descriptor& fd, std::string_view path) {
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) return tl::unexpected(system_error(errno, path));
  return FileState::of(status);
}

/// The file as it is now, after it has changed.
Result<ScannedFile> look_again(const FolderHandle& folder, const ScannedFile& file) {
  TRY(const auto fd, folder.open_file(file.path));
  TRY(const auto state, state_of(fd, file.path));
  return ScannedFile{file.path, state};
}

Status read_once(const FolderHandle& folder, const ScannedFile& file, const std::function<Status(ByteView)>& sink) {
  TRY(auto reader, FileReader::open(folder, file));
  Bytes buffer(limits::slice_bytes_max);
  while (true) {
    TRY(const auto got, reader.read(buffer));
    if (got == 0) return reader.finish();
    CHECK_OK(sink(ByteView(buffer).first(got)));
  }
}

}  // namespace

FileState FileState::of(const struct stat& status) {
  FileState state;
  state.device = status.st_dev;
  state.inode = status.st_ino;
  state.size = static_cast<std::uint64_t>(status.st_size);
  state.mtime_ns = nanoseconds(status.st_mtim);
  state.ctime_ns = nanoseconds(status.st_ctim);
  state.executable = (status.st_mode & S_IXUSR) != 0;
  return state;
}

std::optional<std::string> lasting_state(const FileState& state) {
  constexpr std::int64_t grain_ns = 2'000'000'000;
  if (stamp_now() - std::max(state.mtime_ns, state.ctime_ns) < grain_ns) return std::nullopt;
  std::string text;
  for (const auto number : {static_cast<std::int64_t>(state.device), static_cast<std::int64_t>(state.inode),
                            static_cast<std::int64_t>(state.size), state.mtime_ns, state.ctime_ns}) {
    if (!text.empty()) text += ':';
    text += std::to_string(number);
  }
  return text;
}

Result<FileReader> FileReader::open(const FolderHandle& folder, const ScannedFile& file) {
  settle(file.state);
  TRY(auto fd, folder.open_file(file.path));
  TRY(const auto state, state_of(fd, file.path));
  if (state != file.state) return fail(Errc::kit_file_changed, file.path);
  return FileReader(std::move(fd), file);
}

Result<std::size_t> FileReader::read(std::span<std::uint8_t> buffer) {
  const auto wanted = std::min<std::uint64_t>(buffer.size(), file_.state.size - done_);
  if (wanted == 0) return std::size_t{0};
  while (true) {
    const auto got = ::read(fd_.get(), buffer.data(), static_cast<std::size_t>(wanted));
    if (got >= 0) {
      done_ += static_cast<std::uint64_t>(got);
      return static_cast<std::size_t>(got);
    }
    if (errno != EINTR) return tl::unexpected(system_error(errno, file_.path));
  }
}

Status FileReader::finish() {
  TRY(const auto state, state_of(fd_, file_.path));
  if (state != file_.state || done_ != file_.state.size) return fail(Errc::kit_file_changed, file_.path);
  return {};
}

Result<FileState> read_steadily(const FolderHandle& folder, const ScannedFile& file, const std::function<Status(const FileState&)>& restart,
                                const std::function<Status(ByteView)>& sink) {
  ScannedFile current = file;
  for (int attempt = 1;; ++attempt) {
    auto status = read_once(folder, current, sink);
    if (status) return current.state;
    if (status.error().code != Errc::kit_file_changed || attempt == attempts_max) {
      return tl::unexpected(std::move(status).error());
    }
    TRY(current, look_again(folder, current));
    CHECK_OK(restart(current.state));
  }
}

Result<std::string> read_small(const FolderHandle& folder, const ScannedFile& file, std::size_t bytes_max) {
  std::string text;
  const auto fits = [&](const FileState& state) -> Status {
    text.clear();
    if (state.size > bytes_max) return fail(Errc::too_large, file.path + ": at most " + std::to_string(bytes_max) + " bytes");
    return {};
  };
  CHECK_OK(fits(file.state));
  TRY([[maybe_unused]] const auto state, read_steadily(folder, file, fits, [&](ByteView bytes) -> Status {
        text += text_of(bytes);
        return {};
      }));
  return text;
}

}  // namespace essaimage::kit

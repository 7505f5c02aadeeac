#include "tools/ctl/folders/new_file.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

#include "store/crypto/keys.hpp"

namespace essaimage::ctl {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view suffix = ".essaimage-";
constexpr std::size_t random_bytes = 6;

bool is_name_of_ours(std::string_view name) {
  const auto end = suffix.size() + 2 * random_bytes;
  if (name.size() < end + 2 || name[0] != '.' || !name.substr(name.size() - end).starts_with(suffix)) return false;
  const auto digits = name.substr(name.size() - 2 * random_bytes);
  return digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// Of the file that is there; nothing if none is.
std::optional<mode_t> mode_like(const fs::path& place, bool executable) {
  struct stat status {};
  if (::lstat(place.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  const mode_t mode = status.st_mode & 0777;
  return executable ? mode | ((mode & 0444) >> 2) : mode & ~mode_t{0111};
}

}  // namespace

Result<NewFile> NewFile::beside(const fs::path& place, bool executable) {
  std::array<std::uint8_t, random_bytes> random;
  store::random_bytes(random);
  NewFile made;
  made.path_ = place.parent_path() / ("." + place.filename().string().substr(0, 200) + std::string(suffix) + to_hex(random));
  const auto mode = mode_like(place, executable).value_or(executable ? 0777 : 0666);
  made.file_ = store::Fd(::open(made.path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (!made.file_) {
    auto error = store::system_error(made.path_, "create");
    made.path_.clear();
    return tl::unexpected(std::move(error));
  }
  // Where a file system knows no locks, nothing is ever swept.
  (void)::flock(made.file_.get(), LOCK_EX | LOCK_NB);
  return made;
}

NewFile::~NewFile() {
  if (!path_.empty()) (void)::unlink(path_.c_str());
}

Status NewFile::replace(const fs::path& place, bool executable) {
  // A file system without rights (FAT) refuses, and needs none.
  if (const auto mode = mode_like(place, executable)) (void)::fchmod(file_.get(), *mode);
  if (::rename(path_.c_str(), place.c_str()) != 0) return tl::unexpected(store::system_error(place, "rename"));
  path_.clear();
  return {};
}

Result<bool> NewFile::appear(const fs::path& place) {
  if (::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, place.c_str(), RENAME_NOREPLACE) == 0) {
    path_.clear();
    return true;
  }
  if (errno == EEXIST) return false;
  if (errno != EINVAL && errno != ENOSYS) return tl::unexpected(store::system_error(place, "rename"));
  // Not every file system can (NFS, FUSE): a second name neither replaces anything, and the first goes with this object.
  if (::link(path_.c_str(), place.c_str()) == 0) return true;
  if (errno == EEXIST) return false;
  // FAT has no second names either: looking first is all that is left.
  struct stat status {};
  if (::lstat(place.c_str(), &status) == 0) return false;
  if (::rename(path_.c_str(), place.c_str()) != 0) return tl::unexpected(store::system_error(place, "rename"));
  path_.clear();
  return true;
}

void NewFile::remove_if_left(const fs::path& path) {
  if (!is_name_of_ours(path.filename().string())) return;
  const store::Fd file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return;
  if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) (void)::unlink(path.c_str());
}

}  // namespace essaimage::ctl

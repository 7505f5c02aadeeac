#include "store/kit/folder_handle.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

namespace essaimage::kit {
namespace {

/// One name below an open folder, without following a link.
Result<Descriptor> open_at(int folder, const std::string& name, int flags, std::string_view path) {
  Descriptor fd(::openat(folder, name.c_str(), flags | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) return tl::unexpected(system_error(errno, path));
  return fd;
}

Result<Descriptor> duplicate(int fd) {
  Descriptor copy(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
  if (!copy) return tl::unexpected(system_error(errno, "."));
  return copy;
}

bool has_nul(std::string_view path) { return path.find('\0') != std::string_view::npos; }

}  // namespace

Error system_error(int number, std::string_view path) {
  const auto detail = std::string(path) + ": " + std::strerror(number);
  switch (number) {
    case EACCES:
    case EPERM: return {Errc::kit_unreadable, detail};
    case ELOOP: return {Errc::kit_symlink, std::string(path)};
    case ENOENT:
    case ENOTDIR: return {Errc::not_found, detail};
    case ENXIO: return {Errc::kit_special_file, std::string(path)};
    case ENOSPC:
    case EDQUOT: return {Errc::disk_full, detail};
    default: return {Errc::io, detail};
  }
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Result<FolderHandle> FolderHandle::open(const std::filesystem::path& folder) {
  Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd) return FolderHandle(std::move(fd));
  if (errno == ENOTDIR || errno == ENOENT) return fail(Errc::kit_not_a_folder, folder.string());
  return tl::unexpected(system_error(errno, folder.string()));
}

Result<FolderHandle> FolderHandle::open_folder(std::string_view path) const {
  TRY(auto current, duplicate(fd()));
  if (has_nul(path) || path.ends_with('/')) return fail(Errc::not_found, std::string(path));
  for (auto rest = path; !rest.empty();) {
    const auto slash = rest.find('/');
    const std::string name(rest.substr(0, slash));
    rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
    if (name.empty() || name == "." || name == "..") return fail(Errc::not_found, std::string(path));
    TRY(auto next, open_at(current.get(), name, O_RDONLY | O_DIRECTORY, path));
    current = std::move(next);
  }
  return FolderHandle(std::move(current));
}

Result<Descriptor> FolderHandle::open_file(std::string_view path) const {
  const auto slash = path.rfind('/');
  const auto folder_path = slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
  const std::string name(slash == std::string_view::npos ? path : path.substr(slash + 1));
  if (name.empty() || name == "." || name == ".." || has_nul(path)) return fail(Errc::not_found, std::string(path));
  TRY(const auto folder, open_folder(folder_path));
  TRY(auto fd, open_at(folder.fd(), name, O_RDONLY | O_NONBLOCK | O_NOCTTY, path));
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) return tl::unexpected(system_error(errno, path));
  if (!S_ISREG(status.st_mode)) return fail(Errc::kit_special_file, std::string(path));
  return fd;
}

Result<std::vector<FolderHandle::Item>> FolderHandle::list(std::size_t items_max) const {
  // A descriptor of its own: fdopendir takes it over and moves its position.
  const int own = ::openat(fd(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (own < 0) return tl::unexpected(system_error(errno, "."));
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(own), &::closedir);
  if (stream == nullptr) {
    const int number = errno;
    ::close(own);
    return tl::unexpected(system_error(number, "."));
  }
  std::vector<Item> items;
  while (true) {
    errno = 0;
    const auto* entry = ::readdir(stream.get());
    if (entry == nullptr) {
      if (errno != 0) return tl::unexpected(system_error(errno, "."));
      break;
    }
    Item item{entry->d_name, {}};
    if (item.name == "." || item.name == "..") continue;
    if (items.size() >= items_max) return fail(Errc::kit_too_many_files, "more than " + std::to_string(items_max));
    // What vanished between the two calls is not there.
    if (::fstatat(fd(), item.name.c_str(), &item.status, AT_SYMLINK_NOFOLLOW) != 0) continue;
    items.push_back(std::move(item));
  }
  std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.name < b.name; });
  return items;
}

}  // namespace essaimage::kit

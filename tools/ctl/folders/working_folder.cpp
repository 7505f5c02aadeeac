#include "tools/ctl/folders/working_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "store/disk/files.hpp"
#include "store/kit/names.hpp"
#include "tools/ctl/folders/new_file.hpp"
#include "tools/ctl/folders/tree_writer.hpp"

namespace essaimage::ctl {

namespace fs = std::filesystem;

namespace {

constexpr int attempts_max = 5;  // to catch a file between two of its owner's saves

Error error_of(const fs::path& path, const std::error_code& error) {
  return {error == std::errc::no_space_on_device ? Errc::disk_full : Errc::io, path.string() + ": " + error.message()};
}

Status make_parents(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  return error ? tl::unexpected(error_of(path.parent_path(), error)) : Status{};
}

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(fs::symlink_status(path, error));
}

}  // namespace

WorkingFolder::WorkingFolder(fs::path folder) : folder_(without_slash(folder)) {}

/// Links count as being in the way, wherever they lead: nothing is written outside the folder.
std::string WorkingFolder::in_the_way(const std::string& path) const {
  std::error_code error;
  for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    auto parent = path.substr(0, slash);
    const auto type = fs::symlink_status(folder_ / parent, error).type();
    if (type == fs::file_type::not_found) return {};
    if (type != fs::file_type::directory) return parent;
  }
  const auto type = fs::symlink_status(folder_ / path, error).type();
  if (type == fs::file_type::not_found || type == fs::file_type::regular) return {};
  return type == fs::file_type::directory ? path + "/" : path;
}

Result<std::optional<kit::FileState>> WorkingFolder::state(const std::string& path) const {
  struct stat status {};
  const auto place = folder_ / path;
  if (::lstat(place.c_str(), &status) == 0) return kit::FileState::of(status);
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  return tl::unexpected(store::system_error(place, "look at"));
}

/// Copies what is there until it may be lost; what is there then.
Result<std::optional<kit::FileState>> WorkingFolder::make_safe(const std::string& path, const Judged& judged, Done& done) {
  std::optional<kit::FileState> copied;
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    done.in_the_way = in_the_way(path);
    if (!done.in_the_way.empty()) return std::nullopt;
    TRY(const auto now, state(path));
    if (!now || now == copied || (now == judged.state && !judged.copy)) return now;
    TRY(copied, keep(path));
    done.copied = true;
    done.other |= copied != judged.state;
  }
  return fail(Errc::kit_file_changed, path);
}

Result<WorkingFolder::Done> WorkingFolder::write(const std::string& path, bool executable, const Judged& judged, const Fill& fill) {
  CHECK_OK(kit::check_path(path));
  const auto place = folder_ / path;
  Done done;
  done.in_the_way = in_the_way(path);
  // An empty folder holds nothing of anybody's; one that is not stays.
  if (done.in_the_way == path + "/" && ::rmdir(place.c_str()) == 0) done.in_the_way.clear();
  if (!done.in_the_way.empty()) return done;
  CHECK_OK(make_parents(place));
  TRY(auto file, NewFile::beside(place, executable));
  CHECK_OK(fill([&](ByteView bytes) { return file.write(bytes); }));
  CHECK_OK(file.sync());
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    TRY(const auto now, make_safe(path, judged, done));
    if (!done.in_the_way.empty()) return done;
    bool stands = true;
    if (now) {
      CHECK_OK(file.replace(place, executable));
    } else {
      TRY(stands, file.appear(place));
    }
    if (stands) return done;
  }
  return fail(Errc::kit_file_changed, path);
}

Result<WorkingFolder::Done> WorkingFolder::write_text(const std::string& path, bool executable, const Judged& judged,
                                                      std::string_view text) {
  return write(path, executable, judged, [&](const Sink& sink) { return sink(bytes_of(text)); });
}

Result<WorkingFolder::Done> WorkingFolder::remove(const std::string& path, const Judged& judged) {
  CHECK_OK(kit::check_path(path));
  auto place = folder_ / path;
  Done done;
  TRY(const auto now, make_safe(path, judged, done));
  // What stands there is not the file, so the file is gone.
  if (!done.in_the_way.empty()) return Done{};
  if (now && ::unlink(place.c_str()) != 0 && errno != ENOENT) return tl::unexpected(store::system_error(place, "remove"));
  for (place = place.parent_path(); place != folder_ && ::rmdir(place.c_str()) == 0;) place = place.parent_path();
  return done;
}

Result<fs::path> WorkingFolder::place_for_copy(const std::string& path) {
  constexpr int folders_max = 10'000;
  CHECK_OK(kit::check_path(path));
  for (int number = 1; kept_.empty() && number <= folders_max; ++number) {
    auto candidate = folder_;
    candidate += ".kept-" + std::to_string(number);
    std::error_code error;
    // Readable by those who may read the folder, and by nobody else.
    if (fs::create_directory(candidate, folder_, error)) kept_ = candidate;
    if (error && error != std::errc::file_exists) return tl::unexpected(error_of(candidate, error));
  }
  if (kept_.empty()) return fail(Errc::conflict, folder_.string() + ".kept-");
  auto place = kept_ / path;
  CHECK_OK(make_parents(place));
  for (int number = 2; is_there(place); ++number) place = kept_ / (path + "." + std::to_string(number));
  return place;
}

Result<kit::FileState> WorkingFolder::keep(const std::string& path) {
  TRY(const auto place, place_for_copy(path));
  TRY(const auto folder, kit::FolderHandle::open(folder_));
  struct stat status {};
  if (::lstat((folder_ / path).c_str(), &status) != 0) return tl::unexpected(store::system_error(folder_ / path, "look at"));
  TRY(const auto file, store::open_file(place, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, status.st_mode & 0777));
  const auto again = [&](const kit::FileState&) -> Status {
    if (::ftruncate(file.get(), 0) != 0 || ::lseek(file.get(), 0, SEEK_SET) != 0)
      return tl::unexpected(store::system_error(place, "write"));
    return {};
  };
  const auto sink = [&](ByteView bytes) { return store::write_all(file.get(), bytes, place); };
  auto copied = kit::read_steadily(folder, {path, kit::FileState::of(status)}, again, sink);
  if (copied) {
    if (auto synced = store::sync_file(file.get(), place); !synced) copied = tl::unexpected(std::move(synced).error());
  }
  if (!copied) (void)::unlink(place.c_str());  // half a copy would pass for one
  return copied;
}

Status WorkingFolder::keep_text(const std::string& path, std::string_view text) {
  TRY(const auto place, place_for_copy(path));
  return store::create_file(place, bytes_of(text), 0666);
}

void WorkingFolder::sweep() const {
  std::error_code error;
  fs::recursive_directory_iterator at(folder_, fs::directory_options::skip_permission_denied, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    std::error_code ignored;
    if (!fs::is_directory(at->symlink_status(ignored))) {
      NewFile::remove_if_left(at->path());
    } else if (kit::is_litter(at->path().filename().string())) {
      at.disable_recursion_pending();  // nothing of a kit is in there, and a repository is large
    }
  }
}

}  // namespace essaimage::ctl

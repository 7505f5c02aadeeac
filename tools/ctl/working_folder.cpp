#include "tools/ctl/working_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "store/crypto/keys.hpp"
#include "store/disk/files.hpp"
#include "store/kit/names.hpp"

namespace essaimage::ctl {

namespace fs = std::filesystem;

namespace {

fs::path without_slash(const fs::path& path) {
  std::error_code error;
  auto absolute = fs::absolute(path, error).lexically_normal();
  return absolute.has_filename() ? absolute : absolute.parent_path();
}

Error error_of(const fs::path& path, const std::error_code& error) {
  if (error == std::errc::no_space_on_device) return {Errc::disk_full, path.string()};
  const bool in_the_way = error == std::errc::not_a_directory || error == std::errc::file_exists || error == std::errc::is_a_directory;
  return {in_the_way ? Errc::conflict : Errc::io, path.string() + ": " + error.message()};
}

Status make_parents(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  return error ? tl::unexpected(error_of(path.parent_path(), error)) : Status{};
}

/// A new name beside the file, which goes unless it is renamed.
class Temporary {
 public:
  static Result<Temporary> beside(const fs::path& path, bool executable) {
    std::array<std::uint8_t, 6> random;
    store::random_bytes(random);
    Temporary made;
    made.path_ = path.parent_path() / ("." + path.filename().string().substr(0, 200) + ".essaimage-" + to_hex(random));
    made.file_ = store::Fd(::open(made.path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, executable ? 0777 : 0666));
    if (!made.file_) return tl::unexpected(store::system_error(made.path_, "create"));
    return made;
  }
  Temporary(Temporary&& other) noexcept : path_(std::exchange(other.path_, {})), file_(std::move(other.file_)) {}
  Temporary& operator=(Temporary&&) = delete;
  ~Temporary() {
    if (!path_.empty()) (void)::unlink(path_.c_str());
  }
  Status write(ByteView bytes) { return store::write_all(file_.get(), bytes, path_); }
  Status become(const fs::path& path) {
    CHECK_OK(store::sync_file(file_.get(), path_));
    if (::rename(path_.c_str(), path.c_str()) != 0) {
      return errno == EISDIR ? fail(Errc::conflict, path.string()) : tl::unexpected(store::system_error(path, "rename"));
    }
    path_.clear();
    return {};
  }

 private:
  Temporary() = default;
  fs::path path_;
  store::Fd file_;
};

}  // namespace

WorkingFolder::WorkingFolder(fs::path folder) : folder_(without_slash(folder)) {}

Status WorkingFolder::write(const std::string& path, bool executable, const std::function<Status(const Sink&)>& fill) {
  CHECK_OK(kit::check_path(path));
  const auto place = folder_ / path;
  CHECK_OK(make_parents(place));
  TRY(auto temporary, Temporary::beside(place, executable));
  CHECK_OK(fill([&](ByteView bytes) { return temporary.write(bytes); }));
  return temporary.become(place);
}

Status WorkingFolder::write_text(const std::string& path, bool executable, std::string_view text) {
  return write(path, executable, [&](const Sink& sink) { return sink(bytes_of(text)); });
}

Result<fs::path> WorkingFolder::place_for_copy(const std::string& path) {
  constexpr int folders_max = 10'000;
  CHECK_OK(kit::check_path(path));
  for (int number = 1; kept_.empty() && number <= folders_max; ++number) {
    auto candidate = folder_;
    candidate += ".kept-" + std::to_string(number);
    std::error_code error;
    if (fs::create_directory(candidate, error)) kept_ = candidate;
    if (error && error != std::errc::file_exists) return tl::unexpected(error_of(candidate, error));
  }
  if (kept_.empty()) return fail(Errc::conflict, folder_.string() + ".kept-");
  const auto place = kept_ / path;
  CHECK_OK(make_parents(place));
  return place;
}

Status WorkingFolder::keep(const std::string& path) {
  TRY(const auto place, place_for_copy(path));
  std::error_code error;
  fs::copy_file(folder_ / path, place, fs::copy_options::none, error);
  return error ? tl::unexpected(error_of(place, error)) : Status{};
}

Status WorkingFolder::keep_text(const std::string& path, std::string_view text) {
  TRY(const auto place, place_for_copy(path));
  return store::create_file(place, bytes_of(text), 0666);
}

Status WorkingFolder::remove(const std::string& path) {
  CHECK_OK(kit::check_path(path));
  auto place = folder_ / path;
  std::error_code error;
  fs::remove(place, error);
  if (error) return tl::unexpected(error_of(place, error));
  place = place.parent_path();
  for (; place != folder_ && fs::is_empty(place, error) && !error; place = place.parent_path()) fs::remove(place, error);
  return {};
}

}  // namespace essaimage::ctl

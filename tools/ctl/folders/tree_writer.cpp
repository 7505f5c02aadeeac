#include "tools/ctl/folders/tree_writer.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "store/crypto/keys.hpp"
#include "store/kit/names.hpp"

namespace essaimage::ctl {

namespace {

constexpr int folder_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

bool is_free(const std::filesystem::path& destination) {
  std::error_code error;
  const auto status = std::filesystem::symlink_status(destination, error);
  if (status.type() == std::filesystem::file_type::not_found) return true;
  return status.type() == std::filesystem::file_type::directory && std::filesystem::is_empty(destination, error) && !error;
}

}  // namespace

std::filesystem::path without_slash(const std::filesystem::path& path) {
  std::error_code error;
  auto absolute = std::filesystem::absolute(path, error).lexically_normal();
  return absolute.has_filename() ? absolute : absolute.parent_path();
}

TreeWriter::TreeWriter(std::filesystem::path destination, std::filesystem::path temporary, store::Fd root)
    : destination_(std::move(destination)), temporary_(std::move(temporary)), root_(std::move(root)) {}

TreeWriter::TreeWriter(TreeWriter&& other) noexcept
    : destination_(std::move(other.destination_)),
      temporary_(std::exchange(other.temporary_, {})),
      root_(std::move(other.root_)),
      file_(std::move(other.file_)),
      path_(std::move(other.path_)) {}

TreeWriter::~TreeWriter() {
  if (!temporary_.empty()) (void)store::remove_folder_tree(temporary_);
}

Result<TreeWriter> TreeWriter::create(const std::filesystem::path& given) {
  const auto destination = without_slash(given);
  if (!is_free(destination)) return fail(Errc::destination_taken, given.string());
  const auto parent = destination.parent_path();
  std::error_code error;
  std::filesystem::create_directories(parent, error);
  if (error) return fail(Errc::io, parent.string() + ": " + error.message());
  std::array<std::uint8_t, 6> random;
  store::random_bytes(random);
  const auto temporary = parent / ("." + destination.filename().string().substr(0, 200) + ".essaimage-" + to_hex(random));
  if (::mkdir(temporary.c_str(), 0777) != 0) return tl::unexpected(store::system_error(temporary, "mkdir"));
  store::Fd root(::open(temporary.c_str(), folder_flags));
  TreeWriter writer(destination, temporary, std::move(root));
  if (!writer.root_) return tl::unexpected(store::system_error(temporary, "open"));
  return writer;
}

/// The folder of that path below the root; made if it is not there. Only folders made here can be
/// met.
Result<store::Fd> TreeWriter::open_folder(const std::string& path) {
  store::Fd folder(::fcntl(root_.get(), F_DUPFD_CLOEXEC, 0));
  if (!folder) return tl::unexpected(store::system_error(temporary_, "dup"));
  for (std::size_t start = 0; start < path.size();) {
    const auto slash = std::min(path.find('/', start), path.size());
    const auto name = path.substr(start, slash - start);
    if (::mkdirat(folder.get(), name.c_str(), 0777) != 0 && errno != EEXIST)
      return tl::unexpected(store::system_error(temporary_ / path, "mkdir"));
    store::Fd next(::openat(folder.get(), name.c_str(), folder_flags));
    if (!next) return tl::unexpected(store::system_error(temporary_ / path, "open"));
    folder = std::move(next);
    start = slash + 1;
  }
  return folder;
}

Status TreeWriter::begin_file(const std::string& path, bool executable) {
  CHECK_OK(kit::check_path(path));
  const auto slash = path.rfind('/');
  TRY(const auto folder, open_folder(slash == std::string::npos ? std::string() : path.substr(0, slash)));
  const auto name = slash == std::string::npos ? path : path.substr(slash + 1);
  file_ = store::Fd(::openat(folder.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, executable ? 0777 : 0666));
  if (!file_) return tl::unexpected(store::system_error(destination_ / path, "create"));
  path_ = path;
  return {};
}

Status TreeWriter::write(ByteView bytes) { return store::write_all(file_.get(), bytes, destination_ / path_); }

Status TreeWriter::end_file() {
  file_.reset();
  return {};
}

Status TreeWriter::finish() {
  // Over an empty folder a rename succeeds; over one that was filled meanwhile it does not.
  if (::rename(temporary_.c_str(), destination_.c_str()) != 0) {
    if (errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR) return fail(Errc::destination_taken, destination_.string());
    return tl::unexpected(store::system_error(destination_, "rename"));
  }
  temporary_.clear();
  return {};
}

}  // namespace essaimage::ctl

#include "store/git/handle.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "proto/limits.hpp"

namespace essaimage::store::git {
namespace {

constexpr std::size_t cache_bytes_max = 16 * limits::MiB;    // of trees and commits; default 256 MiB
constexpr std::size_t window_bytes = 32 * limits::MiB;       // of a mapped pack; default 1 GiB
constexpr std::size_t mapped_bytes_max = 512 * limits::MiB;  // address space of all windows; default 8 GiB

class Runtime {
 public:
  Runtime() {
    ESSAIMAGE_ASSERT(git_libgit2_init() >= 0);
    git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1);
    git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 1);
    git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, static_cast<ssize_t>(cache_bytes_max));
    git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, window_bytes);
    git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, mapped_bytes_max);
    git_libgit2_opts(GIT_OPT_SET_PACK_MAX_OBJECTS, limits::pack_objects_max);
#if LIBGIT2_VER_MAJOR == 1 && LIBGIT2_VER_MINOR == 5
    // Debian's security update of 1.5.1 brought this option; our own writer applies the same limit before libgit2.
    git_libgit2_opts(GIT_OPT_SET_PACK_MAX_OBJECT_SIZE, limits::object_bytes_max);
#endif
  }
  ~Runtime() { git_libgit2_shutdown(); }
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;
};

}  // namespace

void runtime() { static const Runtime instance; }

Error error_of(int code, std::string_view doing, Errc otherwise) {
  const int reason = errno;
  const git_error* last = git_error_last();
  std::string detail(doing);
  if (last != nullptr && last->message != nullptr) detail += std::string(": ") + last->message;
  if (last != nullptr && last->klass == GIT_ERROR_OS) {
    // What it tidied up after the failure may have changed errno; the message has the reason in words then.
    const auto says = [&](int code_of) { return detail.find(std::generic_category().message(code_of)) != std::string::npos; };
    const bool full = reason == ENOSPC || reason == EDQUOT || reason == EFBIG || says(ENOSPC) || says(EDQUOT) || says(EFBIG);
    return {full ? Errc::disk_full : Errc::io, std::move(detail)};
  }
  if (last != nullptr && last->klass == GIT_ERROR_NOMEMORY) return {Errc::io, std::move(detail)};
  return {code == GIT_ENOTFOUND ? Errc::object_missing : otherwise, std::move(detail)};
}

Result<ObjectId> checked_object_id(ObjectType type, ByteView content) {
  git_oid oid;
  const auto kind = static_cast<git_object_t>(type);
  CHECK_OK(check(git_odb_hash(&oid, content.data(), content.size(), kind), "hashing", Errc::malformed));
  ObjectId id;
  std::copy_n(static_cast<const unsigned char*>(oid.id), id.bytes.size(), id.bytes.begin());
  return id;
}

}  // namespace essaimage::store::git

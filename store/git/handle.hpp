#pragma once
// libgit2's objects as owned handles, and its errors as ours. Internal to store/git, the only folder that includes
// git2.h. Whoever makes a handle calls runtime() first, so that the library outlives it.
// Errors: the last message of libgit2 is read right after a failure and nowhere else (it is one per thread).

#include <git2.h>
#include <git2/sys/midx.h>

#include <memory>

#include "proto/ids.hpp"
#include "store/crypto/hash.hpp"

namespace essaimage::store::git {

template <auto Free>
struct FreeWith {
  template <class T>
  void operator()(T* handle) const noexcept {
    Free(handle);
  }
};

template <class T, auto Free>
using Handle = std::unique_ptr<T, FreeWith<Free>>;

using OdbHandle = Handle<git_odb, git_odb_free>;
using OdbObject = Handle<git_odb_object, git_odb_object_free>;
using Indexer = Handle<git_indexer, git_indexer_free>;
using MidxWriter = Handle<git_midx_writer, git_midx_writer_free>;

/// Starts libgit2 once for the whole process, with durable writes and bounded memory.
void runtime();

/// The Error of a libgit2 call that returned `code` < 0. A full disk is told from damage by what the system said.
Error error_of(int code, std::string_view doing, Errc otherwise);

/// The id that git gives to an object, by the SHA-1 that notices crafted collisions (Errc::malformed).
Result<ObjectId> checked_object_id(ObjectType type, ByteView content);

/// Calls `make(&raw, arguments...)` and owns what it made.
template <class H, class Make, class... Arguments>
Result<H> acquire(std::string_view doing, Errc otherwise, Make make, Arguments... arguments) {
  typename H::pointer raw = nullptr;
  const int code = make(&raw, arguments...);
  if (code < 0) return tl::unexpected(error_of(code, doing, otherwise));
  return H(raw);
}

inline Status check(int code, std::string_view doing, Errc otherwise) {
  if (code < 0) return tl::unexpected(error_of(code, doing, otherwise));
  return {};
}

inline git_oid to_oid(const ObjectId& id) {
  git_oid oid;
  git_oid_fromraw(&oid, id.bytes.data());
  return oid;
}

}  // namespace essaimage::store::git

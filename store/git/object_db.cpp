#include "store/git/object_db.hpp"

#include <git2/sys/odb_backend.h>

#include <algorithm>
#include <cerrno>
#include <mutex>

#include "proto/limits.hpp"
#include "store/git/handle.hpp"

namespace essaimage::store {
namespace {

constexpr int priority_first = 100;  // libgit2 asks backends of higher priority first
constexpr int retries_max = 3;

std::optional<ObjectType> type_of(git_object_t type) {
  switch (type) {
    case GIT_OBJECT_COMMIT: return ObjectType::commit;
    case GIT_OBJECT_TREE: return ObjectType::tree;
    case GIT_OBJECT_BLOB: return ObjectType::blob;
    default: return std::nullopt;
  }
}

Result<std::shared_ptr<git_odb>> load(const std::vector<Path>& folders) {
  git::runtime();
  TRY(git::OdbHandle odb, git::acquire<git::OdbHandle>("opening the library", Errc::io, git_odb_new));
  int priority = priority_first;
  for (const Path& folder : folders) {
    git_odb_backend* backend = nullptr;
    CHECK_OK(git::check(git_odb_backend_pack(&backend, folder.c_str()), folder.string(), Errc::io));
    // libgit2 re-reads the folder at every miss, which costs milliseconds where there are many packs, and would let a
    // reader see a pack before reload(). Without the callback a miss is a miss.
    backend->refresh = nullptr;
    const int code = git_odb_add_backend(odb.get(), backend, priority--);
    if (code < 0) backend->free(backend);
    CHECK_OK(git::check(code, folder.string(), Errc::io));
  }
  return std::shared_ptr<git_odb>(odb.release(), git_odb_free);
}

std::size_t count_packs(const std::vector<Path>& folders) {
  std::size_t count = 0;
  for (const Path& folder : folders) {
    std::error_code error;
    for (std::filesystem::directory_iterator it(folder / "pack", error), end; !error && it != end; it.increment(error)) {
      if (it->path().extension() == ".idx") ++count;
    }
  }
  return count;
}

Result<Object> read_from(git_odb* odb, const ObjectId& id) {
  if (odb == nullptr) return fail(Errc::io, "the folder of packs cannot be read");
  const git_oid oid = git::to_oid(id);
  errno = 0;
  auto read = git::acquire<git::OdbObject>(id.hex(), Errc::corrupt, git_odb_read, odb, &oid);
  const int reason = errno;
  // libgit2 says of a pack that is not as its index, or any other, has it that the system failed.
  const bool may_pass = reason == EMFILE || reason == ENFILE || reason == ENOMEM || reason == EACCES;
  if (!read && read.error().code == Errc::io && !may_pass) return fail(Errc::corrupt, read.error().detail);
  TRY(const git::OdbObject object, std::move(read));
  const auto type = type_of(git_odb_object_type(object.get()));
  if (!type) return fail(Errc::corrupt, id.hex() + ": a kind of object that no feed has");
  const auto* data = static_cast<const std::uint8_t*>(git_odb_object_data(object.get()));
  return Object{*type, Bytes(data, data + git_odb_object_size(object.get()))};
}

}  // namespace

struct ObjectDb::Impl {
  std::vector<Path> folders;
  std::mutex loading;        // so that what was listed last is what is seen from then on
  mutable std::mutex mutex;  // of the two below
  mutable std::shared_ptr<git_odb> odb;
  std::size_t packs = 0;

  /// Null as long as what release_memory() gave up cannot be loaded again.
  std::shared_ptr<git_odb> current() const {
    const std::lock_guard lock(mutex);
    if (auto again = odb ? nullptr : load(folders).value_or(nullptr)) odb = std::move(again);
    return odb;
  }
};

ObjectDb::ObjectDb() : impl_(std::make_unique<Impl>()) {}
ObjectDb::~ObjectDb() = default;

Result<std::unique_ptr<ObjectDb>> ObjectDb::open(std::vector<Path> objects_folders) {
  std::unique_ptr<ObjectDb> db(new ObjectDb);
  db->impl_->folders = std::move(objects_folders);
  CHECK_OK(db->reload());
  return db;
}

Status ObjectDb::reload() {
  const std::lock_guard loading(impl_->loading);
  TRY(auto fresh, load(impl_->folders));
  const std::size_t packs = count_packs(impl_->folders);
  const std::lock_guard lock(impl_->mutex);
  impl_->odb.swap(fresh);  // the old one ends with its last reader, after the lock
  impl_->packs = packs;
  return {};
}

Status ObjectDb::release_memory() {
  const std::lock_guard loading(impl_->loading);
  const std::lock_guard lock(impl_->mutex);
  impl_->odb.reset();  // first: two handles share the packs that either has mapped
  TRY(impl_->odb, load(impl_->folders));
  return {};
}

Result<Object> ObjectDb::read(const ObjectId& id) const {
  auto odb = impl_->current();
  for (int attempt = 0;; ++attempt) {
    auto object = read_from(odb.get(), id);
    if (object) return object;
    // A consolidation may have removed a pack that this handle had not opened yet: then there is a newer handle.
    auto newer = impl_->current();
    if (newer == odb || attempt == retries_max) return object;
    odb = std::move(newer);
  }
}

Result<Bytes> ObjectDb::read(const ObjectId& id, ObjectType type) const {
  TRY(Object object, read(id));
  if (object.type != type) {
    return fail(Errc::malformed, id.hex() + ": a " + std::string(name_of(object.type)) + ", not a " + std::string(name_of(type)));
  }
  return std::move(object.content);
}

Result<Tree> ObjectDb::read_tree(const ObjectId& id) const {
  TRY(const Bytes content, read(id, ObjectType::tree));
  return parse_tree(content);
}

bool ObjectDb::contains(const ObjectId& id) const {
  const git_oid oid = git::to_oid(id);
  const auto odb = impl_->current();
  return odb && git_odb_exists_ext(odb.get(), &oid, GIT_ODB_LOOKUP_NO_REFRESH) == 1;
}

std::size_t ObjectDb::pack_count() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->packs;
}

const std::vector<Path>& ObjectDb::folders() const { return impl_->folders; }

}  // namespace essaimage::store

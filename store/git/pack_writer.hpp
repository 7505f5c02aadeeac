#pragma once
// Writes git packs (version 2) of whole deflated objects, and their indexes: no deltas, no search; libdeflate.
// One writer, one thread, one pack. Nothing is visible before finish; a writer destroyed before that leaves nothing.

#include <memory>
#include <unordered_set>

#include "proto/ids.hpp"
#include "store/crypto/hash.hpp"
#include "store/disk/layout.hpp"
#include "store/git/id_hash.hpp"

namespace essaimage::store {

class PackWriter {
 public:
  /// Writes below `scratch` (same file system as the packs).
  static Result<std::unique_ptr<PackWriter>> create(const Path& scratch);
  ~PackWriter();

  /// Adds an object once; later calls with the same id are free. It is named by the SHA-1 that notices crafted collisions
  /// (Errc::malformed): it may come from anybody.
  Result<ObjectId> add(ObjectType type, ByteView content);
  /// Adds an object in the form in which another pack has it: header and deflated content, whole, not a delta.
  Status add_packed(const ObjectId& id, ByteView packed);
  std::size_t object_count() const;
  std::uint64_t bytes() const;
  const std::unordered_set<ObjectId, IdHash>& ids() const;

  /// In two steps, the long one first: indexed and synced, below scratch; then moved into `packs` and the folder synced.
  /// Returns the pack's new path. Call ObjectDb::reload afterwards. Nothing can be added once it is indexed.
  Status index();
  /// Of index(): a folder of objects that ObjectDb can open, before anything of it is in the library.
  const Path& folder() const;
  Result<Path> install(const Path& packs);
  /// Both, or the second if it was indexed. Nothing to do if empty.
  Status finish_into(const Path& packs);

 private:
  PackWriter();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace essaimage::store

#pragma once
// From a pack file to an indexed pack, by libgit2's git_indexer, and from there into the library. Internal to store.

#include "store/git/object_db.hpp"

namespace essaimage::store {

struct PackFiles {
  Path pack, index;
};

enum class Connectivity { trusted, verified };

/// Writes pack-<hash>.pack and .idx, synced, into `folder` (which is there). Every object is hashed, by the SHA-1 that
/// notices crafted collisions. `verified`: each commit's tree and each tree's entries must be in the pack or in `known`.
/// Errors: Errc::malformed for what is wrong with the pack.
Result<PackFiles> index_pack_file(const Path& file, const Path& folder, Connectivity connectivity,
                                  const ObjectDb* known = nullptr);

/// Moves both into the library's folder of packs, durably, the pack first: an index makes it visible.
Status install_pack(const PackFiles& files, const Path& packs);

/// Makes a folder below `scratch` that nobody else uses.
Result<Path> make_scratch_folder(const Path& scratch);

}  // namespace essaimage::store

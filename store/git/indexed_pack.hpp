#pragma once
// From a pack file to an indexed pack, by libgit2's git_indexer, and from there into the library. Internal to store.

#include "store/git/object_db.hpp"

namespace essaimage::store {

struct PackFiles {
  Path pack, index;
};

/// Writes pack-<hash>.pack and .idx, synced, into `folder` (which is there). Every object is hashed, by the SHA-1 that
/// notices crafted collisions. What the objects name is not followed: what comes from outside is judged object by object in
/// store/feed, more strictly than the indexer's own check of connectivity would (which leaks each object that is held
/// already: libgit2 1.5.1). Errors: Errc::malformed for what is wrong with the pack; Errc::io, Errc::disk_full say nothing of it.
Result<PackFiles> index_pack_file(const Path& file, const Path& folder);

/// Moves both into the library's folder of packs, durably, the pack first: an index makes it visible.
Status install_pack(const PackFiles& files, const Path& packs);

}  // namespace essaimage::store

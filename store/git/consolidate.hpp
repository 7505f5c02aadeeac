#pragma once
// Keeps packs few: geometric tiers, one multi-pack index. In this order, so that a crash at any point loses nothing and
// no reader misses: write and sync the new pack, rename a multi-pack index that names only packs that stay, reload every
// ObjectDb, then delete what was merged.

#include "store/git/object_db.hpp"

namespace essaimage::store {

/// Merges packs if there are more than the tiers allow. True if something was done. One thread at a time per library.
Result<bool> consolidate(const Layout& layout, ObjectDb& objects);

}  // namespace essaimage::store

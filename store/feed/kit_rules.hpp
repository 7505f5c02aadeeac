#pragma once
// What the folder of one kit in a feed must be like (FORMAT.md, "Trees and allowed paths"): entry.toml in its one form,
// bound to its place, with a version that rises; files/ with names that check out everywhere and kit.toml; texts that are
// texts; pointers exactly where .gitattributes says so; a chunk list for each media file and no other. One thread.
// Errors: as tree_rules.hpp, and the codes of store/kit for names, kit.toml and the like.

#include "proto/ids.hpp"
#include "store/feed/new_objects.hpp"

namespace essaimage::store {

/// `before`: the kit's folder in the parent's tree, null if it is new there.
Status check_kit(NewObjects& objects, const KitId& kit, const ObjectId& folder, const TreeEntry* before);

}  // namespace essaimage::store

#pragma once
// Objects leave the library: each pack that has one of them is written anew without it, and the old packs go, in the order of a
// consolidation, so that a crash at any point loses nothing else, and that whoever reads meanwhile misses nothing else. Cut short,
// it is done again. Until it has returned without an error, an object may still be in a pack that was not written anew.
//
// Nobody may add or remove packs, or open an ObjectDb on this library, meanwhile. Memory: one pack mapped, and its index.
// Errors: Errc::io, Errc::disk_full, Errc::corrupt (an index that is damaged: what is in its pack is not known).

#include "store/git/object_db.hpp"
#include "store/git/pack_writer.hpp"

namespace essaimage::store {

using IdSet = std::unordered_set<ObjectId, IdHash>;

/// `objects` is reloaded. Returns the number of packs that had any of them.
Result<std::size_t> forget_objects(const Layout& layout, ObjectDb& objects, const IdSet& dead);

}  // namespace essaimage::store

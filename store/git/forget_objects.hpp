#pragma once
// Objects leave the library: each pack that has one that does not stay is written anew without it, and the old packs go, in the order
// of a consolidation, so that a crash at any point loses nothing else, and that whoever reads meanwhile misses nothing else. Cut short,
// it is done again. Until it has returned without an error, an object may still be in a pack that was not written anew.
//
// Nobody may add or remove packs, or open an ObjectDb on this library, meanwhile. Memory: one pack mapped, and its index; 20 bytes
// for each object of the library. Errors: Errc::io, Errc::disk_full, Errc::corrupt (an index that is damaged: what is in its pack is
// not known).

#include "store/git/object_db.hpp"

namespace essaimage::store {

/// The objects of all packs, and which of them stay.
class PackedObjects {
 public:
  static Result<PackedObjects> read(const Layout& layout);

  bool contains(const ObjectId& id) const;
  /// It stays. False if that is known already; of one that is in no pack, true each time.
  bool keep(const ObjectId& id);
  bool stays(const ObjectId& id) const;  ///< false of one that is in no pack
  bool all_stay() const;

 private:
  /// SIZE_MAX: in no pack.
  std::size_t place_of(const ObjectId& id) const;

  std::vector<ObjectId> ids_;  ///< rising, each once
  std::vector<bool> stays_;
};

/// Everything else goes, packs without an index among it: what stays was found in packs that have one. `objects` is reloaded.
/// Returns the number of packs that had any of it.
Result<std::size_t> forget_others(const Layout& layout, ObjectDb& objects, const PackedObjects& packed);

}  // namespace essaimage::store

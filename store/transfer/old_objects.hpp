#pragma once
// What lies in the tree of a commit that both sides of a parcel have, by place. The writer and the reader of a parcel go
// through it in the same order, so that what the one may refer to the other may look up. Internal to store/transfer.
// Bounded: reading stops with Errc::too_large after so many objects, or so much of trees (each counts as 1 KiB at least).

#include <map>

#include "store/transfer/parcel.hpp"

namespace essaimage::store {

class OldObjects {
 public:
  /// `objects` must outlive it. `root`: a tree that was judged when it came.
  OldObjects(const ObjectDb& objects, const ObjectId& root) : objects_(objects), root_(root) {}

  /// Errc::malformed: there is no such place. Errc::too_large: beyond `bytes_max`, or the bounds.
  Result<Bytes> read(const TreePlace& place, std::size_t bytes_max);

 private:
  Result<const Tree*> tree_of(const ObjectId& id);

  const ObjectDb& objects_;
  const ObjectId root_;
  std::map<ObjectId, Tree> trees_;
  std::size_t objects_read_ = 0, tree_bytes_ = 0;
};

}  // namespace essaimage::store

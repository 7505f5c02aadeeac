#include "store/transfer/old_objects.hpp"

#include <algorithm>

#include "proto/limits.hpp"
#include "store/transfer/parcel_format.hpp"

namespace essaimage::store {
namespace {

tl::unexpected<Error> too_much() { return fail(Errc::too_large, "parcel: what it refers to"); }
tl::unexpected<Error> no_such_place() { return fail(Errc::malformed, "parcel: a place"); }

}  // namespace

Result<Bytes> OldObjects::read(const TreePlace& place, std::size_t bytes_max) {
  if (place.size() > parcel::place_depth_max) return no_such_place();
  ObjectId at = root_;
  bool folder = true;
  for (const std::uint32_t index : place) {
    if (!folder) return no_such_place();
    TRY(const Tree* tree, tree_of(at));
    if (index >= tree->size()) return no_such_place();
    at = (*tree)[index].id;
    folder = (*tree)[index].mode == TreeEntry::Mode::tree;
  }
  if (++objects_read_ > parcel::old_objects_max) return too_much();
  TRY(Object object, objects_.read(at));
  if (object.content.size() > bytes_max) return too_much();
  return std::move(object.content);
}

bool OldObjects::is_exhausted() const { return objects_read_ > parcel::old_objects_max || tree_bytes_ > parcel::old_tree_bytes_max; }

Result<const Tree*> OldObjects::tree_of(const ObjectId& id) {
  const auto known = trees_.find(id);
  if (known != trees_.end()) return &known->second;
  TRY(const Bytes content, objects_.read(id, ObjectType::tree));
  tree_bytes_ += std::max<std::size_t>(content.size(), limits::KiB);
  if (tree_bytes_ > parcel::old_tree_bytes_max) return too_much();
  TRY(Tree tree, parse_tree(content));
  return &trees_.emplace(id, std::move(tree)).first->second;
}

}  // namespace essaimage::store

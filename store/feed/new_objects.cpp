#include "store/feed/new_objects.hpp"

#include <algorithm>

#include "proto/limits.hpp"

namespace essaimage::store {

Status NewObjects::claim(const ObjectId& id, ObjectType type) {
  if (!in_pack_.contains(id)) return fail(Errc::feed_gap, std::string(name_of(type)) + " " + id.hex());
  taken_.insert(id);
  return {};
}

Result<Bytes> NewObjects::take(const ObjectId& id, ObjectType type) {
  CHECK_OK(claim(id, type));
  return objects_.read(id, type);
}

Result<Tree> NewObjects::take_tree(const ObjectId& id) {
  TRY(const Bytes content, take(id, ObjectType::tree));
  return parse_tree(content);
}

Status NewObjects::visit(std::size_t entries) {
  visits_ += std::min(entries, limits::pack_visits_max);
  if (visits_ <= limits::pack_visits_max) return {};
  return fail(Errc::feed_content, "more entries of kits than may be looked at for one pack");
}

Result<ComparedTree> ComparedTree::read(NewObjects& objects, const ObjectId& now, const TreeEntry* before) {
  ComparedTree compared;
  if (before != nullptr) {
    TRY(compared.before_, objects.old_tree(before->id));
  }
  if (before != nullptr && before->id == now) {
    compared.now_ = compared.before_;
  } else {
    TRY(compared.now_, objects.take_tree(now));
  }
  for (const TreeEntry& entry : compared.before_) compared.before_by_name_.emplace(entry.name, &entry);
  return compared;
}

const TreeEntry* ComparedTree::find(std::string_view name) const {
  const auto it = std::ranges::find(now_, name, &TreeEntry::name);
  return it == now_.end() ? nullptr : &*it;
}

const TreeEntry* ComparedTree::old(std::string_view name) const {
  const auto it = before_by_name_.find(name);
  return it == before_by_name_.end() ? nullptr : it->second;
}

const TreeEntry* ComparedTree::old(const TreeEntry& entry) const {
  const TreeEntry* found = old(entry.name);
  return found == nullptr || is_folder(*found) != is_folder(entry) ? nullptr : found;
}

}  // namespace essaimage::store

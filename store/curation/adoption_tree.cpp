#include "store/curation/adoption_tree.hpp"

#include <map>

#include "store/federation/paths.hpp"
#include "store/library/kit_tree.hpp"

namespace essaimage::store {
namespace {

using Ids = std::map<std::string, ObjectId>;

Result<Ids> ids_in(const ObjectDb& objects, const std::optional<ObjectId>& tree) {
  Ids ids;
  if (!tree) return ids;
  TRY(const auto entries, objects.read_tree(*tree));
  for (const auto& entry : entries) ids.emplace(entry.name, entry.id);
  return ids;
}

std::optional<ObjectId> lookup(const Ids& ids, const std::string& name) {
  const auto it = ids.find(name);
  return it == ids.end() ? std::nullopt : std::optional(it->second);
}

Status compare_centre(const ObjectDb& objects, const std::string& centre, const std::optional<ObjectId>& before,
                      const std::optional<ObjectId>& after, AdoptionDifference& difference) {
  TRY(const auto old_files, ids_in(objects, before));
  TRY(const auto files, ids_in(objects, after));
  for (const auto& [name, id] : files) {
    if (lookup(old_files, name) == id) continue;
    TRY(const auto text, objects.read(id, ObjectType::blob));
    auto adoption = parse_adoption(text_of(text));
    const auto kit = feed_path::kit_of(centre, name);
    if (adoption && adoption->kit == kit) {
      difference.put.push_back(std::move(*adoption));
    } else {
      difference.removed.push_back(kit);  // as with centre.toml: what cannot be read says nothing, and stops nobody
    }
  }
  for (const auto& [name, id] : old_files) {
    if (!files.contains(name)) difference.removed.push_back(feed_path::kit_of(centre, name));
  }
  return {};
}

}  // namespace

Result<AdoptionDifference> compare_adoptions(const ObjectDb& objects, const std::optional<ObjectId>& before, const ObjectId& after) {
  AdoptionDifference difference;
  std::optional<ObjectId> old_folder;
  if (before) {
    TRY(old_folder, id_at(objects, *before, feed_path::adoptions_folder));
  }
  TRY(const auto folder, id_at(objects, after, feed_path::adoptions_folder));
  if (folder == old_folder) return difference;
  TRY(const auto old_centres, ids_in(objects, old_folder));
  TRY(const auto centres, ids_in(objects, folder));
  for (const auto& [centre, id] : centres) {
    const auto old = lookup(old_centres, centre);
    if (old != id) CHECK_OK(compare_centre(objects, centre, old, id, difference));
  }
  for (const auto& [centre, id] : old_centres) {
    if (!centres.contains(centre)) CHECK_OK(compare_centre(objects, centre, id, std::nullopt, difference));
  }
  return difference;
}

}  // namespace essaimage::store

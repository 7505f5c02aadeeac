#include "store/life/outcome_tree.hpp"

#include <map>

#include "store/federation/paths.hpp"
#include "store/library/kit_tree.hpp"

namespace essaimage::store {
namespace {

using Ids = std::map<std::string, ObjectId>;

/// The folders of a folder, or its files. What should be the other says nothing.
Result<Ids> ids_in(const ObjectDb& objects, const std::optional<ObjectId>& tree, bool folders) {
  Ids ids;
  if (!tree) return ids;
  TRY(const auto entries, objects.read_tree(*tree));
  for (const auto& entry : entries) {
    if ((entry.mode == TreeEntry::Mode::tree) == folders) ids.emplace(entry.name, entry.id);
  }
  return ids;
}

std::optional<ObjectId> lookup(const Ids& ids, const std::string& name) {
  const auto it = ids.find(name);
  return it == ids.end() ? std::nullopt : std::optional(it->second);
}

/// Calls `below(name, before, after)` for what differs between two folders.
template <class Below>
Status compare_folders(const ObjectDb& objects, const std::optional<ObjectId>& before, const std::optional<ObjectId>& after, bool folders,
                       const Below& below) {
  TRY(const auto old_entries, ids_in(objects, before, folders));
  TRY(const auto entries, ids_in(objects, after, folders));
  for (const auto& [name, id] : entries) {
    const auto old = lookup(old_entries, name);
    if (old != id) CHECK_OK(below(name, old, std::optional(id)));
  }
  for (const auto& [name, id] : old_entries) {
    if (!entries.contains(name)) CHECK_OK(below(name, std::optional(id), std::optional<ObjectId>()));
  }
  return {};
}

/// As with adoptions: what cannot be read says nothing, and stops nobody.
Status compare_file(const ObjectDb& objects, const OutcomeKey& key, const std::optional<ObjectId>& after, OutcomeDifference& difference) {
  if (after) {
    TRY(const auto text, objects.read(*after, ObjectType::blob));
    auto outcome = parse_outcome(text_of(text));
    if (outcome && outcome->kit == key.kit && outcome->number == key.number) {
      difference.put.push_back(std::move(*outcome));
      return {};
    }
  }
  difference.removed.push_back(key);
  return {};
}

}  // namespace

Result<OutcomeDifference> compare_outcomes(const ObjectDb& objects, const std::optional<ObjectId>& before, const ObjectId& after) {
  using Id = std::optional<ObjectId>;
  OutcomeDifference difference;
  Id old_folder;
  if (before) {
    TRY(old_folder, id_at(objects, *before, feed_path::outcomes_folder));
  }
  TRY(const auto folder, id_at(objects, after, feed_path::outcomes_folder));
  if (folder == old_folder) return difference;
  CHECK_OK(compare_folders(objects, old_folder, folder, true, [&](const std::string& centre, const Id& old_centre, const Id& now_centre) {
    return compare_folders(objects, old_centre, now_centre, true, [&](const std::string& slug, const Id& old_kit, const Id& now_kit) {
      return compare_folders(objects, old_kit, now_kit, false, [&](const std::string& file, const Id&, const Id& now) {
        return compare_file(objects, {{centre, slug}, outcome_number(file)}, now, difference);
      });
    });
  }));
  return difference;
}

}  // namespace essaimage::store

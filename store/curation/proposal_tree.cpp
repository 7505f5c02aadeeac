#include "store/curation/proposal_tree.hpp"

#include <map>

#include "store/federation/paths.hpp"
#include "store/library/kit_tree.hpp"

namespace essaimage::store {
namespace {

using Ids = std::map<std::string, ObjectId>;

Result<Ids> files_in(const ObjectDb& objects, const std::optional<ObjectId>& folder) {
  Ids ids;
  if (!folder) return ids;
  TRY(const auto entries, objects.read_tree(*folder));
  for (const auto& entry : entries) {
    if (entry.mode == TreeEntry::Mode::file && entry.name.ends_with(feed_path::file_suffix)) ids.emplace(entry.name, entry.id);
  }
  return ids;
}

}  // namespace

Result<ProposalDifference> compare_proposals(const ObjectDb& objects, const std::string& centre, const std::optional<ObjectId>& before,
                                             const ObjectId& after) {
  ProposalDifference difference;
  std::optional<ObjectId> old_folder;
  if (before) {
    TRY(old_folder, id_at(objects, *before, feed_path::proposals_folder));
  }
  TRY(const auto folder, id_at(objects, after, feed_path::proposals_folder));
  if (folder == old_folder) return difference;
  TRY(const auto old_files, files_in(objects, old_folder));
  TRY(const auto files, files_in(objects, folder));
  for (const auto& [name, id] : files) {
    const auto old = old_files.find(name);
    if (old != old_files.end() && old->second == id) continue;
    TRY(const auto text, objects.read(id, ObjectType::blob));
    auto proposal = parse_proposal(text_of(text));
    const auto kit = feed_path::kit_of(centre, name);
    if (proposal && proposal->kit == kit) {
      difference.put.push_back(std::move(*proposal));
    } else {
      difference.removed.push_back(kit);  // what cannot be read says nothing, and stops nobody
    }
  }
  for (const auto& [name, id] : old_files) {
    if (!files.contains(name)) difference.removed.push_back(feed_path::kit_of(centre, name));
  }
  return difference;
}

}  // namespace essaimage::store

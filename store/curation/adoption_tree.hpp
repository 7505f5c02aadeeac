#pragma once
// The adoptions that a feed's tree says. The tree was checked when it came in (store/feed/tree_rules.hpp); here damage alone
// is expected. Pure functions; any thread.

#include <optional>
#include <vector>

#include "store/federation/adoption_file.hpp"
#include "store/git/object_db.hpp"

namespace essaimage::store {

/// Folders and files that are the same in `before` (an older tree of the feed) are passed over.
struct AdoptionDifference {
  std::vector<Adoption> put;  ///< new or changed; by kit
  std::vector<KitId> removed;
};
Result<AdoptionDifference> compare_adoptions(const ObjectDb& objects, const std::optional<ObjectId>& before, const ObjectId& after);

}  // namespace essaimage::store

#pragma once
// The outcomes that a feed's tree says. The tree was checked when it came in (store/feed/tree_rules.hpp); here damage alone
// is expected. Pure functions; any thread. Errors: those of reading objects.

#include <optional>
#include <vector>

#include "store/git/object_db.hpp"
#include "store/life/outcome_file.hpp"

namespace essaimage::store {

/// Folders and files that are the same in `before` (an older tree of the feed) are passed over.
struct OutcomeDifference {
  std::vector<Outcome> put;  ///< new or changed; by kit
  std::vector<OutcomeKey> removed;
};
Result<OutcomeDifference> compare_outcomes(const ObjectDb& objects, const std::optional<ObjectId>& before, const ObjectId& after);

}  // namespace essaimage::store

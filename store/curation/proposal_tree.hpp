#pragma once
// The proposals that a feed's tree says. The tree was checked when it came in (store/feed/tree_rules.hpp); here damage alone
// is expected. Pure functions; any thread.

#include <optional>
#include <string>
#include <vector>

#include "store/federation/proposal_file.hpp"
#include "store/git/object_db.hpp"

namespace essaimage::store {

/// Files that are the same in `before` (an older tree of the feed) are passed over.
struct ProposalDifference {
  std::vector<Proposal> put;  ///< new or changed; by kit
  std::vector<KitId> removed;
};
/// `centre`: the feed's.
Result<ProposalDifference> compare_proposals(const ObjectDb& objects, const std::string& centre, const std::optional<ObjectId>& before,
                                             const ObjectId& after);

}  // namespace essaimage::store

#pragma once
// Which of a centre's kits follow a decision of the federation into the region: those of which the centre has proposed that very
// tree for the region, and which the catalogue lists in that tree. A pure function; any thread.

#include <map>
#include <vector>

#include "store/federation/catalogue_file.hpp"
#include "store/state/state.hpp"

namespace essaimage::store {

struct ConsentFacts {
  std::vector<ProposalRow> proposals;         ///< of this centre
  std::map<KitId, std::uint64_t> in_region;   ///< the version of each of its kits that is in the region now
  std::map<KitId, ObjectId> passed_on;        ///< the tree that followed a decision before
};
/// Those that are due. A kit whose version in the region is that one or newer is not, nor one that followed with this tree before.
std::vector<ProposalRow> due_for_region(const ConsentFacts& facts, const Catalogue& decisions);

}  // namespace essaimage::store

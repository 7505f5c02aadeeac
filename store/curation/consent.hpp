#pragma once
// Which of a centre's kits follow a decision of the federation into the region: those of which the centre has proposed that very
// tree for the region, and which the catalogue lists in that tree. And what a consent is worth elsewhere. Pure functions; any thread.

#include <map>
#include <vector>

#include "store/federation/catalogue_file.hpp"
#include "store/library/picture.hpp"
#include "store/state/state.hpp"

namespace essaimage::store {

struct ConsentFacts {
  std::vector<ProposalRow> proposals;        ///< of this centre
  std::map<KitId, std::uint64_t> in_region;  ///< the version of each of its kits that is in the region now
  std::map<KitId, ObjectId> passed_on;       ///< the tree that followed a decision before
};
/// Those that are due. A kit whose version in the region is that one or newer is not, nor one that followed with this tree before.
std::vector<ProposalRow> due_for_region(const ConsentFacts& facts, const Catalogue& decisions);

/// Without those in feeds in which their centre can say nothing any more, so that it could not take them back either: feeds that
/// forked, of a territory that it has left, of a mirror that is over. Nobody acts on these.
std::vector<ProposalRow> standing(std::vector<ProposalRow> rows, const Picture& picture);
/// Of proposals of one kit: whether one is for the region, in this tree.
bool has_consented(const std::vector<ProposalRow>& rows, const ObjectId& tree);

/// Takes out the region's row of an own kit if it came there by a decision, in this tree, and a newer version lies in a narrower
/// audience: its author has widened that one version, and means the next ones for whom they are published to.
void leave_out_passed_on(std::vector<KitRow>& rows, const ObjectId& passed_on);

}  // namespace essaimage::store

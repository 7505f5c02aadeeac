#include "store/consent.hpp"

namespace essaimage::store {

std::vector<ProposalRow> due_for_region(const ConsentFacts& facts, const Catalogue& decisions) {
  std::vector<ProposalRow> due;
  for (const auto& row : facts.proposals) {
    const auto& proposal = row.proposal;
    if (proposal.to != Proposal::To::region || row.feed.audience == Audience{}) continue;
    const auto* decision = decisions.find(proposal.kit);
    if (decision == nullptr || !decision->lists() || decision->tree != proposal.tree) continue;
    const auto region = facts.in_region.find(proposal.kit);
    if (region != facts.in_region.end() && region->second >= proposal.kit_version) continue;
    const auto before = facts.passed_on.find(proposal.kit);
    if (before != facts.passed_on.end() && before->second == proposal.tree) continue;
    due.push_back(row);
  }
  return due;
}

}  // namespace essaimage::store

#include "store/curation/consent.hpp"

#include <algorithm>

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

std::vector<ProposalRow> standing(std::vector<ProposalRow> rows, const Picture& picture) {
  std::erase_if(rows, [&](const ProposalRow& row) {
    const bool may_say = picture.roster && picture.roster->may_hold(row.feed.centre, row.feed.audience);
    return !may_say || picture.frozen.contains(row.feed);
  });
  return rows;
}

bool has_consented(const std::vector<ProposalRow>& rows, const ObjectId& tree) {
  return std::ranges::any_of(rows,
                             [&](const ProposalRow& row) { return row.proposal.to == Proposal::To::region && row.proposal.tree == tree; });
}

void leave_out_passed_on(std::vector<KitRow>& rows, const ObjectId& passed_on) {
  const auto region = std::ranges::find(rows, Audience{}, &KitRow::audience);
  if (region == rows.end() || region->kit_tree != passed_on) return;
  const auto version = region->version;
  if (std::ranges::any_of(rows, [&](const KitRow& row) { return row.version > version; })) rows.erase(region);
}

}  // namespace essaimage::store

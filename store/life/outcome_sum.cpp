#include "store/life/outcome_sum.hpp"

#include <numeric>

namespace essaimage::store {

void OutcomeSum::add(const OutcomeRow& row) {
  const auto& facts = row.outcome.facts;
  ++outcomes;
  sessions += facts.sessions;
  for (std::size_t band = 0; band < age_bands; ++band) participants[band] += facts.participants[band];
  if (facts.priority_neighbourhood) {
    priority_sessions += facts.sessions;
    priority_participants += total_of(facts.participants);
  }
  centres.insert(row.feed.centre);
  kits.insert(row.outcome.kit);
}

std::uint64_t OutcomeSum::total() const { return std::accumulate(participants.begin(), participants.end(), std::uint64_t{0}); }

bool passes(const OutcomeRow& row, const OutcomeFilter& filter, const Roster& roster) {
  const auto& facts = row.outcome.facts;
  if (filter.from && facts.first_day < *filter.from) return false;
  if (filter.to && facts.first_day > *filter.to) return false;
  if (filter.territory.empty()) return true;
  const auto* const member = roster.find(row.feed.centre);
  return member != nullptr && member->territories.contains(filter.territory);
}

void OutcomeSums::add(const OutcomeRow& row, const Roster& roster) {
  all.add(row);
  by_kit[row.outcome.kit].add(row);
  by_month[day_text(row.outcome.facts.first_day).substr(0, 7)].add(row);
  by_place[row.outcome.facts.place].add(row);
  const auto* const member = roster.find(row.feed.centre);
  if (member == nullptr) return;
  for (const auto& territory : member->territories) by_territory[territory].add(row);
}

}  // namespace essaimage::store

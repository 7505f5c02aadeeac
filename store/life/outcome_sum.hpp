#pragma once
// Outcomes added up: for whom the sessions were, by kit, territory, month and place. Pure functions; any thread.
//
// An outcome counts, whole, in the month of its first day, and for the territories that its centre belongs to now: a centre of two
// territories counts in both, so that the territories together may be more than the whole.

#include <map>
#include <set>
#include <vector>

#include "proto/roster.hpp"
#include "store/state/state.hpp"

namespace essaimage::store {

struct OutcomeSum {
  std::uint64_t outcomes = 0, sessions = 0;
  std::array<std::uint64_t, age_bands> participants{};
  std::uint64_t priority_sessions = 0, priority_participants = 0;  ///< in priority neighbourhoods
  std::set<std::string> centres;
  std::set<KitId> kits;

  void add(const OutcomeRow& row);
  std::uint64_t total() const;  ///< participants
};

/// What is not said counts for nothing. The days are those of the first session, both included.
struct OutcomeFilter {
  std::string territory;
  std::optional<Timestamp> from, to;
};
bool passes(const OutcomeRow& row, const OutcomeFilter& filter, const Roster& roster);

/// One outcome after the other is added, so that nobody needs all at once.
struct OutcomeSums {
  void add(const OutcomeRow& row, const Roster& roster);

  OutcomeSum all;
  std::map<KitId, OutcomeSum> by_kit;
  std::map<std::string, OutcomeSum> by_territory;
  std::map<std::string, OutcomeSum> by_month;  ///< "2026-03"
  std::map<PlaceType, OutcomeSum> by_place;
};

}  // namespace essaimage::store

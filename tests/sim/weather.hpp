#pragma once
// What may go wrong in a run, drawn from its seed. Each kind has a name, by which it can be left out.

#include <set>
#include <string>
#include <vector>

#include "daemon/core/random.hpp"
#include "tests/sim/network.hpp"

namespace essaimage::sim {

/// In percent of the runs, or so many in the whole time of faults.
struct Weather {
  Conditions conditions;
  std::int64_t distance_ms = 0;      ///< at most, of a link, beside the delay of each message
  unsigned overtaken_per_10000 = 0;  ///< of messages, by later ones
  unsigned crashes = 0, cuts = 0, partitions = 0, joins = 0;
  unsigned moves = 0;        ///< members that change their territories
  unsigned mirrors = 0;      ///< times that territories are linked, or are no more
  unsigned successions = 0;  ///< centres that go on under a new key: the home was lost, or somebody has the key
  bool disk_fails = false;
  bool unsynced = false;  ///< a crash takes what was not synced yet
  bool suspends = false;
  bool hostile = false;
  bool restores = false;  ///< an old backup comes back
  bool forks = false;     ///< and publishes without asking anybody
  bool loses = false;     ///< a disk loses objects
  bool clocks = false;    ///< they drift, jump and stand still
  bool slow_lines = false, slow_disks = false;
  bool roles = false;  ///< of the federation change, run out, and are forged; where stores know them

  /// Roles too. Who suspends, or loses what it knew, has its own checks.
  void add_roles();
  /// This kind does not happen. False: there is no such kind.
  bool leave_out(const std::string& kind);
};

/// Names of the kinds, which can be left out.
const std::vector<std::string>& kinds_of_faults();
/// Names of the scenarios: what may go wrong in them.
const std::vector<std::string>& scenarios();
Weather weather_of(const std::string& scenario, core::Random& random);

}  // namespace essaimage::sim

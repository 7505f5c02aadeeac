#pragma once
// One random run of a whole federation, and what must be true of it: faults for a while, then peace, then the promises
// are checked. Everything follows from (seed, nodes, scenario).

#include <string>
#include <vector>

#include "tests/sim/weather.hpp"
#include "tests/sim/world.hpp"

namespace essaimage::sim {

struct TrialOptions {
  std::uint64_t seed = 0;
  std::size_t nodes = 0;  ///< 0: 5 to 20, from the seed; 5 to 8 where the stores are slow
  bool slow_stores = false;
  std::string scenario = "mixed";
  bool verbose = false;
  std::set<std::string> without;  ///< kinds of faults, and numbers of events, that are left out
  bool shrinks = false;           ///< the first that fails is made smaller (for whoever runs many)
  StoresMaker stores = memory_stores();
};

struct TrialResult {
  std::vector<std::string> failures;  ///< empty: all promises hold
  std::vector<std::string> events;    ///< what was done to the federation, by number
  std::uint64_t inputs = 0, messages = 0;
  Duration healed_in{};  ///< from peace to convergence
  Coverage coverage;
};

TrialResult run_trial(const TrialOptions& options);

}  // namespace essaimage::sim

#pragma once
// Many seeds in several processes: a seed that ends its process by a signal is one that fails, and the others go on.

#include "tests/sim/trial.hpp"

namespace essaimage::sim {

/// What many runs came to. Trivially copied from one process to another.
struct Totals {
  std::uint64_t seeds = 0, failed = 0, inputs = 0, messages = 0;
  std::int64_t slowest_ms = 0;
  Coverage coverage;

  void add(const TrialResult& result);
  void add(const Totals& other);
};

/// Runs the seeds from options.seed on, in that many processes; prints each that fails, whole, with the command that replays it.
Totals run_seeds(const TrialOptions& options, std::uint64_t count, unsigned jobs);

/// The command that replays this one run.
std::string replay_command(const TrialOptions& options);

}  // namespace essaimage::sim

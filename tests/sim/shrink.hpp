#pragma once
// A failing run, made smaller: kinds of faults and then events are left out one after another, as long as it still fails.

#include "tests/sim/trial.hpp"

namespace essaimage::sim {

struct Shrunk {
  TrialOptions options;  ///< with all that can be left out
  TrialResult result;    ///< of these
};

/// `failing` fails. Runs it again some hundred times at most, and not for much longer than `within_seconds`.
Shrunk shrink(const TrialOptions& failing, unsigned within_seconds = 60);

}  // namespace essaimage::sim

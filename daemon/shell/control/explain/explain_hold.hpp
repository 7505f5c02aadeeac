#pragma once
// Sentences about media that this node does not hold because it need not, and about those that wait for room. Pure functions, any thread.

#include "daemon/shell/control/explain/explain.hpp"

namespace essaimage::shell {

/// Why something is not held, as the rest of a sentence.
Words words_of(store::HoldReason why);
/// A kit of which `kit.not_held` is not empty.
Explanation about_not_held(const store::KitSummary& kit);
/// Media that wait for room: `why` is quota or disk.
Explanation about_room(store::HoldReason why, const store::KeptBack& waiting);

}  // namespace essaimage::shell

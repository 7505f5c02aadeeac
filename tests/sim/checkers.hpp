#pragma once
// What must be true of a simulated federation, whatever happened to it.

#include "tests/sim/world.hpp"

namespace essaimage::sim {

/// Why the honest, active nodes have not converged; empty if they have: equal heads of every feed that both may hold, and
/// every media that some of them holds whole. Excused are feeds that forked, and those of hostile and suspended authors.
std::string not_converged(const World& world);
/// Why not all of them say that they are level.
std::string not_level(const World& world);
/// Whatever breaks a promise in the state that all have now.
void check_stores(World& world);

}  // namespace essaimage::sim

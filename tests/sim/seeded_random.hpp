#pragma once
// The random bytes of libsodium, from a seed: keys, invitations and nonces of a simulated run are then the same each time.
// For the simulator alone: whoever knows the seed knows every key. One thread.

#include <cstdint>

namespace essaimage::sim {

/// From here on this process has no other. Before anything else uses libsodium; again for each run.
void seed_sodium(std::uint64_t seed);

}  // namespace essaimage::sim

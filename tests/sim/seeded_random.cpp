#include "tests/sim/seeded_random.hpp"

#include <sodium.h>

#include <cstring>

#include "daemon/core/random.hpp"
#include "proto/error.hpp"

namespace essaimage::sim {
namespace {

core::Random generator;

const char* name() { return "seeded by the simulator"; }
std::uint32_t number() { return static_cast<std::uint32_t>(generator.next()); }
void fill(void* out, std::size_t size) {
  auto* bytes = static_cast<std::uint8_t*>(out);
  for (std::size_t at = 0; at < size; at += 8) {
    const std::uint64_t word = generator.next();
    std::memcpy(bytes + at, &word, std::min<std::size_t>(8, size - at));
  }
}

randombytes_implementation seeded{name, number, nullptr, nullptr, fill, nullptr};

}  // namespace

void seed_sodium(std::uint64_t seed) {
  // Initialising takes random bytes too, the first time: that must not move what the seed gives.
  const bool ready = randombytes_set_implementation(&seeded) == 0 && sodium_init() >= 0;
  ESSAIMAGE_ASSERT(ready);
  generator = core::Random(seed);
}

}  // namespace essaimage::sim

#pragma once
// The core's only generator, seeded by Start: jitter, round numbers, choice of peers. Not for secrets.
// (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", 2014: SplitMix64.)

#include <cstdint>

namespace essaimage::core {

class Random {
 public:
  explicit Random(std::uint64_t seed = 0) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }
  /// 0 to bound - 1; bound is not zero.
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }

 private:
  std::uint64_t state_;
};

}  // namespace essaimage::core

#pragma once
// Bytes for tests: the same for the same seed, on every machine.

#include <cstdint>

#include "proto/bytes.hpp"

namespace essaimage::test {

/// Incompressible bytes (splitmix64).
inline Bytes noise(std::size_t count, std::uint64_t seed) {
  Bytes bytes(count);
  std::uint64_t state = seed;
  for (std::size_t i = 0; i < count;) {
    state += 0x9E3779B97F4A7C15U;
    std::uint64_t value = state;
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9U;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBU;
    value ^= value >> 31;
    for (int byte = 0; byte < 8 && i < count; ++byte, value >>= 8) bytes[i++] = static_cast<std::uint8_t>(value);
  }
  return bytes;
}

}  // namespace essaimage::test

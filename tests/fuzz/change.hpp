#pragma once
// Fixed changes of a file of the corpus: for the same file, number and neighbours always the same ones.

#include <algorithm>

#include "daemon/core/random.hpp"
#include "proto/bytes.hpp"

namespace essaimage::fuzz {

namespace changes {

/// Where lengths and counts break.
inline constexpr std::uint8_t edges[] = {0x00, 0x01, 0x7F, 0x80, 0xFF, '"', '\\', '/', '.', '\n', ' ', '['};

inline void one(Bytes& bytes, core::Random& random, const Bytes& other) {
  const std::size_t size = bytes.size();
  const std::size_t at = random.below(size + 1);
  const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
  const std::size_t count = std::min<std::size_t>(size - at, 1 + random.below(16));
  const auto end = place + static_cast<std::ptrdiff_t>(count);
  switch (random.below(8)) {
    case 0:
      if (at < size) *place = static_cast<std::uint8_t>(*place ^ 1U << random.below(8));
      break;
    case 1:
      if (at < size) *place = edges[random.below(std::size(edges))];
      break;
    case 2: bytes.insert(place, edges[random.below(std::size(edges))]); break;
    case 3: bytes.erase(place, end); break;
    case 4: {
      const Bytes again(place, end);
      bytes.insert(place, again.begin(), again.end());
      break;
    }
    case 5: bytes.resize(at); break;
    case 6: {  // goes on as another file does
      const std::size_t from = random.below(other.size() + 1);
      bytes.resize(at);
      bytes.insert(bytes.end(), other.begin() + static_cast<std::ptrdiff_t>(from), other.end());
      break;
    }
    default:  // a number of several bytes
      std::fill(place, place + static_cast<std::ptrdiff_t>(std::min<std::size_t>(count, 4)), edges[random.below(5)]);
  }
}

}  // namespace changes

/// `other`: another file of the same target.
inline Bytes changed(Bytes bytes, std::uint64_t seed, const Bytes& other) {
  core::Random random(seed);
  for (std::uint64_t left = 1 + random.below(4); left > 0; --left) changes::one(bytes, random, other);
  return bytes;
}

}  // namespace essaimage::fuzz

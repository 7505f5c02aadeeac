#pragma once
// How fast bytes come: over the last ten seconds, so that a number neither jumps with each piece nor speaks of long ago.
// The daemon's numbers and the CLI's bars are both made by it. Plain value; one thread.

#include <deque>
#include <optional>

#include "proto/time.hpp"

namespace essaimage {

class Meter {
 public:
  static constexpr Duration window{10'000};

  void came(std::uint64_t bytes, Instant now);
  /// Bytes a second; 0 if nothing came within the window.
  std::uint64_t rate(Instant now) const;

 private:
  struct Part {
    Instant begun;
    std::uint64_t bytes = 0;
  };
  std::deque<Part> parts_;  ///< of a second each, and gaps between them
};

/// How long `bytes` take at that rate; nothing if it is 0.
std::optional<Duration> time_for(std::uint64_t bytes, std::uint64_t rate);

}  // namespace essaimage

#pragma once
// Two clocks, never mixed. Both are handed in: nothing below daemon/shell reads a clock.

#include <chrono>
#include <cstdint>

namespace essaimage {

using Duration = std::chrono::milliseconds;

/// A point of the monotonic clock: for timers, back-off and rates. Milliseconds since an arbitrary start.
struct Instant {
  std::int64_t ms = 0;
  auto operator<=>(const Instant&) const = default;
  friend Instant operator+(Instant t, Duration d) { return {t.ms + d.count()}; }
  friend Duration operator-(Instant a, Instant b) { return Duration(a.ms - b.ms); }
};

/// A point of civil time: shown to people, and used for expiries. Seconds since 1970-01-01 UTC.
struct Timestamp {
  std::int64_t seconds = 0;
  auto operator<=>(const Timestamp&) const = default;
};

}  // namespace essaimage

#pragma once
// Two clocks, never mixed. Both are handed in: nothing below daemon/shell reads a clock.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "proto/error.hpp"

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

/// From the year 1970 to 9999: what to_utc can write.
inline constexpr Timestamp timestamp_max{253'402'300'799};

/// "2026-03-01T09:30:00Z", which is also a TOML date-time. The year is held within 1970 to 9999.
std::string to_utc(Timestamp time);

/// Accepts exactly what to_utc writes.
Result<Timestamp> parse_utc(std::string_view text);

/// The first second of a day; malformed if there is no such day (2026-02-30) or its year is outside 1970 to 9999.
Result<Timestamp> start_of_day(int year, int month, int day);

}  // namespace essaimage

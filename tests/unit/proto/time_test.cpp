#include "proto/time.hpp"

#include <random>

#include "tests/support/catch.hpp"

namespace time_test {
using namespace essaimage;

TEST_CASE("a time is written in UTC, and only that form is read") {
  CHECK(to_utc({0}) == "1970-01-01T00:00:00Z");
  CHECK(to_utc({1'772'357'400}) == "2026-03-01T09:30:00Z");
  CHECK(to_utc({-5}) == "1970-01-01T00:00:00Z");
  CHECK(to_utc({timestamp_max.seconds + 1}) == "9999-12-31T23:59:59Z");
  CHECK(parse_utc("2024-02-29T23:59:59Z")->seconds == 1'709'251'199);
  for (const auto* bad :
       {"", "2026-03-01", "2026-03-01 09:30:00Z", "2026-03-01T09:30:00", "2026-03-01T09:30:00+00:00", "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z", "1969-12-31T23:59:59Z", "2026-03-01T24:00:00Z",
        "2026-03-01T23:60:00Z", "2026-03-01T23:00:60Z", "2026-03-0 T09:30:00Z", "-026-03-01T09:30:00Z", "2026-03-01t09:30:00z"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_utc(bad));
  }
}

TEST_CASE("every second comes back") {
  std::mt19937_64 random(7);
  for (int i = 0; i < 1000; ++i) {
    const Timestamp time{static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(timestamp_max.seconds + 1))};
    REQUIRE(parse_utc(to_utc(time)).value() == time);
  }
}

}  // namespace time_test

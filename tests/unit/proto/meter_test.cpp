#include "proto/meter.hpp"

#include "tests/support/catch.hpp"

namespace meter_test {
using namespace essaimage;

TEST_CASE("a rate is that of the last ten seconds") {
  Meter meter;
  CHECK(meter.rate({0}) == 0);
  for (std::int64_t ms = 0; ms < 30'000; ms += 100) meter.came(ms < 15'000 ? 500'000 : 100, {ms});
  const auto slow = meter.rate({30'000});
  CHECK(slow >= 900);
  CHECK(slow <= 1'100);
}

TEST_CASE("a rate that has just begun is not counted as if ten seconds had passed, nor in no time at all") {
  Meter meter;
  meter.came(50'000, {1'000});
  CHECK(meter.rate({1'000}) == 200'000);
  CHECK(meter.rate({1'500}) == 100'000);
  CHECK(meter.rate({2'000}) == 50'000);
  for (std::int64_t ms = 1'100; ms <= 4'000; ms += 100) meter.came(10'000, {ms});
  CHECK(meter.rate({4'000}) > 100'000);
  CHECK(meter.rate({4'000}) < 130'000);
}

TEST_CASE("what stopped falls to nothing within ten seconds, and what begins again is not slowed by the gap") {
  Meter meter;
  meter.came(100'000, {0});
  CHECK(meter.rate({5'000}) == 20'000);
  CHECK(meter.rate({10'000}) == 0);
  meter.came(30'000, {60'000});
  CHECK(meter.rate({61'000}) == 30'000);
}

TEST_CASE("how long something takes is told only where there is a rate") {
  CHECK_FALSE(time_for(5, 0));
  CHECK(time_for(0, 10) == Duration(0));
  CHECK(time_for(101, 10) == Duration(11'000));
  CHECK(time_for(UINT64_MAX - 5, 1) == std::chrono::hours(24 * 366));
}

}  // namespace meter_test

#include "daemon/shell/media_meters.hpp"

#include "tests/support/catch.hpp"

namespace media_meters_test {
using namespace essaimage;
using shell::MediaMeters;

namespace {
const Sha256 film{{1}}, plan{{2}};
}

TEST_CASE("each media file has its rate, and none once nothing came for ten seconds") {
  MediaMeters meters;
  for (std::int64_t ms = 0; ms <= 5'000; ms += 100) meters.came(film, 1'000, {ms});
  meters.came(plan, 500, {5'000});
  auto rates = meters.rates({5'000});
  CHECK(rates[film] >= 10'000);
  CHECK(rates[film] < 10'500);
  CHECK(rates[plan] == 2'000);  // as if it had taken a quarter of a second
  meters.came(plan, 500, {20'000});
  rates = meters.rates({20'000});
  CHECK(rates.size() == 1);
  CHECK(rates[plan] == 2'000);
  CHECK(meters.size() == 2);
  meters.forget_idle({20'000});
  CHECK(meters.size() == 1);
  meters.forget_idle({31'000});
  CHECK(meters.size() == 0);
}

TEST_CASE("what travels compressed counts as what it brings") {
  MediaMeters meters;
  for (std::int64_t ms = 0; ms <= 4'000; ms += 100) {
    meters.came(plan, 1'000, {ms});
    meters.came(film, 1'000, {ms});
    if (ms % 500 == 400) meters.brought(plan, 15'000);
    if (ms % 500 == 400) meters.brought(film, 4'900);  // a little more than the file travels where that does not help
  }
  auto rates = meters.rates({4'000});
  CHECK(rates[plan] > 28'000);
  CHECK(rates[plan] < 32'000);
  CHECK(rates[film] >= 10'000);
  CHECK(rates[film] < 10'500);
}

}  // namespace media_meters_test

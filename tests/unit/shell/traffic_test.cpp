#include "daemon/shell/traffic.hpp"
#include "tests/support/catch.hpp"

namespace traffic_test {
using namespace essaimage;
using namespace essaimage::shell;
using std::chrono::minutes;

TEST_CASE("hours are written as a clock shows them") {
  CHECK(parse_hours("20:00-07:00").value() == Hours{1200, 420});
  CHECK(parse_hours("00:00-24:00").value() == Hours{0, 1440});
  CHECK(parse_hours("12:30-24:00").value() == Hours{750, 1440});
  for (const char* text : {"20:00-07:05", "00:00-24:00", "09:30-12:00"}) CHECK(str(parse_hours(text).value()) == text);
  for (const char* wrong :
       {"", "20:00", "20-07", "20:00-7:00", "25:00-07:00", "20:60-07:00", "20:00-20:00", "24:00-07:00", "20:00 - 07:00", "xx:00-07:00"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_hours(wrong));
  }
}

TEST_CASE("hours may go over midnight, and there may be several") {
  const std::vector<Hours> hours{{1200, 420}, {720, 780}};
  CHECK(within(hours, 1200));
  CHECK(within(hours, 0));
  CHECK(within(hours, 419));
  CHECK_FALSE(within(hours, 420));
  CHECK(within(hours, 720));
  CHECK_FALSE(within(hours, 780));
  CHECK_FALSE(within(hours, 1199));
  CHECK(within({}, 600));
}

TEST_CASE("the core is told when something changes, and of the limits in bytes") {
  TrafficConfig config;
  config.upload_kbit = 800;
  config.hours = {{1200, 420}};
  Traffic traffic(config);
  Instant now{1000};
  const auto first = traffic.news(now, 1300);
  REQUIRE(first);
  CHECK(first->upload == 100'000U);
  CHECK_FALSE(first->download);
  CHECK(first->media);
  CHECK_FALSE(traffic.news(now, 1301));
  SECTION("the hours end") {
    const auto rest = traffic.news(now, 500);
    REQUIRE(rest);
    CHECK_FALSE(rest->media);
    CHECK(traffic.state(now, 500).rest == Traffic::Rest::hours);
    CHECK(traffic.state(now, 500).hours == config.hours);
  }
  SECTION("a pause") {
    traffic.pause(now, {});
    CHECK(traffic.state(now, 1301).rest == Traffic::Rest::paused);
    CHECK_FALSE(traffic.news(now, 1301).value().media);
    traffic.resume();
    CHECK(traffic.news(now, 1301).value().media);
  }
  SECTION("a pause that ends by itself") {
    traffic.pause(now, minutes(10));
    CHECK_FALSE(traffic.news(now, 1301).value().media);
    now = now + minutes(9);
    CHECK(traffic.state(now, 1310).rest == Traffic::Rest::paused);
    now = now + minutes(1);
    CHECK(traffic.news(now, 1311).value().media);
  }
}

}  // namespace traffic_test

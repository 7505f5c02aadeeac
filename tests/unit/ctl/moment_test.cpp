// Moments as people type them. The time zone is one of the test's own, with a summer time.
#include <cstdlib>
#include <ctime>

#include "tests/support/catch.hpp"
#include "tools/ctl/moment.hpp"

namespace moment_test {
using namespace essaimage;
using namespace essaimage::ctl;

namespace {

struct Paris {
  std::string before = std::getenv("TZ") == nullptr ? "" : std::getenv("TZ");
  bool had = std::getenv("TZ") != nullptr;
  Paris() {
    ::setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    ::tzset();
  }
  ~Paris() {
    if (had) ::setenv("TZ", before.c_str(), 1);
    else ::unsetenv("TZ");
    ::tzset();
  }
};

std::string utc(std::string_view text, std::string_view now = "2026-11-29T12:00:00Z") {
  const Paris paris;
  const auto moment = parse_moment(text, parse_utc(now).value());
  return moment ? to_utc(*moment) : "none";
}

}  // namespace

TEST_CASE("a day as people write it on paper is turned, and nothing else") {
  CHECK(turned_day("01/12/2026") == "2026-12-01");
  CHECK(turned_day("01/12/2026 14:00") == "2026-12-01 14:00");
  for (const auto* const text : {"", "2026-12-01", "1/12/2026", "01/12/26", "aa/bb/cccc", "01-12-2026", "never"})
    CHECK(turned_day(text) == text);
}

TEST_CASE("a moment is by the clock on the wall") {
  CHECK(utc("2026-12-01 14:00") == "2026-12-01T13:00:00Z");
  CHECK(utc("2026-07-01 14:00") == "2026-07-01T12:00:00Z");
  CHECK(utc("2026-12-01T14:00") == "2026-12-01T13:00:00Z");
  CHECK(utc("01/12/2026 14:00") == "2026-12-01T13:00:00Z");
  CHECK(utc("01/12/2026 14h") == "2026-12-01T13:00:00Z");
  CHECK(utc("32/12/2026") == "none");
  CHECK(utc("2026-12-01 9h30") == "2026-12-01T08:30:00Z");
  CHECK(utc("2026-12-01 14h") == "2026-12-01T13:00:00Z");
  CHECK(utc("2026-12-01") == "2026-12-01T22:59:59Z");  // the end of the day
  CHECK(utc("14:00") == "2026-11-29T13:00:00Z");
  CHECK(utc("13:00") == "2026-11-30T12:00:00Z");  // it is just 13:00: tomorrow
}

TEST_CASE("what is no moment is none") {
  for (const auto* const text : {"", "tuesday", "2026-02-30 14:00", "2026-13-01", "2026-12-01 24:00", "2026-12-01 14:60", "2026-12-01 14:0",
                                 "2026-12-01x14:00", "26-12-01", "14", ":30", "1:2:3", "2026-12-01 14:00:00", "2026-12-01 -1:00"}) {
    CAPTURE(text);
    CHECK(utc(text) == "none");
  }
}

}  // namespace moment_test

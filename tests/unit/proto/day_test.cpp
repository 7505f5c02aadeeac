// Days as people write them in a sentence.
#include "proto/day.hpp"

#include "tests/support/catch.hpp"

namespace day_test {
using namespace essaimage;

TEST_CASE("a day is said as people write it, and the first of a month as the French count it") {
  CHECK(shown_day("2026-03-01", Language::english) == "1 Mar 2026");
  CHECK(shown_day("2026-03-01", Language::french) == "1er mars 2026");
  CHECK(shown_day("2026-08-15", Language::french) == "15 août 2026");
  CHECK(shown_day(Timestamp{1'767'225'599}, Language::french) == "31 déc. 2025");
}

TEST_CASE("what is no day stays as it is") {
  for (const auto* const text : {"", "2026-02-30", "2026-3-1", "15/08/2026", "2026-03-01T00:00:00Z"})
    CHECK(shown_day(text, Language::french) == text);
}

}  // namespace day_test

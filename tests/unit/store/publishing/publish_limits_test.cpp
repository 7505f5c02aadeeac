// What peers would refuse is refused at the door; what is merely unusual is not.

#include "proto/limits.hpp"
#include "store/publishing/publication_impl.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/store/members.hpp"

namespace publish_limits_test {
using namespace essaimage;
using namespace essaimage::store;
using namespace essaimage::test;

namespace {

/// Texts so regular that they unfold to far more than what they take on the way.
KitFiles regular_texts(std::size_t count, char letter) {
  KitFiles files;
  for (std::size_t i = 0; i < count; ++i) files["t" + std::to_string(i)] = std::to_string(i) + std::string(262'000, letter);
  return files;
}

}  // namespace

TEST_CASE("more in one command than a receiver takes of one pack is refused") {
  CHECK(check_totals({limits::pack_visits_max / 2, limits::pack_bytes_max / 2, limits::pack_objects_max / 2}));
  for (const PackTotals& totals :
       {PackTotals{.visits = limits::pack_visits_max / 2 + 1}, PackTotals{.bytes = limits::pack_bytes_max / 2 + 1},
        PackTotals{.objects = limits::pack_objects_max / 2 + 1}}) {
    const auto checked = check_totals(totals);
    REQUIRE_FALSE(checked);
    CHECK(checked.error().code == Errc::too_large);
  }
}

TEST_CASE("texts that are far too regular are published, and arrive") {
  Members m;
  m.a->publish_one("k", regular_texts(150, 'a'));
  replicate(*m.a, *m.b);
  CHECK(m.b->find("a/k"));
}

TEST_CASE("what lies here already goes to more people in one command") {
  Members m;
  const auto one = regular_texts(60, 'a'), two = regular_texts(60, 'b');
  m.a->publish_one("one", one, "territory:lille");
  m.a->publish_one("two", two, "territory:lille");
  REQUIRE(m.a->publish({{"one", one}, {"two", two}}, "region"));
  REQUIRE(fetch_feed(*m.a, *m.b, m.a->feed()));
  CHECK(m.b->find("a/two"));
}

}  // namespace publish_limits_test

// The policies that follow what others said: the catalogue, and adoptions.
#include "tests/support/catch.hpp"
#include "tests/unit/store/members.hpp"

namespace opinions_test {
using namespace essaimage;
using namespace essaimage::store;
using namespace essaimage::test;
using Kind = KitChoice::Kind;
using Media = HoldPolicy::Media;

namespace {

const KitId kit{"a", "k"};

void open_with(TestNode& node, Media media) {
  node.close();
  node.policy.media = media;
  REQUIRE(node.open());
}

std::size_t needed(const TestNode& node) {
  return static_cast<std::size_t>(std::count_if(node.changes.begin(), node.changes.end(),
                                                [](const Change& each) { return std::holds_alternative<change::MediaNeeded>(each); }));
}

/// A kit of a with one photo, which everybody knows; b follows this policy.
struct Known {
  Members m;
  explicit Known(Media media) {
    open_with(*m.b, media);
    m.a->publish_one("k", {{"p.jpg", photo(50'000, 1)}});
    replicate(*m.a, *m.federation);
    replicate(*m.a, *m.b);
  }
  std::optional<HoldReason> why_not() const { return m.b->find("a/k")->why_not; }
  bool whole() const { return m.b->find("a/k")->is_whole(); }
};

}  // namespace

TEST_CASE("under the policy of the catalogue a kit's media are needed once a decision is in force") {
  Known k(Media::catalogue);
  CHECK(k.why_not() == HoldReason::not_in_catalogue);
  CHECK(k.m.b->library().needs()->empty());
  REQUIRE(k.m.federation->library().accept({kit, {}, "essayé", {}}));
  REQUIRE(fetch_feed(*k.m.federation, *k.m.b, k.m.federation->feed()));
  CHECK_FALSE(k.why_not());
  CHECK(needed(*k.m.b) == 1);
  CHECK(fetch_media(*k.m.a, *k.m.b) > 0);
  CHECK(k.whole());

  // What is held is the newest version, reviewed or not.
  k.m.a->publish_one("k", {{"p.jpg", photo(50'000, 2)}});
  replicate(*k.m.a, *k.m.b);
  CHECK(k.whole());
  // A retirement removes nothing; it brings nothing more either.
  REQUIRE(k.m.federation->library().retire(kit, "dépassé"));
  replicate(*k.m.federation, *k.m.b);
  CHECK(k.whole());
  k.m.a->publish_one("k", {{"p.jpg", photo(50'000, 3)}});
  replicate(*k.m.a, *k.m.b);
  CHECK(k.why_not() == HoldReason::not_in_catalogue);
  CHECK(k.m.b->library().needs()->empty());
  REQUIRE(k.m.b->library().choose(kit, Kind::pinned));
  CHECK(fetch_media(*k.m.a, *k.m.b) > 0);
  CHECK(k.whole());
}

TEST_CASE("a retirement ends the need for what has not come") {
  Known k(Media::catalogue);
  REQUIRE(k.m.federation->library().accept({kit, {}, "essayé", {}}));
  REQUIRE(fetch_feed(*k.m.federation, *k.m.b, k.m.federation->feed()));
  CHECK(k.m.b->library().needs()->size() == 1);
  REQUIRE(k.m.federation->library().retire(kit, "dépassé"));
  REQUIRE(fetch_feed(*k.m.federation, *k.m.b, k.m.federation->feed()));
  CHECK(k.m.b->library().needs()->empty());
  CHECK(k.why_not() == HoldReason::not_in_catalogue);
}

TEST_CASE("a decision counts for kits that come after it, and after a restart") {
  Members m;
  m.a->publish_one("k", {{"p.jpg", photo(50'000, 1)}});
  m.a->publish_one("l", {{"p.jpg", photo(50'000, 2)}});
  replicate(*m.a, *m.federation);
  REQUIRE(m.federation->library().accept({kit, {}, "essayé", {}}));
  open_with(*m.b, Media::catalogue);
  REQUIRE(fetch_feed(*m.federation, *m.b, m.federation->feed()));
  REQUIRE(fetch_feed(*m.a, *m.b, m.a->feed()));
  open_with(*m.b, Media::catalogue);
  CHECK(m.b->library().needs()->size() == 1);
  CHECK(m.b->find("a/l")->why_not == HoldReason::not_in_catalogue);
  replicate(*m.a, *m.b);
  CHECK(m.b->find("a/k")->is_whole());
}

TEST_CASE("under the policy of adoptions a centre holds what it has adopted itself") {
  Known k(Media::adopted);
  CHECK(k.why_not() == HoldReason::not_adopted);
  // Others are others.
  replicate(*k.m.a, *k.m.c);
  REQUIRE(k.m.c->library().adopt(kit, ""));
  replicate(*k.m.c, *k.m.b);
  CHECK(k.why_not() == HoldReason::not_adopted);
  REQUIRE(k.m.b->library().adopt(kit, ""));
  CHECK_FALSE(k.why_not());
  CHECK(needed(*k.m.b) == 1);
  CHECK(fetch_media(*k.m.a, *k.m.b) > 0);
  k.m.a->publish_one("k", {{"p.jpg", photo(50'000, 2)}});
  replicate(*k.m.a, *k.m.b);  // whatever version was adopted
  CHECK(k.whole());
  REQUIRE(k.m.b->library().unadopt(kit));
  CHECK(k.whole());
  k.m.a->publish_one("k", {{"p.jpg", photo(50'000, 3)}});
  replicate(*k.m.a, *k.m.b);
  CHECK(k.why_not() == HoldReason::not_adopted);
}

TEST_CASE("under the policy of adoptions the federation holds what any centre has adopted") {
  Members m;
  open_with(*m.federation, Media::adopted);
  m.a->publish_one("k", {{"p.jpg", photo(50'000, 1)}});
  replicate(*m.a, *m.federation);
  replicate(*m.a, *m.b);
  CHECK(m.federation->find("a/k")->why_not == HoldReason::not_adopted);
  REQUIRE(m.b->library().adopt(kit, ""));
  replicate(*m.b, *m.federation);
  CHECK(needed(*m.federation) > 0);
  CHECK(m.federation->find("a/k")->is_whole());
}

TEST_CASE("dropping counts what the catalogue lists as wanted by another kit") {
  Known k(Media::catalogue);
  k.m.a->publish_one("l", {{"p.jpg", photo(50'000, 1)}, {"x", "1"}});
  replicate(*k.m.a, *k.m.federation);
  REQUIRE(k.m.federation->library().accept({kit, {}, "essayé", {}}));
  replicate(*k.m.federation, *k.m.b);
  replicate(*k.m.a, *k.m.b);
  REQUIRE(k.whole());
  CHECK(k.m.b->library().removable({"a", "l"})->empty());
  CHECK(k.m.b->library().removable(kit)->size() == 1);  // l is in no catalogue
}

}  // namespace opinions_test

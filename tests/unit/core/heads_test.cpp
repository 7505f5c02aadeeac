#include "daemon/core/heads.hpp"

#include <algorithm>

#include "tests/support/catch.hpp"
#include "tests/unit/core/harness.hpp"

namespace heads_test {
using namespace essaimage;
using namespace essaimage::core;

TEST_CASE("feeds are ordered as their texts are") {
  std::vector<FeedId> feeds;
  for (const auto* centre : {"a", "a-b", "a0", "ab", "a-", "b", "aa-b", "aa"}) {
    for (const auto* audience : {"region", "territory:lille", "territory:l", "mirror:num", "territory:lille-sud"}) {
      if (is_slug(centre)) feeds.push_back({centre, *Audience::parse(audience)});
    }
  }
  for (const FeedId& a : feeds) {
    for (const FeedId& b : feeds) {
      CAPTURE(a.str(), b.str());
      CHECK(ByText()(a, b) == (a.str() < b.str()));
    }
  }
}

TEST_CASE("a head is worth fetching when it is newer than what is held and witnessed") {
  const FeedId feed = Bench::region(2);
  const auto five = Bench::head(feed, 5, Bench::commit(feed, 5, 2));
  const auto other_five = Bench::head(feed, 5, Bench::commit(feed, 5, 2, 99));
  FeedEntry entry;
  entry.held = five;
  CHECK_FALSE(entry.lacks(five.order, five.commit));
  CHECK_FALSE(entry.lacks({1, 1, 4}, other_five.commit));
  CHECK(entry.lacks({1, 1, 6}, other_five.commit));
  CHECK(entry.lacks({1, 2, 1}, other_five.commit));
  CHECK(entry.lacks({2, 1, 1}, other_five.commit));
  SECTION("equal order and another commit: a fork, to be proved") { CHECK(entry.lacks(five.order, other_five.commit)); }
  SECTION("never back below what was witnessed") {
    entry.witnessed_order = {1, 1, 8};
    entry.witnessed_commit = five.commit;
    CHECK_FALSE(entry.lacks({1, 1, 7}, other_five.commit));
    CHECK_FALSE(entry.lacks({1, 1, 8}, other_five.commit));
    CHECK(entry.lacks({1, 1, 8}, five.commit));
    CHECK(entry.lacks({1, 1, 9}, other_five.commit));
  }
  SECTION("what was witnessed is worth fetching again, also as the bound of a suspended author, told without commit") {
    entry.bound = entry.witnessed_order = {1, 1, 8};
    entry.witnessed_commit = five.commit;
    CHECK(entry.lacks({1, 1, 8}, {}));
    CHECK_FALSE(entry.lacks({1, 1, 7}, {}));
  }
  SECTION("of a key that was succeeded, nothing beyond the last that counts; of the new one, everything") {
    entry.ended = {2, Bench::head(feed, 7, Bench::commit(feed, 7, 2))};
    CHECK(entry.lacks({1, 1, 7}, {}));
    CHECK_FALSE(entry.lacks({1, 1, 8}, {}));
    CHECK_FALSE(entry.lacks({1, 9, 1}, {}));
    CHECK(entry.lacks({2, 1, 8}, {}));
  }
  SECTION("of a frozen feed only a new epoch") {
    entry.fork = Fork{};
    entry.fork_order = five.order;
    CHECK_FALSE(entry.lacks({1, 1, 9}, other_five.commit));
    CHECK(entry.lacks({1, 2, 1}, other_five.commit));
  }
}

TEST_CASE("who accepted more of a succeeded key than counts takes what counts again") {
  FeedLimits limits;
  Heads heads([&](const FeedId&) { return limits; });
  const FeedId feed = Bench::region(2);
  const auto counts = Bench::head(feed, 4, Bench::commit(feed, 4, 2));
  heads.set_held(Bench::head(feed, 9, Bench::commit(feed, 9, 2)), nullptr);
  heads.note(1, counts, true, {});
  CHECK_FALSE(heads.wants_from(1));
  limits.ended = {2, counts};
  heads.roster_changed([](LinkId, const FeedId&) { return true; });
  heads.leave(feed);
  CHECK_FALSE(heads.find(feed)->has());
  CHECK(heads.find(feed)->witnessed_order == counts.order);
  CHECK(heads.wants_from(1));
  heads.note(1, Bench::head(feed, 9, Bench::commit(feed, 9, 2)), true, {});
  CHECK_FALSE(heads.wants_from(1));
}

TEST_CASE("claims go with their link") {
  Heads heads;
  const FeedId feed = Bench::region(2);
  heads.note(1, Bench::head(feed, 3, Bench::commit(feed, 3, 2)), true, {});
  heads.note(2, Bench::head(feed, 4, Bench::commit(feed, 4, 2)), true, {});
  CHECK(heads.wants_from(1));
  heads.set_held(Bench::head(feed, 3, Bench::commit(feed, 3, 2)), nullptr);
  CHECK_FALSE(heads.wants_from(1));
  CHECK(heads.wants_from(2));
  heads.link_closed(2);
  CHECK(heads.wanted().empty());
  CHECK(heads.find(feed)->held_by(1));
}

TEST_CASE("a feed that nobody tells of any more is forgotten, unless it is held") {
  Heads heads;
  const FeedId feed = Bench::region(2);
  heads.note(1, Bench::head(feed, 3, Bench::commit(feed, 3, 2)), true, {});
  heads.link_closed(1);
  CHECK(heads.table().empty());
}

}  // namespace heads_test

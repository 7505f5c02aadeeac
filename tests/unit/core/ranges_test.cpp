#include "daemon/core/ranges.hpp"

#include "daemon/core/random.hpp"
#include "proto/codec.hpp"
#include "proto/limits.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/core/harness.hpp"

namespace ranges_test {
using namespace essaimage;
using namespace essaimage::core;

namespace {

/// One side of a reconciliation that only compares.
struct Side {
  std::map<std::string, Head> heads;

  void put(std::size_t centre, std::uint64_t seq) {
    const FeedId feed{"centre-" + std::to_string(1000 + centre), {}};
    heads[feed.str()] = Bench::head(feed, seq, Bench::commit(feed, seq, centre));
  }
  HeadSet set() const {
    HeadSet all;
    for (const auto& [text, head] : heads) all.push_back({text, &head.feed, head.order, head.commit});
    return all;
  }
  /// What the other has newer, as learnt.
  std::map<std::string, Head> news;
  std::set<std::string> alike;
  void learn(const Comparison& comparison, const HeadSet& own) {
    for (const auto& [first, end] : comparison.equal) {
      for (std::size_t i = first; i < end; ++i) alike.emplace(own[i].text);
    }
    for (const Head& head : comparison.told) {
      const auto mine = heads.find(head.feed.str());
      if (mine == heads.end() || mine->second.order < head.order) news[head.feed.str()] = head;
    }
  }
};

struct Cost {
  std::size_t bytes = 0, messages = 0;
};

/// Runs one round through the codec until it is over.
Cost reconcile(Side& opener, Side& other) {
  const sim::SimNotary notary;
  const std::uint64_t round = 0x1234567812345678;
  Cost cost;
  message::Reconcile message{round, true, opening_ranges(notary, round, opener.set())};
  Side* receiver = &other;
  while (cost.messages < 200) {
    const Bytes frame = encode(message);
    cost.bytes += frame.size();
    cost.messages += 1;
    const auto decoded = decode(frame);
    REQUIRE(decoded);
    const auto& received = std::get<message::Reconcile>(*decoded);
    if (received.ranges.empty()) return cost;
    const HeadSet own = receiver->set();
    const Comparison comparison = compare(notary, round, own, received.ranges);
    receiver->learn(comparison, own);
    message = {round, false, comparison.reply};
    receiver = receiver == &other ? &opener : &other;
  }
  FAIL("the round does not end");
  return cost;
}

}  // namespace

TEST_CASE("level peers spend less than 300 bytes a round") {
  Side a, b;
  for (std::size_t i = 0; i < 2000; ++i) {
    a.put(i, 7);
    b.put(i, 7);
  }
  const Cost cost = reconcile(a, b);
  CHECK(cost.bytes < 300);
  CHECK(cost.messages == 2);
}

TEST_CASE("ten differing feeds of 2,000 are found for less than 20 KB") {
  Side a, b;
  for (std::size_t i = 0; i < 2000; ++i) {
    a.put(i, 7);
    b.put(i, i % 200 == 17 ? 8 : 7);
  }
  const Cost cost = reconcile(a, b);
  CHECK(a.news.size() == 10);
  CHECK(b.news.empty());
  CHECK(cost.bytes < 20'000);
}

TEST_CASE("both sides learn what the other has newer, in one round") {
  Side a, b;
  for (std::size_t i = 0; i < 300; ++i) {
    a.put(i, i % 7 == 0 ? 9 : 5);
    b.put(i, i % 11 == 0 ? 10 : 5);
  }
  a.put(900, 1);
  b.put(901, 1);
  reconcile(a, b);
  CHECK(a.news.size() == 28 + 1);
  CHECK(b.news.size() == 43 - 4 + 1);
}

TEST_CASE("who has few heads learns which of them the other has alike") {
  Side few, many;
  for (std::size_t centre = 0; centre < 500; ++centre) many.put(centre, 3);
  few.put(250, 3);
  few.put(260, 2);
  reconcile(few, many);
  CHECK(few.alike == std::set<std::string>{"centre-1250/region"});
  CHECK(few.news.contains("centre-1260/region"));
}

TEST_CASE("a newcomer learns thousands of heads in bounded messages") {
  Side newcomer, old;
  for (std::size_t i = 0; i < 5000; ++i) old.put(i, 3);
  SECTION("when the newcomer opens") { reconcile(newcomer, old); }
  SECTION("when the other opens") { reconcile(old, newcomer); }
  CHECK(newcomer.news.size() == 5000);
}

TEST_CASE("any two sets are reconciled") {
  Random random(3);
  for (int trial = 0; trial < 200; ++trial) {
    Side a, b;
    const std::size_t size = random.below(60);
    std::size_t a_lacks = 0, b_lacks = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const std::uint64_t in_a = random.below(4), in_b = random.below(3) == 0 ? random.below(4) : in_a;
      if (in_a > 0) a.put(i, in_a);
      if (in_b > 0) b.put(i, in_b);
      a_lacks += in_b > in_a ? 1 : 0;
      b_lacks += in_a > in_b ? 1 : 0;
    }
    reconcile(a, b);
    CAPTURE(trial, size);
    CHECK(a.news.size() == a_lacks);
    CHECK(b.news.size() == b_lacks);
  }
}

TEST_CASE("a fingerprint depends on the round, so that no collision can be prepared") {
  Side a;
  a.put(1, 1);
  const sim::SimNotary notary;
  CHECK(fingerprint(notary, 1, a.set()) != fingerprint(notary, 2, a.set()));
}

TEST_CASE("no message makes the reply larger than a message may be") {
  const sim::SimNotary notary;
  std::map<std::string, Head> heads;
  const std::string slug(52, 'c'), place(64, 't');
  for (std::size_t i = 0; i < 3000; ++i) {
    const FeedId feed{slug + std::to_string(100'000 + i), {Audience::Kind::territory, place}};
    Head head{feed, {~0ULL, ~0ULL, ~0ULL}, {}};
    head.commit.bytes.fill(1);
    heads[feed.str()] = head;
  }
  HeadSet own;
  for (const auto& [text, head] : heads) own.push_back({text, &head.feed, head.order, head.commit});
  // Long bounds, and lists that lack everything; skips and wrong fingerprints in turn.
  std::vector<message::Range> ranges;
  const std::size_t step = GENERATE(1, 5, 40);
  for (std::size_t at = step; at < own.size() && ranges.size() < limits::ranges_per_message_max; at += step) {
    message::Range range;
    range.upper = std::string(own[at].text);
    range.kind = ranges.size() % 3 == 0 ? message::Range::Kind::fingerprint : message::Range::Kind::list;
    if (ranges.size() % 3 == 2) range.kind = message::Range::Kind::skip;
    ranges.push_back(std::move(range));
  }
  const Comparison comparison = compare(notary, 1, own, ranges);
  const Bytes frame = encode(message::Reconcile{~0ULL, false, comparison.reply});
  CHECK(frame.size() <= limits::message_bytes_max);
  CHECK(frame.size() > limits::message_bytes_max / 4);
  CHECK(decode(frame));
}

}  // namespace ranges_test

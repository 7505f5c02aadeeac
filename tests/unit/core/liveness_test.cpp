// Links that are silent: when they are asked, and when they count as dead.
#include "tests/support/catch.hpp"
#include "tests/unit/core/harness.hpp"

namespace liveness_test {
using namespace essaimage;
using namespace essaimage::core;
using std::chrono::seconds;

namespace {

/// A link that is pruned in both directions, because its peer announces what is here, and another one of the tree. Outcome: the two.
std::pair<LinkId, LinkId> spare_and_tree(Bench& bench) {
  const auto raw = Bench::commit(Bench::region(4), 1, 4);
  input::Start start;
  start.heads = start.witnessed = {Bench::head(Bench::region(4), 1, raw)};
  bench.start(start);
  const LinkId spare = bench.open(2), tree = bench.open(3);
  bench.receive(spare, message::Announce{raw});
  CHECK(bench.sent<message::Prune>(spare).size() == 1);
  bench.receive(spare, message::Prune{});
  bench.forget();
  return {spare, tree};
}

/// A second each, in which these answer pings: the seconds until that link pings, or is closed.
template <class Until>
std::size_t seconds_until(Bench& bench, const std::vector<LinkId>& answering, const Until& until) {
  for (std::size_t second = 1; second <= 600; ++second) {
    bench.pass(seconds(1));
    for (const LinkId link : answering) {
      for (const auto& ping : bench.sent<message::Ping>(link)) bench.receive(link, message::Pong{ping.token, 0});
    }
    if (until()) return second;
  }
  return 0;
}

}  // namespace

TEST_CASE("a silent link is asked after 80 to 100 seconds and closed after 120") {
  Bench bench;
  bench.start();
  const LinkId link = bench.open(2);
  bench.pass(seconds(79));
  CHECK(bench.sent<message::Ping>(link).empty());
  bench.pass(seconds(22));
  CHECK(bench.sent<message::Ping>(link).size() == 1);
  bench.receive(link, message::Pong{1, 0});
  bench.pass(seconds(118));
  CHECK(bench.sent<message::Ping>(link).size() == 1);
  CHECK_FALSE(bench.closed(link));
  bench.pass(seconds(3));
  CHECK(bench.closed(link));
}

TEST_CASE("a link by which no news come is asked after 265 to 285 seconds of silence, and closed when it does not answer") {
  Bench bench;
  const auto [spare, tree] = spare_and_tree(bench);
  const auto asked = [&, link = spare] { return !bench.sent<message::Ping>(link).empty(); };
  const auto asked_after = seconds_until(bench, {tree}, asked);
  CHECK(asked_after >= 265);
  CHECK(asked_after <= 286);
  SECTION("no answer") {
    const auto closed_after = seconds_until(bench, {tree}, [&, link = spare] { return bench.closed(link); });
    CHECK(closed_after >= 19);
    CHECK(closed_after <= 21);
  }
  SECTION("an answer") {
    bench.receive(spare, message::Pong{1, 0});
    CHECK(seconds_until(bench, {tree}, asked) >= 265);
    CHECK_FALSE(bench.closed(spare));
  }
  SECTION("a graft makes it one of the tree") {
    bench.receive(spare, message::Graft{Bench::region(4)});
    CHECK(seconds_until(bench, {tree}, asked) <= 101);
  }
}

TEST_CASE("who loses a link by silence asks all others at once, and has found all dead ones within two and a half minutes") {
  Bench bench;
  const auto [spare, tree] = spare_and_tree(bench);
  CHECK(seconds_until(bench, {}, [&, link = tree] { return bench.closed(link); }) <= 121);
  CHECK(bench.sent<message::Ping>(spare).size() == 1);
  CHECK(seconds_until(bench, {}, [&, link = spare] { return bench.closed(link); }) <= 22);
}

TEST_CASE("who has no link of the tree left watches the others as such") {
  Bench bench;
  const auto [spare, tree] = spare_and_tree(bench);
  bench.on(input::LinkDown{tree, "gone"});
  CHECK(seconds_until(bench, {}, [&, link = spare] { return bench.closed(link); }) <= 121);
}

TEST_CASE("of many links that no news have pruned yet, the oldest is watched for all, and each again once they are few") {
  Bench bench;
  bench.start();
  std::vector<LinkId> links;
  for (const std::size_t peer : {2, 3, 4, 5}) links.push_back(bench.open(peer));
  const std::vector<LinkId> others(links.begin() + 1, links.end());
  const auto asks = [&](LinkId link) { return [&bench, link] { return !bench.sent<message::Ping>(link).empty(); }; };
  CHECK(seconds_until(bench, others, asks(links.front())) <= 101);
  CHECK(bench.sent<message::Ping>(links.back()).empty());
  SECTION("it is silent") {
    CHECK(seconds_until(bench, others, asks(links.back())) <= 41);
    CHECK(bench.closed(links.front()));
  }
  SECTION("one of the others is gone") {
    bench.on(input::LinkDown{links[1], "gone"});
    bench.receive(links.front(), message::Pong{1, 0});
    CHECK(seconds_until(bench, {links.front(), links[2]}, asks(links.back())) <= 101);
  }
}

TEST_CASE("an idle link costs a ping or pong of each side in 80 to 100 seconds, or 265 to 285, and a round in 16 minutes") {
  const bool is_spare = GENERATE(false, true);
  Bench bench;
  const auto [spare, tree] = spare_and_tree(bench);
  const LinkId link = is_spare ? spare : tree, other = is_spare ? tree : spare;
  std::size_t messages = 0, pings = 0, rounds = 0;
  constexpr std::size_t day = 24 * 60 * 60;
  for (std::size_t second = 0; second < day; ++second) {
    bench.pass(seconds(1));
    messages += bench.sent_count(link);
    for (const LinkId each : {link, other}) {
      for (const auto& ping : bench.sent<message::Ping>(each)) {
        if (each == link) pings += 1;
        bench.receive(each, message::Pong{ping.token, 0});
      }
      for (const auto& opening : bench.sent<message::Reconcile>(each)) {
        if (each == link) rounds += 1;
        bench.receive(each, message::Reconcile{opening.round, false, {}});
      }
    }
    bench.forget();
  }
  // A round is no silence either.
  CHECK(pings >= day / (is_spare ? 380 : 106));
  CHECK(pings <= day / (is_spare ? 264 : 79));
  CHECK(rounds >= day / (20 * 60));
  CHECK(rounds <= day / (12 * 60) + 6);
  CHECK(messages == pings + rounds);
  CHECK_FALSE(bench.closed(link));
}

}  // namespace liveness_test

#include "daemon/core/settings.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/core/harness.hpp"

namespace lost_objects_test {
using namespace essaimage;
using namespace essaimage::core;
using std::chrono::seconds;

namespace {

const FeedId feed = Bench::region(2);

}  // namespace

TEST_CASE("a feed of which objects are lost is asked for once more, whole, of who is level, and is served meanwhile") {
  Bench bench;
  const auto raw = Bench::commit(feed, 1, 2), next = Bench::commit(feed, 2, 2);
  input::Start start;
  start.heads = start.witnessed = {Bench::head(feed, 1, raw)};
  bench.start(start);
  const LinkId link = 77;
  bench.on(input::LinkUp{link, sim::transport_key(3), true, "sim://x"});
  bench.receive(link, message::Hello{1, 1, bench.federation(), "peer"});
  const auto rounds = bench.sent<message::Reconcile>(link);
  REQUIRE(rounds.size() == 1);
  const auto level = [&] { bench.receive(link, message::Reconcile{rounds[0].round, false, {}}); };
  const bool level_already = GENERATE(true, false);
  if (level_already) level();
  bench.on(input::ObjectsLost{feed});
  if (!level_already) {
    CHECK(bench.sent<message::FetchFeed>(link).empty());
    level();
  }
  const auto fetch = bench.sent<message::FetchFeed>(link);
  REQUIRE(fetch.size() == 1);
  CHECK(fetch[0].feed == feed);
  CHECK(fetch[0].have.is_zero());
  CHECK(fetch[0].plain);
  CHECK_FALSE(bench.status().level);
  CHECK(bench.status().feeds.at(0).lacking);
  CHECK(bench.status().feeds.at(0).held.order.seq == 1);
  bench.receive(link, message::FetchFeed{9, feed, {}, 100'000, false});
  CHECK(bench.wanted<effect::OpenPack>().size() == 1);

  const auto bring = [&](const SharedBytes& commit) {
    bench.receive(link, message::FeedOffer{fetch[0].request, commit, 100});
    bench.receive(link, message::Slice{fetch[0].request, 0, true, Bench::slice_of(100)});
    const auto accept = bench.wanted<effect::AcceptPack>();
    REQUIRE(accept.size() == 1);
    bench.on(input::SliceTaken{accept[0].job, {}});
    return accept[0].job;
  };
  SECTION("the same head comes again") {
    const auto job = bring(raw);
    bench.hold(feed, 1, raw);
    bench.on(input::PackAccepted{job, {}});
  }
  SECTION("a newer one comes with it") {
    const auto job = bring(next);
    bench.hold(feed, 2, next);
    bench.on(input::PackAccepted{job, {}});
  }
  SECTION("what is published on it is still lacking") {
    const auto job = bring(raw);
    bench.hold(feed, 2, next);
    bench.on(input::ObjectsLost{feed});
    bench.on(input::PackAccepted{job, Status(fail(Errc::conflict))});
    CHECK(bench.status().feeds.at(0).lacking);
    return;
  }
  CHECK_FALSE(bench.status().feeds.at(0).lacking);
  bench.pass(seconds(90));
  CHECK(bench.sent<message::FetchFeed>(link).empty());
}

TEST_CASE("a frozen feed of which objects are lost is fetched once more, just as it is held, from who holds it frozen, too") {
  Bench bench;
  const auto mine = Bench::commit(feed, 4, 2), theirs = Bench::commit(feed, 4, 2, 99);
  input::Start start;
  start.heads = start.witnessed = {Bench::head(feed, 4, mine)};
  start.forks = {Fork{feed, mine, theirs}};
  bench.start(start);
  const LinkId link = bench.open(3);
  const auto round = [&] {
    bench.on(input::SyncNow{});
    for (const auto& opening : bench.sent<message::Reconcile>(link)) bench.receive(link, message::Reconcile{opening.round, false, {}});
  };
  round();
  CHECK(bench.sent<message::FetchFeed>(link).empty());
  bench.on(input::ObjectsLost{feed});
  auto asked = bench.sent<message::FetchFeed>(link);
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].have.is_zero());
  CHECK(asked[0].plain);
  CHECK(bench.status().feeds.at(0).lacking);
  CHECK(bench.status().feeds.at(0).holders.size() == 1);
  SECTION("just what is held") {
    bench.receive(link, message::FeedOffer{asked[0].request, mine, 100});
    bench.receive(link, message::Slice{asked[0].request, 0, true, Bench::slice_of(100)});
    const auto accept = bench.wanted<effect::AcceptPack>();
    REQUIRE(accept.size() == 1);
    bench.hold(feed, 4, mine);
    bench.on(input::PackAccepted{accept[0].job, {}});
    CHECK_FALSE(bench.status().feeds.at(0).lacking);
    CHECK(bench.status().feeds.at(0).frozen);
  }
  SECTION("the other side, or more of ours, is not taken, and not asked for again") {
    const bool other_side = GENERATE(true, false);
    const auto offer = other_side ? theirs : Bench::commit(feed, 5, 2);
    bench.receive(link, message::FeedOffer{asked[0].request, offer, 100});
    CHECK(bench.sent<message::Cancel>(link).size() == 1);
    CHECK(bench.wanted<effect::AcceptPack>().empty());
    CHECK_FALSE(bench.closed(link));
    for (Duration passed{}; passed < settings::retry_max; passed += seconds(60)) {
      bench.pass(seconds(60));
      bench.receive(link, message::Ping{1});
      round();
    }
    CHECK(bench.sent<message::FetchFeed>(link).empty());
    CHECK_FALSE(bench.closed(link));
    CHECK(bench.status().feeds.at(0).lacking);
    CHECK(bench.status().feeds.at(0).holders.empty());
  }
}

TEST_CASE("a frozen feed is served to nobody but who lost objects of it") {
  Bench bench;
  const auto mine = Bench::commit(feed, 4, 2);
  input::Start start;
  start.heads = {Bench::head(feed, 4, mine)};
  start.forks = {Fork{feed, mine, Bench::commit(feed, 4, 2, 99)}};
  bench.start(start);
  const LinkId link = bench.open(3);
  bench.receive(link, message::FetchFeed{1, feed, {}, 65536, false});
  bench.receive(link, message::FetchFeed{2, feed, sim::commit_id(*Bench::commit(feed, 3, 2)), 65536, true});
  CHECK(bench.sent<message::Unavailable>(link).size() == 2);
  bench.receive(link, message::FetchFeed{3, feed, {}, 65536, true});
  CHECK(bench.wanted<effect::OpenPack>().size() == 1);
}

}  // namespace lost_objects_test

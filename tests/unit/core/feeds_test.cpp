#include "daemon/core/settings.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/core/harness.hpp"

namespace feeds_test {
using namespace essaimage;
using namespace essaimage::core;
using std::chrono::seconds;

namespace {

const FeedId feed = Bench::region(2);

}  // namespace

TEST_CASE("a publish is announced once to each peer that may know") {
  Bench bench;
  bench.add_member(4, {"lens"});
  bench.start();
  const LinkId lille = bench.open(2), other = bench.open(3), lens = bench.open(4);
  const FeedId own = Bench::territory(1, "lille");
  const auto raw = Bench::commit(own, 1, 1);
  bench.hold(own, 1, raw, true);
  const auto announced = bench.sent<message::Announce>(lille);
  REQUIRE(announced.size() == 1);
  CHECK(*announced[0].commit == *raw);
  CHECK(bench.sent<message::Announce>(other).size() == 1);
  CHECK(bench.sent_count(lens) == 0);
}

TEST_CASE("an announced head is fetched, checked and passed on, and never back") {
  Bench bench;
  bench.start();
  const LinkId from = bench.open(2), to = bench.open(3);
  const auto raw = Bench::commit(feed, 1, 2);
  bench.receive(from, message::Announce{raw});
  const auto fetch = bench.sent<message::FetchFeed>(from);
  REQUIRE(fetch.size() == 1);
  CHECK(fetch[0].feed == feed);
  CHECK(fetch[0].have.is_zero());
  CHECK(bench.sent_count(to) == 0);

  bench.receive(from, message::FeedOffer{fetch[0].request, raw, 100});
  bench.receive(from, message::Slice{fetch[0].request, 0, true, Bench::slice_of(100)});
  CHECK(bench.wanted<effect::AppendPack>().size() == 1);
  const auto accept = bench.wanted<effect::AcceptPack>();
  REQUIRE(accept.size() == 1);
  CHECK(accept[0].feed == feed);
  CHECK(*accept[0].commit == *raw);

  bench.on(input::SliceTaken{accept[0].job, {}});
  bench.hold(feed, 1, raw);
  bench.on(input::PackAccepted{accept[0].job, {}});
  CHECK(bench.sent<message::Announce>(to).size() == 1);
  CHECK(bench.sent<message::Announce>(from).empty());
}

TEST_CASE("slices may overtake the offer") {
  Bench bench;
  bench.start();
  const LinkId from = bench.open(2);
  const auto raw = Bench::commit(feed, 1, 2);
  const auto request = bench.announced(from, raw);
  bench.receive(from, message::Slice{request, 0, false, Bench::slice_of(60)});
  bench.receive(from, message::Slice{request, 60, true, Bench::slice_of(40)});
  CHECK(bench.wanted<effect::AppendPack>().empty());
  bench.receive(from, message::FeedOffer{request, raw, 100});
  CHECK(bench.wanted<effect::AppendPack>().size() == 2);
  CHECK(bench.wanted<effect::AcceptPack>().size() == 1);
}

TEST_CASE("credit is given as slices are stored, and more than the credit is misbehaviour") {
  Bench bench;
  bench.start();
  const LinkId from = bench.open(2);
  const auto raw = Bench::commit(feed, 1, 2);
  bench.receive(from, message::Announce{raw});
  const auto fetch = bench.sent<message::FetchFeed>(from).at(0);
  bench.receive(from, message::FeedOffer{fetch.request, raw, 10'000'000});
  std::uint64_t credit = fetch.credit_bytes;
  for (const auto& more : bench.sent<message::Credit>(from)) credit = more.total;
  CHECK(credit <= 2 * settings::window_min);
  std::uint64_t offset = 0;
  const std::size_t slice = limits::slice_bytes_max;
  while (offset + slice <= credit) {
    bench.receive(from, message::Slice{fetch.request, offset, false, Bench::slice_of(slice)});
    offset += slice;
  }
  CHECK(bench.sent<message::Credit>(from).empty());
  SECTION("stored: more may come") {
    const auto appended = bench.wanted<effect::AppendPack>();
    for (const auto& each : appended) bench.on(input::SliceTaken{each.job, {}});
    CHECK_FALSE(bench.sent<message::Credit>(from).empty());
  }
  SECTION("not stored, and sent all the same") {
    bench.receive(from, message::Slice{fetch.request, offset, false, Bench::slice_of(slice)});
    CHECK(bench.closed(from));
    CHECK(bench.wanted<effect::DropPack>().size() == 1);
  }
}

TEST_CASE("one fetch a feed at a time; what fails is fetched elsewhere") {
  Bench bench;
  bench.start();
  const LinkId first = bench.open(2), second = bench.open(3);
  const auto raw = Bench::commit(feed, 1, 2);
  bench.receive(first, message::Announce{raw});
  bench.receive(second, message::Announce{raw});
  const auto fetch = bench.sent<message::FetchFeed>(first);
  REQUIRE(fetch.size() == 1);
  CHECK(bench.sent<message::FetchFeed>(second).empty());
  CHECK(bench.sent<message::Prune>(second).size() == 1);
  SECTION("the peer does not serve it") { bench.receive(first, message::Unavailable{fetch[0].request}); }
  SECTION("the link breaks") { bench.on(input::LinkDown{first, "cut"}); }
  SECTION("the peer stops sending") {
    bench.pass(settings::answer_within + seconds(1));
    CHECK(bench.sent<message::Cancel>(first).size() == 1);
  }
  SECTION("the store finds it wrong") {
    bench.receive(first, message::FeedOffer{fetch[0].request, raw, 10});
    bench.receive(first, message::Slice{fetch[0].request, 0, true, Bench::slice_of(10)});
    const auto accept = bench.wanted<effect::AcceptPack>();
    REQUIRE(accept.size() == 1);
    bench.on(input::PackAccepted{accept[0].job, fail(Errc::malformed)});
    CHECK(bench.closed(first));
  }
  CHECK(bench.sent<message::FetchFeed>(second).size() == 1);
}

TEST_CASE("a feed of which something is damaged here is asked for with reference to nothing, until it came") {
  Bench bench;
  bench.start();
  const LinkId from = bench.open(2);
  const auto raw = Bench::commit(feed, 1, 2);
  const auto answer = [&](Status accepted) {
    const auto fetch = bench.sent<message::FetchFeed>(from);
    REQUIRE(fetch.size() == 1);
    bench.receive(from, message::FeedOffer{fetch[0].request, raw, 10});
    bench.receive(from, message::Slice{fetch[0].request, 0, true, Bench::slice_of(10)});
    const auto accept = bench.wanted<effect::AcceptPack>();
    REQUIRE(accept.size() == 1);
    bench.on(input::SliceTaken{accept[0].job, {}});
    if (accepted) bench.hold(feed, 1, raw);
    bench.on(input::PackAccepted{accept[0].job, accepted});
    return fetch[0].plain;
  };
  bench.receive(from, message::Announce{raw});
  CHECK_FALSE(answer(fail(Errc::corrupt)));
  CHECK_FALSE(bench.closed(from));
  bench.pass(settings::retry_min * 2);
  CHECK(answer({}));
  bench.receive(from, message::Announce{Bench::commit(feed, 2, 2)});
  CHECK_FALSE(bench.sent<message::FetchFeed>(from).at(0).plain);
}

TEST_CASE("the federation's feed comes first") {
  Bench bench;
  bench.start();
  const LinkId from = bench.open(2);
  message::Reconcile told{1, true, {}};
  told.ranges.push_back({"", message::Range::Kind::list, {}, {}, true});
  for (std::size_t i = 2; i < 5; ++i) {
    told.ranges[0].heads.push_back(Bench::head(Bench::region(i), 3, Bench::commit(Bench::region(i), 3, i)));
  }
  const auto news = Bench::commit(Bench::region(0), 9, 0);
  told.ranges[0].heads.push_back(Bench::head(Bench::region(0), 9, news));
  bench.receive(from, told);
  const auto fetches = bench.sent<message::FetchFeed>(from);
  REQUIRE(fetches.size() == 4);  // only a proof would hold up the others (liars_test.cpp)
  CHECK(fetches[0].feed == Bench::region(0));
  bench.receive(from, message::FeedOffer{fetches[0].request, news, 10});
  bench.receive(from, message::Slice{fetches[0].request, 0, true, Bench::slice_of(10)});
  const auto accept = bench.wanted<effect::AcceptPack>();
  REQUIRE(accept.size() == 1);
  bench.hold(Bench::region(0), 9, news);
  bench.on(input::PackAccepted{accept[0].job, {}});
}

TEST_CASE("a forged commit closes the link and is never fetched") {
  Bench bench;
  bench.start();
  const LinkId from = bench.open(2);
  SECTION("signed by somebody else") { bench.receive(from, message::Announce{Bench::commit(feed, 1, 3)}); }
  SECTION("not in its byte form") { bench.receive(from, message::Announce{Bench::slice_of(300)}); }
  CHECK(bench.closed(from));
  CHECK(bench.events(Event::Kind::forgery_refused).size() == 1);
  CHECK(bench.sent<message::FetchFeed>(from).empty());
}

TEST_CASE("an author that we do not know yet is nobody's fault") {
  Bench bench;
  bench.start();
  const LinkId from = bench.open(2);
  bench.receive(from, message::Announce{Bench::commit(Bench::region(40), 1, 40)});
  CHECK_FALSE(bench.closed(from));
  CHECK(bench.sent_count(from) == 0);
}

TEST_CASE("an older head is ignored and reported") {
  Bench bench;
  input::Start start;
  const auto seven = Bench::commit(feed, 7, 2);
  start.heads = {Bench::head(feed, 5, Bench::commit(feed, 5, 2))};
  start.witnessed = {Bench::head(feed, 7, seven)};
  bench.start(start);
  const LinkId from = bench.open(2);
  for (const std::uint64_t seq : {4, 6}) bench.receive(from, message::Announce{Bench::commit(feed, seq, 2)});
  CHECK(bench.events(Event::Kind::rollback_refused).size() == 2);
  CHECK(bench.sent<message::FetchFeed>(from).empty());
  bench.receive(from, message::Announce{seven});
  CHECK(bench.sent<message::FetchFeed>(from).size() == 1);
}

TEST_CASE("two commits of equal order are a fork: kept, frozen, told") {
  Bench bench;
  bench.start();
  const LinkId from = bench.open(2), other = bench.open(3);
  const auto mine = Bench::commit(feed, 4, 2), theirs = Bench::commit(feed, 4, 2, 99);
  bench.hold(feed, 4, mine);
  bench.forget();
  bench.receive(from, message::Announce{theirs});
  const auto kept = bench.wanted<effect::KeepFork>();
  REQUIRE(kept.size() == 1);
  CHECK(kept[0].claimed == theirs);
  bench.on(input::FeedFrozen{{feed, mine, theirs}, true});
  CHECK(bench.events(Event::Kind::fork_seen).size() == 1);
  CHECK(bench.sent<message::ForkProof>(other).size() == 1);
  CHECK(bench.status().feeds.at(0).frozen);
  // Nothing more of it is fetched or served.
  bench.receive(from, message::Announce{Bench::commit(feed, 5, 2)});
  CHECK(bench.sent<message::FetchFeed>(from).empty());
  bench.receive(other, message::FetchFeed{1, feed, {}, 65536});
  CHECK(bench.sent<message::Unavailable>(other).size() == 1);
}

TEST_CASE("a fork that our disk cannot keep yet stays told, and is kept later") {
  Bench bench;
  bench.start();
  const LinkId from = bench.open(2), other = bench.open(3);
  const auto mine = Bench::commit(feed, 4, 2), theirs = Bench::commit(feed, 4, 2, 99);
  bench.hold(feed, 4, mine);
  bench.receive(from, message::Announce{theirs});
  REQUIRE(bench.wanted<effect::KeepFork>().size() == 1);
  bench.on(input::ForkKept{feed, fail(Errc::disk_full)});
  CHECK_FALSE(bench.status().feeds.at(0).frozen);
  CHECK(bench.status().feeds.at(0).last_error->code == Errc::disk_full);
  bench.receive(other, message::FetchFeed{1, feed, {}, 65536});
  CHECK(bench.wanted<effect::OpenPack>().size() == 1);
  bench.receive(from, message::Announce{theirs});  // it goes on telling
  CHECK(bench.wanted<effect::KeepFork>().empty());
  bench.pass(settings::retry_min);
  const auto again = bench.wanted<effect::KeepFork>();
  REQUIRE(again.size() == 1);
  CHECK(again[0].claimed == theirs);
  bench.on(input::FeedFrozen{{feed, mine, theirs}, true});
  bench.on(input::ForkKept{feed, {}});
  CHECK(bench.status().feeds.at(0).frozen);
  bench.pass(settings::retry_max);
  CHECK(bench.wanted<effect::KeepFork>().empty());
}

TEST_CASE("a bad pack of a frozen feed is its sender's fault, and not asked for again") {
  Bench bench;
  bench.start();
  const LinkId from = bench.open(2);
  const auto mine = Bench::commit(feed, 4, 2);
  bench.hold(feed, 4, mine);
  bench.on(input::FeedFrozen{{feed, mine, Bench::commit(feed, 4, 2, 99)}, true});
  sim::SimCommit freeing{feed, {1, 2, 1}, {}, {}, 0, 0, 0};
  const auto raw = std::make_shared<const Bytes>(sim::encode_commit(freeing, sim::signing_key(2)));
  const auto request = bench.offered(from, raw, 10);
  bench.receive(from, message::Slice{request, 0, true, Bench::slice_of(10)});
  const JobId job = bench.wanted<effect::AcceptPack>().at(0).job;
  SECTION("the peer's fault") {
    bench.on(input::PackAccepted{job, fail(Errc::malformed)});
    CHECK(bench.closed(from));
  }
  SECTION("nobody's") {
    bench.on(input::PackAccepted{job, fail(Errc::feed_fork)});
    CHECK_FALSE(bench.closed(from));
  }
  SECTION("a fork that the pack itself showed") {
    bench.on(input::FeedFrozen{{feed, mine, raw}, true});
    bench.on(input::PackAccepted{job, fail(Errc::malformed)});
    CHECK_FALSE(bench.closed(from));
  }
  CHECK(bench.sent<message::FetchFeed>(from).empty());
}

TEST_CASE("a pack that our full disk has cut is not its sender's fault") {
  Bench bench;
  bench.start();
  const LinkId from = bench.open(2);
  const auto raw = Bench::commit(feed, 1, 2);
  const auto request = bench.offered(from, raw, 20);
  bench.receive(from, message::Slice{request, 0, false, Bench::slice_of(10)});
  bench.receive(from, message::Slice{request, 10, true, Bench::slice_of(10)});
  const JobId job = bench.wanted<effect::AcceptPack>().at(0).job;
  for (int i = 0; i < 2; ++i) bench.on(input::SliceTaken{job, fail(Errc::disk_full)});
  bench.on(input::PackAccepted{job, fail(Errc::malformed)});
  CHECK_FALSE(bench.closed(from));
  CHECK(bench.sent<message::FetchFeed>(from).empty());
  bench.pass(settings::retry_min * 2);
  CHECK(bench.sent<message::FetchFeed>(from).size() == 1);
}

TEST_CASE("a feed whose proof is lost stays frozen until somebody proves it again") {
  Bench bench;
  input::Start start;
  const auto mine = Bench::commit(feed, 4, 2), theirs = Bench::commit(feed, 4, 2, 99);
  start.heads = {Bench::head(feed, 4, mine)};
  start.forks = {Fork{feed, nullptr, nullptr}};
  bench.start(start);
  CHECK(bench.status().feeds.at(0).frozen);
  const LinkId from = bench.open(2);
  bench.receive(from, message::Graft{feed});
  CHECK(bench.sent<message::ForkProof>(from).empty());
  bench.receive(from, message::FetchFeed{1, feed, {}, 65536});
  CHECK(bench.sent<message::Unavailable>(from).size() == 1);
  bench.receive(from, message::Announce{Bench::commit(feed, 5, 2)});
  CHECK(bench.sent<message::FetchFeed>(from).empty());
  SECTION("by both commits") { bench.receive(from, message::ForkProof{mine, theirs}); }
  SECTION("by the other one") { bench.receive(from, message::Announce{theirs}); }
  CHECK(bench.wanted<effect::KeepFork>().size() == 1);
  CHECK(bench.status().feeds.at(0).frozen);
  const LinkId other = bench.open(3);
  bench.on(input::FeedFrozen{{feed, mine, theirs}, true});
  CHECK(bench.sent<message::ForkProof>(other).size() == 1);
}

TEST_CASE("a proof of a fork is checked by whoever gets it") {
  Bench bench;
  bench.start();
  const LinkId from = bench.open(2);
  const auto first = Bench::commit(feed, 4, 2), second = Bench::commit(feed, 4, 2, 99);
  SECTION("a true one freezes the feed") {
    bench.receive(from, message::ForkProof{first, second});
    CHECK(bench.wanted<effect::KeepFork>().size() == 1);
    CHECK_FALSE(bench.closed(from));
  }
  SECTION("the same commit twice proves nothing") {
    bench.receive(from, message::ForkProof{first, first});
    CHECK(bench.wanted<effect::KeepFork>().empty());
    CHECK(bench.closed(from));
  }
  SECTION("one that the author never signed") {
    bench.receive(from, message::ForkProof{first, Bench::commit(feed, 4, 3, 99)});
    CHECK(bench.wanted<effect::KeepFork>().empty());
    CHECK(bench.closed(from));
  }
}

TEST_CASE("a lazy head that nobody announces is grafted after a second") {
  Bench bench;
  bench.start();
  const LinkId lazy = bench.open(2);
  const auto raw = Bench::commit(feed, 1, 2);
  bench.receive(lazy, message::Have{{Bench::head(feed, 1, raw)}});
  CHECK(bench.sent_count(lazy) == 0);
  bench.pass(seconds(2));
  CHECK(bench.sent<message::Graft>(lazy).size() == 1);
  CHECK(bench.sent<message::FetchFeed>(lazy).size() == 1);
}

TEST_CASE("a link that was pruned is grafted again when news came by a round and by nobody's announcement") {
  Bench bench;
  bench.start();
  const LinkId link = bench.open(2);
  const auto raw = Bench::commit(feed, 1, 2);
  bench.hold(feed, 1, raw);
  bench.receive(link, message::Announce{raw});
  REQUIRE(bench.sent<message::Prune>(link).size() == 1);
  for (const std::uint64_t seq : {2U, 3U}) {
    const auto news = Bench::commit(feed, seq, 2);
    bench.forget();
    bench.receive(link, message::Reconcile{seq, true, {{"", message::Range::Kind::list, {}, {Bench::head(feed, seq, news)}, true}}});
    CHECK(bench.sent<message::FetchFeed>(link).size() == 1);
    CHECK(bench.sent<message::Graft>(link).size() == (seq == 2 ? 1U : 0U));  // once: it is eager then
    bench.hold(feed, seq, news);
  }
}

TEST_CASE("a pruned link gets the head's id only, a grafted one the commit again") {
  Bench bench;
  bench.start();
  const LinkId link = bench.open(2);
  const FeedId own = Bench::region(1);
  bench.receive(link, message::Prune{});
  bench.hold(own, 1, Bench::commit(own, 1, 1), true);
  CHECK(bench.sent<message::Announce>(link).empty());
  CHECK(bench.sent<message::Have>(link).size() == 1);
  bench.receive(link, message::Graft{own});
  CHECK(bench.sent<message::Announce>(link).size() == 1);
  bench.hold(own, 2, Bench::commit(own, 2, 1), true);
  CHECK(bench.sent<message::Announce>(link).size() == 1);
}

}  // namespace feeds_test

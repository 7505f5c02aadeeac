#include "daemon/core/settings.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/core/harness.hpp"

namespace links_test {
using namespace essaimage;
using namespace essaimage::core;
using std::chrono::seconds;

TEST_CASE("a member is greeted, and its Hello opens the link") {
  Bench bench;
  bench.start();
  bench.forget();
  bench.on(input::LinkUp{1, sim::transport_key(2), false, {}});
  REQUIRE(bench.sent<message::Hello>(1).size() == 1);
  CHECK(bench.events(Event::Kind::peer_connected).empty());
  bench.receive(1, message::Hello{1, 1, bench.federation(), "peer"});
  CHECK(bench.sent<message::Hello>(1).empty());
  CHECK(bench.events(Event::Kind::peer_connected).size() == 1);
}

TEST_CASE("a stranger gets one Refused, and learns nothing else") {
  Bench bench;
  bench.start();
  bench.hold(Bench::region(1), 1, Bench::commit(Bench::region(1), 1, 1), true);
  bench.forget();
  bench.on(input::LinkUp{1, sim::transport_key(77), false, {}});
  CHECK(bench.sent_count(1) == 0);
  bench.receive(1, message::Hello{1, 1, bench.federation(), "stranger"});
  CHECK(bench.sent<message::Refused>(1).size() == 1);
  CHECK(bench.sent_count(1) == 0);
  CHECK_FALSE(bench.closed(1));
  bench.receive(1, message::FetchFeed{1, Bench::region(1), {}, 65536});
  CHECK(bench.sent_count(1) == 0);
  CHECK(bench.closed(1));
  CHECK(bench.wanted<effect::OpenPack>().empty());
}

TEST_CASE("a stranger that says nothing is closed after 30 seconds") {
  Bench bench;
  bench.start();
  bench.on(input::LinkUp{1, sim::transport_key(77), false, {}});
  bench.pass(seconds(29));
  CHECK_FALSE(bench.closed(1));
  bench.pass(seconds(2));
  CHECK(bench.closed(1));
}

TEST_CASE("strangers are bounded in number") {
  Bench bench;
  bench.start();
  std::size_t closed = 0;
  for (LinkId link = 1; link <= 50; ++link) {
    bench.on(input::LinkUp{link, sim::transport_key(100 + link), false, {}});
    closed += bench.closed(link) ? 1 : 0;
  }
  CHECK(closed == 50 - settings::strangers_max);
}

TEST_CASE("strangers keep no member out, and members no stranger who would join") {
  Bench bench(0);
  std::vector<std::size_t> centres;
  for (std::size_t i = 2; i < settings::links_max + 4; ++i) {
    bench.add_member(i, {});
    centres.push_back(i);
  }
  bench.start();
  LinkId link = 0;
  for (std::size_t i = 0; i < settings::strangers_max; ++i) bench.on(input::LinkUp{++link, sim::transport_key(10'000 + i), false, {}});
  std::size_t closed = 0;
  for (const std::size_t centre : centres) {
    bench.on(input::LinkUp{++link, sim::transport_key(centre), false, {}});
    closed += bench.closed(link) ? 1 : 0;
  }
  CHECK(closed == centres.size() - settings::links_max);
  bench.pass(settings::stranger_within + seconds(1));
  for (LinkId stranger = 1; stranger <= settings::strangers_max; ++stranger) bench.on(input::LinkDown{stranger, {}});
  bench.on(input::LinkUp{++link, sim::transport_key(20'000), false, {}});
  CHECK_FALSE(bench.closed(link));
}

TEST_CASE("a member suspended while connected is cut off") {
  Bench bench;
  bench.start();
  const LinkId link = bench.open(2);
  bench.roster().members.at(Bench::slug(2)).suspended = true;
  bench.on(input::RosterChanged{bench.roster_now()});
  CHECK(bench.sent<message::JoinReply>(link).size() == 1);
  CHECK(bench.sent<message::Refused>(link).size() == 1);
  CHECK(bench.closed(link));
  bench.receive(link, message::FetchFeed{1, Bench::region(1), {}, 65536});
  CHECK(bench.sent_count(link) == 0);
}

TEST_CASE("another federation, and another version, are refused") {
  Bench bench;
  bench.start();
  bench.on(input::LinkUp{1, sim::transport_key(2), false, {}});
  SECTION("federation") { bench.receive(1, message::Hello{1, 1, sim::SimNotary().sha256({}), "peer"}); }
  SECTION("version") { bench.receive(1, message::Hello{2, 3, bench.federation(), "peer"}); }
  CHECK(bench.sent<message::Refused>(1).size() == 1);
  CHECK(bench.closed(1));
}

TEST_CASE("a newer peer that still speaks our version is welcome") {
  Bench bench;
  bench.start();
  bench.on(input::LinkUp{1, sim::transport_key(2), false, {}});
  bench.receive(1, message::Hello{1, 9, bench.federation(), "peer"});
  CHECK(bench.events(Event::Kind::peer_connected).size() == 1);
}

TEST_CASE("of two links with one peer, the one dialled by the smaller key stays") {
  Bench bench;
  bench.start();
  const bool we_are_smaller = sim::transport_key(1) < sim::transport_key(2);
  const LinkId outbound = bench.open(2, true);
  const LinkId inbound = bench.open(2, false);
  const auto open = [&](LinkId link) {
    bench.receive(link, message::Ping{1});
    return bench.sent<message::Pong>(link).size() == 1;
  };
  CHECK(open(outbound) == we_are_smaller);
  CHECK(open(inbound) == !we_are_smaller);
}

TEST_CASE("of two links dialled by one side, the newer stays") {
  Bench bench;
  bench.start();
  const LinkId older = bench.open(2, false);
  bench.on(input::LinkUp{50, sim::transport_key(2), false, {}});
  CHECK(bench.closed(older));
  CHECK_FALSE(bench.closed(50));
}

TEST_CASE("garbage closes the link, and the peer stays banned for 5 minutes") {
  Bench bench;
  bench.start();
  const LinkId link = bench.open(2);
  bench.on(input::Garbage{link});
  CHECK(bench.closed(link));
  CHECK(bench.events(Event::Kind::peer_misbehaved).size() == 1);
  bench.on(input::LinkUp{60, sim::transport_key(2), false, {}});
  CHECK(bench.closed(60));
  bench.pass(settings::ban);
  bench.on(input::LinkUp{61, sim::transport_key(2), false, {}});
  CHECK_FALSE(bench.closed(61));
}

TEST_CASE("a flood of messages is dropped, and ends with a ban") {
  Bench bench;
  bench.start();
  const LinkId link = bench.open(2);
  std::size_t answered = 0;
  for (int i = 0; i < 600; ++i) {
    bench.receive(link, message::Ping{1});
    answered += bench.sent<message::Pong>(link).size();
  }
  CHECK(answered <= static_cast<std::size_t>(settings::messages_burst));
  CHECK(bench.closed(link));
}

TEST_CASE("what cannot be sent waits, in order, and is bounded") {
  Bench bench;
  bench.start();
  const LinkId link = bench.open(2);
  bench.on(input::Writable{link, Channel::control, false});
  for (std::uint64_t i = 0; i < 10; ++i) bench.receive(link, message::Ping{i});
  CHECK(bench.sent<message::Pong>(link).empty());
  bench.on(input::Writable{link, Channel::control, true});
  const auto pongs = bench.sent<message::Pong>(link);
  REQUIRE(pongs.size() == 10);
  CHECK(pongs.front().token == 0);
  CHECK(pongs.back().token == 9);
}

TEST_CASE("the federation is dialled first, then our own territories, at most seven peers") {
  Bench bench;
  for (std::size_t i = 0; i < 12; ++i) {
    if (i == 1) continue;
    bench.add_member(i, {i % 2 == 0 ? "lille" : "lens"}).endpoints = {sim::endpoint_of(i)};
    bench.roster().members.at(Bench::slug(i)).endpoints = {sim::endpoint_of(i)};
  }
  bench.start();
  const auto dials = bench.wanted<effect::Dial>();
  REQUIRE(dials.size() == settings::peers_wanted);
  CHECK(dials[0].endpoint == sim::endpoint_of(0));
  for (std::size_t i = 1; i <= settings::near_wanted; ++i) CHECK(std::stoul(dials[i].endpoint.substr(6)) % 2 == 0);
  for (std::size_t i = settings::near_wanted + 1; i < dials.size(); ++i) CHECK(std::stoul(dials[i].endpoint.substr(6)) % 2 == 1);
}

TEST_CASE("with nobody elsewhere to dial, or nobody of our own territories, the others make up the number") {
  for (const std::string& theirs : {std::string("lille"), std::string("lens")}) {
    Bench bench;
    for (std::size_t i = 0; i < 12; ++i) {
      bench.add_member(i, {i == 1 ? "lille" : theirs});
      if (i != 1) bench.roster().members.at(Bench::slug(i)).endpoints = {sim::endpoint_of(i)};
    }
    bench.start();
    CHECK(bench.wanted<effect::Dial>().size() == settings::peers_wanted);
  }
}

TEST_CASE("who is of two territories dials some of each") {
  Bench bench;
  bench.add_member(1, {"lens", "lille"});
  for (std::size_t i = 2; i < 40; ++i) {
    bench.add_member(i, {i < 38 ? "lille" : "lens"});
    bench.roster().members.at(Bench::slug(i)).endpoints = {sim::endpoint_of(i)};
  }
  bench.start();
  const auto dials = bench.wanted<effect::Dial>();
  CHECK(dials.size() == settings::peers_wanted);
  for (const std::size_t of_lens : {38U, 39U}) {
    CHECK(std::ranges::count(dials, sim::endpoint_of(of_lens), &effect::Dial::endpoint) == 1);
  }
}

TEST_CASE("of the other territories of a mirror some are dialled") {
  Bench bench;
  bench.roster().mirrors["bassin"] = {"lens", "lille"};
  for (std::size_t i = 2; i < 60; ++i) {
    bench.add_member(i, {i < 30 ? "lille" : i < 58 ? "dunkerque" : "lens"});
    bench.roster().members.at(Bench::slug(i)).endpoints = {sim::endpoint_of(i)};
  }
  bench.start();
  const auto dials = bench.wanted<effect::Dial>();
  CHECK(dials.size() == settings::peers_wanted);
  for (const std::size_t of_lens : {58U, 59U}) {
    CHECK(std::ranges::count(dials, sim::endpoint_of(of_lens), &effect::Dial::endpoint) == 1);
  }
}

TEST_CASE("peers from elsewhere, however many, do not keep a node from dialling its own territory") {
  Bench bench;
  bench.roster().members.clear();
  bench.add_member(0, {});
  bench.add_member(1, {"lille"});
  for (std::size_t i = 2; i < 12; ++i) bench.add_member(i, {"lens"});
  bench.add_member(12, {"lille"});
  bench.start();
  for (std::size_t i = 2; i < 12; ++i) bench.open(i);
  bench.roster().members.at(Bench::slug(12)).endpoints = {sim::endpoint_of(12)};
  bench.on(input::RosterChanged{bench.roster_now()});
  const auto dials = bench.wanted<effect::Dial>();
  REQUIRE(dials.size() == 1);
  CHECK(dials[0].endpoint == sim::endpoint_of(12));
}

TEST_CASE("a federation's node that is full is tried once an hour by who has other peers, and every 5 minutes by who has none") {
  Bench bench;
  bench.roster().members.at(Bench::slug(0)).endpoints = {sim::endpoint_of(0)};
  for (std::size_t i = 2; i < 12; ++i) bench.add_member(i, {"lille"});
  bench.start();
  std::vector<LinkId> company;
  for (std::size_t i = 2; i < 2 + settings::peers_wanted; ++i) company.push_back(bench.open(i));
  const auto dials_within = [&](Duration time) {
    std::size_t dials = 0;
    for (Duration passed{}; passed < time; passed += seconds(1)) {
      bench.on(input::DialFailed{sim::transport_key(0), sim::endpoint_of(0), "full"});
      bench.pass(seconds(1));
      dials += bench.wanted<effect::Dial>().size();
      for (const LinkId link : company) bench.receive(link, message::Pong{0, 0});
      bench.forget();
    }
    return dials;
  };
  dials_within(std::chrono::hours(3));
  CHECK(dials_within(std::chrono::hours(10)) <= 14);
  for (const LinkId link : company) bench.on(input::LinkDown{link, {}});
  company.clear();
  CHECK(dials_within(std::chrono::hours(1)) >= 9);
}

TEST_CASE("a peer that cannot be reached is tried again after 1 s, 2 s, 4 s, … at most 5 minutes") {
  Bench bench;
  bench.roster().members.at(Bench::slug(2)).endpoints = {sim::endpoint_of(2)};
  bench.start();
  Instant failed_at = bench.now();
  for (unsigned failures = 0; failures < 14; ++failures) {
    REQUIRE(bench.wanted<effect::Dial>().size() == 1);
    bench.on(input::DialFailed{sim::transport_key(2), sim::endpoint_of(2), "no route"});
    failed_at = bench.now();
    // By slug, the first of the peers.
    REQUIRE(bench.status().peers.at(0).slug == Bench::slug(2));
    while (bench.status().peers.at(0).state != PeerStatus::State::connecting) bench.pass(seconds(1));
    const Duration waited = bench.now() - failed_at;
    const Duration base = std::min<Duration>(settings::backoff_min * (1LL << failures), settings::backoff_max);
    CAPTURE(failures, waited.count());
    CHECK(waited.count() >= base.count() * 3 / 4);
    CHECK(waited.count() <= base.count() * 5 / 4 + 1000);
  }
}

TEST_CASE("asking to sync dials at once whoever waits in back-off") {
  Bench bench;
  bench.roster().members.at(Bench::slug(2)).endpoints = {sim::endpoint_of(2)};
  bench.start();
  for (int i = 0; i < 6; ++i) {
    bench.on(input::DialFailed{sim::transport_key(2), sim::endpoint_of(2), "no route"});
    bench.on(input::SyncNow{});
  }
  bench.on(input::DialFailed{sim::transport_key(2), sim::endpoint_of(2), "no route"});
  bench.forget();
  bench.on(input::SyncNow{});
  CHECK(bench.wanted<effect::Dial>().size() == 1);
  CHECK(bench.status().sync_rounds_done < bench.status().sync_rounds_asked);
  bench.on(input::DialFailed{sim::transport_key(2), sim::endpoint_of(2), "no route"});
  CHECK(bench.status().sync_rounds_done == bench.status().sync_rounds_asked);
}

TEST_CASE("since when a peer refuses us for one reason stays when it is asked again, and is another for another reason") {
  Bench bench;
  bench.start();
  const auto since = [&](const std::string& code) {
    const LinkId link = bench.open(2, true);
    bench.receive(link, message::JoinReply{false, code});
    bench.receive(link, message::Refused{1, 1});
    const auto status = bench.status();
    return std::ranges::find(status.peers, Bench::slug(2), &PeerStatus::slug)->error_since;
  };
  const auto first = since("publish.suspended");
  REQUIRE(first);
  bench.pass(std::chrono::minutes(10));
  CHECK(since("publish.suspended") == first);
  CHECK(since("key.succeeded") > first);
}

}  // namespace links_test

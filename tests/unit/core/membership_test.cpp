#include "daemon/core/settings.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/core/harness.hpp"

namespace membership_test {
using namespace essaimage;
using namespace essaimage::core;
using std::chrono::seconds;

namespace {

message::Join join_of(const Bench& bench, std::size_t node) {
  message::Join join;
  join.federation = bench.federation();
  join.signing = sim::signing_key(node);
  join.transport = sim::transport_key(node);
  return join;
}

/// A federation's node that was alone long enough to admit.
void start_alone(Bench& bench) {
  bench.start();
  bench.pass(settings::admit_alone_after);
  bench.forget();
}

}  // namespace

TEST_CASE("the invited dials, asks, is greeted, and fetches the federation's feed first and alone") {
  Bench bench(9);
  input::Start start;
  start.joining = input::Start::Joining{"federation", sim::endpoint_of(0), sim::transport_key(0), join_of(bench, 9)};
  bench.start(start, false);
  REQUIRE(bench.wanted<effect::Dial>().size() == 1);
  CHECK_FALSE(bench.status().joined);
  bench.on(input::LinkUp{1, sim::transport_key(0), true, sim::endpoint_of(0)});
  REQUIRE(bench.sent<message::Join>(1).size() == 1);
  CHECK(bench.sent_count(1) == 0);  // no Hello yet
  bench.receive(1, message::JoinReply{true, {}});
  CHECK(bench.sent<message::Hello>(1).size() == 1);
  bench.receive(1, message::Hello{1, 1, bench.federation(), "federation"});
  const auto opening = bench.sent<message::Reconcile>(1);
  REQUIRE(opening.size() == 1);
  message::Reconcile told{opening[0].round, false, {}};
  const auto raw = Bench::commit(Bench::region(0), 3, 0);
  told.ranges.push_back({"",
                         message::Range::Kind::list,
                         {},
                         {Bench::head(Bench::region(0), 3, raw), Bench::head(Bench::region(2), 3, Bench::commit(Bench::region(2), 3, 2))},
                         false});
  bench.receive(1, told);
  const auto fetch = bench.sent<message::FetchFeed>(1);
  REQUIRE(fetch.size() == 1);
  CHECK(fetch[0].feed == Bench::region(0));
  // The roster comes with the feed.
  bench.receive(1, message::FeedOffer{fetch[0].request, raw, 4});
  bench.receive(1, message::Slice{fetch[0].request, 0, true, std::make_shared<const Bytes>(4, 0)});
  const auto accept = bench.wanted<effect::AcceptPack>();
  REQUIRE(accept.size() == 1);
  bench.add_member(9, {"lille"});
  bench.on(input::RosterChanged{bench.roster_now()});
  bench.hold(Bench::region(0), 3, raw);
  bench.on(input::PackAccepted{accept[0].job, {}});
  CHECK(bench.status().joined);
  CHECK(bench.status().slug == Bench::slug(9));
  CHECK(bench.events(Event::Kind::joined).size() == 1);
}

TEST_CASE("an invitation that is refused is shown with its reason") {
  Bench bench(9);
  input::Start start;
  start.joining = input::Start::Joining{"federation", sim::endpoint_of(0), sim::transport_key(0), join_of(bench, 9)};
  bench.start(start, false);
  bench.on(input::LinkUp{1, sim::transport_key(0), true, sim::endpoint_of(0)});
  bench.receive(1, message::JoinReply{false, "invitation.used"});
  REQUIRE(bench.status().join_error);
  CHECK(bench.status().join_error->code == Errc::invitation_used);
  CHECK(bench.closed(1));
}

TEST_CASE("the federation admits who holds an invitation, and goes on with the new member on the same link") {
  Bench bench(0);
  start_alone(bench);
  bench.on(input::LinkUp{1, sim::transport_key(9), false, {}});
  bench.receive(1, join_of(bench, 9));
  const auto admit = bench.wanted<effect::Admit>();
  REQUIRE(admit.size() == 1);
  CHECK(bench.sent_count(1) == 0);
  bench.add_member(9, {"lille"});
  bench.on(input::RosterChanged{bench.roster_now()});
  bench.on(input::Admitted{admit[0].job, {}});
  CHECK(bench.sent<message::JoinReply>(1).at(0).accepted);
  CHECK(bench.sent<message::Hello>(1).size() == 1);
  bench.receive(1, message::Hello{1, 1, bench.federation(), "new"});
  CHECK(bench.events(Event::Kind::peer_connected).size() == 1);
}

TEST_CASE("the reason of a refusal is for who proved to hold an invitation") {
  Bench bench(0);
  start_alone(bench);
  bench.on(input::LinkUp{1, sim::transport_key(9), false, {}});
  bench.receive(1, join_of(bench, 9));
  const JobId job = bench.wanted<effect::Admit>().at(0).job;
  SECTION("used") {
    bench.on(input::Admitted{job, fail(Errc::invitation_used)});
    CHECK(bench.sent<message::JoinReply>(1).at(0).code == "invitation.used");
  }
  SECTION("a wrong signature") {
    bench.on(input::Admitted{job, fail(Errc::signature_bad)});
    CHECK(bench.sent<message::JoinReply>(1).at(0).code.empty());
  }
  CHECK(bench.closed(1));
}

TEST_CASE("a centre's node does not admit: it refuses") {
  Bench bench;
  bench.start();
  bench.on(input::LinkUp{1, sim::transport_key(9), false, {}});
  bench.receive(1, join_of(bench, 9));
  CHECK(bench.wanted<effect::Admit>().empty());
  CHECK(bench.sent<message::Refused>(1).size() == 1);
}

TEST_CASE("who shows the key that a member had before is told that it has another one, and nothing else") {
  Bench bench;
  MemberKeys next;
  next.generation = 2;
  next.signing = sim::signing_key(8);
  next.transport = sim::transport_key(8);
  const bool while_linked = GENERATE(false, true);
  if (!while_linked) bench.roster().members.at(Bench::slug(2)).keys.push_back(next);
  bench.start();
  const LinkId old = 70, stranger = 71;
  bench.on(input::LinkUp{old, sim::transport_key(2), false, {}});
  if (while_linked) {
    bench.receive(old, message::Hello{1, 1, bench.federation(), "peer"});
    bench.forget();
    bench.roster().members.at(Bench::slug(2)).keys.push_back(next);
    bench.on(input::RosterChanged{bench.roster_now()});
  } else {
    bench.receive(old, message::Hello{1, 1, bench.federation(), "peer"});
  }
  CHECK(bench.sent_count(old) == 2);
  CHECK(bench.sent<message::Refused>(old).size() == 1);
  const auto told = bench.sent<message::JoinReply>(old);
  REQUIRE(told.size() == 1);
  CHECK_FALSE(told[0].accepted);
  CHECK(told[0].code == "key.succeeded");
  bench.on(input::LinkUp{stranger, sim::transport_key(9), false, {}});
  bench.receive(stranger, message::Hello{1, 1, bench.federation(), "peer"});
  CHECK(bench.sent_count(stranger) == 1);
  CHECK(bench.sent<message::Refused>(stranger).size() == 1);
}

TEST_CASE("who is suspended is told so, whether it is linked then or comes later, and nothing else") {
  Bench bench;
  const bool while_linked = GENERATE(false, true);
  if (!while_linked) bench.roster().members.at(Bench::slug(2)).suspended = true;
  bench.start();
  const LinkId link = 70;
  bench.on(input::LinkUp{link, sim::transport_key(2), false, {}});
  bench.receive(link, message::Hello{1, 1, bench.federation(), "peer"});
  if (while_linked) {
    bench.forget();
    bench.roster().members.at(Bench::slug(2)).suspended = true;
    bench.on(input::RosterChanged{bench.roster_now()});
  }
  CHECK(bench.sent_count(link) == 2);
  CHECK(bench.sent<message::Refused>(link).size() == 1);
  const auto told = bench.sent<message::JoinReply>(link);
  REQUIRE(told.size() == 1);
  CHECK_FALSE(told[0].accepted);
  CHECK(told[0].code == "publish.suspended");
}

TEST_CASE("whom a peer refuses because its key was succeeded, or it is suspended, knows that, and who said it") {
  Bench bench;
  bench.start();
  const LinkId link = bench.open(2, true);
  const std::string code = GENERATE("key.succeeded", "publish.suspended", "", "peer.unknown", "no code at all");
  bench.receive(link, message::JoinReply{false, code});
  bench.receive(link, message::Refused{1, 1});
  CHECK(bench.closed(link));
  const auto status = bench.status();
  const auto peer = std::ranges::find(status.peers, Bench::slug(2), &PeerStatus::slug);
  REQUIRE(peer != status.peers.end());
  CHECK(peer->state == PeerStatus::State::refused_us);
  REQUIRE(peer->last_error);
  CHECK(peer->last_error->code == errc_from(code == "peer.unknown" ? "" : code).value_or(Errc::peer_refuses));
}

TEST_CASE("an invitation brought by another key than the one it asks for is refused") {
  Bench bench(0);
  start_alone(bench);
  bench.on(input::LinkUp{1, sim::transport_key(10), false, {}});
  bench.receive(1, join_of(bench, 9));
  CHECK(bench.wanted<effect::Admit>().empty());
  CHECK_FALSE(bench.sent<message::JoinReply>(1).at(0).accepted);
}

TEST_CASE("own heads are confirmed by one whole round with a member") {
  Bench bench;
  const FeedId own = Bench::region(1);
  input::Start start;
  start.heads = {Bench::head(own, 3, Bench::commit(own, 3, 1))};
  bench.start(start);
  CHECK_FALSE(bench.status().own_heads_confirmed);
  const LinkId link = bench.open(2);
  CHECK_FALSE(bench.status().own_heads_confirmed);
  message::Reconcile told{5, false, {}};
  const auto five = Bench::commit(own, 5, 1);
  SECTION("the peer knows nothing newer") {
    bench.receive(link, message::Reconcile{5, false, {}});
    CHECK(bench.status().own_heads_confirmed);
  }
  SECTION("the peer knows newer: adopted first, so that a restored backup does not fork") {
    told.ranges.push_back({"", message::Range::Kind::list, {}, {Bench::head(own, 5, five)}, true});
    bench.receive(link, told);
    CHECK_FALSE(bench.status().own_heads_confirmed);
    const auto fetch = bench.sent<message::FetchFeed>(link);
    REQUIRE(fetch.size() == 1);
    CHECK(fetch[0].feed == own);
    bench.receive(link, message::FeedOffer{fetch[0].request, five, 4});
    bench.receive(link, message::Slice{fetch[0].request, 0, true, std::make_shared<const Bytes>(4, 0)});
    bench.hold(own, 5, five);
    bench.on(input::PackAccepted{bench.wanted<effect::AcceptPack>().at(0).job, {}});
    CHECK(bench.status().own_heads_confirmed);
  }
}

TEST_CASE("of our territory those from elsewhere can tell nothing: publishing waits a minute for one who can") {
  Bench bench;
  bench.add_member(7, {"lens"});
  bench.start();
  const LinkId of_lens = bench.open(7), of_lille = bench.open(2), federation = bench.open(0);
  bench.on(input::SyncNow{});
  const auto tells = [&](LinkId link) {
    bench.receive(link, message::Reconcile{bench.sent<message::Reconcile>(link).at(0).round, false, {}});
  };
  tells(of_lens);
  CHECK_FALSE(bench.status().own_heads_confirmed);
  SECTION("one of Lille") {
    tells(of_lille);
    CHECK(bench.status().own_heads_confirmed);
  }
  SECTION("the federation's node, which is of every territory") {
    tells(federation);
    CHECK(bench.status().own_heads_confirmed);
  }
  SECTION("nobody") {
    bench.pass(settings::confirm_within - seconds(1));
    CHECK_FALSE(bench.status().own_heads_confirmed);
    bench.pass(seconds(1));
    CHECK(bench.status().own_heads_confirmed);
  }
}

TEST_CASE("who told of more of our own feed and is gone is waited for, though another knows less: for a minute") {
  Bench bench;
  const FeedId own = Bench::region(1);
  bench.start();
  const LinkId knows = bench.open(2), knows_less = bench.open(3);
  bench.receive(knows, message::Have{{{own, {1, 1, 5}, sim::commit_id(*Bench::commit(own, 5, 1))}}});
  bench.on(input::LinkDown{knows, "lost"});
  bench.on(input::SyncNow{});
  bench.receive(knows_less, message::Reconcile{bench.sent<message::Reconcile>(knows_less).at(0).round, false, {}});
  CHECK_FALSE(bench.status().own_heads_confirmed);
  SECTION("until all of it came from elsewhere") {
    bench.hold(own, 4, Bench::commit(own, 4, 1));
    CHECK_FALSE(bench.status().own_heads_confirmed);
    bench.hold(own, 5, Bench::commit(own, 5, 1));
    CHECK(bench.status().own_heads_confirmed);
  }
  SECTION("until then") {
    bench.pass(settings::confirm_within - seconds(1));
    CHECK_FALSE(bench.status().own_heads_confirmed);
    bench.pass(seconds(1));
    CHECK(bench.status().own_heads_confirmed);
  }
}

TEST_CASE("what a peer claimed of a feed that is not for both any more is forgotten") {
  Bench bench;
  bench.start();
  const LinkId link = bench.open(2);
  const FeedId feed = Bench::territory(3, "lille");
  bench.receive(link, message::Have{{{feed, {1, 1, 4}, sim::commit_id(*Bench::commit(feed, 4, 3))}}});
  bench.pass(seconds(3));
  REQUIRE_FALSE(bench.sent<message::FetchFeed>(link).empty());
  bench.roster().members.at(Bench::slug(2)).territories = {"lens"};
  bench.on(input::RosterChanged{bench.roster_now()});
  for (int second = 0; second < 60; ++second) {
    for (const auto& opening : bench.sent<message::Reconcile>(link)) bench.receive(link, message::Reconcile{opening.round, false, {}});
    bench.pass(seconds(1));
  }
  CHECK(bench.status().level);
}

TEST_CASE("a node that is alone needs nobody's word") {
  Bench bench(0);
  bench.roster().members.clear();
  bench.add_member(0, {});
  bench.start();
  CHECK(bench.status().own_heads_confirmed);
  CHECK(bench.status().level);
}

TEST_CASE("sync is done when every open link has answered a whole round begun after the command") {
  Bench bench;
  bench.start();
  const LinkId a = bench.open(2), b = bench.open(3);
  bench.on(input::SyncNow{});
  CHECK(bench.status().sync_rounds_asked == 1);
  const auto round_a = bench.sent<message::Reconcile>(a).at(0).round;
  const auto round_b = bench.sent<message::Reconcile>(b).at(0).round;
  bench.receive(a, message::Reconcile{round_a, false, {}});
  CHECK(bench.status().sync_rounds_done == 0);
  CHECK_FALSE(bench.status().level);
  bench.receive(b, message::Reconcile{round_b, false, {}});
  CHECK(bench.status().sync_rounds_done == 1);
  CHECK(bench.status().level);
  // A head that changes makes both unlevel until a round says otherwise.
  bench.hold(Bench::region(1), 1, Bench::commit(Bench::region(1), 1, 1), true);
  CHECK_FALSE(bench.status().level);
}

TEST_CASE("who is only being dialled does not make us not level") {
  Bench bench;
  bench.roster().members.at(Bench::slug(3)).endpoints = {sim::endpoint_of(3)};
  bench.start();
  const LinkId a = bench.open(2);
  bench.on(input::SyncNow{});
  bench.receive(a, message::Reconcile{bench.sent<message::Reconcile>(a).at(0).round, false, {}});
  CHECK(bench.status().level);
  const auto peers = bench.status().peers;
  CHECK(std::ranges::any_of(peers, [](const auto& peer) { return peer.state == PeerStatus::State::connecting; }));
}

TEST_CASE("our own suspension is shown") {
  Bench bench;
  bench.start();
  CHECK_FALSE(bench.status().suspended);
  bench.roster().members.at(Bench::slug(1)).suspended = true;
  bench.on(input::RosterChanged{bench.roster_now()});
  CHECK(bench.status().suspended);
}

TEST_CASE("a federation's node that may have been restored admits nobody before a member told how far its feed went") {
  Bench bench(0);
  bench.start();
  const auto ask = [&](LinkId link) {
    bench.on(input::LinkUp{link, sim::transport_key(9), false, {}});
    bench.receive(link, join_of(bench, 9));
    const bool admitted = !bench.wanted<effect::Admit>().empty();
    CHECK(bench.sent<message::Refused>(link).size() == (admitted ? 0 : 1));
    return admitted;
  };
  CHECK_FALSE(ask(901));
  bench.pass(settings::admit_alone_after - seconds(2));
  const LinkId member = bench.open(2);
  bench.pass(seconds(5));
  CHECK_FALSE(ask(902));  // it is here, and has not told yet
  bench.receive(member, message::Reconcile{5, false, {}});
  REQUIRE(bench.status().own_heads_confirmed);
  CHECK(ask(903));
}

TEST_CASE("who asks to join and goes away counts until the store has answered") {
  Bench bench(0);
  start_alone(bench);
  std::size_t admissions = 0;
  for (LinkId link = 901; link < 931; ++link) {
    bench.on(input::LinkUp{link, sim::transport_key(link), false, {}});
    auto join = join_of(bench, 9);
    join.transport = sim::transport_key(link);
    bench.receive(link, join);
    admissions += bench.wanted<effect::Admit>().size();
    bench.on(input::LinkDown{link, "gone"});
  }
  CHECK(admissions == settings::joins_at_once);
}

TEST_CASE("what waits for a link is not told to who may not hold it any more") {
  Bench bench;
  bench.start();
  const LinkId link = bench.open(2);
  bench.on(input::Writable{link, Channel::control, false});
  const FeedId own = Bench::territory(1, "lille");
  bench.hold(own, 1, Bench::commit(own, 1, 1), true);
  bench.roster().members[Bench::slug(2)].territories = {"roubaix"};
  bench.on(input::RosterChanged{bench.roster_now()});
  bench.on(input::Writable{link, Channel::control, true});
  CHECK(bench.sent<message::Announce>(link).empty());
  CHECK(bench.closed(link));
}

}  // namespace membership_test

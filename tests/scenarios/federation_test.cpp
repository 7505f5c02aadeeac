// What a federation of real cores does, told as stories. Each ends with the simulation's checkers.

#include "tests/sim/checkers.hpp"
#include "tests/support/catch.hpp"

namespace federation_test {
using namespace essaimage;
using namespace essaimage::sim;
using core::Event;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

const Audience region;
const Audience lille{Audience::Kind::territory, "lille"};

/// The federation (0), two centres in Lille (1, 2), one in Valenciennes (3); all reach the federation only.
struct Story {
  World world{42, 5};
  std::map<Event::Kind, std::size_t> seen;
  std::map<std::pair<std::size_t, Event::Kind>, std::size_t> seen_by;

  Story() {
    world.make_federation({{0, {}}, {1, {"lille"}}, {2, {"lille"}}, {3, {"valenciennes"}}}, {0});
    world.on_event = [this](std::size_t node, const Event& event) {
      seen[event.kind] += 1;
      seen_by[{node, event.kind}] += 1;
    };
    for (std::size_t i = 0; i < 4; ++i) world.start(i);
    settle();
  }
  void settle() {
    CHECK(world.run_until([&] { return not_converged(world).empty() && not_level(world).empty(); }, minutes(5)));
    INFO(not_converged(world));
    INFO(not_level(world));
  }
  MemoryStores& stores() const { return dynamic_cast<MemoryStores&>(world.stores()); }
  void change_roster(const std::function<void(Roster&)>& change) { world.feed_all(0, stores().change_roster(change)); }
  Order held(std::size_t node, std::size_t author, const Audience& audience) const {
    return world.held(node, world.feed_of(author, audience));
  }
  ~Story() {
    check_stores(world);
    for (const std::string& violation : world.violations) {
      CAPTURE(violation);
      CHECK(violation.empty());
    }
  }
};

}  // namespace

TEST_CASE("a kit of the region is at every centre, a kit of Lille in Lille and at the federation") {
  Story story;
  REQUIRE(story.world.publish(1, {region}, 2));
  REQUIRE(story.world.publish(1, {lille}, 1));
  story.settle();
  for (std::size_t node = 0; node < 4; ++node) CHECK(story.held(node, 1, region).seq == 1);
  CHECK(story.held(0, 1, lille).seq == 1);
  CHECK(story.held(2, 1, lille).seq == 1);
  CHECK(story.held(3, 1, lille).seq == 0);
  for (const auto& feed : story.world.status(3).feeds) CHECK(feed.held.feed.audience != lille);
}

TEST_CASE("one publish is announced once to each neighbour, and never back to the sender") {
  Story story;
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> announced;
  auto checked = story.world.network.on_sent;
  story.world.network.on_sent = [&](std::size_t from, std::size_t to, const Message& message) {
    checked(from, to, message);
    if (std::holds_alternative<message::Announce>(message)) announced[{from, to}] += 1;
  };
  REQUIRE(story.world.publish(1, {region}, 0));
  story.world.run_for(seconds(30));
  CHECK(announced == std::map<std::pair<std::size_t, std::size_t>, std::size_t>{{{1, 0}, 1}, {{0, 2}, 1}, {{0, 3}, 1}});
}

TEST_CASE("the invited joins, reads the whole region, and publishes") {
  Story story;
  REQUIRE(story.world.publish(1, {region}, 2));
  REQUIRE(story.world.publish(2, {lille}, 1));
  story.settle();
  story.world.invite(4, {"lille"});
  story.world.start(4);
  REQUIRE(story.world.run_until([&] { return story.world.status(4).joined; }, seconds(30)));
  story.settle();
  CHECK(story.held(4, 1, region).seq == 1);
  CHECK(story.held(4, 2, lille).seq == 1);
  REQUIRE(story.world.run_until([&] { return story.world.status(4).own_heads_confirmed; }, seconds(30)));
  REQUIRE(story.world.publish(4, {region}, 1));
  story.settle();
  CHECK(story.held(3, 4, region).seq == 1);
  CHECK(story.seen[Event::Kind::joined] == 1);
  CHECK(story.seen[Event::Kind::member_admitted] == 1);
}

TEST_CASE("an invitation serves once") {
  Story story;
  story.world.invite(4, {"lille"});
  const auto joining = story.stores().joining(4);
  story.world.start(4);
  REQUIRE(story.world.run_until([&] { return story.world.status(4).joined; }, seconds(30)));
  World& world = story.world;
  // Somebody else finds the e-mail: the same invitation, other keys. The federation's store says no.
  message::Join stolen = joining->request;
  stolen.transport = transport_key(77);
  stolen.signing = signing_key(77);
  std::vector<core::Input> results = world.node(0).store->perform(core::effect::Admit{1, stolen});
  REQUIRE(results.size() == 1);
  CHECK(std::get<core::input::Admitted>(results[0]).status.error().code == Errc::invitation_used);
}

TEST_CASE("a member suspended while connected is cut off everywhere, and gets nothing more") {
  Story story;
  story.world.suspend(2);
  story.world.run_for(seconds(20));
  REQUIRE(story.world.publish(1, {region}, 1));
  REQUIRE(story.world.publish(1, {lille}, 1));
  story.settle();
  story.world.run_for(minutes(3));
  CHECK(story.held(0, 1, lille).seq == 1);
  CHECK(story.held(2, 1, region).seq == 0);
  CHECK(story.held(2, 1, lille).seq == 0);
  const auto status = story.world.status(2);
  for (const auto& peer : status.peers) CHECK(peer.state != core::PeerStatus::State::connected);
}

TEST_CASE("the network works on while the federation's node is down") {
  Story story;
  story.change_roster([](Roster& roster) { roster.members.at("centre-1").endpoints = {endpoint_of(1)}; });
  story.settle();
  story.world.crash(0);
  story.world.run_for(seconds(40));
  REQUIRE(story.world.publish(2, {region}, 1));
  CHECK(story.world.run_until([&] { return story.held(3, 2, region).seq == 1; }, minutes(2)));
  story.world.start(0);
  story.settle();
  CHECK(story.held(0, 2, region).seq == 1);
}

TEST_CASE("a restored backup asks for its own newer versions before it publishes again") {
  Story story;
  REQUIRE(story.world.publish(1, {region}, 1));
  story.settle();
  const auto backup = story.world.node(1).store->backup();
  for (int i = 0; i < 3; ++i) REQUIRE(story.world.publish(1, {region}, 1));
  story.settle();
  story.world.crash(1);
  story.world.restore(1, backup, false);
  story.world.start(1);
  CHECK(story.held(1, 1, region).seq == 1);
  CHECK_FALSE(story.world.publish(1, {region}, 1));
  REQUIRE(story.world.run_until([&] { return story.world.status(1).own_heads_confirmed; }, minutes(2)));
  CHECK(story.held(1, 1, region).seq == 4);
  REQUIRE(story.world.publish(1, {region}, 1));
  story.settle();
  for (std::size_t node = 0; node < 4; ++node) CHECK(story.held(node, 1, region).seq == 5);
  CHECK(story.seen[Event::Kind::fork_seen] == 0);
}

TEST_CASE("a backup that publishes without asking forks its feed: frozen everywhere, nothing else suffers") {
  Story story;
  REQUIRE(story.world.publish(1, {region}, 0));
  story.settle();
  const auto backup = story.world.node(1).store->backup();
  REQUIRE(story.world.publish(1, {region}, 0));
  REQUIRE(story.world.publish(1, {lille}, 1));
  story.settle();
  story.world.crash(1);
  story.world.restore(1, backup, false);
  story.world.start(1);
  REQUIRE(story.world.publish(1, {region}, 0, true));
  story.settle();
  const FeedId feed = story.world.feed_of(1, region);
  for (std::size_t node = 0; node < 4; ++node) {
    CAPTURE(node);
    CHECK(story.world.node(node).store->frozen().contains(feed));
    CHECK(story.seen_by[{node, Event::Kind::fork_seen}] >= 1);
  }
  CHECK_FALSE(story.world.publish(1, {region}, 0));
  REQUIRE(story.world.publish(2, {region}, 1));
  story.settle();
  CHECK(story.held(3, 2, region).seq == 1);
}

TEST_CASE("a centre that moves into a territory gets its feeds, and one that leaves is told no more") {
  Story story;
  REQUIRE(story.world.publish(1, {lille}, 1));
  story.settle();
  story.change_roster([](Roster& roster) { roster.members.at("centre-3").territories = {"lille"}; });
  story.settle();
  CHECK(story.held(3, 1, lille).seq == 1);
  story.change_roster([](Roster& roster) { roster.members.at("centre-2").territories.clear(); });
  story.world.run_for(seconds(20));
  REQUIRE(story.world.publish(1, {lille}, 1));
  CHECK(story.world.run_until([&] { return story.held(3, 1, lille).seq == 2; }, seconds(30)));
  CHECK(story.held(2, 1, lille).seq == 1);
  // It still holds what it got while it might.
  story.change_roster([](Roster& roster) { roster.members.at("centre-2").territories = {"lille"}; });
  story.settle();
  CHECK(story.held(2, 1, lille).seq == 2);
}

TEST_CASE("the same seed replays the same run, message by message") {
  const auto run = [] {
    World world(7, 6);
    std::map<std::size_t, std::set<std::string>> members;
    for (std::size_t i = 0; i < 6; ++i) members[i] = {"lille"};
    world.make_federation(members, {0, 1, 2});
    std::string trace;
    auto checked = world.network.on_sent;
    world.network.on_sent = [&](std::size_t from, std::size_t to, const Message& message) {
      checked(from, to, message);
      trace += std::to_string(world.now().ms) + ":" + std::to_string(from) + ">" + std::to_string(to) + " " +
               std::string(name_of(message)) + "\n";
    };
    world.network.conditions.cut_per_10000 = 50;
    world.start_all();
    for (std::size_t i = 0; i < 10; ++i) {
      world.run_for(seconds(3));
      world.publish(1 + i % 5, {region}, 2);
    }
    world.run_for(seconds(30));
    return trace;
  };
  const std::string first = run();
  CHECK(first.size() > 1000);
  CHECK(first == run());
}

}  // namespace federation_test

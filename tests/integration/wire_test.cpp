// What a peer sees from the wire of a real daemon: a stranger, a member of another territory, one that is suspended, one
// that sends garbage.

#include <algorithm>

#include "tests/integration/peer.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/catch.hpp"

namespace wire_test {
using namespace essaimage;
using namespace essaimage::test;

TEST_CASE("A stranger learns the protocol's version and nothing else, and is closed") {
  Nodes nodes;
  Peer stranger(store::TransportSecret::generate());
  stranger.connect(nodes.federation);
  stranger.send(hello_of(nodes.federation));
  stranger.send(message::FetchFeed{1, FeedId{"federation", Audience{}}, {}, 1'000'000});
  stranger.send(message::Reconcile{1, true, {}});
  REQUIRE(stranger.until([&] { return stranger.down; }));
  REQUIRE(stranger.received.size() == 1);
  CHECK(std::get<message::Refused>(stranger.received[0]).version_max == protocol_version);
}

TEST_CASE("A member of another territory is told of no head there, and asking answers as for a feed that is not") {
  Nodes nodes;
  Node& deule = nodes.join("deule", "lille");
  Node& escaut = nodes.join("escaut", "valenciennes");
  publish(deule, nodes.kit("malle", 1000), "territory:lille");
  publish(deule, nodes.kit("clavier", 1000), "region");
  Peer peer = impostor_of(escaut);
  peer.greet(deule);
  peer.send(message::Reconcile{7, true, {message::Range{"", message::Range::Kind::list, {}, {}}}});
  REQUIRE(peer.until([&] { return peer.find<message::Reconcile>() != nullptr; }));
  peer.send(message::FetchFeed{1, FeedId{"deule", {Audience::Kind::territory, "lille"}}, {}, 1'000'000});
  peer.send(message::FetchFeed{2, FeedId{"deule", {Audience::Kind::territory, "nulle-part"}}, {}, 1'000'000});
  const auto unavailable = [&](std::uint64_t request) {
    return std::any_of(peer.received.begin(), peer.received.end(), [&](const Message& message) {
      const auto* answer = std::get_if<message::Unavailable>(&message);
      return answer != nullptr && answer->request == request;
    });
  };
  REQUIRE(peer.until([&] { return unavailable(1) && unavailable(2); }));
  bool region_told = false;
  const auto check = [&](const Head& head) {
    CHECK(head.feed.audience == Audience{});
    region_told = region_told || head.feed.centre == "deule";
  };
  for (const auto& message : peer.received) {
    if (const auto* have = std::get_if<message::Have>(&message)) {
      for (const auto& head : have->heads) check(head);
    }
    if (const auto* reconcile = std::get_if<message::Reconcile>(&message)) {
      for (const auto& range : reconcile->ranges) {
        for (const auto& head : range.heads) check(head);
      }
    }
    CHECK_FALSE(std::holds_alternative<message::FeedOffer>(message));
  }
  CHECK(region_told);
}

TEST_CASE("A member that is suspended while connected is cut off at its next message") {
  Nodes nodes;
  Node& escaut = nodes.join("escaut", "valenciennes");
  Peer peer = impostor_of(escaut);
  peer.greet(nodes.federation);
  REQUIRE(nodes.federation.ctl({"member", "suspend", "escaut", "--why", "essai"}).exit_code == 0);
  peer.received.clear();
  peer.send(message::FetchFeed{1, FeedId{"federation", Audience{}}, {}, 1'000'000});
  peer.send(message::Ping{1});
  REQUIRE(peer.until([&] { return peer.down; }));
  for (const auto& message : peer.received) {
    CHECK((std::holds_alternative<message::Refused>(message) || std::holds_alternative<message::Announce>(message) ||
           std::holds_alternative<message::Have>(message) || std::holds_alternative<message::JoinReply>(message)));
  }
  const auto* told = peer.find<message::JoinReply>();
  REQUIRE(told != nullptr);
  CHECK(told->code == "publish.suspended");
  CHECK(peer.find<message::FeedOffer>() == nullptr);
  CHECK(peer.find<message::Pong>() == nullptr);
}

TEST_CASE("A member that sends garbage on every message is closed, and the daemon goes on") {
  Nodes nodes;
  Node& deule = nodes.join("deule", "lille");
  Node& escaut = nodes.join("escaut", "valenciennes");
  {
    Peer peer = impostor_of(escaut);
    peer.connect(deule);
    peer.send(hello_of(nodes.federation));
    for (std::uint64_t i = 0; i < 300 && !peer.down; ++i) {
      const auto bytes = std::make_shared<const Bytes>(noise(200, i));
      peer.send(message::Announce{bytes});
      peer.send(message::Slice{i, i * 7, false, bytes});
      peer.send(message::FeedOffer{i, bytes, 1u << 20});
    }
    REQUIRE(peer.until([&] { return peer.down; }));
  }
  publish(deule, nodes.kit("clavier", 1000), "region");
  REQUIRE(nodes.federation.sync());
  CHECK(nodes.federation.whole_kits() == std::vector<std::string>{"deule/clavier"});
  CHECK(deule.ctl({"verify"}).exit_code == 0);
}

}  // namespace wire_test

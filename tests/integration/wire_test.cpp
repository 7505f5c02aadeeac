// What a peer sees from the wire of a real daemon: a stranger, a member of another territory, one that is suspended, one
// that sends garbage.

#include <algorithm>

#include "daemon/shell/transport/transport.hpp"
#include "tests/integration/nodes.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/shell/transport_pair.hpp"

using namespace essaimage;
using namespace essaimage::test;

namespace {

/// A peer that speaks by hand, over the real transport.
struct Peer {
  explicit Peer(store::TransportSecret key) : secret(std::move(key)) {
    auto opened = shell::Transport::open({}, secret);
    REQUIRE(opened);
    transport = std::move(*opened);
  }
  void connect(const Node& node) {
    const auto key = TransportKey::parse(node.json({"status"})["transport_key"].get<std::string>());
    REQUIRE(key);
    transport->dial(*key, node.endpoint, now());
    REQUIRE(until([&] { return link != 0; }));
  }
  bool until(const std::function<bool()>& holds) {
    const auto deadline = now() + Duration{10'000};
    while (!holds()) {
      if (now() > deadline) return false;
      transport->wait({}, Duration{20});
      std::vector<core::Input> inputs;
      transport->collect(now(), inputs);
      for (auto& input : inputs) take(input);
    }
    return true;
  }
  void take(core::Input& input) {
    if (const auto* up = std::get_if<core::input::LinkUp>(&input)) link = up->link;
    if (std::holds_alternative<core::input::LinkDown>(input)) down = true;
    if (auto* message = std::get_if<core::input::Received>(&input)) received.push_back(std::move(message->message));
  }
  void send(const Message& message) { transport->send(link, message); }
  template <class T>
  const T* find() const {
    for (const auto& message : received) {
      if (const auto* found = std::get_if<T>(&message)) return found;
    }
    return nullptr;
  }

  store::TransportSecret secret;
  std::unique_ptr<shell::Transport> transport;
  core::LinkId link = 0;
  bool down = false;
  std::vector<Message> received;
};

message::Hello hello_of(const Node& node) {
  const auto id = node.json({"status"})["federation"]["id"].get<std::string>();
  return {protocol_version, protocol_version, FederationId::parse(id).value(), "test"};
}

/// A member that is not running, spoken for by hand with its own key.
Peer impostor_of(Node& node) {
  node.stop();
  auto key = store::TransportSecret::load(store::Layout{node.home}.transport_key());
  REQUIRE(key);
  return Peer(std::move(*key));
}

void publish(const Node& node, const std::filesystem::path& kit, const std::string& audience) {
  const auto result = node.ctl({"publish", kit.string(), "--audience", audience});
  INFO(result.output);
  REQUIRE(result.exit_code == 0);
}

}  // namespace

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
  peer.connect(deule);
  peer.send(hello_of(nodes.federation));
  REQUIRE(peer.until([&] { return peer.find<message::Hello>() != nullptr; }));
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
  peer.connect(nodes.federation);
  peer.send(hello_of(nodes.federation));
  REQUIRE(peer.until([&] { return peer.find<message::Hello>() != nullptr; }));
  REQUIRE(nodes.federation.ctl({"member", "suspend", "escaut", "--why", "essai"}).exit_code == 0);
  peer.received.clear();
  peer.send(message::FetchFeed{1, FeedId{"federation", Audience{}}, {}, 1'000'000});
  peer.send(message::Ping{1});
  REQUIRE(peer.until([&] { return peer.down; }));
  for (const auto& message : peer.received) {
    CHECK((std::holds_alternative<message::Refused>(message) || std::holds_alternative<message::Announce>(message) ||
           std::holds_alternative<message::Have>(message)));
  }
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

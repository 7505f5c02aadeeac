#include "daemon/shell/transport/transport.hpp"

#include <array>

#include "tests/support/bytes.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/shell/transport_pair.hpp"

namespace transport_test {
using namespace essaimage;
using namespace essaimage::shell;
using namespace essaimage::test;

TEST_CASE("A dialled link comes up on both sides, each knowing the other's key") {
  Pair pair;
  const auto [here, there] = pair.link();
  CHECK(pair.a.ups.at(here).outbound);
  CHECK(pair.a.ups.at(here).peer == pair.b.secret.public_key());
  CHECK(pair.a.ups.at(here).endpoint == pair.b.transport->endpoint());
  CHECK_FALSE(pair.b.ups.at(there).outbound);
  CHECK(pair.b.ups.at(there).peer == pair.a.secret.public_key());
}

TEST_CASE("Messages travel both ways on both channels, in order and unchanged") {
  Pair pair;
  const auto [here, there] = pair.link();
  const auto bytes = std::make_shared<const Bytes>(noise(limits::slice_bytes_max, 1));
  for (std::uint64_t i = 0; i < 50; ++i) {
    pair.a.transport->send(here, message::Ping{i});
    pair.b.transport->send(there, message::Pong{i, 0});
    pair.a.transport->send(here, message::Slice{i, 0, true, bytes});
    pair.b.transport->send(there, message::Slice{i, 0, true, bytes});
  }
  REQUIRE(pair.until([&] { return pair.a.received.size() == 100 && pair.b.received.size() == 100; }));
  std::uint64_t pings = 0, slices = 0;
  for (const auto& message : pair.b.received) {
    if (const auto* ping = std::get_if<message::Ping>(&message)) CHECK(ping->token == pings++);
    if (const auto* slice = std::get_if<message::Slice>(&message)) {
      CHECK(slice->request == slices++);
      CHECK(*slice->bytes == *bytes);
    }
  }
  CHECK(pings == 50);
  CHECK(slices == 50);
}

TEST_CASE("A message that is too large to send ends its link, and nothing else") {
  Pair pair;
  const auto [here, there] = pair.link();
  const auto bytes = std::make_shared<const Bytes>(noise(limits::message_bytes_max, 1));
  SECTION("on the side that dialled") {
    pair.a.transport->send(here, message::Slice{1, 0, true, bytes});
    REQUIRE(pair.until([&, dialled = here] { return pair.a.downs.contains(dialled); }));
  }
  SECTION("on the other") {
    pair.b.transport->send(there, message::Slice{1, 0, true, bytes});
    REQUIRE(pair.until([&, bound = there] { return pair.b.downs.contains(bound); }));
  }
  pair.link();
}

TEST_CASE("Who dials with a wrong server key is told, and the other side sees no link") {
  Pair pair;
  const auto other = store::TransportSecret::generate();
  pair.a.dial(other.public_key(), pair.b.transport->endpoint());
  REQUIRE(pair.until([&] { return !pair.a.failed.empty(); }));
  CHECK(pair.a.failed[0].peer == other.public_key());
  CHECK(pair.a.ups.empty());
  CHECK(pair.b.ups.empty());
}

TEST_CASE("Dialling a port where nobody listens fails at once or in time, and is said") {
  TransportOptions options;
  options.dial_at_most = Duration{200};
  Pair pair(options);
  const auto endpoint = pair.b.transport->endpoint();
  pair.b.transport.reset();
  pair.a.dial(pair.b.secret.public_key(), endpoint);
  REQUIRE(pair.until([&] { return !pair.a.failed.empty(); }));
  CHECK(pair.a.failed[0].endpoint == endpoint);
  pair.a.dial(pair.b.secret.public_key(), "not an endpoint");
  REQUIRE(pair.until([&] { return pair.a.failed.size() == 2; }));
}

TEST_CASE("A link that one side closes goes down on the other, and may be dialled again") {
  Pair pair;
  const auto [here, there] = pair.link();
  SECTION("closed by who dialled") {
    pair.a.transport->close(here);
    REQUIRE(pair.until([&] { return pair.b.downs.contains(there); }));
    CHECK(pair.a.downs.empty());
  }
  SECTION("closed by who was dialled") {
    pair.b.transport->close(there);
    REQUIRE(pair.until([&] { return pair.a.downs.contains(here); }));
    CHECK(pair.b.downs.empty());
  }
  pair.a.transport->send(here, message::Ping{});  // to nobody: no harm
  pair.b.transport->send(there, message::Ping{});
  const auto [here_again, there_again] = pair.link();
  CHECK(here_again != here);
  CHECK(there_again != there);
}

TEST_CASE("The last message before a close still arrives, in both directions") {
  Pair pair;
  const auto [here, there] = pair.link();
  SECTION("from who dialled") {
    pair.a.transport->send(here, message::JoinReply{true, ""});
    pair.a.transport->close(here);
    REQUIRE(pair.until([&] { return pair.b.downs.contains(there); }));
    REQUIRE(pair.b.received.size() == 1);
  }
  SECTION("from who was dialled") {
    pair.b.transport->send(there, message::Refused{});
    pair.b.transport->close(there);
    REQUIRE(pair.until([&] { return pair.a.downs.contains(here); }));
    REQUIRE(pair.a.received.size() == 1);
  }
}

TEST_CASE("A peer that vanishes takes its link down") {
  Pair pair;
  const auto [here, there] = pair.link();
  pair.a.transport.reset();
  REQUIRE(pair.until([&] { return pair.b.downs.contains(there); }));
}

TEST_CASE("An address that is in use is an error that names it") {
  Pair pair;
  TransportOptions options;
  options.listen = pair.b.transport->endpoint();
  const auto second = Transport::open(options, store::TransportSecret::generate());
  REQUIRE_FALSE(second);
  CHECK(second.error().code == Errc::transport_bind);
  CHECK(second.error().detail.find(options.listen) != std::string::npos);
}

TEST_CASE("Who does not read does not block the sender: it is told to wait, and the link ends beyond the bound") {
  TransportOptions options;
  options.send_queue_bytes = 1 * limits::MiB;
  Pair pair(options);
  const auto [here, there] = pair.link();
  const auto bytes = std::make_shared<const Bytes>(noise(limits::slice_bytes_max, 2));
  // b is not turned: it reads nothing. What a can send is what fits into queues and the kernel.
  int sent = 0;
  while (!pair.a.full.contains(Channel::bulk) && sent < 1000) {
    pair.a.transport->send(here, message::Slice{1, 0, false, bytes});
    pair.a.turn();
    ++sent;
  }
  CHECK(sent < 1000);
  SECTION("who waits is told when there is room again, and nothing is lost") {
    REQUIRE(pair.until([&] { return pair.a.full.empty(); }));
    REQUIRE(pair.until([&] { return static_cast<int>(pair.b.received.size()) == sent; }));
  }
  SECTION("who does not wait loses the link") {
    for (int i = 0; i < 1000 && pair.a.downs.empty(); ++i) {
      pair.a.transport->send(here, message::Slice{1, 0, false, bytes});
      pair.a.turn();
    }
    CHECK(pair.a.downs.contains(here));
  }
  SECTION("the other channel goes on") {
    pair.a.transport->send(here, message::Ping{7});
    REQUIRE(pair.until([&] {
      return std::any_of(pair.b.received.begin(), pair.b.received.end(),
                         [](const Message& message) { return std::holds_alternative<message::Ping>(message); });
    }));
  }
}

TEST_CASE("Two hundred links leave no descriptor behind") {
  Pair pair;
  const auto cycle = [&] {
    const auto [here, there] = pair.link();
    pair.a.transport->close(here);
    REQUIRE(pair.until([&] { return pair.b.downs.contains(there); }));
  };
  for (int i = 0; i < 5; ++i) cycle();
  const auto before = open_descriptors();
  for (int i = 0; i < 200; ++i) cycle();
  // ZeroMQ closes sockets a moment later, on its own thread.
  REQUIRE(pair.until([&] { return open_descriptors() <= before; }));
}

}  // namespace transport_test

// Peers that do not behave, against a real transport: raw CURVE sockets, plain ones, and bare TCP.

#include <arpa/inet.h>
#include <sys/socket.h>

#include <algorithm>

#include "daemon/shell/transport/sockets.hpp"
#include "proto/codec.hpp"
#include "store/disk/files.hpp"
#include "tests/support/bytes.hpp"
#include "tests/unit/shell/transport_pair.hpp"

namespace transport_hostile_test {
using namespace essaimage;
using namespace essaimage::shell;
using namespace essaimage::test;

namespace {

/// One connection of a peer that may send anything.
struct Raw {
  Raw(zmq::context_t& context, const store::TransportSecret& key, const End& target)
      : socket(make_client(context, key, target.secret.public_key())), monitor(context, socket) {
    socket.connect(target.transport->endpoint());
  }
  void send(const Bytes& frame, bool more = false) {
    socket.send(zmq::buffer(frame), (more ? zmq::send_flags::sndmore : zmq::send_flags::none));
  }
  void send(const Message& message) { send(encode(message)); }
  bool ended() {
    while (const auto event = monitor.next()) over = over || event->kind != Monitor::Kind::succeeded;
    return over;
  }

  zmq::socket_t socket;
  Monitor monitor;
  bool over = false;
};

LinkToken token(std::uint8_t value) {
  LinkToken result;
  result.bytes.fill(value);
  return result;
}

struct Attack {
  explicit Attack(const TransportOptions& options = {}) : victim(options) {}

  bool until(const std::function<bool()>& holds) {
    const auto deadline = now() + Duration{15'000};
    while (!holds()) {
      if (now() > deadline) return false;
      victim.turn(Duration{2});
    }
    return true;
  }
  Raw raw() { return Raw(context, key, victim); }

  zmq::context_t context;
  store::TransportSecret key = store::TransportSecret::generate();
  End victim;
};

/// Both connections of one link.
struct RawLink {
  explicit RawLink(Attack& attack, std::uint8_t value = 1)
      : control(attack.context, attack.key, attack.victim), bulk(attack.context, attack.key, attack.victim) {
    const auto before = attack.victim.ups.size();
    control.send(message::Open{Channel::control, token(value)});
    bulk.send(message::Open{Channel::bulk, token(value)});
    REQUIRE(attack.until([&] { return attack.victim.ups.size() == before + 1; }));
  }
  Raw control, bulk;
};

/// A bare TCP connection that writes noise; true once the other side has closed it.
struct Tcp {
  explicit Tcp(const std::string& endpoint) : fd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1))));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    (void)::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  void write(const Bytes& bytes) { (void)!::send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL); }
  bool closed() {
    std::uint8_t buffer[512];
    const auto count = ::recv(fd.get(), buffer, sizeof buffer, 0);
    return count == 0 || (count < 0 && errno != EAGAIN && errno != EINPROGRESS && errno != ENOTCONN);
  }
  store::Fd fd;
};

}  // namespace

TEST_CASE("A client without encryption is refused, and gives the core nothing") {
  Attack attack;
  zmq::socket_t plain(attack.context, zmq::socket_type::dealer);
  plain.set(zmq::sockopt::linger, 0);
  plain.set(zmq::sockopt::reconnect_ivl, -1);
  Monitor monitor(attack.context, plain);
  plain.connect(attack.victim.transport->endpoint());
  plain.send(zmq::buffer(encode(message::Open{Channel::control, token(1)})), zmq::send_flags::none);
  REQUIRE(attack.until([&] { return monitor.next().has_value(); }));
  CHECK(attack.victim.ups.empty());
  CHECK(attack.victim.garbage == 0);
}

TEST_CASE("Noise on the bare port ends that connection and harms no other") {
  Attack attack;
  Tcp tcp(attack.victim.transport->endpoint());
  REQUIRE(attack.until([&] {
    tcp.write(noise(300, 5));
    return tcp.closed();
  }));
  const RawLink link(attack);
}

TEST_CASE("A connection whose first frame is no Open is cut") {
  Attack attack;
  Raw raw = attack.raw();
  SECTION("noise") { raw.send(noise(100, 1)); }
  SECTION("an empty frame") { raw.send(Bytes{}); }
  SECTION("a message that is right elsewhere") { raw.send(message::Ping{1}); }
  SECTION("an Open in two parts") {
    raw.send(encode(message::Open{Channel::control, token(1)}), true);
    raw.send(Bytes{1});
  }
  REQUIRE(attack.until([&] { return raw.ended(); }));
  CHECK(attack.victim.ups.empty());
  CHECK(attack.victim.garbage == 0);
}

TEST_CASE("A frame beyond the largest message ends the connection") {
  Attack attack;
  RawLink link(attack);
  link.control.send(Bytes(limits::message_bytes_max + 1, 0));
  REQUIRE(attack.until([&] { return !attack.victim.downs.empty(); }));
}

TEST_CASE("On a link, what cannot be read or came on the wrong channel is garbage, one for each") {
  Attack attack;
  RawLink link(attack);
  link.control.send(noise(500, 2));
  link.control.send(message::Open{Channel::control, token(1)});
  link.control.send(message::Slice{1, 0, true, std::make_shared<const Bytes>(Bytes{1})});
  link.bulk.send(message::Ping{1});
  link.control.send(encode(message::Ping{2}), true);
  link.control.send(encode(message::Ping{3}));
  link.control.send(message::Ping{4});
  REQUIRE(attack.until([&] { return attack.victim.garbage == 5 && attack.victim.received.size() == 1; }));
  CHECK(std::get<message::Ping>(attack.victim.received[0]).token == 4);
  CHECK(attack.victim.downs.empty());
}

TEST_CASE("Messages between the first Open and the second wait for the link, and are not lost") {
  Attack attack;
  Raw control = attack.raw(), bulk = attack.raw();
  control.send(message::Open{Channel::control, token(3)});
  control.send(message::Ping{1});
  control.send(message::Ping{2});
  bulk.send(message::Open{Channel::bulk, token(3)});
  REQUIRE(attack.until([&] { return attack.victim.received.size() == 2; }));
  CHECK(std::get<message::Ping>(attack.victim.received[0]).token == 1);
}

TEST_CASE("Too many messages before the link is whole end the connection") {
  Attack attack;
  Raw control = attack.raw();
  control.send(message::Open{Channel::control, token(3)});
  for (std::uint64_t i = 0; i < 50; ++i) control.send(message::Ping{i});
  REQUIRE(attack.until([&] { return control.ended(); }));
  CHECK(attack.victim.ups.empty());
}

TEST_CASE("A token pairs one control and one bulk connection of one key, once") {
  Attack attack;
  SECTION("twice the same channel: the second is cut, the first may still be paired") {
    Raw first = attack.raw(), second = attack.raw();
    first.send(message::Open{Channel::bulk, token(1)});
    second.send(message::Open{Channel::bulk, token(1)});
    REQUIRE(attack.until([&] { return first.ended() || second.ended(); }));
    CHECK(attack.victim.ups.empty());
  }
  SECTION("the token of a link that is up: cut, and the link stays") {
    const RawLink link(attack, 1);
    Raw again = attack.raw();
    again.send(message::Open{Channel::control, token(1)});
    REQUIRE(attack.until([&] { return again.ended(); }));
    CHECK(attack.victim.downs.empty());
  }
  SECTION("another key with a token that it saw gets no part of the link") {
    Raw control = attack.raw();
    control.send(message::Open{Channel::control, token(1)});
    Raw thief(attack.context, store::TransportSecret::generate(), attack.victim);
    thief.send(message::Open{Channel::bulk, token(1)});
    thief.send(message::Slice{1, 0, true, std::make_shared<const Bytes>(Bytes{1})});
    Raw bulk = attack.raw();
    bulk.send(message::Open{Channel::bulk, token(1)});
    REQUIRE(attack.until([&] { return attack.victim.ups.size() == 1; }));
    CHECK(attack.victim.ups.begin()->second.peer == attack.key.public_key());
    CHECK(attack.victim.received.empty());
  }
}

TEST_CASE("A connection that does not become a link in time is cut") {
  TransportOptions options;
  options.pairing_at_most = Duration{200};
  Attack attack(options);
  Raw silent = attack.raw(), half = attack.raw();
  half.send(message::Open{Channel::control, token(1)});
  Tcp tcp(attack.victim.transport->endpoint());
  REQUIRE(attack.until([&] { return silent.ended() && half.ended() && tcp.closed(); }));
  CHECK(attack.victim.ups.empty());
}

TEST_CASE("One key gets only so many connections; others still get theirs") {
  TransportOptions options;
  options.connections_per_peer = 4;
  Attack attack(options);
  const RawLink first(attack, 1), second(attack, 2);
  Raw fifth = attack.raw();
  fifth.send(message::Open{Channel::control, token(3)});
  REQUIRE(attack.until([&] { return fifth.ended(); }));
  attack.key = store::TransportSecret::generate();
  const RawLink other(attack, 3);
  CHECK(attack.victim.downs.empty());
}

TEST_CASE("Beyond the number of connections, those that say nothing are cut and links stay") {
  TransportOptions options;
  options.connections = 8;
  Attack attack(options);
  const RawLink link(attack);
  std::vector<Tcp> idle;
  for (int i = 0; i < 20; ++i) idle.emplace_back(attack.victim.transport->endpoint());
  const auto closed = [&] { return std::count_if(idle.begin(), idle.end(), [](Tcp& tcp) { return tcp.closed(); }); };
  REQUIRE(attack.until([&] { return closed() >= 14; }));
  CHECK(attack.victim.downs.empty());
}

TEST_CASE("Connections that say nothing keep nobody out: the oldest of them make room") {
  TransportOptions options;
  options.connections = 8;
  options.pairing_at_most = std::chrono::hours(1);
  Attack attack(options);
  std::vector<Tcp> silent;
  for (int i = 0; i < 8; ++i) silent.emplace_back(attack.victim.transport->endpoint());
  const auto closed = [&] { return std::count_if(silent.begin(), silent.end(), [](Tcp& tcp) { return tcp.closed(); }); };
  silent.emplace_back(attack.victim.transport->endpoint());
  REQUIRE(attack.until([&] { return closed() == 1; }));  // all places are taken
  const RawLink link(attack);
  REQUIRE(attack.until([&] { return closed() >= 3; }));
  CHECK(closed() == 3);
  CHECK(attack.victim.downs.empty());
}

TEST_CASE("Where every place is taken by somebody who spoke, new connections are cut") {
  TransportOptions options;
  options.connections = 2;
  Attack attack(options);
  const RawLink link(attack);
  Tcp late(attack.victim.transport->endpoint());
  REQUIRE(attack.until([&] { return late.closed(); }));
  CHECK(attack.victim.downs.empty());
}

}  // namespace transport_hostile_test

#pragma once
// Two transports on loopback, turned by the test itself, and what each was told.

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <vector>

#include "daemon/shell/transport/transport.hpp"
#include "tests/support/catch.hpp"

namespace essaimage::test {

inline Instant now() {
  const auto time = std::chrono::steady_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::milliseconds>(time).count()};
}

inline std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

struct End {
  explicit End(shell::TransportOptions options) {
    options.listen = "tcp://127.0.0.1:*";
    auto opened = shell::Transport::open(options, secret);
    REQUIRE(opened);
    transport = std::move(*opened);
  }

  void dial(const TransportKey& peer, const std::string& endpoint) { transport->dial(peer, endpoint, now()); }

  void turn(Duration patience = Duration{0}) {
    if (!transport) return;
    transport->wait({}, patience);
    std::vector<core::Input> inputs;
    transport->collect(now(), inputs);
    for (auto& input : inputs) take(input);
  }

  void take(core::Input& input) {
    using namespace core::input;
    if (auto* up = std::get_if<LinkUp>(&input)) ups[up->link] = *up;
    if (auto* down = std::get_if<LinkDown>(&input)) downs[down->link] = *down;
    if (auto* dial_failed = std::get_if<DialFailed>(&input)) failed.push_back(*dial_failed);
    if (auto* message = std::get_if<Received>(&input)) received.push_back(std::move(message->message));
    if (std::holds_alternative<Garbage>(input)) ++garbage;
    if (auto* writable = std::get_if<Writable>(&input)) {
      if (writable->writable) full.erase(writable->channel);
      else full.insert(writable->channel);
    }
  }

  store::TransportSecret secret = store::TransportSecret::generate();
  std::unique_ptr<shell::Transport> transport;
  std::map<core::LinkId, core::input::LinkUp> ups;
  std::map<core::LinkId, core::input::LinkDown> downs;
  std::vector<core::input::DialFailed> failed;
  std::vector<Message> received;
  std::set<Channel> full;
  int garbage = 0;
};

struct Pair {
  explicit Pair(const shell::TransportOptions& options = {}) : a(options), b(options) {}

  /// Turns both until it holds; false after ten seconds.
  bool until(const std::function<bool()>& holds) {
    const auto deadline = now() + Duration{10'000};
    while (!holds()) {
      if (now() > deadline) return false;
      a.turn(Duration{1});
      b.turn(Duration{1});
    }
    return true;
  }

  /// A new link from a to b: its name on both sides.
  std::pair<core::LinkId, core::LinkId> link() {
    const auto here = a.ups.size() + 1, there = b.ups.size() + 1;
    a.dial(b.secret.public_key(), b.transport->endpoint());
    REQUIRE(until([&] { return a.ups.size() == here && b.ups.size() == there; }));
    return {a.ups.rbegin()->first, b.ups.rbegin()->first};
  }

  End a, b;
};

}  // namespace essaimage::test

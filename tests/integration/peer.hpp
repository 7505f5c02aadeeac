#pragma once
// A peer that speaks by hand with a real daemon, over the real transport: with a key of nobody, or with a member's.

#include <functional>

#include "daemon/shell/transport/transport.hpp"
#include "tests/integration/nodes.hpp"

namespace essaimage::test {

struct Peer {
  explicit Peer(store::TransportSecret key);
  void connect(const Node& node);
  /// Greets a federation's member and waits for its greeting.
  void greet(const Node& node);
  /// Turns the transport until it holds; false after ten seconds.
  bool until(const std::function<bool()>& holds);
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

 private:
  void take(core::Input& input);
};

message::Hello hello_of(const Node& node);

/// A member that is not running any more, spoken for by hand with its own key.
Peer impostor_of(Node& node);

void publish(const Node& node, const std::filesystem::path& kit, const std::string& audience = "region");

}  // namespace essaimage::test

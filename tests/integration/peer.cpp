#include "tests/integration/peer.hpp"

#include "tests/support/catch.hpp"
#include "tests/unit/shell/transport_pair.hpp"

namespace essaimage::test {

Peer::Peer(store::TransportSecret key) : secret(std::move(key)) {
  auto opened = shell::Transport::open({}, secret);
  REQUIRE(opened);
  transport = std::move(*opened);
}

void Peer::connect(const Node& node) {
  const auto key = TransportKey::parse(node.json({"status"})["transport_key"].get<std::string>());
  REQUIRE(key);
  transport->dial(*key, node.endpoint, now());
  REQUIRE(until([&] { return link != 0; }));
}

void Peer::greet(const Node& node) {
  connect(node);
  send(hello_of(node));
  REQUIRE(until([&] { return find<message::Hello>() != nullptr; }));
}

bool Peer::until(const std::function<bool()>& holds) {
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

void Peer::take(core::Input& input) {
  if (const auto* up = std::get_if<core::input::LinkUp>(&input)) link = up->link;
  if (std::holds_alternative<core::input::LinkDown>(input)) down = true;
  if (auto* message = std::get_if<core::input::Received>(&input)) received.push_back(std::move(message->message));
}

message::Hello hello_of(const Node& node) {
  const auto id = node.json({"status"})["federation"]["id"].get<std::string>();
  return {protocol_version, protocol_version, FederationId::parse(id).value(), "test"};
}

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

}  // namespace essaimage::test

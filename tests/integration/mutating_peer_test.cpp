// A member that speaks valid CURVE, holds true feeds, and whose messages are changed on the way: the node goes on, and nothing wrong
// stays. ESSAIMAGE_MUTATED_ROUNDS: how many sessions, each with another seed.

#include <cstdlib>

#include "tests/integration/mutator.hpp"
#include "tests/integration/nodes.hpp"
#include "tests/integration/peer.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/catch.hpp"

namespace mutating_peer_test {
using namespace essaimage;
using namespace essaimage::test;

namespace {

constexpr std::uint64_t memory_max = 256'000'000;

void set_line(const Node& node, const std::string& key, const std::string& value) {
  const auto file = node.home / "essaimage.toml";
  auto text = read_text(file);
  const auto begin = text.find("\n" + key + " = ");
  REQUIRE(begin != std::string::npos);
  text.replace(begin + 1, text.find('\n', begin + 1) - begin - 1, key + " = " + value);
  write_text(file, text);
}

/// Whoever could confirm what it published last may understand nothing.
void publish_alone(const Node& node, const std::filesystem::path& kit) {
  const auto result = node.ctl({"publish", kit.string(), "--audience", "region", "--offline"});
  INFO(result.output);
  REQUIRE(result.exit_code == 0);
}

store::TransportSecret secret_of(const Node& node) {
  auto secret = store::TransportSecret::load(store::Layout{node.home}.transport_key());
  REQUIRE(secret);
  return std::move(*secret);
}

}  // namespace

TEST_CASE("A member of which the messages are changed on the way harms nobody, and what it holds comes when they are not") {
  const char* given = std::getenv("ESSAIMAGE_MUTATED_ROUNDS");
  const std::uint64_t rounds = given != nullptr ? std::strtoull(given, nullptr, 10) : 4;
  Nodes nodes;
  Node& target = nodes.join("deule", "lille");
  Node& member = nodes.join("escaut", "lille");
  // The member, which nobody can reach, finds the target behind the mutator; without the federation it has no other way.
  REQUIRE(eventually([&] { return member.ctl({"peers"}).output.find(target.endpoint) != std::string::npos; }));
  const std::string behind = Node(nodes.folder / "nobody").endpoint;
  target.stop();
  set_line(target, "advertise", "[\"" + target.endpoint + "\"]");
  set_line(target, "listen", "\"" + behind + "\"");
  member.stop();
  set_line(member, "listen", "\"\"");
  const Mutator::Ends ends{target.endpoint, behind, secret_of(target), secret_of(member)};
  nodes.federation.stop();

  std::uint64_t changed = 0;
  for (std::uint64_t round = 1; round <= rounds; ++round) {
    INFO("round " << round << " of " << rounds);
    const Mutator mutator(ends, round, round % 2 == 0 ? 4 : 12);
    target.start();
    member.start();
    publish_alone(member, nodes.kit("malle", 300'000, static_cast<int>(round)));
    publish_alone(target, nodes.kit("clavier", 300'000, static_cast<int>(round)));
    REQUIRE(eventually([&] { return mutator.changed() > 0; }));
    (void)target.ctl({"sync", "--wait", "--timeout", "1"});
    CHECK(target.peak_bytes() < memory_max);
    member.stop();
    target.stop();
    changed += mutator.changed();
  }
  CHECK(changed >= rounds);

  const Mutator honest(ends, 0, ~0U);
  for (Node* node : {&nodes.federation, &target, &member}) node->start();
  level(nodes);
  for (const Node* node : {&nodes.federation, &target, &member}) {
    CHECK(node->whole_kits() == std::vector<std::string>{"deule/clavier", "escaut/malle"});
    CHECK(node->ctl({"verify"}).exit_code == 0);
  }
}

}  // namespace mutating_peer_test

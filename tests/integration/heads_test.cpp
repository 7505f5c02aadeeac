// Heads that a daemon must not take, over real connections: forged, replayed, older, forked; and homes that exist twice.

#include <algorithm>

#include "store/crypto/hash.hpp"
#include "store/feed/commit.hpp"
#include "tests/integration/peer.hpp"
#include "tests/support/catch.hpp"

namespace heads_test {
using namespace essaimage;
using namespace essaimage::test;

namespace {

std::uint64_t version_at(const Node& node, const std::string& id) {
  for (const auto& kit : node.json({"kits"})) {
    if (kit["id"] == id) return kit["version"].get<std::uint64_t>();
  }
  return 0;
}

/// The raw commit of a kit's newest version there.
Bytes commit_at(const Node& node, const std::string& id) {
  for (const auto& kit : node.json({"kits"})) {
    if (kit["id"] != id) continue;
    const auto raw = run({"git", "cat-file", "commit", kit["commit"].get<std::string>()}, node.home / "library.git");
    REQUIRE(raw.exit_code == 0);
    const auto bytes = bytes_of(raw.output);
    return {bytes.begin(), bytes.end()};
  }
  FAIL(id << " is not known");
  return {};
}

message::Announce announce(Bytes commit) { return {std::make_shared<const Bytes>(std::move(commit))}; }

bool log_says(const Node& node, const std::string& text) { return node.log().find(text) != std::string::npos; }

std::string explain(const Node& node) { return node.ctl({"explain"}).output; }

void copy_home(const Node& from, const Node& to) { std::filesystem::copy(from.home, to.home, std::filesystem::copy_options::recursive); }

}  // namespace

TEST_CASE("A forged head is refused and reported, and who brought it is closed") {
  Nodes nodes;
  Node& deule = nodes.join("deule", "lille");
  Node& escaut = nodes.join("escaut", "valenciennes");
  publish(deule, nodes.kit("clavier", 1'000));
  REQUIRE(nodes.federation.sync());
  const Bytes genuine = commit_at(nodes.federation, "deule/clavier");
  const auto own = store::SigningSecret::load(store::Layout{escaut.home}.signing_key());
  REQUIRE(own);
  auto next = *store::parse_commit(genuine);
  next.parent = store::object_id(store::ObjectType::commit, genuine);
  next.order.seq += 1;

  SECTION("signed by another member") {
    Peer peer = impostor_of(escaut);
    peer.greet(nodes.federation);
    peer.send(announce(store::sign_commit(next, *own)));
    CHECK(peer.until([&] { return peer.down; }));
  }
  SECTION("with the author's key and a signature that is not its") {
    auto forged = next;
    forged.signature.bytes[5] ^= 1;
    Peer peer = impostor_of(escaut);
    peer.greet(nodes.federation);
    peer.send(announce(store::encode(forged)));
    CHECK(peer.until([&] { return peer.down; }));
  }
  SECTION("encoded in another way, though its signature holds") {
    auto text = std::string(text_of(genuine));
    text.insert(text.find("\n\n"), "\nencoding UTF-8");
    const auto bytes = bytes_of(text);
    Peer peer = impostor_of(escaut);
    peer.greet(nodes.federation);
    peer.send(announce(Bytes(bytes.begin(), bytes.end())));
    CHECK(peer.until([&] { return peer.down; }));
  }
  CHECK(eventually([&] { return log_says(nodes.federation, "refused a commit that its author did not sign"); }));
  CHECK(version_at(nodes.federation, "deule/clavier") == 1);
  CHECK(explain(nodes.federation).find("fork") == std::string::npos);
  // The author is not harmed.
  publish(deule, nodes.kit("clavier", 1'000, 2));
  CHECK(eventually([&] { return version_at(nodes.federation, "deule/clavier") == 2; }));
}

TEST_CASE("An older head and a replayed one change nothing") {
  Nodes nodes;
  Node& deule = nodes.join("deule", "lille");
  Node& escaut = nodes.join("escaut", "valenciennes");
  publish(deule, nodes.kit("clavier", 1'000));
  REQUIRE(nodes.federation.sync());
  const Bytes older = commit_at(nodes.federation, "deule/clavier");
  publish(deule, nodes.kit("clavier", 1'000, 2));
  REQUIRE(nodes.federation.sync());
  const Bytes held = commit_at(nodes.federation, "deule/clavier");
  Peer peer = impostor_of(escaut);
  peer.greet(nodes.federation);
  for (int i = 0; i < 20; ++i) peer.send(announce(i % 2 == 0 ? older : held));
  CHECK(eventually([&] { return log_says(nodes.federation, "refused an older head"); }));
  CHECK_FALSE(peer.until([&] { return peer.down; }));  // it may just be late, and is not blamed
  CHECK(version_at(nodes.federation, "deule/clavier") == 2);
  CHECK(nodes.federation.ctl({"verify"}).exit_code == 0);
}

TEST_CASE("Two clones of one home that both publish fork their feed: everybody keeps the proof and says what to do") {
  Nodes nodes;
  Node& deule = nodes.join("deule", "lille");
  Node& escaut = nodes.join("escaut", "valenciennes");
  publish(deule, nodes.kit("clavier", 1'000));
  REQUIRE(nodes.federation.sync());
  deule.stop();
  Node clone(nodes.folder / "clone");
  copy_home(deule, clone);
  // Each publishes while it is alone.
  nodes.federation.stop();
  escaut.stop();
  for (auto* node : {&deule, &clone}) {
    node->start();
    const int version = node == &deule ? 2 : 3;
    REQUIRE(node->ctl({"publish", nodes.kit("clavier", 1'000, version).string(), "--offline"}).exit_code == 0);
    node->stop();
  }
  nodes.federation.start();
  escaut.start();
  deule.start();
  CHECK(eventually([&] { return version_at(nodes.federation, "deule/clavier") == 2; }));
  deule.stop();
  clone.start();
  for (const Node* node : {&nodes.federation, &escaut, &clone}) {
    INFO(node->home);
    CHECK(eventually([&] { return explain(*node).find("deule") != std::string::npos && log_says(*node, "forked"); }));
    CHECK(std::distance(std::filesystem::directory_iterator(node->home / "library.git/essaimage/forks"), {}) == 1);
  }
  const auto refused = clone.ctl({"publish", nodes.kit("clavier", 1'000, 4).string()});
  CHECK(refused.exit_code != 0);
  INFO(refused.output);
  CHECK(refused.output.find("two different states") != std::string::npos);
  // Nobody else is frozen.
  publish(escaut, nodes.kit("malle", 1'000));
  CHECK(eventually([&] { return version_at(nodes.federation, "escaut/malle") == 1; }));
  // The proof outlives a restart.
  nodes.federation.kill_hard();
  nodes.federation.start();
  CHECK(explain(nodes.federation).find("deule") != std::string::npos);

  // What `explain` says ends it, on whichever copy is kept.
  CHECK(explain(clone).find("essaimagectl fork resolve") != std::string::npos);
  const auto resolved = clone.json({"fork", "resolve"});
  REQUIRE(resolved["feeds"].size() == 1);
  CHECK(resolved["feeds"][0]["feed"] == "deule/region");
  publish(clone, nodes.kit("clavier", 1'000, 4));
  for (const Node* node : {&nodes.federation, &escaut}) {
    INFO(node->home);
    CHECK(eventually([&] { return version_at(*node, "deule/clavier") == 3; }));
    CHECK(explain(*node).find("deule/region") == std::string::npos);
    CHECK(node->ctl({"verify"}).exit_code == 0);
  }
  CHECK(clone.json({"fork", "resolve"})["feeds"].empty());
}

TEST_CASE("Two copies of the federation's home fork its feed, which goes on for everybody once it has resolved that") {
  Nodes nodes;
  Node& fed = nodes.federation;
  Node& escaut = nodes.join("escaut", "valenciennes");
  escaut.stop();
  fed.stop();
  Node clone(nodes.folder / "clone");
  copy_home(fed, clone);
  for (auto* node : {&clone, &fed}) {
    node->start();
    REQUIRE(node->ctl({"member", "invite", "lys", "--name", node->home.filename(), "--territory", "lille", "--offline"}).exit_code == 0);
    node->stop();
  }
  clone.start();
  escaut.start();
  REQUIRE(escaut.sync());
  clone.stop();
  fed.start();
  CHECK(eventually([&] { return explain(fed).find("own-feed-forked") != std::string::npos || log_says(fed, "forked"); }));
  const auto refused = fed.ctl({"member", "invite", "malle", "--name", "Malle", "--territory", "lille"});
  CHECK(refused.exit_code != 0);
  INFO(refused.output);
  CHECK(refused.output.find("essaimagectl fork resolve") != std::string::npos);
  // The federation gives no key to itself: it is not sent for one.
  CHECK(explain(fed).find("new-key") == std::string::npos);

  REQUIRE(fed.ctl({"fork", "resolve"}).exit_code == 0);
  Node& malle = nodes.join("malle", "lille");
  CHECK(eventually([&] { return escaut.ctl({"member", "show", "malle"}).exit_code == 0; }));
  publish(malle, nodes.kit("robot", 1'000));
  CHECK(eventually([&] { return version_at(escaut, "malle/robot") == 1; }));
  CHECK(explain(escaut).find("federation/region") == std::string::npos);
}

TEST_CASE("A restored backup takes its own newer versions from a peer, and then publishes on top of them") {
  Nodes nodes;
  Node& deule = nodes.join("deule", "lille");
  publish(deule, nodes.kit("clavier", 1'000));
  deule.stop();
  Node backup(nodes.folder / "backup");
  copy_home(deule, backup);
  deule.start();
  publish(deule, nodes.kit("clavier", 1'000, 2));
  REQUIRE(nodes.federation.sync());
  deule.kill_hard();

  backup.start();
  publish(backup, nodes.kit("clavier", 1'000, 3));  // waits for what a peer knows of its own feed
  CHECK(version_at(backup, "deule/clavier") == 3);
  REQUIRE(nodes.federation.sync());
  CHECK(version_at(nodes.federation, "deule/clavier") == 3);
  CHECK(std::filesystem::is_empty(nodes.federation.home / "library.git/essaimage/forks"));
  CHECK(backup.ctl({"verify"}).exit_code == 0);
}

}  // namespace heads_test

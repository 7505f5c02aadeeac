// Several real daemons: joining, publishing, replicating, audiences, and dying at bad moments.

#include <signal.h>
#include <sys/wait.h>

#include <algorithm>

#include "tests/integration/nodes.hpp"
#include "tests/support/catch.hpp"

namespace replication_test {
using namespace essaimage;
using namespace essaimage::test;

namespace {

bool has(const std::vector<std::string>& all, const std::string& one) { return std::find(all.begin(), all.end(), one) != all.end(); }

std::uint64_t media_here(const Node& node) { return node.json({"status"})["bytes_here"].get<std::uint64_t>(); }

void publish_with(const Node& node, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "publish");
  const auto result = node.ctl(arguments);
  INFO(result.output);
  REQUIRE(result.exit_code == 0);
}

bool same(const std::filesystem::path& a, const std::filesystem::path& b) {
  return run({"diff", "-r", a.string(), b.string()}).exit_code == 0;
}

/// The federation's node has all that this one has. What nobody has heard of nobody can bring, and a centre publishes by itself,
/// in its own time, where it can be reached.
void wait_until_told(const Nodes& nodes, const Node& node) {
  const auto refs = [](const Node& of) { return read_text(of.home / "library.git/packed-refs"); };
  REQUIRE(eventually([&] {
    return nodes.federation.ctl({"peers"}).output.find(node.endpoint) != std::string::npos && refs(node) == refs(nodes.federation);
  }));
}

}  // namespace

TEST_CASE("A kit reaches who may have it, byte for byte, its update too, and nobody else") {
  Nodes nodes;
  Node& deule = nodes.join("deule", "lille");
  Node& moulins = nodes.join("moulins", "lille");
  Node& escaut = nodes.join("escaut", "valenciennes");
  publish_with(deule, {nodes.kit("malle", 300'000).string(), "--audience", "territory:lille"});
  publish_with(deule, {nodes.kit("clavier", 300'000).string()});
  for (const Node* node : {&nodes.federation, &deule, &moulins, &escaut}) REQUIRE(node->sync());
  CHECK(has(moulins.whole_kits(), "deule/malle"));
  CHECK(has(moulins.whole_kits(), "deule/clavier"));
  CHECK(has(nodes.federation.whole_kits(), "deule/malle"));
  CHECK(escaut.whole_kits() == std::vector<std::string>{"deule/clavier"});
  CHECK(escaut.ctl({"kit", "show", "deule/malle"}).exit_code != 0);

  const auto first = nodes.folder / "first", second = nodes.folder / "second";
  REQUIRE(escaut.ctl({"checkout", "deule/clavier", first.string()}).exit_code == 0);
  CHECK(same(first, nodes.kit("clavier", 300'000)));
  publish_with(deule, {nodes.kit("clavier", 300'000, 2).string()});
  REQUIRE(nodes.federation.sync());  // escaut may know nobody else yet
  REQUIRE(escaut.sync());
  REQUIRE(escaut.ctl({"checkout", "deule/clavier", second.string()}).exit_code == 0);
  CHECK(same(second, nodes.kit("clavier", 300'000, 2)));
  CHECK(escaut.ctl({"verify"}).exit_code == 0);
}

TEST_CASE("A daemon that is killed while it receives goes on where it was") {
  Nodes nodes;
  Node& deule = nodes.join("deule", "lille");
  Node& moulins = nodes.join("moulins", "lille");
  publish_with(deule, {nodes.kit("film", 40'000'000).string()});
  for (int i = 0; i < 1000 && media_here(moulins) == 0; ++i) {
  }
  moulins.kill_hard();
  moulins.start();
  REQUIRE(nodes.federation.sync());
  REQUIRE(moulins.sync());
  CHECK(has(moulins.whole_kits(), "deule/film"));
  CHECK(moulins.ctl({"verify"}).exit_code == 0);
}

TEST_CASE("A daemon that is killed while it publishes has the kit whole or not at all, and can publish it again") {
  Nodes nodes;
  Node& deule = nodes.join("deule", "lille");
  const auto kit = nodes.kit("film", 60'000'000);
  const pid_t publishing = deule.ctl_in_background({"publish", kit.string()});
  int status = 0;
  wait_end(publishing, Duration{150}, status);
  deule.kill_hard();
  if (status == 0) wait_end(publishing, Duration{10'000}, status);
  deule.start();
  CHECK(deule.ctl({"verify"}).exit_code == 0);
  const auto known = deule.json({"kits"});
  CHECK((known.empty() || known[0]["complete"].get<bool>()));
  publish_with(deule, {kit.string()});
  CHECK(has(deule.whole_kits(), "deule/film"));
  REQUIRE(nodes.federation.sync());
  CHECK(has(nodes.federation.whole_kits(), "deule/film"));
}

TEST_CASE("SIGTERM ends a daemon within two seconds while much is under way") {
  Nodes nodes;
  Node& deule = nodes.join("deule", "lille");
  Node& moulins = nodes.join("moulins", "lille");
  publish_with(deule, {nodes.kit("film", 40'000'000).string()});
  int status = 0;
  const pid_t verifying = deule.ctl_in_background({"verify"});
  const pid_t publishing = deule.ctl_in_background({"publish", nodes.kit("autre", 60'000'000).string()});
  CHECK(deule.stop() < Duration{2'000});
  CHECK(moulins.stop() < Duration{2'000});
  for (const pid_t pid : {verifying, publishing}) {
    if (!wait_end(pid, Duration{10'000}, status)) ::kill(pid, SIGKILL);
  }
  deule.start();
  CHECK(deule.ctl({"verify"}).exit_code == 0);
}

TEST_CASE("An invitation serves once; a home has one daemon; a port one listener") {
  Nodes nodes;
  const auto invited = nodes.federation.ctl({"member", "invite", "deule", "--name", "Deûle"});
  const auto invitation = invited.output.substr(0, invited.output.find('\n'));
  Node first(nodes.folder / "first"), second(nodes.folder / "second");
  REQUIRE(first.ctl({"join", invitation, "--listen", first.endpoint}).exit_code == 0);
  REQUIRE(second.ctl({"join", invitation, "--listen", first.endpoint}).exit_code == 0);
  first.start();
  REQUIRE(first.sync());
  const auto daemon = std::string(ESSAIMAGE_BIN) + "/essaimaged";
  const auto again = run({daemon, "--home", first.home.string()});
  CHECK(again.exit_code == 5);
  CHECK(again.output.find("another essaimaged uses this home") != std::string::npos);
  const auto taken = run({daemon, "--home", second.home.string()});
  CHECK(taken.exit_code == 5);
  CHECK(taken.output.find(first.endpoint) != std::string::npos);
  CHECK(first.stop() < Duration{2'000});
  second.start();
  CHECK(second.ctl({"sync", "--wait", "--timeout", "3"}).exit_code != 0);
  CHECK_FALSE(second.json({"status"})["joined"].get<bool>());
  CHECK(second.ctl({"explain"}).output.find("invitation") != std::string::npos);
}

TEST_CASE("A centre that lost the list of its heads has them again with no peer in sight, and goes on") {
  Nodes nodes;
  Node& deule = nodes.join("deule", "lille");
  publish_with(deule, {nodes.kit("film", 300'000).string()});
  nodes.federation.stop();
  deule.stop();
  const auto refs = deule.home / "library.git/packed-refs";
  SECTION("removed") { std::filesystem::remove(refs); }
  SECTION("garbage") { write_text(refs, "\x1b[31mgarbage\n"); }
  deule.start();
  CHECK(has(deule.whole_kits(), "deule/film"));
  nodes.federation.start();
  CHECK(eventually([&] { return nodes.federation.sync() && deule.sync(); }));
  publish_with(deule, {nodes.kit("film", 300'000, 2).string()});
  REQUIRE(nodes.federation.sync());
  CHECK(std::filesystem::is_empty(nodes.federation.home / "library.git/essaimage/forks"));
  CHECK(deule.ctl({"verify"}).exit_code == 0);
}

TEST_CASE("A centre that lost the texts of all feeds has them again from its peers, its own too") {
  Nodes nodes;
  Node& deule = nodes.join("deule", "lille");
  publish_with(deule, {nodes.kit("film", 300'000).string()});
  wait_until_told(nodes, deule);
  deule.stop();
  for (const auto* lost : {"packed-refs", "objects"}) std::filesystem::remove_all(deule.home / "library.git" / lost);
  deule.start();
  const bool back = eventually([&] { return has(deule.whole_kits(), "deule/film"); });
  if (!back) FAIL(deule.ctl({"explain"}).output << deule.ctl({"peers"}).output << deule.log() << nodes.federation.log());
  publish_with(deule, {nodes.kit("film", 300'000, 2).string()});
  REQUIRE(nodes.federation.sync());
  CHECK(std::filesystem::is_empty(nodes.federation.home / "library.git/essaimage/forks"));
  CHECK(deule.ctl({"verify"}).exit_code == 0);
}

TEST_CASE("A centre of which packs are damaged, stopped or running, is whole again by itself") {
  Nodes nodes;
  Node& deule = nodes.join("deule", "lille");
  Node& voisin = nodes.join("voisin", "lille");
  publish_with(deule, {nodes.kit("film", 300'000).string()});
  publish_with(deule, {nodes.kit("film", 300'000, 2).string()});
  REQUIRE(eventually([&] { return has(voisin.whole_kits(), "deule/film"); }));
  wait_until_told(nodes, voisin);
  const auto each_pack = [&](const std::function<void(std::string&)>& damage) {
    for (const auto& entry : std::filesystem::directory_iterator(voisin.home / "library.git/objects/pack")) {
      if (entry.path().extension() != ".pack") continue;
      auto bytes = read_text(entry.path());
      damage(bytes);
      std::filesystem::permissions(entry.path(), std::filesystem::perms::owner_write, std::filesystem::perm_options::add);
      write_text(entry.path(), bytes);
    }
  };
  SECTION("hit while it is stopped") {
    voisin.stop();
    each_pack([](std::string& bytes) { bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1); });
    voisin.start();
  }
  SECTION("lost while it is stopped") {
    voisin.stop();
    std::filesystem::remove_all(voisin.home / "library.git/objects/pack");
    voisin.start();
  }
  SECTION("cut short while it runs") {
    each_pack([](std::string& bytes) { bytes.resize(bytes.size() / 2); });
    CHECK(voisin.ctl({"verify"}).exit_code != 0);
  }
  const bool whole = eventually([&] { return voisin.ctl({"verify"}).exit_code == 0 && has(voisin.whole_kits(), "deule/film"); });
  if (!whole) FAIL(voisin.ctl({"verify"}).output << voisin.ctl({"explain"}).output << voisin.log());
  publish_with(deule, {nodes.kit("film", 300'000, 3).string()});
  REQUIRE(voisin.sync());
  CHECK(eventually([&] { return has(voisin.whole_kits(), "deule/film"); }));
  CHECK(voisin.ctl({"verify"}).exit_code == 0);
}

}  // namespace replication_test

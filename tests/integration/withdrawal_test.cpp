// Withdrawal among real daemons, by themselves, one of which is off at first.

#include <filesystem>
#include <fstream>

#include "tests/integration/nodes.hpp"
#include "tests/integration/peer.hpp"
#include "tests/support/catch.hpp"

namespace withdrawal_test {
using namespace essaimage;
using namespace essaimage::test;

namespace {

std::size_t media_files(const Node& node) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(node.home / "library.git" / "lfs" / "objects"))
    count += entry.is_regular_file();
  return count;
}

/// As stock git sees it.
bool git_has(const Node& node, const std::string& object) {
  return run({"git", "-C", (node.home / "library.git").string(), "cat-file", "-e", object}).exit_code == 0;
}

nlohmann::json status_of(const Node& node, const std::string& name) { return node.json({"withdraw", "status", name})["withdrawals"][0]; }

}  // namespace

TEST_CASE("What an author withdraws is erased by every daemon, and by one that was off as soon as it is back") {
  Nodes nodes;
  Node& deule = nodes.join("deule", "lille");
  Node& escaut = nodes.join("escaut", "valenciennes");
  const auto folder = nodes.kit("film", 300'000);
  std::ofstream(folder / "guide.md") << "écrit par une personne\n";
  publish(deule, folder);
  level(nodes);
  std::string guide;
  for (const auto& file : deule.json({"kit", "files", "deule/film"})) {
    if (file["path"] == "guide.md") guide = file["blob"];
  }
  REQUIRE(git_has(escaut, guide));
  REQUIRE(media_files(escaut) == 1);
  escaut.stop();

  const auto first = deule.ctl({"withdraw", "deule/film", "--why", "le consentement est retiré", "--until-done", "--timeout", "1"});
  INFO(first.output);
  CHECK(first.output.find("withdraw.not-done") != std::string::npos);
  CHECK(first.exit_code != 0);
  CHECK(eventually([&] { return status_of(deule, "1")["signed"] == 2; }));
  CHECK(status_of(deule, "1")["lacking"][0]["centre"] == "escaut");
  for (const Node* node : {&deule, &nodes.federation}) {
    CHECK(media_files(*node) == 0);
    CHECK_FALSE(git_has(*node, guide));
  }
  escaut.start();
  const auto done = deule.ctl({"withdraw", "status", "1", "--until-done", "--timeout", "90"});
  INFO(done.output);
  CHECK(done.exit_code == 0);
  CHECK(media_files(escaut) == 0);
  CHECK_FALSE(git_has(escaut, guide));
  CHECK(eventually([&] { return status_of(escaut, "deule/1")["done"] == true; }));
  CHECK(status_of(escaut, "deule/1")["erased"] == 3);
  for (const Node* node : {&deule, &escaut, &nodes.federation}) CHECK(node->ctl({"verify"}).exit_code == 0);
}

TEST_CASE("What the federation withdraws goes while daemons are killed between erasing and signing") {
  Nodes nodes;
  Node& deule = nodes.join("deule", "lille");
  Node& escaut = nodes.join("escaut", "valenciennes");
  publish(deule, nodes.kit("film", 300'000));
  level(nodes);
  std::string media;
  for (const auto& file : deule.json({"kit", "files", "deule/film"})) {
    if (file["media"] == true) media = file["sha256"];
  }
  REQUIRE_FALSE(media.empty());
  CHECK(deule.ctl({"withdraw", "--hash", media, "--why", "volée"}).exit_code != 0);
  REQUIRE(nodes.federation.ctl({"withdraw", "--hash", media, "--why", "volée"}).exit_code == 0);
  REQUIRE(eventually([&] { return media_files(escaut) == 0; }));
  escaut.kill_hard();
  escaut.start();
  const auto done = nodes.federation.ctl({"withdraw", "status", media, "--until-done", "--timeout", "90"});
  INFO(done.output);
  CHECK(done.exit_code == 0);
  CHECK(status_of(nodes.federation, media)["erased"] == 3);
  const auto refused = escaut.ctl({"checkout", "deule/film", (nodes.folder.path() / "out").string(), "--json"});
  CHECK(refused.output.find("media.withdrawn") != std::string::npos);
  CHECK(escaut.ctl({"checkout", "deule/film", (nodes.folder.path() / "out").string(), "--rest"}).exit_code == 0);
}

}  // namespace withdrawal_test

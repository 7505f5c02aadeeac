// Real daemons that hold what the federation's catalogue lists, or what they adopted.

#include "tests/integration/nodes.hpp"
#include "tests/support/catch.hpp"

namespace catalogue_test {
using namespace essaimage;
using namespace essaimage::test;

namespace {

const std::string film = "deule/film";

void hold(Node& node, const std::string& media) { configure(node, "media = \"" + media + "\""); }

void done(const Node& node, const std::vector<std::string>& verb) {
  const auto result = node.ctl(verb);
  INFO(result.output);
  REQUIRE(result.exit_code == 0);
}

bool refused(const Node& node, std::vector<std::string> verb, const std::string& code) {
  verb.push_back("--json");
  const auto result = node.ctl(verb);
  INFO(result.output);
  return result.exit_code == 1 && result.output.find('"' + code + '"') != std::string::npos;
}

bool is_whole(const Node& node, const std::string& id) {
  const auto kit = known(node, id);
  return kit.is_object() && kit["state"] == "whole";
}

}  // namespace

TEST_CASE("A node that holds the catalogue gets a film once the federation has accepted it, and keeps it when that is over") {
  Nodes nodes;
  Node& deule = nodes.join("deule", "lille");
  Node& escaut = nodes.join("escaut", "valenciennes");
  hold(escaut, "catalogue");
  done(deule, {"publish", nodes.kit("film", 300'000).string()});
  done(deule, {"publish", nodes.kit("autre", 310'000).string()});
  level(nodes);
  CHECK(known(escaut, film)["why_not"]["code"] == "not-in-catalogue");
  CHECK(escaut.json({"hold"})["policy"]["media"] == "catalogue");
  CHECK(escaut.ctl({"catalogue", "list"}).output.find("no kit yet") != std::string::npos);
  CHECK(refused(escaut, {"catalogue", "show", film}, "catalogue.undecided"));
  CHECK(refused(escaut, {"catalogue", "accept", film, "--reason", "non"}, "federation.not-here"));

  done(nodes.federation, {"catalogue", "accept", film, "--reason", "essayé dans trois centres", "--theme", "santé"});
  CHECK(eventually([&] { return is_whole(escaut, film); }));  // at once, without being told to
  CHECK(known(escaut, "deule/autre")["why_not"]["code"] == "not-in-catalogue");
  const auto shown = escaut.json({"catalogue", "show", film});
  CHECK(shown["decision"] == "accepted");
  CHECK(shown["reason"] == "essayé dans trois centres");
  CHECK(shown["newer"] == false);
  // The newest version is what is held, reviewed or not.
  done(deule, {"publish", nodes.kit("film", 300'000, 2).string()});
  level(nodes);
  CHECK(is_whole(escaut, film));
  CHECK(escaut.ctl({"catalogue", "show", film}).output.find("version 2 is newer than reviewed") != std::string::npos);

  done(nodes.federation, {"catalogue", "retire", film, "--reason", "dépassé"});
  CHECK(eventually([&] { return escaut.json({"catalogue", "show", film})["decision"] == "retired"; }));
  CHECK(is_whole(escaut, film));
  CHECK(escaut.json({"catalogue", "list"}).empty());
  CHECK(escaut.json({"catalogue", "list", "--all"}).size() == 1);
  hold(escaut, "catalogue");
  CHECK(is_whole(escaut, film));
  CHECK(escaut.json({"catalogue", "show", film})["version"] == 2);
  CHECK(escaut.ctl({"verify"}).exit_code == 0);
}

TEST_CASE("A node that holds what it adopted gets a film by adopting it, and the others learn who uses it") {
  Nodes nodes;
  Node& deule = nodes.join("deule", "lille");
  Node& escaut = nodes.join("escaut", "valenciennes");
  hold(escaut, "adopted");
  hold(nodes.federation, "adopted");
  done(deule, {"publish", nodes.kit("film", 300'000).string()});
  level(nodes);
  for (const Node* node : {&escaut, static_cast<Node*>(&nodes.federation)}) CHECK(known(*node, film)["why_not"]["code"] == "not-adopted");
  CHECK(refused(deule, {"kit", "adopt", film}, "adoption.own-kit"));
  CHECK(refused(escaut, {"kit", "unadopt", film}, "adoption.none"));

  done(escaut, {"kit", "adopt", film, "--note", "chaque mardi"});
  CHECK(eventually([&] { return is_whole(escaut, film) && is_whole(nodes.federation, film); }));
  done(escaut, {"publish", nodes.kit("atelier", 20'000).string()});  // into the same feed
  level(nodes);
  const auto told = deule.json({"kit", "show", film})["adoptions"];
  REQUIRE(told.size() == 1);
  CHECK(told[0]["centre"] == "escaut");
  CHECK(told[0]["kit_version"] == 1);
  CHECK(told[0]["note"] == "chaque mardi");

  // A restart, and an index that is lost.
  deule.stop();
  for (const char* const file : {"state.sqlite", "state.sqlite-wal", "state.sqlite-shm"}) std::filesystem::remove(deule.home / file);
  deule.start();
  CHECK(deule.json({"kit", "show", film})["adoptions"] == told);
  done(escaut, {"kit", "unadopt", film});
  level(nodes);
  CHECK(deule.json({"kit", "show", film})["adoptions"].empty());
  CHECK(is_whole(escaut, film));
}

}  // namespace catalogue_test

// The verbs about the catalogue and adoptions, and what is told of kits that are not held for lack of either.
#include "daemon/shell/control/explain/explain_hold.hpp"
#include "tests/unit/control/served.hpp"

namespace catalogue_test {
using namespace essaimage;
using test::Json;
using test::Served;

namespace {

/// The federation's node, which knows fives/film.
struct Federation : Served {
  Federation() {
    kit();
    node.lib.who.slug = node.lib.who.federation_slug;
    node.lib.all_kits.back().row.kit_tree.bytes[0] = 7;
  }
};

}  // namespace

TEST_CASE("the federation accepts and retires kits, and everybody reads what it decided") {
  Federation served;
  const auto version = served.node.lib.all_kits.back().row.version;
  CHECK(served.ask("catalogue.show", {{"id", "fives/film"}})["failure"] == "catalogue.undecided");
  const auto accepted =
      served.ask("catalogue.accept", {{"id", "fives/film"}, {"reason", "essayé"}, {"themes", {"santé"}}, {"offline", true}});
  CHECK(accepted["decision"] == "accepted");
  CHECK(accepted["kit_version"] == version);
  CHECK(accepted["newer"] == false);
  CHECK(accepted["themes"] == Json::array({"santé"}));
  served.node.lib.all_kits.back().row.kit_tree.bytes[0] = 8;
  served.node.lib.all_kits.back().row.version = version + 1;
  const auto shown = served.ask("catalogue.show", {{"id", "fives/film"}});
  CHECK(shown["newer"] == true);
  CHECK(shown["newest_version"] == version + 1);
  CHECK(shown["kit_version"] == version);
  CHECK(shown["reason"] == "essayé");
  CHECK(served.ask("kit.show", {{"id", "fives/film"}})["decision"]["decision"] == "accepted");
  CHECK(served.ask("catalogue.list")["decisions"] == 1);

  CHECK(served.ask("catalogue.retire", {{"id", "fives/film"}, {"reason", "dépassé"}, {"offline", true}})["decision"] == "retired");
  CHECK(served.ask("catalogue.list")["decisions"] == 0);
  const auto all = served.ask("catalogue.list", {{"all", true}});
  CHECK(all["decisions"] == 1);
  CHECK(all["items"][0][0]["version"] == 2);
  // The kit may be gone, or not have come yet.
  served.node.lib.all_kits.clear();
  const auto unknown = served.ask("catalogue.show", {{"id", "fives/film"}});
  CHECK(unknown["title"].is_null());
  CHECK(unknown["newest_version"].is_null());
  CHECK(unknown["newer"] == false);
}

TEST_CASE("another node than the federation's decides nothing, and a decision needs a reason") {
  Served served;
  served.kit();
  CHECK(served.ask("catalogue.accept", {{"id", "fives/film"}, {"reason", "x"}, {"offline", true}})["failure"] == "federation.not-here");
  CHECK(served.ask("catalogue.retire", {{"id", "fives/film"}, {"reason", "x"}, {"offline", true}})["failure"] == "federation.not-here");
  CHECK(served.ask("catalogue.accept", {{"id", "fives/film"}, {"offline", true}})["failure"] == "usage");
  CHECK(served.ask("catalogue.list", {{"every", true}})["failure"] == "usage");
  served.node.lib.decided = nullptr;
  CHECK(served.ask("catalogue.list")["failure"] == "node.not-joined");
}

TEST_CASE("what is proposed to a territory waits for nobody once it is decided for the region") {
  Served served;
  const auto own = served.node.lib.who.slug;
  served.node.lib.add_kit({own, "lampe"}, 2);
  served.node.lib.all_kits.back().row.kit_tree.bytes[0] = 7;
  const auto id = own + "/lampe";
  served.ask("catalogue.propose", {{"id", id}, {"to", "territory"}, {"offline", true}});
  CHECK(served.ask("catalogue.list", {{"proposed", true}})["decisions"] == 1);
  store::CatalogueFile file;
  file.kit = {own, "lampe"};
  file.kit_version = 2;
  const auto decided = std::make_shared<store::Catalogue>();
  decided->decisions[file.kit].file = file;
  served.node.lib.decided = decided;
  CHECK(served.ask("catalogue.show", {{"id", id}})["waits_for"] == "review");  // about another version
  decided->decisions[file.kit].file.tree = served.node.lib.all_kits.back().row.kit_tree;
  CHECK(served.ask("catalogue.show", {{"id", id}})["waits_for"] == "nobody");
  CHECK(served.ask("catalogue.list", {{"proposed", true}})["decisions"] == 0);
}

TEST_CASE("a centre proposes its kit and takes that back, and the curators see what waits for them") {
  Served served;
  const auto own = served.node.lib.who.slug;
  served.node.lib.add_kit({own, "lampe"}, 2);
  served.node.lib.all_kits.back().row.kit_tree.bytes[0] = 7;
  served.node.lib.all_kits.back().audiences = {{Audience::Kind::territory, "lille"}};
  const auto id = own + "/lampe";
  const auto proposed = served.ask("catalogue.propose", {{"id", id}, {"to", "region"}, {"note", "prêt"}, {"offline", true}});
  CHECK(proposed["to"] == "region");
  CHECK(proposed["kit_version"] == 2);
  CHECK(proposed["note"] == "prêt");
  CHECK(served.ask("catalogue.list")["decisions"] == 0);
  const auto inbox = served.ask("catalogue.list", {{"proposed", true}});
  REQUIRE(inbox["decisions"] == 1);
  CHECK(inbox["items"][0][0]["waits_for"] == "review");
  CHECK(inbox["items"][0][0]["decision"].is_null());
  const auto shown = served.ask("catalogue.show", {{"id", id}});
  CHECK(shown["proposal"]["proposed"] == proposed["proposed"]);
  CHECK(shown["next"]["en"].get<std::string>().find("catalogue review " + id + " --version 2") != std::string::npos);
  CHECK(shown["next"]["en"] != shown["next"]["fr"]);
  CHECK(served.ask("kit.show", {{"id", id}})["proposal"]["to"] == "region");
  CHECK(served.ask("catalogue.list", {{"proposed", true}, {"territory", "lille"}})["decisions"] == 1);
  CHECK(served.ask("catalogue.list", {{"territory", "valenciennes"}})["failure"] == "audience.not-ours");
  CHECK(served.ask("catalogue.list", {{"territory", "lille"}, {"region", true}})["failure"] == "usage");

  CHECK(served.ask("catalogue.propose", {{"id", id}, {"withdraw", true}, {"offline", true}})["id"] == id);
  CHECK(served.ask("catalogue.propose", {{"id", id}, {"withdraw", true}, {"offline", true}})["failure"] == "proposal.none");
  CHECK(served.ask("catalogue.list", {{"proposed", true}})["decisions"] == 0);
  served.kit();
  CHECK(served.ask("catalogue.propose", {{"id", "fives/film"}, {"to", "region"}, {"offline", true}})["failure"] == "proposal.not-own");
  CHECK(served.ask("catalogue.propose", {{"id", id}, {"offline", true}})["failure"] == "usage");
  CHECK(served.ask("catalogue.propose", {{"id", id}, {"to", "all"}, {"offline", true}})["failure"] == "usage");
}

TEST_CASE("a territory's recommendation stands in the list until the region has decided, and each says what is newer than reviewed") {
  Federation served;
  auto& kit = served.node.lib.all_kits.back();
  kit.audiences = {{Audience::Kind::territory, "lille"}};
  served.node.lib.curates.proposed = {{{"fives", kit.audiences.front()},
                                       {kit.row.id, kit.row.version, kit.row.kit_tree, store::Proposal::To::region, {1'790'000'000}, ""}}};
  const Json review{{"id", "fives/film"},
                    {"recommend", true},
                    {"reason", "essayé"},
                    {"reviewer", "coordination"},
                    {"reviewed", "2026-03-01"},
                    {"themes", {"santé"}},
                    {"conditions", {"à partir de 12 ans"}},
                    {"offline", true}};
  const auto said = served.ask("catalogue.review", review);
  REQUIRE(said["recommendations"].size() == 1);
  CHECK(said["recommendations"][0]["decision"] == "recommended");
  CHECK(said["recommendations"][0]["territory"] == "lille");
  CHECK(said["recommendations"][0]["conditions"] == Json::array({"à partir de 12 ans"}));
  CHECK(said["recommendations"][0]["reviewed"] == "2026-03-01");
  const auto listed = served.ask("catalogue.list")["items"][0][0];
  CHECK(listed["decision"] == "recommended");
  CHECK(listed["waits_for"] == "decision");
  CHECK(served.ask("catalogue.list", {{"region", true}})["decisions"] == 0);
  CHECK(served.ask("catalogue.list", {{"territory", "lille"}})["decisions"] == 1);
  CHECK(served.ask("catalogue.list", {{"theme", "Sante"}})["decisions"] == 1);
  CHECK(served.ask("catalogue.list", {{"theme", "bois"}})["decisions"] == 0);

  const auto accepted = served.ask("catalogue.accept", {{"id", "fives/film"}, {"reason", "bon"}, {"offline", true}});
  CHECK(accepted["territory"].is_null());
  CHECK(accepted["waits_for"] == "centre");
  kit.audiences.insert(kit.audiences.begin(), Audience{});
  kit.row.version -= 1;  // an older one is there
  CHECK(served.ask("catalogue.show", {{"id", "fives/film"}})["waits_for"] == "centre");
  kit.row.version += 1;
  kit.row.kit_tree.bytes[0] = 8;
  kit.row.version += 1;
  const auto shown = served.ask("catalogue.show", {{"id", "fives/film"}});
  CHECK(shown["decision"] == "accepted");
  CHECK(shown["newer"] == true);
  CHECK(shown["waits_for"] == "nobody");
  REQUIRE(shown["recommendations"].size() == 1);
  CHECK(shown["recommendations"][0]["newer"] == true);
  CHECK(served.ask("kit.show", {{"id", "fives/film"}})["recommendations"][0]["territory"] == "lille");
  CHECK(served.ask("catalogue.decline", {{"id", "fives/film"}, {"reason", "non"}, {"offline", true}})["decision"] == "declined");
  CHECK(served.ask("catalogue.list")["decisions"] == 0);
  CHECK(served.ask("catalogue.list", {{"all", true}})["items"][0][0]["decision"] == "declined");
  CHECK(served.ask("kit.show", {{"id", "fives/film"}})["decision"]["decision"] == "declined");

  auto wrong = review;
  wrong["advise_against"] = true;
  CHECK(served.ask("catalogue.review", wrong)["failure"] == "usage");
  wrong = review;
  wrong.erase("reviewer");
  CHECK(served.ask("catalogue.review", wrong)["failure"] == "usage");
  wrong = review;
  wrong["reviewed"] = "hier";
  CHECK(served.ask("catalogue.review", wrong)["failure"] == "usage");
  Served elsewhere;
  CHECK(elsewhere.ask("catalogue.review", review)["failure"] == "federation.not-here");
  CHECK(elsewhere.ask("catalogue.decline", {{"id", "fives/film"}, {"reason", "x"}, {"offline", true}})["failure"] == "federation.not-here");
}

TEST_CASE("the history of a kit's review is told as it was said") {
  Served served;
  auto& told = served.node.lib.curates.told;
  store::CatalogueFile said;
  said.kit = {"fives", "film"};
  said.kit_version = 3;
  said.reason = "essayé";
  store::Proposal proposal{said.kit, 3, {}, store::Proposal::To::region, {1'790'000'000}, "prêt"};
  told.events.push_back({store::CatalogueEvent::Kind::proposed, {"fives", {}}, {}, {1'790'000'000}, proposal, {}, true});
  told.events.push_back({store::CatalogueEvent::Kind::said, {"fede", {}}, {}, {1'790'000'060}, {}, said, true});
  told.cut = true;
  const auto history = served.ask("catalogue.history", {{"id", "fives/film"}});
  CHECK(history["statements"] == 2);
  CHECK(history["cut"] == true);
  const auto& items = history["items"][0];
  CHECK(items[0]["event"] == "proposed");
  CHECK(items[0]["text"] == "prêt");
  CHECK(items[0]["to"] == "region");
  CHECK(items[1]["event"] == "accepted");
  CHECK(items[1]["reviewer"] == "curators");
  CHECK(items[1]["kit_version"] == 3);
}

TEST_CASE("a centre adopts a kit and takes it back, and the kit tells who uses which version") {
  Served served;
  served.kit();
  const auto adopted = served.ask("kit.adopt", {{"id", "fives/film"}, {"note", "chaque mardi"}, {"offline", true}});
  CHECK(adopted["id"] == "fives/film");
  CHECK(adopted["centre"] == served.node.lib.who.slug);
  CHECK(adopted["audience"] == "region");
  CHECK(adopted["note"] == "chaque mardi");
  const auto shown = served.ask("kit.show", {{"id", "fives/film"}});
  CHECK(shown["decision"].is_null());
  REQUIRE(shown["adoptions"].size() == 1);
  CHECK(shown["adoptions"][0] == [&] {
    auto entry = adopted;
    entry.erase("items");
    return entry;
  }());
  CHECK(served.ask("kit.unadopt", {{"id", "fives/film"}, {"offline", true}})["id"] == "fives/film");
  CHECK(served.ask("kit.show", {{"id", "fives/film"}})["adoptions"].empty());
  CHECK(served.ask("kit.unadopt", {{"id", "fives/film"}, {"offline", true}})["failure"] == "adoption.none");
  served.node.lib.add_kit({served.node.lib.who.slug, "lampe"});
  CHECK(served.ask("kit.adopt", {{"id", served.node.lib.who.slug + "/lampe"}, {"offline", true}})["failure"] == "adoption.own-kit");
  CHECK(served.ask("kit.adopt", {{"id", "fives/autre"}, {"offline", true}})["failure"] == "not-found");
}

TEST_CASE("a kit that is not held for lack of a decision or an adoption says so in both languages, and what brings it") {
  Served served;
  auto& kit = served.kit();
  for (const auto why : {store::HoldReason::not_in_catalogue, store::HoldReason::not_adopted}) {
    kit.why_not = why;
    const auto shown = served.ask("kit.show", {{"id", "fives/film"}});
    CHECK(shown["why_not"]["code"] == std::string(str(why)));
    const auto words = shell::words_of(why);
    CHECK(shown["why_not"]["text"]["en"] == words.en);
    CHECK(words.en != words.fr);
    CHECK(words.en != "it is held");
    const auto told = shell::about_not_held(kit);
    CHECK(told.text.en.find(words.en) != std::string::npos);
    CHECK(told.text.fr.find(words.fr) != std::string::npos);
    CHECK((told.next_step.en.find("kit adopt fives/film") != std::string::npos) == (why == store::HoldReason::not_adopted));
  }
}

}  // namespace catalogue_test

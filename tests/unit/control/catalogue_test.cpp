// The verbs about the catalogue and adoptions, and what is told of kits that are not held for lack of either.
#include "daemon/shell/control/explain_hold.hpp"
#include "tests/unit/control/served.hpp"

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
  const auto accepted = served.ask("catalogue.accept", {{"id", "fives/film"}, {"reason", "essayé"}, {"themes", {"santé"}}, {"offline", true}});
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

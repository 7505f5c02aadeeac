// The verbs about outcomes, and what kit.show tells of a kit's life.
#include "tests/unit/control/served.hpp"

namespace outcome_test {
using namespace essaimage;
using test::Json;
using test::Served;

namespace {

/// A node that knows fives/film, in a federation of two territories.
struct Field : Served {
  Field() {
    kit();
    auto roster = std::make_shared<Roster>();
    roster->federation_slug = node.lib.who.federation_slug;
    const std::map<std::string, std::string> territories{{node.lib.who.slug, "lille"}, {"fives", "lille"}, {"escaut", "valenciennes"}};
    for (const auto& [slug, territory] : territories) {
      roster->members[slug].slug = slug;
      roster->members[slug].territories = {territory};
    }
    node.lib.members = roster;
  }
  Json add(const Json& more = Json::object()) {
    Json arguments{{"id", "fives/film"}, {"date", "2026-03-01"}, {"offline", true}};
    arguments.update(more);
    return ask("outcome.add", arguments);
  }
};

}  // namespace

TEST_CASE("an outcome is added, listed, shown and taken back") {
  Field served;
  const auto added = served.add({{"to", "2026-03-15"},
                                 {"sessions", 3},
                                 {"participants", {"12-17=4", "12-17=1", "20"}},
                                 {"place", "library"},
                                 {"priority_neighbourhood", true},
                                 {"worked", "le montage"}});
  const auto name = served.node.lib.who.slug + "/1";
  CHECK(added["outcome"] == name);
  CHECK(added["date"] == "2026-03-01");
  CHECK(added["to"] == "2026-03-15");
  CHECK(added["sessions"] == 3);
  CHECK(added["participants"]["12-17"] == 5);
  CHECK(added["participants"]["unknown"] == 20);
  CHECK(added["participants"]["total"] == 25);
  CHECK(added["place"] == "library");
  CHECK(added["priority_neighbourhood"] == true);
  CHECK(added["worked"] == "le montage");
  CHECK(added["audience"] == "region");
  CHECK(served.node.lib.calls.back() == "report");
  served.add({{"anyway", true}});
  CHECK(served.node.lib.calls.back() == "report anyway");

  const auto list = served.ask("outcome.list", {{"id", "fives/film"}});
  CHECK(list["outcomes"] == 2);
  CHECK(served.ask("outcome.show", {{"outcome", "1"}})["to"] == "2026-03-15");
  CHECK(served.ask("outcome.show", {{"outcome", name}})["number"] == 1);
  CHECK(served.ask("outcome.show", {{"outcome", "escaut/1"}})["failure"] == "outcome.none");
  CHECK(served.ask("outcome.remove", {{"outcome", "escaut/1"}, {"offline", true}})["failure"] == "outcome.none");
  CHECK(served.ask("outcome.remove", {{"outcome", "1"}, {"offline", true}})["outcome"] == name);
  CHECK(served.ask("outcome.show", {{"outcome", "1"}})["failure"] == "outcome.none");
  CHECK(served.ask("outcome.list")["outcomes"] == 1);
}

TEST_CASE("an outcome that is told in another way than it must be is refused, with what was expected") {
  Field served;
  for (const Json& wrong :
       {Json{{"date", "1 mars"}}, Json{{"date", nullptr}}, Json{{"to", "2026-02-28"}}, Json{{"sessions", 0}},
        Json{{"sessions", 5'000'000'000}}, Json{{"participants", {"5-6=1"}}}, Json{{"participants", {"12-17=x"}}},
        Json{{"participants", {"-1"}}}, Json{{"participants", {"999999999", "999999999"}}}, Json{{"place", "bar"}}, Json{{"who", "x"}}}) {
    INFO(wrong.dump());
    CHECK(served.add(wrong)["failure"] == "usage");
  }
  CHECK(served.add({{"id", "fives/autre"}})["failure"] == "not-found");
  CHECK(served.ask("outcome.show", {{"outcome", "x"}})["failure"] == "usage");
  CHECK(served.ask("outcome.show", {{"outcome", "../x/1"}})["failure"] == "usage");
  CHECK(served.ask("outcome.list", {{"id", "fives/autre"}})["failure"] == "not-found");
  CHECK(served.ask("outcome.list", {{"from", "mars"}})["failure"] == "usage");
  CHECK(served.ask("outcome.sum", {{"every", true}})["failure"] == "usage");
  CHECK(served.node.lib.reported.empty());
}

TEST_CASE("however many outcomes there are, all are listed and summed up, and few are read at once") {
  Field served;
  served.add({{"participants", {"60+=5"}}});
  auto& reported = served.node.lib.reported;
  for (std::uint64_t number = 2; number <= 1'234; ++number) {
    auto next = reported.front();
    next.outcome.number = number;
    next.outcome.facts.first_day.seconds -= static_cast<std::int64_t>(number % 7) * 86'400;
    reported.push_back(next);
  }
  const auto list = served.ask("outcome.list");
  CHECK(list["outcomes"] == 1'234);
  std::set<std::string> names;
  for (const auto& page : list["items"])
    for (const auto& outcome : page) names.insert(outcome["outcome"].get<std::string>());
  CHECK(names.size() == 1'234);
  CHECK(served.ask("outcome.sum")["participants"]["total"] == 1'234 * 5);
  CHECK(served.node.lib.most_outcomes <= 500);
}

TEST_CASE("outcomes are summed up by kit, territory, month and place") {
  Field served;
  served.add({{"participants", {"60+=5"}}, {"priority_neighbourhood", true}});
  served.add({{"date", "2026-04-01"}, {"sessions", 2}, {"participants", {"10"}}, {"place", "school"}});
  auto elsewhere = served.node.lib.reported.back();
  elsewhere.feed.centre = "escaut";
  served.node.lib.reported.push_back(elsewhere);

  const auto all = served.ask("outcome.sum");
  CHECK(all["outcomes"] == 3);
  CHECK(all["sessions"] == 5);
  CHECK(all["participants"]["total"] == 25);
  CHECK(all["participants"]["60+"] == 5);
  CHECK(all["priority_neighbourhood"]["participants"] == 5);
  CHECK(all["centres"] == 2);
  REQUIRE(all["by_kit"].size() == 1);
  CHECK(all["by_kit"][0]["id"] == "fives/film");
  REQUIRE(all["by_territory"].size() == 2);
  CHECK(all["by_territory"][0]["territory"] == "lille");
  CHECK(all["by_territory"][0]["outcomes"] == 2);
  CHECK(all["by_month"][1]["month"] == "2026-04");
  CHECK(all["by_place"][1]["place"] == "school");

  CHECK(served.ask("outcome.sum", {{"territory", "valenciennes"}})["outcomes"] == 1);
  CHECK(served.ask("outcome.sum", {{"from", "2026-03-02"}, {"to", "2026-04-01"}})["outcomes"] == 2);
  CHECK(served.ask("outcome.sum", {{"to", "2026-03-01"}})["sessions"] == 1);
  served.node.lib.members = nullptr;
  CHECK(served.ask("outcome.sum")["failure"] == "node.not-joined");
}

TEST_CASE("a territory that no member is of, and a period that ends before it begins, are refused and not counted as nothing") {
  Field served;
  const Json wrong{{"territory", "lile"}, {"from", "2026-01-01"}, {"to", "2026-12-31"}};
  for (const auto* verb : {"outcome.list", "outcome.sum", "report"}) {
    const auto refused = served.ask(verb, wrong);
    CHECK(refused["failure"] == "usage");
    CHECK(refused["detail"] == "territory: lile: no member is of it; did you mean lille?");
    CHECK(served.ask(verb, {{"from", "2026-12-01"}, {"to", "2026-01-01"}})["detail"] == "to: before --from");
  }
  CHECK(served.ask("search", {{"territory", "lile"}})["failure"] == "usage");
  CHECK(served.ask("outcome.sum", {{"territory", "lille"}})["outcomes"] == 0);
}

TEST_CASE("kit.show tells how far a kit has come, and its story") {
  Field served;
  CHECK(served.ask("kit.show", {{"id", "fives/film"}})["life"]["stage"] == "prototype");
  served.add({{"participants", {"10"}}});
  CHECK(served.ask("kit.show", {{"id", "fives/film"}})["life"]["stage"] == "field-tested");
  served.ask("kit.adopt", {{"id", "fives/film"}, {"offline", true}});
  auto life = served.ask("kit.show", {{"id", "fives/film"}})["life"];
  CHECK(life["stage"] == "metropolitan");
  CHECK(life["stages"]["field-tested"] == "2026-03-01T00:00:00Z");
  const auto told = [&](const char* event) {
    for (const auto& each : life["story"])
      if (each["event"] == event) return each;
    return Json::object();
  };
  CHECK(told("tested")["participants"] == 10);
  CHECK(told("adopted")["shares_territory"] == true);
  CHECK(told("adopted")["centre"] == served.node.lib.who.slug);

  auto elsewhere = served.node.lib.adopted.back();
  elsewhere.feed.centre = "escaut";
  served.node.lib.adopted.push_back(elsewhere);
  store::CatalogueFile file;
  file.kit = {"fives", "film"};
  file.decided = {1'790'000'001};
  const auto decided = std::make_shared<store::Catalogue>();
  decided->decisions[file.kit].file = file;
  served.node.lib.decided = decided;
  life = served.ask("kit.show", {{"id", "fives/film"}})["life"];
  CHECK(life["stage"] == "regional");
  CHECK(told("accepted")["time"] == life["stages"]["regional"]);
  served.node.lib.finder.answer.hits.push_back({served.node.lib.all_kits.front(), {}, {}});
  for (const auto* verb : {"kits", "search"}) {
    const auto entry = served.ask(verb, std::string(verb) == "kits" ? Json::object() : Json{{"stage", "regional"}})["items"][0][0];
    CHECK(entry["stage"] == "regional");
    CHECK(entry["claimed_stage"] == "prototype");
  }
  CHECK(served.ask("kit.show", {{"id", "fives/film"}})["stage"] == "regional");
  served.node.lib.members = nullptr;
  CHECK(served.ask("kit.show", {{"id", "fives/film"}})["life"].is_null());
}

TEST_CASE("kit.show tells of a version when its audience was told of it, and of every decision that led to the one in force") {
  Field served;
  served.node.lib.told_at = {1'790'000'100};
  store::CatalogueFile accepted;
  accepted.kit = {"fives", "film"};
  accepted.decided = {1'790'000'001};
  accepted.reason = "bien";
  auto retired = accepted;
  retired.version = 2;
  retired.previous = store::sha256(bytes_of(store::encode(accepted)));
  retired.decision = store::CatalogueFile::Decision::retired;
  retired.decided = {1'790'000'200};
  auto never = accepted;  // what nothing in force follows was perhaps never signed by those who decide
  never.decision = store::CatalogueFile::Decision::declined;
  for (const auto& file : {accepted, never, retired}) {
    store::CatalogueEvent event;
    event.said = file;
    served.node.lib.curates.told.events.push_back(event);
  }
  const auto decided = std::make_shared<store::Catalogue>();
  decided->decisions[retired.kit].file = retired;
  served.node.lib.decided = decided;
  std::string story;
  const auto life = served.ask("kit.show", {{"id", "fives/film"}})["life"];
  for (const auto& each : life["story"]) story += each["event"].get<std::string>() + " " + each["time"].get<std::string>() + "\n";
  CHECK(story == "accepted 2026-09-21T14:13:21Z\npublished 2026-09-21T14:15:00Z\nretired 2026-09-21T14:16:40Z\n");
}

TEST_CASE("kit.file gives one file of a version, and says which ones there are not") {
  Field served;
  auto& lib = served.node.lib;
  store::KitFile text;
  text.path = "guide.md";
  text.bytes = 5;
  auto film = text;
  film.path = "film.mp4";
  film.is_media = true;
  film.here = false;
  lib.all_files = {text, film};
  lib.contents["guide.md"] = "texte";
  const auto got = served.ask("kit.file", {{"id", "fives/film"}, {"path", "guide.md"}});
  CHECK(got["bytes"] == 5);
  CHECK(got["path"] == "guide.md");
  CHECK(served.ask("kit.file", {{"id", "fives/film"}, {"path", "film.mp4"}})["failure"] == "media.not-here");
  CHECK(served.ask("kit.file", {{"id", "fives/film"}, {"path", "../x"}})["failure"] == "not-found");
  CHECK(served.ask("kit.file", {{"id", "fives/film"}})["failure"] == "usage");
  const auto several = [&](const Json& paths) { return served.ask("kit.file", {{"id", "fives/film"}, {"paths", paths}}); };
  CHECK(several({"guide.md", "guide.md"})["files"] == 2);
  CHECK(several({"guide.md", "guide.md"})["bytes"] == 10);
  CHECK(several({"guide.md", "film.mp4"})["failure"] == "media.not-here");
  CHECK(several(Json::array())["failure"] == "usage");
  CHECK(served.ask("kit.file", {{"id", "fives/film"}, {"path", "guide.md"}, {"paths", {"guide.md"}}})["failure"] == "usage");
  CHECK(served.ask("kit.files", {{"id", "fives/film"}})["items"][0][0]["blob"] == text.blob.hex());
}

TEST_CASE("kit.tree shows a family as far as it is known here") {
  Field served;
  auto& lib = served.node.lib;
  lib.add_kit({"escaut", "film"});
  lib.all_kits.back().row.adapted_from = store::Lineage{KitId{"fives", "film"}, 2, ""};
  lib.all_kits.front().row.adapted_from = store::Lineage{KitId{"ailleurs", "film"}, 0, ""};
  served.ask("kit.adopt", {{"id", "escaut/film"}, {"offline", true}});
  const auto tree = served.ask("kit.tree", {{"id", "escaut/film"}});
  CHECK(tree["kits"] == 3);
  CHECK(tree["cut"] == false);
  const auto& kits = tree["items"][0];
  CHECK(kits[0]["id"] == "ailleurs/film");
  CHECK(kits[0]["known"] == false);
  CHECK(kits[1]["relation"] == "ancestor");
  CHECK(kits[1]["from_version"].is_null());
  CHECK(kits[2]["relation"] == "self");
  CHECK(kits[2]["depth"] == 2);
  CHECK(kits[2]["from_version"] == 2);
  CHECK(kits[2]["adoptions"][0]["centre"] == lib.who.slug);
  CHECK(served.ask("kit.show", {{"id", "escaut/film"}})["adapted_from"] == Json{{"id", "fives/film"}, {"version", 2}});
  CHECK(served.ask("kit.tree", {{"id", "ailleurs/film"}})["failure"] == "not-found");
}

}  // namespace outcome_test

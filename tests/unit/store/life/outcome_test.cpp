// Outcomes, between libraries: what a centre reports of its sessions, to whom, and for how long.
#include "store/federation/paths.hpp"
#include "store/life/outcome_file.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/store/edited_feed.hpp"

namespace outcome_test {
using namespace essaimage;
using namespace essaimage::store;
using namespace essaimage::test;

namespace {

const KitId lamp{"a", "k"};
const std::string path = "outcomes/a/k/1.toml";

OutcomeFacts facts(const std::string& day = "2026-09-01", const std::string& worked = "le montage") {
  OutcomeFacts facts;
  facts.first_day = facts.last_day = parse_day(day).value();
  facts.sessions = 2;
  facts.participants = {0, 4, 0, 3, 5, 0};
  facts.worked = worked;
  return facts;
}

Result<OutcomeRow> report(TestNode& node, const KitId& kit = lamp, const OutcomeFacts& what = facts(), bool anyway = false) {
  return node.library().report({kit, std::nullopt, what, anyway});
}

/// "b/1 region v1 2026-09-01 le montage", as this node knows it.
std::vector<std::string> known(const TestNode& node, const KitId& kit = lamp) {
  std::vector<std::string> rows;
  const auto outcomes = node.library().outcomes({kit, "", std::nullopt, std::nullopt, 0});
  REQUIRE(outcomes);
  for (const auto& [feed, outcome] : *outcomes) {
    auto text = feed.centre + "/" + std::to_string(outcome.number) + " " + feed.audience.str() + " v" + std::to_string(outcome.kit_version);
    rows.push_back(text + " " + day_text(outcome.facts.first_day) + " " + outcome.facts.worked);
  }
  return rows;
}

using Rows = std::vector<std::string>;

}  // namespace

TEST_CASE("outcomes are told to those who may know the kit, several of a kit and centre, and each can be taken back") {
  Members m;
  m.a->publish_one("k", {{"x", "1"}});
  replicate(*m.a, *m.b);
  const auto row = report(*m.b, lamp, facts("2026-09-08"));
  REQUIRE(row);
  CHECK(row->outcome.tree == m.b->find("a/k")->row.kit_tree);
  CHECK(row->outcome.reported == test_start);
  REQUIRE(report(*m.b, lamp, facts("2026-09-01", "la soudure")));
  REQUIRE(report(*m.a));  // of an own kit as well
  replicate(*m.b, *m.a);
  const Rows all{"a/1 region v1 2026-09-01 le montage", "b/2 region v1 2026-09-01 la soudure", "b/1 region v1 2026-09-08 le montage"};
  CHECK(known(*m.a) == all);
  CHECK(m.a->library().outcomes({std::nullopt, "b", 2, std::nullopt, 0})->size() == 1);
  CHECK(m.a->library().outcomes({std::nullopt, "", std::nullopt, std::nullopt, 0})->size() == 3);

  CHECK(m.b->library().retract(1)->outcome.kit == lamp);
  CHECK(m.b->library().retract(1).error().code == Errc::outcome_none);
  replicate(*m.b, *m.a);
  CHECK(known(*m.a) == Rows{all[0], all[1]});
  REQUIRE(m.b->library().retract(2));
  CHECK_FALSE(file_in(*m.b, m.b->feed(), "outcomes"));
  CHECK(m.b->library().verify({})->empty());
  CHECK(m.a->library().verify({})->empty());
}

TEST_CASE("the number of an outcome is given once, also when it was the last one and is taken back") {
  Members m;
  m.a->publish_one("k", {{"x", "1"}});
  m.a->publish_one("local", {{"x", "1"}}, "territory:lille");
  replicate(*m.a, *m.b);
  REQUIRE(report(*m.b));
  CHECK(report(*m.b, {"a", "local"})->outcome.number == 2);  // over all feeds
  REQUIRE(m.b->library().retract(2));
  REQUIRE(m.b->library().retract(1));
  m.b->publish_one("own", {{"x", "1"}});
  CHECK(report(*m.b)->outcome.number == 3);
  REQUIRE(m.b->library().retract(3));
  m.b->close();
  for (const char* const file : {"state.sqlite", "state.sqlite-wal", "state.sqlite-shm"})
    std::filesystem::remove(m.b->layout().home / file);
  REQUIRE(m.b->open());
  CHECK(report(*m.b)->outcome.number == 4);
}

TEST_CASE("an outcome may be of an earlier version, and of one that is known alone") {
  Members m;
  m.a->publish_one("k", {{"x", "1"}});
  replicate(*m.a, *m.b);
  const auto first = m.b->find("a/k")->row.kit_tree;
  m.a->publish_one("k", {{"x", "2"}});
  replicate(*m.a, *m.b);
  const auto row = m.b->library().report({lamp, 1, facts(), false});
  REQUIRE(row);
  CHECK(row->outcome.kit_version == 1);
  CHECK(row->outcome.tree == first);
  CHECK(report(*m.b)->outcome.kit_version == 2);
  CHECK(m.b->library().report({lamp, 3, facts(), false}).error().code == Errc::not_found);
  CHECK(report(*m.b, {"a", "autre"}).error().code == Errc::not_found);
}

TEST_CASE("what names a person is said on purpose alone, and what the format does not allow not at all") {
  Members m;
  m.a->publish_one("k", {{"x", "1"}});
  replicate(*m.a, *m.b);
  const auto naming = facts("2026-09-01", "Mme Dupont a aidé");
  const auto refused = report(*m.b, lamp, naming);
  CHECK(refused.error().code == Errc::outcome_personal);
  CHECK(refused.error().detail == "worked: \"Mme Dupont\"");
  CHECK(known(*m.b).empty());
  CHECK(report(*m.b, lamp, naming, true));

  auto wrong = facts();
  SECTION("two lines") { wrong.note = "a\nb"; }
  SECTION("too long") { wrong.failed = std::string(1'001, 'x'); }
  SECTION("no session") { wrong.sessions = 0; }
  SECTION("too many sessions") { wrong.sessions = 1'001; }
  SECTION("too many people") { wrong.participants[1] = 100'001; }
  SECTION("the end before the beginning") { wrong.last_day.seconds -= 86'400; }
  SECTION("not a day") { wrong.last_day.seconds += 1; }
  SECTION("a day to come") { wrong.last_day.seconds = test_start.seconds - test_start.seconds % 86'400 + 2 * 86'400; }
  CHECK(report(*m.b, lamp, wrong, true).error().code == Errc::usage);
}

TEST_CASE("outcomes survive what is published later, a restart, and the loss of the index") {
  Members m;
  m.a->publish_one("k", {{"x", "1"}});
  replicate(*m.a, *m.b);
  REQUIRE(report(*m.b));
  m.b->publish_one("own", {{"x", "1"}});
  REQUIRE(m.b->library().adopt(lamp, ""));
  CHECK(file_in(*m.b, m.b->feed(), path));
  replicate(*m.b, *m.a);
  for (auto* node : {m.a.get(), m.b.get()}) {
    const auto rows = known(*node);
    CHECK(rows.size() == 1);
    node->close();
    REQUIRE(node->open());
    CHECK(known(*node) == rows);
    node->close();
    for (const char* const file : {"state.sqlite", "state.sqlite-wal", "state.sqlite-shm"})
      std::filesystem::remove(node->layout().home / file);
    REQUIRE(node->open());
    CHECK(known(*node) == rows);
  }
  REQUIRE(report(*m.b));
  CHECK(known(*m.b).size() == 2);
}

TEST_CASE("an outcome stays among those who may know the kit, also when the kit goes to a wider audience") {
  Members m;
  m.a->publish_one("k", {{"x", "1"}}, "territory:lille");
  replicate(*m.a, *m.b);
  REQUIRE(report(*m.b));
  CHECK(m.b->head(m.b->feed()) == Head{});  // nothing in the region
  replicate(*m.b, *m.a);
  replicate(*m.b, *m.federation);
  replicate(*m.federation, *m.c);
  const std::string said = "b/1 territory:lille v1 2026-09-01 le montage";
  CHECK(known(*m.a) == Rows{said});
  CHECK(known(*m.federation) == Rows{said});
  CHECK(known(*m.c).empty());

  m.a->publish_one("k", {{"x", "2"}}, "region");
  replicate(*m.a, *m.b);
  replicate(*m.federation, *m.c);
  REQUIRE(report(*m.b, lamp, facts("2026-09-02", "encore")));
  CHECK(known(*m.b) == Rows{said, "b/2 region v2 2026-09-02 encore"});
  replicate(*m.b, *m.federation);
  replicate(*m.federation, *m.c);
  CHECK(known(*m.c) == Rows{"b/2 region v2 2026-09-02 encore"});
  REQUIRE(m.b->library().retract(1));
  CHECK(known(*m.b) == Rows{"b/2 region v2 2026-09-02 encore"});
}

TEST_CASE("a centre that may not hold the audience reports nothing there") {
  Members m;
  m.a->publish_one("k", {{"x", "1"}}, "territory:lille");
  replicate(*m.a, *m.federation);
  replicate(*m.federation, *m.c);
  CHECK(report(*m.c).error().code == Errc::not_found);
}

TEST_CASE("an outcome in another form, or at another place, is refused with the feed that says it") {
  Members m;
  m.a->publish_one("k", {{"x", "1"}});
  replicate(*m.a, *m.b);
  REQUIRE(report(*m.b));
  replicate(*m.b, *m.a);
  const auto feed = m.b->feed();
  const auto good = file_in(*m.b, feed, path).value();
  Edits edits;
  SECTION("not in its byte form") { edits[path] = good + "\n"; }
  SECTION("of another kit") { edits["outcomes/a/m/1.toml"] = good; }
  SECTION("of another centre's kit") { edits["outcomes/c/k/1.toml"] = good; }
  SECTION("under another number") { edits["outcomes/a/k/2.toml"] = good; }
  SECTION("under a number in another form") { edits["outcomes/a/k/01.toml"] = good; }
  SECTION("beside the folder of the kit") { edits["outcomes/a/1.toml"] = good; }
  SECTION("below it") { edits["outcomes/a/k/b/1.toml"] = good; }
  SECTION("signed as a statement") { edits[path + ".sigs"] = "x\n"; }
  SECTION("too large") { edits[path] = good + "# " + std::string(70'000, 'x') + "\n"; }
  edit_feed(*m.b, feed, edits);
  const auto taken = fetch_feed(*m.b, *m.a, feed);
  REQUIRE_FALSE(taken);
  CHECK(taken.error().code == Errc::feed_content);
  CHECK(known(*m.a).size() == 1);
}

TEST_CASE("of a kit that lies in two audiences its newest version says what it was adapted from") {
  Members m;
  m.a->publish_one("k", {{"x", "1"}});
  const auto from = [](const std::string& parent) {
    return KitFiles{{"kit.toml", manifest_of("Lampe", "adapted_from = \"" + parent + "\"\n")}};
  };
  m.b->publish_one("lampe", from("a/k@1"), "territory:lille");
  replicate(*m.b, *m.a);
  CHECK(m.a->library().adaptations(lamp)->size() == 1);
  m.b->publish_one("lampe", from("a/autre@1"), "region");
  replicate(*m.b, *m.a);
  REQUIRE(m.a->find("b/lampe")->audiences.size() == 2);
  CHECK(m.a->library().adaptations(lamp)->empty());
  CHECK(m.a->library().adaptations({"a", "autre"})->size() == 1);
}

TEST_CASE("a first version of an adaptation goes no further by itself than what it was made from") {
  Members m;
  m.a->publish_one("k", {{"x", "1"}}, "territory:lille");
  replicate(*m.a, *m.b);
  const auto from = [](const std::string& parent) {
    return KitFiles{{"kit.toml", manifest_of("Lampe", "adapted_from = \"" + parent + "\"\n")}};
  };
  CHECK(m.b->publish_one("lampe", from("a/k@1")).audience.str() == "territory:lille");
  CHECK(m.b->publish_one("autre", from("a/inconnu@1")).audience.str() == "region");
  CHECK(m.b->publish_one("voulu", from("a/k@1"), "region").audience.str() == "region");
}

TEST_CASE("what a kit was adapted from is known by both, and survives the loss of the index") {
  Members m;
  m.a->publish_one("k", {{"x", "1"}});
  m.b->publish_one("lampe", {{"x", "2"}, {"kit.toml", manifest_of("Lampe", "adapted_from = \"a/k@1\"\n")}});
  m.c->publish_one("autre", {{"kit.toml", manifest_of("Autre", "adapted_from = \"https://example.org/k\"\n")}});
  const auto children = [&] {
    std::vector<std::string> names;
    const auto adapted = m.a->library().adaptations(lamp);
    REQUIRE(adapted);
    for (const auto& kit : *adapted) names.push_back(kit.row.id.str() + "@" + std::to_string(kit.row.adapted_from->version));
    return names;
  };
  replicate(*m.b, *m.a);
  replicate(*m.c, *m.a);
  CHECK(children() == Rows{"b/lampe@1"});
  CHECK(m.a->find("c/autre")->row.adapted_from->url == "https://example.org/k");
  CHECK_FALSE(m.a->find("a/k")->row.adapted_from);
  m.a->close();
  for (const char* const file : {"state.sqlite", "state.sqlite-wal", "state.sqlite-shm"})
    std::filesystem::remove(m.a->layout().home / file);
  REQUIRE(m.a->open());
  CHECK(children() == Rows{"b/lampe@1"});
  m.b->publish_one("lampe", {{"x", "3"}});
  replicate(*m.b, *m.a);
  CHECK(children().empty());
}

}  // namespace outcome_test

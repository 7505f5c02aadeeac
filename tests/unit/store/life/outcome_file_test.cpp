// The byte form of outcomes, what it refuses, and their sums.
#include "store/life/outcome_file.hpp"
#include "store/life/outcome_sum.hpp"
#include "tests/support/catch.hpp"

namespace outcome_file_test {
using namespace essaimage;
using namespace essaimage::store;

namespace {

Outcome outcome() {
  Outcome made;
  made.kit = {"mdq-wazemmes", "robot"};
  made.number = 7;
  made.kit_version = 3;
  made.tree = ObjectId::parse("f8240f6f9680b2330535f4141d133c23ba3f30b8").value();
  made.reported = parse_utc("2026-03-20T09:30:00Z").value();
  made.facts = {parse_day("2026-03-01").value(),
                parse_day("2026-03-15").value(),
                3,
                {0, 4, 0, 6, 12, 1},
                PlaceType::library,
                true,
                "les roues, \"faciles\"",
                "les piles",
                ""};
  return made;
}

const std::string text =
    "format = 1\n"
    "centre = \"mdq-wazemmes\"\n"
    "slug = \"robot\"\n"
    "number = 7\n"
    "kit_version = 3\n"
    "tree = \"f8240f6f9680b2330535f4141d133c23ba3f30b8\"\n"
    "reported = 2026-03-20T09:30:00Z\n"
    "first_day = \"2026-03-01\"\n"
    "last_day = \"2026-03-15\"\n"
    "sessions = 3\n"
    "aged_0_to_11 = 0\n"
    "aged_12_to_17 = 4\n"
    "aged_18_to_25 = 0\n"
    "aged_26_to_59 = 6\n"
    "aged_60_or_more = 12\n"
    "aged_unknown = 1\n"
    "place = \"library\"\n"
    "priority_neighbourhood = true\n"
    "worked = \"les roues, \\\"faciles\\\"\"\n"
    "failed = \"les piles\"\n";

std::string with(std::string_view from, std::string_view to) {
  auto changed = text;
  changed.replace(changed.find(from), from.size(), to);
  return changed;
}

}  // namespace

TEST_CASE("an outcome has one byte form") {
  CHECK(encode(outcome()) == text);
  const auto parsed = parse_outcome(text);
  REQUIRE(parsed);
  CHECK(*parsed == outcome());
  CHECK(path_of({parsed->kit, parsed->number}) == "outcomes/mdq-wazemmes/robot/7.toml");
  CHECK(outcome_number("7.toml") == 7);
  for (const char* const name :
       {"07.toml", "0.toml", "-1.toml", "7", ".toml", "7.toml.sigs", "1000000001.toml", "99999999999999999999.toml"})
    CHECK(outcome_number(name) == 0);
}

TEST_CASE("an outcome that lacks anything, or has it in another form, is refused") {
  for (const std::string_view line :
       {"format = 1\n", "slug = \"robot\"\n", "number = 7\n", "kit_version = 3\n", "last_day = \"2026-03-15\"\n", "sessions = 3\n",
        "aged_18_to_25 = 0\n", "place = \"library\"\n", "priority_neighbourhood = true\n"}) {
    INFO(line);
    CHECK(parse_outcome(with(line, "")).error().code == Errc::malformed);
  }
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{{"format = 1", "format = 2"},
                                                                                 {"number = 7", "number = 0"},
                                                                                 {"number = 7", "number = 07"},
                                                                                 {"number = 7", "number = 1000000001"},
                                                                                 {"number = 7", "number = \"7\""},
                                                                                 {"kit_version = 3", "kit_version = 0"},
                                                                                 {"\"robot\"", "\"Robot\""},
                                                                                 {"\"mdq-wazemmes\"", "\"../mdq\""},
                                                                                 {"2026-03-01\"", "2026-02-30\""},
                                                                                 {"2026-03-01\"", "2026-03-16\""},
                                                                                 {"2026-03-01\"", "2026-3-1\""},
                                                                                 {"sessions = 3", "sessions = 0"},
                                                                                 {"sessions = 3", "sessions = 4294967299"},
                                                                                 {"sessions = 3", "sessions = -3"},
                                                                                 {"aged_unknown = 1", "aged_unknown = 100001"},
                                                                                 {"\"library\"", "\"bar\""},
                                                                                 {"= true", "= \"true\""},
                                                                                 {"\"les piles\"", "\"\""},
                                                                                 {"\"les piles\"", "\"les\\npiles\""},
                                                                                 {"\"les piles\"", "'les piles'"},
                                                                                 {"failed", "author"}}) {
    INFO(from << " -> " << to);
    CHECK_FALSE(parse_outcome(with(from, to)));
  }
  CHECK_FALSE(parse_outcome(with("2026-03-20T09:30:00Z", "2026-03-20T10:30:00+01:00")));
  CHECK_FALSE(parse_outcome(text + "note = \"" + std::string(1'001, 'x') + "\"\n"));
  CHECK_FALSE(parse_outcome(text + "more = 1\n"));
  CHECK(parse_outcome(text + "note = \"suite en mai\"\n"));
}

TEST_CASE("outcomes add up by kit, territory, month and place") {
  Roster roster;
  roster.members["a"].slug = "a";
  roster.members["a"].territories = {"lille"};
  roster.members["b"].territories = {"lille", "roubaix"};
  const FeedId a{"a", {}}, b{"b", {}};
  auto other = outcome();
  other.kit.slug = "lampe";
  other.facts.first_day = parse_day("2026-04-02").value();
  other.facts.priority_neighbourhood = false;
  other.facts.place = PlaceType::centre;
  const std::vector<OutcomeRow> rows{{a, outcome()}, {b, outcome()}, {b, other}, {{"gone", {}}, outcome()}};
  OutcomeSums sums;
  for (const auto& row : rows) sums.add(row, roster);
  CHECK(sums.all.outcomes == 4);
  CHECK(sums.all.sessions == 12);
  CHECK(sums.all.total() == 4 * 23);
  CHECK(sums.all.participants[4] == 48);
  CHECK(sums.all.priority_sessions == 9);
  CHECK(sums.all.priority_participants == 69);
  CHECK(sums.all.centres == std::set<std::string>{"a", "b", "gone"});
  CHECK(sums.by_kit.at(other.kit).outcomes == 1);
  CHECK(sums.by_territory.at("lille").outcomes == 3);
  CHECK(sums.by_territory.at("roubaix").outcomes == 2);
  CHECK(sums.by_month.at("2026-03").outcomes == 3);
  CHECK(sums.by_month.at("2026-04").outcomes == 1);
  CHECK(sums.by_place.at(PlaceType::centre).sessions == 3);

  const auto count = [&](const OutcomeFilter& filter) {
    return std::ranges::count_if(rows, [&](const auto& row) { return passes(row, filter, roster); });
  };
  CHECK(count({}) == 4);
  CHECK(count({"roubaix", {}, {}}) == 2);
  CHECK(count({"", parse_day("2026-03-02").value(), {}}) == 1);
  CHECK(count({"", {}, parse_day("2026-03-01").value()}) == 3);
  CHECK(count({"lille", parse_day("2026-03-01").value(), parse_day("2026-03-31").value()}) == 2);
}

}  // namespace outcome_file_test

// Reports: figures that were counted by hand, and the entries that they come from.
#include "store/life/report.hpp"

#include <algorithm>

#include "tests/support/catch.hpp"
#include "tests/unit/store/members.hpp"

namespace report_test {
using namespace essaimage;
using namespace essaimage::store;
using namespace essaimage::test;

namespace {

Timestamp at(const std::string& day, std::int64_t seconds = 0) { return {parse_day(day).value().seconds + seconds}; }

/// Lille has a, b and d (which is of Lens too); Valenciennes has c. 2018 is the period, its last second is `last`.
struct Region {
  Activity all;
  const Timestamp last = at("2018-12-31", 86'399);

  Region() {
    auto roster = std::make_shared<Roster>();
    roster->federation_slug = "fed";
    for (const auto& [slug, territories] : std::map<std::string, std::set<std::string>>{
             {"a", {"lille"}}, {"b", {"lille"}}, {"c", {"valenciennes"}}, {"d", {"lens", "lille"}}, {"fed", {}}})
      roster->members[slug] = Member{slug, slug, territories, false, {}, {}, {}, {}};
    all.roster = roster;
  }
  SignedEntry entry(const std::string& centre, const std::string& path, Timestamp time) const {
    ObjectId commit;
    commit.bytes[0] = static_cast<std::uint8_t>(path.size());
    return {{centre, {}}, path, commit, time};
  }
  void kit(const std::string& centre, const std::string& slug, std::uint64_t version, Timestamp time, const std::string& theme = {},
           std::optional<Lineage> from = {}, const std::string& stage = "prototype") {
    all.versions.push_back({{centre, slug}, version, time, slug, stage, {theme}, std::move(from), entry(centre, slug, time)});
  }
  void outcome(const std::string& centre, const KitId& kit, Timestamp day, std::uint32_t sessions, Participants people,
               PlaceType place = PlaceType::centre, bool priority = false) {
    Outcome told{kit, all.outcomes.size() + 1, 1, {}, day, {day, day, sessions, people, place, priority, "Mme Dupont", {}, {}}};
    all.outcomes.push_back({told, entry(centre, "outcomes/x", day)});
  }
  void adoption(const std::string& centre, const KitId& kit, Timestamp time, std::optional<Timestamp> removed = {}) {
    all.adoptions.push_back({{kit, 1, {}, time, {}}, entry(centre, "adoptions/x", time), removed});
  }
  void decision(const KitId& kit, CatalogueFile::Decision what, Timestamp time) {
    CatalogueFile file;
    file.kit = kit;
    file.decision = what;
    file.decided = time;
    all.decisions.push_back({file, entry("fed", "catalogue/x", time)});
  }
  PeriodReport count(const std::string& territory = {}, const std::string& theme = {}) const {
    return report_of(all, {at("2018-01-01"), at("2019-01-01"), territory, theme});
  }
};

const KitId robot{"a", "robot"}, lampe{"c", "lampe"};

const ReportFigure* find(const PeriodReport& report, const std::string& name, const std::string& group = {}) {
  for (const auto& figure : report.figures)
    if (figure.name == name && figure.group == group) return &figure;
  return nullptr;
}
std::uint64_t value(const PeriodReport& report, const std::string& name, const std::string& group = {}) {
  const auto* figure = find(report, name, group);
  return figure == nullptr ? 999 : figure->value;
}

/// Every figure of sessions and people is the sum of its entries, and every number is one of the report.
void check_traces(const PeriodReport& report) {
  for (const auto& figure : report.figures) {
    CAPTURE(figure.name, figure.group);
    CHECK(figure.entries.empty() == (figure.value == 0));
    CHECK(std::ranges::is_sorted(figure.entries));
    std::uint64_t sessions = 0, people = 0;
    for (const auto number : figure.entries) {
      REQUIRE((number >= 1 && number <= report.entries.size()));
      sessions += report.entries[number - 1].sessions;
      people += report.entries[number - 1].participants;
    }
    if (figure.name.ends_with("sessions") || figure.name == "sessions.place") CHECK(figure.value == sessions);
    if (figure.name.ends_with("participants") || figure.name == "participants.place") CHECK(figure.value == people);
  }
}

}  // namespace

TEST_CASE("figures of a period are as counted by hand") {
  Region r;
  r.kit("a", "robot", 1, at("2017-06-01"));
  r.kit("a", "robot", 2, at("2018-02-01"));
  r.kit("c", "lampe", 1, at("2018-03-01"), "énergie");
  r.kit("b", "robot-b", 1, at("2018-05-01"), {}, Lineage{robot, 2, {}});
  r.kit("d", "idee", 1, at("2018-06-01"), {}, {}, "workshop");
  r.kit("d", "tard", 1, at("2019-06-01"));
  r.outcome("b", robot, at("2018-04-02"), 3, {0, 4, 0, 6, 2, 1}, PlaceType::library, true);
  r.outcome("d", robot, at("2018-07-01"), 2, {5, 0, 0, 0, 0, 0});
  r.outcome("a", robot, at("2017-07-01"), 9, {9, 0, 0, 0, 0, 0});
  r.adoption("b", robot, at("2018-04-01"));
  r.adoption("c", robot, at("2018-08-01"));
  r.adoption("a", lampe, at("2018-09-01"));
  r.decision(robot, CatalogueFile::Decision::accepted, at("2018-10-01"));
  const auto report = r.count();
  check_traces(report);
  CHECK(value(report, "kits") == 4);
  CHECK(value(report, "kits.new") == 3);
  CHECK(value(report, "versions") == 4);
  CHECK(value(report, "adoptions") == 3);
  CHECK(value(report, "adaptations") == 1);
  CHECK(value(report, "outcomes") == 2);
  CHECK(value(report, "sessions") == 5);
  CHECK(value(report, "participants") == 18);
  CHECK(value(report, "participants.age", "0-11") == 5);
  CHECK(value(report, "participants.age", "26-59") == 6);
  CHECK(value(report, "participants.age", "18-25") == 0);
  CHECK(value(report, "sessions.place", "library") == 3);
  CHECK(value(report, "participants.place", "centre") == 5);
  CHECK(value(report, "sessions.priority") == 3);
  CHECK(value(report, "participants.priority") == 13);
  CHECK(value(report, "centres") == 4);
  CHECK(value(report, "territories") == 3);
  CHECK(value(report, "kits.stage", "regional") == 1);
  CHECK(value(report, "kits.stage", "workshop") == 1);
  CHECK(value(report, "kits.stage", "prototype") == 2);  // robot-b, and lampe: adopted elsewhere alone, and not in the catalogue
  CHECK(find(report, "kits.stage", "regional")->entries.size() == 3);  // its first version, the adoption of Valenciennes, the decision
  CHECK(value(report, "territory.sessions", "lille") == 5);
  CHECK(value(report, "territory.sessions", "lens") == 2);
  CHECK(value(report, "territory.adoptions", "valenciennes") == 1);
  CHECK(value(report, "territory.kits", "lille") == 3);
  REQUIRE(report.curve.size() == 12);
  CHECK(report.curve[1].label == "2018-02");
  CHECK(report.curve[1].kits == 0);  // a second version is no new kit
  CHECK(report.curve[4].kits == 2);
  CHECK(report.curve[4].adaptations == 1);
  CHECK(report.curve[11].kits == 3);
  CHECK(report.curve[11].sessions == 5);
  CHECK(report.curve[7].adoptions == 2);
}

TEST_CASE("both days of a period belong to it, and what was later does not change what was") {
  Region r;
  r.kit("a", "robot", 1, at("2018-01-01"));
  r.kit("a", "before", 1, Timestamp{at("2018-01-01").seconds - 1});
  r.kit("a", "last", 1, r.last);
  r.kit("a", "after", 1, at("2019-01-01"));
  r.adoption("b", robot, r.last, at("2019-02-01"));  // taken back later
  r.adoption("d", robot, at("2018-03-01"), r.last);  // taken back in time
  r.adoption("c", robot, at("2019-01-01"));
  r.outcome("b", robot, at("2018-12-31"), 1, {1, 0, 0, 0, 0, 0});
  r.outcome("b", robot, at("2019-01-01"), 1, {1, 0, 0, 0, 0, 0});
  const auto report = r.count();
  check_traces(report);
  CHECK(value(report, "kits") == 3);
  CHECK(value(report, "kits.new") == 2);
  CHECK(value(report, "adoptions") == 1);
  CHECK(value(report, "sessions") == 1);
  CHECK(value(report, "kits.stage", "metropolitan") == 1);
}

TEST_CASE("sessions count by their day, also with a kit that was published later") {
  Region r;
  r.kit("a", "robot", 1, at("2019-06-01"), "Robots");
  r.outcome("b", robot, at("2018-03-01"), 2, {1, 0, 0, 0, 0, 0});
  const auto report = r.count();
  check_traces(report);
  CHECK(value(report, "sessions") == 2);
  CHECK(value(report, "kits") == 0);
  CHECK(value(r.count({}, "robots"), "sessions") == 2);
  CHECK(value(r.count({}, "jardin"), "sessions") == 0);
}

TEST_CASE("a decision that was retired after the period counts as it was then") {
  Region r;
  r.kit("a", "robot", 1, at("2018-01-01"));
  r.adoption("c", robot, at("2018-02-01"));
  r.decision(robot, CatalogueFile::Decision::accepted, at("2018-03-01"));
  r.decision(robot, CatalogueFile::Decision::retired, at("2019-03-01"));
  CHECK(value(r.count(), "kits.stage", "regional") == 1);
  CHECK(value(report_of(r.all, {at("2018-01-01"), at("2020-01-01"), {}, {}}), "kits.stage", "regional") == 0);
}

TEST_CASE("a report is of a territory, or of a theme") {
  Region r;
  r.kit("a", "robot", 1, at("2018-01-05"), "Robots");
  r.kit("c", "lampe", 1, at("2018-01-06"), "énergie");
  r.adoption("c", robot, at("2018-02-01"));
  r.outcome("d", lampe, at("2018-03-01"), 2, {1, 0, 0, 0, 0, 0});
  const auto of_c = r.count("valenciennes");
  check_traces(of_c);
  CHECK(value(of_c, "kits") == 1);
  CHECK(value(of_c, "adoptions") == 1);
  CHECK(value(of_c, "sessions") == 0);
  CHECK(value(of_c, "territories") == 1);
  CHECK(find(of_c, "territory.kits", "lille") == nullptr);
  const auto of_lens = r.count("lens");
  CHECK(value(of_lens, "sessions") == 2);
  CHECK(find(of_lens, "territory.sessions", "lille") == nullptr);
  const auto robots = r.count({}, "robots");
  CHECK(value(robots, "kits") == 1);
  CHECK(value(robots, "sessions") == 0);
  CHECK(value(robots, "adoptions") == 1);
}

TEST_CASE("a kit in two feeds is one kit, and an adoption that went to a wider one is one adoption") {
  Region r;
  r.kit("a", "robot", 1, at("2018-01-05"));
  r.kit("a", "robot", 1, at("2018-01-05"));
  r.adoption("b", robot, at("2018-02-01"), at("2018-03-01"));
  r.adoption("b", robot, at("2018-02-02"));
  const auto report = r.count();
  CHECK(value(report, "kits") == 1);
  CHECK(value(report, "versions") == 1);
  CHECK(value(report, "adoptions") == 1);
}

TEST_CASE("long periods have steps of quarters or years") {
  Region r;
  r.kit("a", "robot", 1, at("2018-08-05"));
  const auto quarters = report_of(r.all, {at("2010-02-01"), at("2020-01-01"), {}, {}});
  REQUIRE(quarters.curve.size() == 40);
  CHECK(quarters.curve.front().label == "2010-T1");
  CHECK(quarters.curve[34].label == "2018-T3");
  CHECK(quarters.curve[33].kits == 0);
  CHECK(quarters.curve[34].kits == 1);
  const auto years = report_of(r.all, {at("1970-01-01"), at("9999-12-31"), {}, {}});
  CHECK(years.curve.size() == 60);
  CHECK(years.curve.back().kits == 1);
}

TEST_CASE("what feeds ever said is read with where it was signed, decisions by the curators of their time") {
  Members m;
  const auto first = m.a->publish_one("robot", {{"x", "1"}});
  m.a->now.seconds += 60;
  m.a->publish_one("robot", {{"x", "2"}});
  replicate(*m.a, *m.federation);
  replicate(*m.a, *m.b);
  REQUIRE(m.federation->library().accept({robot, {}, "bien", {}}));
  REQUIRE(m.federation->library().retire(robot, "plus maintenant"));
  REQUIRE(m.b->library().adopt(robot, ""));
  m.b->now.seconds += 120;
  REQUIRE(m.b->library().unadopt(robot));
  const auto told =
      m.b->library().report({robot, {}, {at("2026-01-05"), at("2026-01-05"), 1, {1}, PlaceType::centre, false, {}, {}, {}}, false}).value();
  REQUIRE(m.b->library().report({robot, {}, {at("2026-01-06"), at("2026-01-06"), 1, {1}, PlaceType::centre, false, {}, {}, {}}, false}));
  REQUIRE(m.b->library().retract(told.outcome.number));
  replicate(*m.b, *m.federation);
  const auto activity = m.federation->library().activity().value();
  REQUIRE(activity->versions.size() == 2);
  CHECK(activity->versions[0].entry.commit == first.commit);
  CHECK(activity->versions[0].entry.path.starts_with("kits/"));
  CHECK(activity->versions[1].version == 2);
  REQUIRE(activity->adoptions.size() == 1);
  REQUIRE(activity->adoptions[0].removed);
  CHECK(*activity->adoptions[0].removed == m.b->now);
  REQUIRE(activity->outcomes.size() == 1);
  CHECK(activity->outcomes[0].outcome.number == 2);
  REQUIRE(activity->decisions.size() == 2);
  CHECK(activity->decisions[1].decision.decision == CatalogueFile::Decision::retired);
  CHECK(activity->decisions[0].entry.path == "catalogue/a/robot.toml");
}

}  // namespace report_test

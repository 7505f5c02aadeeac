// The verb that counts what happened in a period: its rows, and what they never hold.
#include "store/activity.hpp"
#include "tests/unit/control/served.hpp"

namespace report_test {
using namespace essaimage;
using test::Json;
using test::Served;

namespace {

struct Federation : Served {
  Federation() { node.lib.who.slug = node.lib.who.federation_slug; }
};

}  // namespace

TEST_CASE("a report has its figures, points and entries, each with where it was signed, and no text of people") {
  Federation served;
  auto activity = std::make_shared<store::Activity>();
  activity->roster = std::make_shared<Roster>();
  const auto day = store::parse_day("2018-03-01").value();
  const store::SignedEntry entry{{"fives", {}}, "kits/aa/film", {}, day};
  activity->versions.push_back({{"fives", "film"}, 1, day, "Film de Mme Dupont", "prototype", {}, {}, entry});
  store::OutcomeFacts facts;
  facts.first_day = facts.last_day = day;
  facts.sessions = 3;
  facts.participants = {0, 4, 0, 0, 0, 0};
  facts.note = "Mme Dupont";
  for (std::uint64_t number = 1; number <= 10'000; ++number)
    activity->outcomes.push_back({{{"fives", "film"}, number, 1, {}, day, facts},
                                  {{"fives", {}}, "outcomes/fives/film/" + std::to_string(number) + ".toml", {}, day}});
  served.node.lib.happened = activity;
  const auto report = served.ask("report", {{"from", "2018-01-01"}, {"to", "2018-12-31"}});
  CHECK(report["entries"] == 10'001);
  CHECK(report["whole"] == true);
  CHECK(report["items"].size() > 10);  // no frame is too long
  CHECK(report.dump().find("Dupont") == std::string::npos);
  std::map<std::string, Json> figures;
  for (const auto& page : report["items"])
    for (const auto& row : page)
      if (row["row"] == "figure" && row["group"] == "") figures[row["name"]] = row;
  CHECK(figures["sessions"]["value"] == 30'000);
  CHECK(figures["sessions"]["entries"].size() == 10'000);
  CHECK(figures["kits"]["value"] == 1);
  const auto& last = report["items"].back().back();
  CHECK(last["row"] == "entry");
  CHECK(last["path"].get<std::string>().starts_with("outcomes/fives/film/"));
}

TEST_CASE("a report needs a period that is one") {
  Federation served;
  served.node.lib.happened = nullptr;
  CHECK(served.ask("report", {{"from", "2018-01-01"}})["failure"] == "usage");
  CHECK(served.ask("report", {{"from", "2018-01-02"}, {"to", "2018-01-01"}})["failure"] == "usage");
  CHECK(served.ask("report", {{"from", "2018-01-01"}, {"to", "2018-01-01"}, {"territory", ""}})["failure"] ==
        "usage");  // never all of them
  CHECK(served.ask("report", {{"from", "2018-13-01"}, {"to", "2018-12-01"}})["failure"] == "usage");
}

}  // namespace report_test

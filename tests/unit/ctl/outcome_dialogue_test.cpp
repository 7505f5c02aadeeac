#include "tools/ctl/outcome_dialogue.hpp"

#include <sstream>

#include "tests/support/catch.hpp"

namespace outcome_dialogue_test {
using namespace essaimage;
using namespace essaimage::ctl;

namespace {

struct Told {
  Status done;
  Json arguments;
  std::string asked;
};

Told told(const std::string& answers, Json arguments = Json::object(), Language language = Language::french) {
  std::ostringstream out, err;
  std::istringstream in(answers);
  Io io{out, err, in};
  const Parsed parsed;
  const Context context{io, parsed, language, false, {}, {}};
  auto done = ask_outcome(context, "2026-03-03", arguments);
  CHECK(out.str().empty());
  return {std::move(done), std::move(arguments), err.str()};
}

}  // namespace

TEST_CASE("an outcome is told by answers, and an empty one takes what is offered") {
  const auto all = told("2026-02-01\n2026-02-15\n3\n\n4\n\n2\n6\n\n3\no\nle jeu des cibles\n  les souris sans fil  \n\no\n");
  REQUIRE(all.done);
  CHECK(all.arguments == Json{{"date", "2026-02-01"},
                              {"to", "2026-02-15"},
                              {"sessions", 3},
                              {"participants", {"12-17=4", "26-59=2", "60+=6"}},
                              {"place", "library"},
                              {"priority_neighbourhood", true},
                              {"worked", "le jeu des cibles"},
                              {"failed", "les souris sans fil"}});
  const auto least = told("\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n");
  REQUIRE(least.done);
  CHECK(least.arguments == Json{{"date", "2026-03-03"}, {"sessions", 1}, {"place", "centre"}});
}

TEST_CASE("a wrong answer is asked again with what is expected") {
  const auto result = told("hier\n2026-02-30\n2026-03-04\n2026-03-01\n2026-02-28\n\nbeaucoup\n0\n2\n\n\n\n\n\n\n9\n2\n\n\n\n\n\n");
  REQUIRE(result.done);
  CHECK(result.arguments["date"] == "2026-03-01");
  CHECK(result.arguments["sessions"] == 2);
  CHECK(result.arguments["place"] == "school");
  CHECK(result.asked.find("Un jour comme 2026-03-01") != std::string::npos);
  CHECK(result.asked.find("Un jour du 2026-03-01 au 2026-03-03") != std::string::npos);
  CHECK(result.asked.find("Un nombre de 1 à 7") != std::string::npos);
}

TEST_CASE("what an option said is not asked for, and nothing is sent that the person takes back or does not end") {
  const auto given = told("\n\n\n\n\n\n\n\n\n\n\n\nn\n", Json{{"sessions", 5}, {"place", "school"}}, Language::english);
  REQUIRE_FALSE(given.done);
  CHECK(given.done.error().code == Errc::cancelled);
  CHECK(given.asked.find("How many sessions") == std::string::npos);
  CHECK(given.asked.find("Where?") == std::string::npos);
  CHECK(given.arguments["sessions"] == 5);
  CHECK(told("2026-03-01\n").done.error().code == Errc::cancelled);
}

TEST_CASE("answers that cannot be sent now are not lost: a command says the same") {
  const Json arguments{{"date", "2026-03-01"}, {"sessions", 2},         {"participants", {"60+=8"}},
                       {"place", "centre"},    {"worked", "l'atelier"}, {"priority_neighbourhood", true}};
  CHECK(
      outcome_command(KitId{"a", "b"}, arguments) ==
      "essaimagectl outcome add a/b --date '2026-03-01' --place 'centre' --worked 'l'\\''atelier' --sessions 2 --participants 60+=8 --qpv");
}

}  // namespace outcome_dialogue_test

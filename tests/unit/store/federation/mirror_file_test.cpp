#include "store/federation/mirror_file.hpp"

#include "store/holding/mirror_rules.hpp"
#include "tests/support/catch.hpp"

namespace mirror_file_test {
using namespace essaimage;
using namespace essaimage::store;

namespace {

const std::string ended =
    "format = 1\nversion = 2\nprevious = \"abababababababababababababababababababababababababababababababab\"\n"
    "slug = \"numerique\"\nname = \"Inclusion numérique\"\nterritories = [\"lille\", \"valenciennes\"]\nbegun = 2026-01-01T09:00:00Z\n"
    "ended = 2026-11-28T06:00:00Z\nended_why = \"le projet est fini\"\nlast_accepted = [\"moulins 1.1.3\", \"wazemmes 2.1.40\"]\n";

std::string with(std::string text, const std::string& old, const std::string& now) {
  const auto at = text.find(old);
  REQUIRE(at != std::string::npos);
  return text.replace(at, old.size(), now);
}

}  // namespace

TEST_CASE("a mirror has one byte form") {
  const auto file = parse_mirror_file(ended).value();
  CHECK_FALSE(file.runs());
  CHECK(file.last_accepted.at("wazemmes") == Order{2, 1, 40});
  CHECK(encode(file) == ended);
  for (const auto& [old, now] :
       std::vector<std::pair<std::string, std::string>>{{"[\"lille\", \"valenciennes\"]", "[\"valenciennes\", \"lille\"]"},
                                                        {"[\"lille\", \"valenciennes\"]", "[\"lille\"]"},
                                                        {"[\"lille\", \"valenciennes\"]", "[\"lille\", \"lille\"]"},
                                                        {"moulins 1.1.3", "moulins 1.1.03"},
                                                        {"moulins 1.1.3", "moulins"},
                                                        {"moulins 1.1.3", "zoo 1.1.3"},
                                                        {"ended_why = \"le projet est fini\"\n", ""},
                                                        {"slug = \"numerique\"", "slug = \"Numerique\""},
                                                        {"version = 2", "version = 1"},
                                                        {"version = 2", "version = 0"}}) {
    CAPTURE(old, now);
    CHECK(parse_mirror_file(with(ended, old, now)).error().code == Errc::malformed);
  }
}

TEST_CASE("why a mirror was begun may be said, in one place and one line") {
  CHECK(parse_mirror_file(ended).value().begun_why.empty());
  const auto begun = std::string("begun = 2026-01-01T09:00:00Z\n");
  const auto said = with(ended, begun, begun + "begun_why = \"deux quartiers, un même besoin\"\n");
  const auto file = parse_mirror_file(said).value();
  CHECK(file.begun_why == "deux quartiers, un même besoin");
  CHECK(encode(file) == said);
  CHECK(parse_mirror_file(with(ended, begun, "begun_why = \"avant\"\n" + begun)).error().code == Errc::malformed);
  CHECK(parse_mirror_file(with(ended, begun, begun + "begun_why = \"\"\n")).error().code == Errc::malformed);
  CHECK(parse_mirror_file(with(ended, begun, begun + "begun_why = \"a\\nb\"\n")).error().code == Errc::malformed);
}

TEST_CASE("rules for mirrors have one byte form") {
  const std::string text =
      "format = 1\n\n[[rules]]\nmirror = \"numerique\"\nthemes = [\"énergie\"]\nkits = [\"robot\"]\ncopies = [\"lampe\", \"robot\"]\n";
  const auto rules = parse_mirror_rules(text).value();
  CHECK(encode(rules) == text);
  CHECK(rules.at("numerique").copies == std::set<std::string>{"lampe", "robot"});
  CHECK(parse_mirror_rules(with(text, "\"robot\"]\nc", "\"Robot\"]\nc")).error().code == Errc::mirror_rules_damaged);
  CHECK(parse_mirror_rules(text + "x = 1\n").error().code == Errc::mirror_rules_damaged);
  CHECK(parse_mirror_rules("").error().code == Errc::mirror_rules_damaged);
  CHECK(parse_mirror_rules("format = 1\n").value().empty());
}

}  // namespace mirror_file_test

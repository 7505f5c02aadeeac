// The byte forms of decisions and adoptions.
#include "store/federation/catalogue_file.hpp"
#include "store/federation/adoption_file.hpp"
#include "tests/support/catch.hpp"

namespace catalogue_file_test {
using namespace essaimage;
using namespace essaimage::store;

namespace {

const std::string decision_text =
    "format = 1\n"
    "version = 2\n"
    "previous = \"abababababababababababababababababababababababababababababababab\"\n"
    "centre = \"mdq-wazemmes\"\n"
    "slug = \"robot\"\n"
    "kit_version = 3\n"
    "tree = \"f8240f6f9680b2330535f4141d133c23ba3f30b8\"\n"
    "decision = \"accepted\"\n"
    "reason = \"Essayé dans trois centres, \\\"facile\\\"\"\n"
    "themes = [\"santé\", \"énergie\"]\n"
    "conditions = [\"à partir de 12 ans\"]\n"
    "reviewer = \"coordination numérique\"\n"
    "reviewed = \"2026-02-27\"\n"
    "decided = 2026-03-01T09:30:00Z\n";

const std::string adoption_text =
    "format = 1\n"
    "centre = \"mdq-wazemmes\"\n"
    "slug = \"robot\"\n"
    "kit_version = 3\n"
    "tree = \"f8240f6f9680b2330535f4141d133c23ba3f30b8\"\n"
    "adopted = 2026-03-01T09:30:00Z\n"
    "note = \"chaque mardi\"\n";

std::string changed(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("a decision reads as it was written, byte for byte") {
  const auto file = parse_catalogue_file(decision_text);
  REQUIRE(file);
  CHECK(encode(*file) == decision_text);
  CHECK(file->version == 2);
  CHECK(file->kit == KitId{"mdq-wazemmes", "robot"});
  CHECK(file->kit_version == 3);
  CHECK(file->decision == CatalogueFile::Decision::accepted);
  CHECK(file->reason == "Essayé dans trois centres, \"facile\"");
  CHECK(file->themes == std::vector<std::string>{"santé", "énergie"});
  CHECK(file->conditions == std::vector<std::string>{"à partir de 12 ans"});
  CHECK(file->reviewer == "coordination numérique");
  CHECK(to_utc(file->reviewed) == "2026-02-27T00:00:00Z");
  CHECK(file->audience() == Audience{});
  CHECK(to_utc(file->decided) == "2026-03-01T09:30:00Z");
  CHECK(parse_catalogue_file(changed(decision_text, "\"accepted\"", "\"declined\"")));
  CHECK(parse_catalogue_file(changed(decision_text, "\"accepted\"", "\"retired\"")));
  CHECK(parse_catalogue_file(changed(decision_text, "themes = [\"santé\", \"énergie\"]\n", "")));
}

TEST_CASE("a decision in any other form is refused") {
  const std::vector<std::pair<std::string, std::string>> changes = {
      {"format = 1", "format = 2"},
      {"version = 2", "version = 0"},
      {"version = 2", "version = 1"},  // which has no predecessor
      {"version = 2", "version = 0x2"},
      {"version = 2", "version  = 2"},
      {"version = 2\n", ""},
      {"previous = \"ab", "previous = \"AB"},
      {"previous = \"ab", "previous = \""},
      {"mdq-wazemmes", "MDQ"},
      {"robot", "../robot"},
      {"kit_version = 3", "kit_version = 0"},
      {"kit_version = 3", "kit_version = -3"},
      {"tree = \"f8", "tree = \""},
      {"\"accepted\"", "\"proposed\""},
      {"\"accepted\"", "1"},
      {"\"Essayé dans trois centres, \\\"facile\\\"\"", "\"\""},
      {"Essayé", "Essaye\xCC\x81"},  // not in NFC
      {"Essayé", "Ess\\naye"},
      {"Essayé", std::string(501, 'x')},
      {"[\"santé\", \"énergie\"]", "[\"énergie\", \"santé\"]"},  // not sorted
      {"[\"santé\", \"énergie\"]", "[\"santé\", \"santé\"]"},
      {"[\"santé\", \"énergie\"]", "[]"},  // left out instead
      {"[\"santé\", \"énergie\"]", "[1]"},
      {"[\"santé\", \"énergie\"]", "[\"\"]"},
      {"2026-03-01T09:30:00Z", "2026-03-01T10:30:00+01:00"},
      {"2026-03-01T09:30:00Z", "\"2026-03-01T09:30:00Z\""},
      {"decided = ", "more = 1\ndecided = "},
      {"\"accepted\"", "\"recommended\""},                                  // by no territory
      {"slug = \"robot\"\n", "slug = \"robot\"\nterritory = \"lille\"\n"},  // accepted by a territory
      {"[\"à partir de 12 ans\"]", "[]"},
      {"[\"à partir de 12 ans\"]", "[\"a\\nb\"]"},
      {"reviewer = \"coordination numérique\"\n", ""},
      {"coordination numérique", ""},
      {"\"2026-02-27\"", "\"2026-02-30\""},
      {"\"2026-02-27\"", "2026-02-27"},
      {"reviewed = \"2026-02-27\"\n", ""},
  };
  for (const auto& [from, to] : changes) {
    INFO(from << " -> " << to);
    const auto file = parse_catalogue_file(changed(decision_text, from, to));
    REQUIRE_FALSE(file);
    CHECK(file.error().code == Errc::malformed);
  }
  CHECK_FALSE(parse_catalogue_file(""));
  CHECK_FALSE(parse_catalogue_file(decision_text + "\n"));
  CHECK_FALSE(parse_catalogue_file(decision_text + "# " + std::string(70'000, 'x') + "\n"));
  std::string themes = "[";
  for (int i = 100; i < 151; ++i) themes += (i == 100 ? "\"" : ", \"") + std::to_string(i) + "\"";
  CHECK_FALSE(parse_catalogue_file(changed(decision_text, "[\"santé\", \"énergie\"]", themes + "]")));
}

TEST_CASE("what a territory recommends names it, and is no decision of the region") {
  const auto text =
      changed(changed(decision_text, "\"accepted\"", "\"recommended\""), "slug = \"robot\"\n", "slug = \"robot\"\nterritory = \"lille\"\n");
  const auto file = parse_catalogue_file(text);
  REQUIRE(file);
  CHECK(encode(*file) == text);
  CHECK(file->territory == "lille");
  CHECK(file->lists());
  CHECK(file->audience() == Audience{Audience::Kind::territory, "lille"});
  const auto against = parse_catalogue_file(changed(text, "\"recommended\"", "\"advised-against\""));
  REQUIRE(against);
  CHECK_FALSE(against->lists());
  for (const char* const word : {"\"accepted\"", "\"declined\"", "\"retired\"", "\"advised_against\""})
    CHECK_FALSE(parse_catalogue_file(changed(text, "\"recommended\"", word)));
  CHECK_FALSE(parse_catalogue_file(changed(text, "\"lille\"", "\"Lille\"")));
}

TEST_CASE("the first version of a decision has no predecessor") {
  auto file = parse_catalogue_file(decision_text).value();
  file.version = 1;
  file.previous = {};
  CHECK(parse_catalogue_file(encode(file)));
  file.version = 2;
  CHECK_FALSE(parse_catalogue_file(encode(file)));
}

TEST_CASE("an adoption reads as it was written, and in no other form") {
  const auto adoption = parse_adoption(adoption_text);
  REQUIRE(adoption);
  CHECK(encode(*adoption) == adoption_text);
  CHECK(adoption->kit == KitId{"mdq-wazemmes", "robot"});
  CHECK(adoption->kit_version == 3);
  CHECK(adoption->note == "chaque mardi");
  CHECK(parse_adoption(changed(adoption_text, "note = \"chaque mardi\"\n", "")));
  const std::vector<std::pair<std::string, std::string>> changes = {
      {"format = 1", "format = 2"},
      {"mdq-wazemmes", "MDQ"},
      {"slug = \"robot\"", "slug = 1"},
      {"kit_version = 3", "kit_version = 0"},
      {"kit_version = 3\n", ""},
      {"tree = \"f8", "tree = \"F8"},
      {"chaque mardi", ""},
      {"chaque mardi", "a\\tb"},
      {"chaque mardi", std::string(501, 'x')},
      {"09:30:00Z", "09:30:00"},
      {"note = ", "more = 1\nnote = "},
  };
  for (const auto& [from, to] : changes) {
    INFO(from << " -> " << to);
    CHECK_FALSE(parse_adoption(changed(adoption_text, from, to)));
  }
  CHECK_FALSE(parse_adoption(adoption_text + "\n"));
}

}  // namespace catalogue_file_test

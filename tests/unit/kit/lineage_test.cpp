// Adaptations: what becomes of kit.toml, of licences, and which files are different.
#include "store/kit/lineage.hpp"

#include "store/kit/compare_files.hpp"
#include "store/kit/licence.hpp"
#include "store/kit/manifest.hpp"
#include "tests/support/catch.hpp"

namespace lineage_test {
using namespace essaimage;
using namespace essaimage::kit;

namespace {

const KitId parent{"wazemmes", "lampe"};

}  // namespace

TEST_CASE("an adaptation's kit.toml names its parent, loses the name of the other, and keeps all else") {
  const std::string text =
      "# Une lampe\n"
      "title = \"Lampe\" # à piles\n"
      "slug = \"lampe\"  # court\n"
      "themes = [\n  \"énergie\",\n]\n"
      "\n[[consent]]\nfile = \"a.jpg\"\nrole = \"none\"\nscope = \"region\"\n";
  const auto made = with_lineage(text, parent, 3, false);
  REQUIRE(made);
  CHECK(*made ==
        "adapted_from = \"wazemmes/lampe@3\"\n"
        "# Une lampe\n"
        "title = \"Lampe\" # à piles\n"
        "themes = [\n  \"énergie\",\n]\n"
        "\n[[consent]]\nfile = \"a.jpg\"\nrole = \"none\"\nscope = \"region\"\n");
  CHECK(parse_manifest(*made)->adapted_from == AdaptedFrom{parent, 3, ""});
  const auto again = with_lineage(*made, parent, 4, true);
  REQUIRE(again);
  CHECK(again->starts_with("adapted_from = \"wazemmes/lampe@4\"\n# Une lampe\n"));
  CHECK(with_lineage(text, parent, 4, true)->find("slug = \"lampe\"") != std::string::npos);
}

TEST_CASE("another parent is replaced where it stands, and a kit.toml that is none is refused") {
  CHECK(*with_lineage("title = \"x\"\nadapted_from = \"https://example.org/\"\nkind = \"method\"\n", parent, 1, false) ==
        "title = \"x\"\nadapted_from = \"wazemmes/lampe@1\"\nkind = \"method\"\n");
  CHECK(*with_lineage("title = \"x\"\nadapted_from = \"a/b\"", parent, 1, false) == "title = \"x\"\nadapted_from = \"wazemmes/lampe@1\"\n");
  CHECK(*with_lineage("\xEF\xBB\xBFtitle = \"x\"\n", parent, 1, false) ==
        "\xEF\xBB\xBF"
        "adapted_from = \"wazemmes/lampe@1\"\ntitle = \"x\"\n");
  CHECK_FALSE(with_lineage("title = ", parent, 1, false));
  CHECK_FALSE(with_lineage("kind = \"method\"\n", parent, 1, false));
  CHECK_FALSE(with_lineage(std::string(70'000, '#'), parent, 1, false));
}

TEST_CASE("a licence that forbids adaptations is known, unless it leaves a choice") {
  for (const char* const forbids : {"CC-BY-ND-4.0", "CC-BY-NC-ND-3.0", "CC-BY-SA-4.0 AND CC-BY-ND-4.0", "(CC-BY-ND-4.0 OR CC-BY-NC-ND-4.0)",
                                    "MIT AND (CC-BY-ND-4.0)", "CC-BY-ND-4.0 AND MIT OR CC-BY-NC-ND-4.0"}) {
    INFO(forbids);
    CHECK(forbids_adaptations(forbids));
  }
  for (const char* const allows :
       {"CC-BY-SA-4.0", "", "CC-BY-ND-4.0 OR MIT", "MIT OR CC-BY-ND-4.0 AND MIT", "ND", "CC-BY-ND-4.0 OR", "no licence"}) {
    INFO(allows);
    CHECK_FALSE(forbids_adaptations(allows));
  }
  CHECK(judge_licence("MIT OR CC-BY-ND-4.0 AND MIT") == LicenceVerdict::known);
}

TEST_CASE("files are compared by what they hold, and a new name of the same content is a rename") {
  using Change = FileChange::Kind;
  const auto result = compare_files({{"a", "1"}, {"b", "2"}, {"c", "3"}, {"d", "4"}, {"old", "5"}, {"x", "6"}},
                                    {{"a", "1"}, {"b", "9"}, {"c", "3", true}, {"new", "5"}, {"e", "7"}, {"y", "6"}, {"z", "6"}});
  CHECK(result.same == 1);
  CHECK(result.changes == std::vector<FileChange>{{Change::changed, "b", ""},
                                                  {Change::changed, "c", ""},
                                                  {Change::removed, "d", ""},
                                                  {Change::added, "e", ""},
                                                  {Change::renamed, "new", "old"},
                                                  {Change::renamed, "y", "x"},
                                                  {Change::added, "z", ""}});
  CHECK(compare_files({}, {}).changes.empty());
}

}  // namespace lineage_test

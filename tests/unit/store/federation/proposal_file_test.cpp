// The byte form of proposals.
#include "store/federation/proposal_file.hpp"
#include "tests/support/catch.hpp"

namespace proposal_file_test {
using namespace essaimage;
using namespace essaimage::store;

namespace {

const std::string text =
    "format = 1\n"
    "centre = \"mdq-wazemmes\"\n"
    "slug = \"robot\"\n"
    "kit_version = 3\n"
    "tree = \"f8240f6f9680b2330535f4141d133c23ba3f30b8\"\n"
    "to = \"region\"\n"
    "proposed = 2026-03-01T09:30:00Z\n"
    "note = \"essayé deux fois\"\n";

std::string changed(std::string_view from, std::string_view to) {
  auto other = text;
  const auto at = other.find(from);
  REQUIRE(at != std::string::npos);
  return other.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("a proposal reads as it was written, byte for byte") {
  const auto proposal = parse_proposal(text);
  REQUIRE(proposal);
  CHECK(encode(*proposal) == text);
  CHECK(proposal->kit == KitId{"mdq-wazemmes", "robot"});
  CHECK(proposal->kit_version == 3);
  CHECK(proposal->to == Proposal::To::region);
  CHECK(proposal->note == "essayé deux fois");
  CHECK(proposal_path(proposal->kit) == "proposals/robot.toml");
  CHECK(parse_proposal(changed("\"region\"", "\"territory\""))->to == Proposal::To::territory);
  CHECK(parse_proposal(changed("note = \"essayé deux fois\"\n", "")));
}

TEST_CASE("a proposal in any other form is refused") {
  const std::vector<std::pair<std::string, std::string>> changes = {
      {"format = 1", "format = 2"},
      {"mdq-wazemmes", "MDQ"},
      {"robot", "../robot"},
      {"kit_version = 3", "kit_version = 0"},
      {"kit_version = 3", "kit_version = 03"},
      {"tree = \"f8", "tree = \"F8"},
      {"\"region\"", "\"everybody\""},
      {"\"region\"", "\"territory:lille\""},
      {"to = \"region\"\n", ""},
      {"09:30:00Z", "09:30:00+01:00"},
      {"essayé deux fois", ""},
      {"essayé", "a\\nb"},
      {"essayé deux fois", std::string(501, 'x')},
      {"note = ", "more = 1\nnote = "},
  };
  for (const auto& [from, to] : changes) {
    INFO(from << " -> " << to);
    const auto proposal = parse_proposal(changed(from, to));
    REQUIRE_FALSE(proposal);
    CHECK(proposal.error().code == Errc::malformed);
  }
  CHECK_FALSE(parse_proposal(""));
  CHECK_FALSE(parse_proposal(text + "\n"));
  CHECK(parse_proposal(text + "# " + std::string(70'000, 'x') + "\n").error().code == Errc::too_large);
}

}  // namespace proposal_file_test

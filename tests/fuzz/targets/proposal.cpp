// proposals/<slug>.toml, by which any member may fill the index of all others; it has one byte form.

#include "store/federation/proposal_file.hpp"
#include "tests/fuzz/target.hpp"

namespace essaimage::fuzz::proposal_target {
namespace {

bool run(ByteView bytes) {
  const std::string_view text = text_of(bytes);
  const auto proposal = store::parse_proposal(text);
  if (!proposal) return false;
  ESSAIMAGE_ASSERT(encode(*proposal) == text);
  ESSAIMAGE_ASSERT(proposal->kit_version > 0 && is_slug(proposal->kit.centre) && is_slug(proposal->kit.slug));
  ESSAIMAGE_ASSERT(store::proposed_to(str(proposal->to)).value() == proposal->to);
  ESSAIMAGE_ASSERT(store::proposal_path(proposal->kit) == "proposals/" + proposal->kit.slug + ".toml");
  return true;
}

std::vector<Seed> seeds() {
  store::Proposal proposal;
  proposal.kit = {"mdq", "robot"};
  proposal.kit_version = 2;
  proposal.tree.bytes.fill(5);
  proposal.proposed = Timestamp{1'800'000'000};
  auto whole = proposal;
  whole.to = store::Proposal::To::region;
  whole.note = "les roues \"faciles\" \\ à monter";
  const auto text = encode(whole);
  auto other = text;
  other.replace(other.find("\"region\""), 8, "\"Region\"");
  return {seed("valid-territory", encode(proposal)),         seed("valid-region", text),
          seed("hostile-comment", text + "# x\n"),           seed("hostile-target", other),
          seed("hostile-twice", text + "to = \"region\"\n"), seed("hostile-deep", "to = [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]\n")};
}

const Registered registered{{"proposal", run, seeds}};

}  // namespace
}  // namespace essaimage::fuzz::proposal_target

// outcomes/…/<number>.toml, by which any member may fill the index of all others; it has one byte form.

#include "store/life/outcome_file.hpp"
#include "tests/fuzz/target.hpp"

namespace essaimage::fuzz::outcome_target {
namespace {

bool run(ByteView bytes) {
  const std::string_view text = text_of(bytes);
  // The name of a file is a peer's as well.
  const auto number = store::outcome_number(text);
  if (number != 0) ESSAIMAGE_ASSERT(std::to_string(number) + ".toml" == text);
  const auto outcome = store::parse_outcome(text);
  if (!outcome) return false;
  ESSAIMAGE_ASSERT(encode(*outcome) == text);
  ESSAIMAGE_ASSERT(check_facts(outcome->facts));
  ESSAIMAGE_ASSERT(outcome->number > 0 && is_slug(outcome->kit.centre) && is_slug(outcome->kit.slug));
  return true;
}

std::vector<Seed> seeds() {
  store::Outcome outcome;
  outcome.kit = {"mdq", "robot"};
  outcome.number = 12;
  outcome.kit_version = 2;
  outcome.tree.bytes.fill(5);
  outcome.reported = Timestamp{1'800'000'000};
  auto& facts = outcome.facts;
  facts.first_day = store::parse_day("2026-12-30").value();
  facts.last_day = store::parse_day("2027-01-02").value();
  facts.sessions = 4;
  facts.participants = {1, 0, 100'000, 3, 0, 7};
  facts.place = store::PlaceType::residence;
  facts.priority_neighbourhood = true;
  auto whole = outcome;
  whole.facts.worked = "les roues \"faciles\" \\ à monter";
  whole.facts.failed = "les piles";
  whole.facts.note = "suite en mai";
  const auto text = encode(whole);
  auto swapped = text;
  swapped.replace(swapped.find("sessions = 4"), 12, "sessions = 04");
  return {seed("valid-short", encode(outcome)),
          seed("valid-whole", text),
          seed("hostile-comment", text + "# x\n"),
          seed("hostile-form", swapped),
          seed("hostile-twice", text + "number = 12\n"),
          seed("hostile-deep", "a = [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]\n"),
          seed("hostile-name", "12.toml")};
}

const Registered registered{{"outcome", run, seeds}};

}  // namespace
}  // namespace essaimage::fuzz::outcome_target

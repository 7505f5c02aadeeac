#include "tools/ctl/words/catalogue_words.hpp"

#include <fmt/format.h>

#include <array>

#include "store/federation/catalogue_file.hpp"

namespace essaimage::ctl {

namespace {

struct Word {
  std::string_view code;
  Text text;
};

std::string word_of(std::string_view code, const auto& words, const Context& context) {
  for (const Word& word : words)
    if (word.code == code) return std::string(word.text.in(context.language));
  return std::string(code);
}

constexpr std::array decisions = {
    Word{"accepted", {"accepted", "retenu"}},
    Word{"declined", {"declined", "non retenu"}},
    Word{"retired", {"retired", "sorti du catalogue"}},
    Word{"recommended", {"recommended", "recommandé"}},
    Word{"advised-against", {"advised against", "déconseillé"}},
};
constexpr std::array waits_for_words = {
    Word{"nobody", {"", ""}},
    Word{"review", {"a review", "un examen"}},
    Word{"decision", {"the federation's decision", "la décision de la fédération"}},
    Word{"centre", {"its centre's node", "le nœud de son centre"}},
};

std::string because(const std::string& text, const Context& context) { return text.empty() ? text : context.say(": ", " : ") + text; }

}  // namespace

std::string decision_text(const Json& decision, const Context& context) {
  return word_of(text_at(decision, "decision"), decisions, context);
}

std::string reviewer_text(const Json& decision, const Context& context) {
  const auto reviewer = text_at(decision, "reviewer");
  return reviewer == store::CatalogueFile::reviewer_curators ? context.say("the curators", "les responsables du catalogue") : reviewer;
}

std::string version_text(const Json& json, const char* key, const Context& context) {
  return fmt::format(fmt::runtime(context.say("version {}", "version {}")), number_at(json, key));
}

std::string statement_text(const Json& statement, const Context& context) {
  auto text = fmt::format("{}, {} ({}), {}", decision_text(statement, context), version_text(statement, "kit_version", context),
                          human_time(text_at(statement, "decided"), context.language), reviewer_text(statement, context));
  text += because(text_at(statement, "reason"), context);
  for (const auto* const key : {"conditions"})
    if (const auto more = texts_at(statement, key); !more.empty()) text += context.say("; on condition: ", " ; à condition : ") + more;
  return text;
}

std::string proposal_text(const Json& proposal, const Context& context) {
  if (!proposal.is_object()) return {};
  const bool region = text_at(proposal, "to") == "region";
  auto text = fmt::format(fmt::runtime(region ? context.say("version {} for the region ({})", "version {} pour la région ({})")
                                              : context.say("version {} in its territory ({})", "version {} dans son territoire ({})")),
                          number_at(proposal, "kit_version"), human_time(text_at(proposal, "proposed"), context.language));
  return text + because(text_at(proposal, "note"), context);
}

std::string newer_text(const Json& statement, const Context& context) {
  if (!flag_at(statement, "newer")) return {};
  return fmt::format(fmt::runtime(context.say("version {} is newer than reviewed", "la version {} est plus récente que celle examinée")),
                     number_at(statement, "newest_version"));
}

std::string passed_on_text(const Json& passed, const Context& context) {
  if (!passed.is_object()) return {};
  return fmt::format(fmt::runtime(context.say("version {} to the region on {}, as proposed, when the federation had accepted it",
                                              "version {} pour la région le {}, comme proposé, une fois retenue par la fédération")),
                     number_at(passed, "kit_version"), human_time(text_at(passed, "time"), context.language));
}

std::string waits_text(const Json& entry, const Context& context) { return word_of(text_at(entry, "waits_for"), waits_for_words, context); }

}  // namespace essaimage::ctl

#include "tools/ctl/export/site_words.hpp"

#include <algorithm>
#include <array>

#include "proto/counted.hpp"

namespace essaimage::ctl::site {

namespace {

struct Word {
  std::string_view code;
  Text text;
};

constexpr std::array stages = {
    Word{"workshop", {"needs gathered in a workshop", "besoins recueillis en atelier"}},
    Word{"prototype", {"prototype", "prototype"}},
    Word{"field-tested", {"tested in the field", "essayé sur le terrain"}},
    Word{"metropolitan", {"in use in several centres of a territory", "essaimage métropolitain"}},
    Word{"regional", {"in use across the region", "essaimage régional"}},
};
constexpr std::array kinds = {Word{"prototype", {"prototype", "prototype"}}, Word{"method", {"method", "méthode"}}};
constexpr std::array durations = {
    Word{"short", {"up to 1 hour", "jusqu’à 1 heure"}},
    Word{"medium", {"1 to 2 hours", "de 1 à 2 heures"}},
    Word{"long", {"more than 2 hours", "plus de 2 heures"}},
};
constexpr std::array languages = {
    Word{"fr", {"French", "français"}}, Word{"en", {"English", "anglais"}},     Word{"nl", {"Dutch", "néerlandais"}},
    Word{"ar", {"Arabic", "arabe"}},    Word{"es", {"Spanish", "espagnol"}},    Word{"pt", {"Portuguese", "portugais"}},
    Word{"tr", {"Turkish", "turc"}},    Word{"uk", {"Ukrainian", "ukrainien"}}, Word{"ru", {"Russian", "russe"}},
    Word{"de", {"German", "allemand"}}, Word{"it", {"Italian", "italien"}},     Word{"pl", {"Polish", "polonais"}},
};
constexpr std::array lefts = {
    Word{"consent-missing", {"nothing says that people shown in it agree", "rien ne dit que les personnes montrées sont d’accord"}},
    Word{"consent-narrow",
         {"the people shown did not agree to a publication as wide as this",
          "les personnes montrées n’ont pas accepté une diffusion aussi large"}},
    Word{"consent-over", {"the agreement of the people shown has ended", "l’accord des personnes montrées est terminé"}},
    Word{"withdrawn", {"it was withdrawn", "il a été retiré"}},
    Word{"not-here", {"it was not on the computer that made this site", "il n’était pas sur l’ordinateur qui a fait ce site"}},
    Word{"not-asked", {"large files were left out of this copy", "les gros fichiers ne sont pas dans cette copie"}},
};
constexpr Noun people{{"person", "personne"}, {"people", "personnes"}};

template <class Words>
std::string word_of(const Words& words, std::string_view code, Language language) {
  const auto* const at = std::ranges::find(words, code, &Word::code);
  return std::string(at == words.end() ? code : at->text.in(language));
}

}  // namespace

std::string stage_words(const std::string& stage, Language language) { return word_of(stages, stage, language); }
std::string kind_words(const std::string& kind, Language language) { return word_of(kinds, kind, language); }
std::string left_words(const std::string& why, Language language) { return word_of(lefts, why, language); }
std::string duration_class_words(std::string_view code, Language language) { return word_of(durations, code, language); }

std::string language_words(const std::string& tag, Language language) {
  auto words = word_of(languages, tag.substr(0, tag.find('-')), language);
  return tag.find('-') == std::string::npos ? words : words + " (" + tag + ")";
}

std::string duration_words(std::uint64_t minutes) {
  if (minutes == 0) return {};
  const auto hours = minutes / 60, rest = minutes % 60;
  if (hours == 0) return std::to_string(rest) + " min";
  return std::to_string(hours) + " h" + (rest == 0 ? "" : (rest < 10 ? " 0" : " ") + std::to_string(rest));
}

std::string_view duration_class(std::uint64_t minutes) {
  constexpr std::uint64_t hour = 60;
  if (minutes == 0) return {};
  return minutes <= hour ? "short" : minutes <= 2 * hour ? "medium" : "long";
}

std::string group_words(const Json& document, Language language) {
  const auto least = number_at(document, "group_min"), most = number_at(document, "group_max");
  if (most == 0) return {};
  auto text = counted(most, people, language);
  return least == 0 || least == most ? text : std::to_string(least) + "–" + text;
}

}  // namespace essaimage::ctl::site

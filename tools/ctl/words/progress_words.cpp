#include "tools/ctl/words/progress_words.hpp"

#include <fmt/format.h>

#include "proto/counted.hpp"
#include "proto/meter.hpp"

namespace essaimage::ctl {

namespace {

struct WaitWords {
  std::string_view key;
  Text few;
  Text sentence;
};

constexpr std::array<WaitWords, 11> waits{{
    {"paused",
     {"paused", "en pause"},
     {"Media are paused on this node: they come after `essaimagectl resume`, or when the pause ends.",
      "Les médias sont en pause sur ce nœud : ils viendront après `essaimagectl resume`, ou à la fin de la pause."}},
    {"hours",
     {"not at this hour", "pas à cette heure"},
     {"Media do not move at this hour: they come at the hours of [traffic] in essaimage.toml.",
      "Les médias ne circulent pas à cette heure : ils viendront aux heures de [traffic] dans essaimage.toml."}},
    {"quota", {"no room", "pas de place"}, {}},
    {"disk", {"no room", "pas de place"}, {}},
    {"disk-fails",
     {"the disk fails", "disque en erreur"},
     {"The disk could not be written; `essaimagectl explain` says more.",
      "Le disque n'a pas pu être écrit ; `essaimagectl explain` en dit plus."}},
    {"no-peer",
     {"no peer", "aucun pair"},
     {"No peer is connected; `essaimagectl explain` says why.", "Aucun pair n'est connecté ; `essaimagectl explain` dit pourquoi."}},
    {"no-holder",
     {"nobody has it", "personne ne l'a"},
     {"No connected peer is known to hold what lacks; `essaimagectl peers` says who is away.",
      "Aucun pair connecté ne semble avoir ce qui manque ; `essaimagectl peers` dit qui est absent."}},
    {"refused",
     {"not served now", "pas servi"},
     {"Those who hold it serve no media now (they may be paused); this node goes on asking.",
      "Ceux qui l'ont ne servent pas de médias en ce moment (peut-être en pause) ; ce nœud continue de demander."}},
    {"asked", {"being asked for", "demandé"}, {}},
    {"checked", {"being checked", "vérification"}, {}},
    {"turn", {"waits its turn", "attend son tour"}, {}},
}};

const WaitWords* words_of(std::string_view key) {
  const auto* found = std::find_if(waits.begin(), waits.end(), [&](const auto& each) { return each.key == key; });
  return found == waits.end() ? nullptr : found;
}

}  // namespace

std::string short_wait(std::string_view key, Language language) {
  const auto* words = words_of(key);
  return words == nullptr ? std::string() : std::string(words->few.in(language));
}

std::string wait_sentence(std::string_view key, Language language) {
  const auto* words = words_of(key);
  return words == nullptr ? std::string() : typeset(words->sentence.in(language), language);
}

const Json& progress_of(const Json& entry) { return object_at(entry, "progress"); }

std::string share_text(const Json& progress) {
  const auto total = number_at(progress, "bytes_total"), here = std::min(number_at(progress, "bytes_here"), total);
  const auto share = total == 0 ? 0.0 : static_cast<double>(here) / static_cast<double>(total) * 100;
  return fmt::format("{} %", std::min(99, static_cast<int>(share)));
}

std::string wait_text(const Json& progress, Language language) {
  const auto& waits_for = object_at(progress, "waits");
  return printable(text_at(object_at(waits_for, "text"), language == Language::french ? "fr" : "en"));
}

std::string pace_text(const Json& progress, Language language) {
  const auto rate = number_at(progress, "bytes_per_second");
  std::string text;
  if (rate > 0) text += fmt::format(", {}/s", human_bytes(rate, language));
  const auto left = progress.find("remaining_ms");
  if (left != progress.end() && left->is_number_integer())
    text += fmt::format(fmt::runtime(language == Language::french ? ", encore {}" : ", {} left"),
                        human_duration(left->get<std::int64_t>(), language));
  return text;
}

std::string progress_cell(const Json& progress, Language language) {
  auto text = share_text(progress);
  const auto code = text_at(object_at(progress, "waits"), "code");
  if (!code.empty()) {
    const auto few = short_wait(code, language);
    return text += ", " + (few.empty() ? printable(code) : few);
  }
  const auto left = progress.find("remaining_ms");
  if (left == progress.end() || !left->is_number_integer()) return text;
  return text += fmt::format(fmt::runtime(language == Language::french ? ", encore {}" : ", {} left"),
                             human_duration(left->get<std::int64_t>(), language));
}

std::string progress_text(const Json& progress, const Context& context) {
  auto text =
      fmt::format(fmt::runtime(context.say("{} of {}", "{} sur {}")), human_bytes(number_at(progress, "bytes_here"), context.language),
                  human_bytes(number_at(progress, "bytes_total"), context.language));
  if (const auto wait = wait_text(progress, context.language); !wait.empty()) return text += context.say(": ", " : ") + wait;
  text += pace_text(progress, context.language);
  if (const auto from = texts_at(progress, "from"); !from.empty()) text += context.say(", from ", ", de ") + printable(from);
  return text;
}

}  // namespace essaimage::ctl

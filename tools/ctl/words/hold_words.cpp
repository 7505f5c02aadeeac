#include "tools/ctl/words/hold_words.hpp"

#include <fmt/format.h>

namespace essaimage::ctl {

std::string not_held_text(const Json& kit, const Context& context) {
  const auto bytes = human_bytes(number_at(object_at(kit, "not_held"), "bytes"), context.language);
  return bytes + context.say(" not held", " non gardés");
}

std::string reason_text(const Json& json, const char* key, const Context& context) {
  const auto& text = object_at(object_at(json, key), "text");
  return printable(text_at(text, context.language == Language::french ? "fr" : "en"));
}

std::string choice_text(const Json& kit, const Context& context) {
  const auto choice = text_at(kit, "choice");
  if (choice == "pinned") return context.say("pinned: held, with its new versions", "épinglé : gardé, avec ses nouvelles versions");
  if (choice == "fetched")
    return fmt::format(fmt::runtime(context.say("fetched: version {} is held", "récupéré : la version {} est gardée")),
                       number_at(kit, "choice_version"));
  if (choice == "dropped") return context.say("dropped: not held", "retiré : pas gardé");
  return {};
}

}  // namespace essaimage::ctl

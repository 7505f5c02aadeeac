#include "proto/language.hpp"

#include <cstdlib>

namespace essaimage {

std::optional<Language> language_from(std::string_view tag) {
  const auto name = tag.substr(0, tag.find_first_of("_-.@"));
  if (name == "fr") return Language::french;
  if (name == "en" || name == "C" || name == "POSIX") return Language::english;
  return std::nullopt;
}

Language language_of_environment() {
  for (const auto* variable : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    if (const auto* value = std::getenv(variable); value != nullptr && *value != '\0')
      return language_from(value).value_or(Language::english);
  }
  return Language::english;
}

}  // namespace essaimage

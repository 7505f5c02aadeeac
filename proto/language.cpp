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
  const auto value_of = [](const char* variable) {
    const auto* value = std::getenv(variable);
    return std::string_view(value == nullptr ? "" : value);
  };
  std::string_view locale;
  for (const auto* variable : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    locale = value_of(variable);
    if (!locale.empty()) break;
  }
  // As gettext does: a list by preference, which counts unless the locale is C.
  std::string_view list = value_of("LANGUAGE");
  const bool is_c = locale.empty() || locale == "C" || locale.starts_with("C.") || locale == "POSIX";
  while (!is_c && !list.empty()) {
    const auto end = list.find(':');
    if (const auto language = language_from(list.substr(0, end))) return *language;
    list = end == std::string_view::npos ? std::string_view() : list.substr(end + 1);
  }
  return language_from(locale).value_or(Language::english);
}

}  // namespace essaimage

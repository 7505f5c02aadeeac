#pragma once
// The two languages of the interface, and texts that carry both side by side. No catalogue files:
// what is said stands where it is said, so that neither language can be forgotten.

#include <optional>
#include <string_view>

#include "proto/error.hpp"

namespace essaimage {

/// One text in both languages. Lives as long as the literals it is made of.
struct Text {
  std::string_view en;
  std::string_view fr;
  constexpr std::string_view in(Language language) const { return language == Language::french ? fr : en; }
};

/// "fr", "en", or a locale such as "fr_FR.UTF-8"; nothing for any other.
std::optional<Language> language_from(std::string_view tag);

/// By POSIX: the first of LC_ALL, LC_MESSAGES, LANG that is set and not empty; English unless it is
/// French.
Language language_of_environment();

}  // namespace essaimage

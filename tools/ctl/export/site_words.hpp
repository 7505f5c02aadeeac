#pragma once
// How the site says what a kit's document has in codes and numbers. Pure functions, any thread.

#include <string>

#include "tools/ctl/client.hpp"

namespace essaimage::ctl::site {

std::string stage_words(const std::string& stage, Language language);
std::string kind_words(const std::string& kind, Language language);
/// "1 h 30", "45 min"; empty for 0.
std::string duration_words(std::uint64_t minutes);
/// "short", "medium", "long": up to an hour, up to two, more; empty if it is not said.
std::string_view duration_class(std::uint64_t minutes);
std::string duration_class_words(std::string_view duration_class, Language language);
/// "6–12 people", "8 people"; empty if it is not said.
std::string group_words(const Json& document, Language language);
/// "français", "anglais" of a usual tag, else the tag.
std::string language_words(const std::string& tag, Language language);
/// Why a file is not in the site.
std::string left_words(const std::string& why, Language language);

}  // namespace essaimage::ctl::site

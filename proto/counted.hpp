#pragma once
// How people write counts and sentences in each language: plural forms, groups of digits, and the blanks of French
// punctuation. Pure functions, any thread.

#include <string>

#include "proto/language.hpp"

namespace essaimage {

/// What is counted, as one and as many.
struct Noun {
  Text one, many;
};

inline constexpr Noun media_files{{"media file", "média"}, {"media files", "médias"}};
inline constexpr Noun files_counted{{"file", "fichier"}, {"files", "fichiers"}};
inline constexpr Noun kits_counted{{"kit", "kit"}, {"kits", "kits"}};
inline constexpr Noun peers_counted{{"peer", "pair"}, {"peers", "pairs"}};
inline constexpr Noun members_counted{{"member", "membre"}, {"members", "membres"}};

/// French counts nothing as one, English as many.
bool is_one(std::uint64_t number, Language language);
/// What follows a count in a sentence: `one` or `many`.
std::string_view by_number(std::uint64_t number, const Noun& words, Language language);
std::string grouped(std::uint64_t number, Language language);                    ///< "12,345", "12 345"
std::string counted(std::uint64_t number, const Noun& noun, Language language);  ///< "1 media file", "3 médias"

/// The blank before ":", ";", "!", "?" and "»", and after "«", does not break. English, which has no such blanks, stays as
/// it is.
std::string typeset(std::string_view text, Language language);

}  // namespace essaimage

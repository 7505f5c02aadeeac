#include "store/kit/personal_data.hpp"

#include <algorithm>
#include <array>

#include "proto/text.hpp"

namespace essaimage::kit {
namespace {

constexpr std::size_t passages_max = 8;
constexpr std::size_t phone_digits_min = 9;
constexpr std::size_t phone_digits_max = 15;

/// Usual ones in France, folded to ASCII; of a double name the first half counts.
constexpr std::array<std::string_view, 144> given_names = {
    "abdel",     "abdelkader", "adam",       "adele",    "adrien",    "agnes",    "ahmed",    "aicha",      "alain",     "albert",
    "alex",      "alexandre",  "alexis",     "ali",      "alice",     "aline",    "amandine", "amelie",     "amina",     "amine",
    "andre",     "anna",       "anne",       "annick",   "annie",     "anthony",  "antoine",  "arnaud",     "arthur",    "audrey",
    "aurelie",   "ayoub",      "baptiste",   "beatrice", "benjamin",  "benoit",   "bernard",  "bilal",      "brahim",    "brigitte",
    "bruno",     "camille",    "carole",     "caroline", "catherine", "cecile",   "celine",   "chantal",    "charlotte", "christelle",
    "christian", "christine",  "christophe", "claire",   "clara",     "claude",   "claudine", "clement",    "cyril",     "damien",
    "daniel",    "danielle",   "david",      "delphine", "denis",     "denise",   "didier",   "dominique",  "elise",     "elodie",
    "emilie",    "emma",       "emmanuel",   "eric",     "estelle",   "evelyne",  "fabien",   "farid",      "fatima",    "fatiha",
    "fatou",     "florence",   "francis",    "francois", "francoise", "frederic", "gerard",   "gilles",     "guillaume", "guy",
    "hassan",    "helene",     "herve",      "hugo",     "ibrahim",   "ines",     "isabelle", "jacqueline", "jacques",   "jean",
    "jeanne",    "jerome",     "josette",    "julie",    "julien",    "kader",    "karim",    "karima",     "kevin",     "khadija",
    "laura",     "laurent",    "lea",        "leila",    "lucas",     "lucie",    "malika",   "manon",      "marc",      "marie",
    "marine",    "martine",    "mathieu",    "maxime",   "michel",    "mohamed",  "monique",  "mustapha",   "nadia",     "nathalie",
    "nicolas",   "nicole",     "nora",       "olivier",  "pascal",    "patrick",  "philippe", "pierre",     "rachid",    "samira",
    "sophie",    "thomas",     "youssef",    "yasmine"};

constexpr std::array<std::string_view, 12> titles = {"m",  "mr", "mme",      "mlle",   "mmes",         "mm",
                                                     "dr", "pr", "monsieur", "madame", "mademoiselle", "mrs"};

/// Of a person's name these say that it is a place's: "rue Jean Jaurès", "espace Simone Veil".
constexpr std::array<std::string_view, 16> places = {"rue",  "avenue", "boulevard", "place",       "square", "allee",
                                                     "quai", "espace", "salle",     "college",     "lycee",  "ecole",
                                                     "parc", "maison", "centre",    "bibliotheque"};

struct Word {
  std::size_t begin = 0, end = 0;
  std::string plain;          ///< folded to ASCII
  bool is_name_like = false;  ///< one capital first, small letters behind it; or capitals alone, as family names are often written
};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80 || c == '-'; }

bool contains(const auto& list, std::string_view word) { return std::ranges::find(list, word) != list.end(); }

bool begins_with_capital(std::string_view word) {
  const auto points = code_points(word);
  if (points.size() < 2) return false;
  const auto lower = fold_name(to_utf8(points.substr(0, 1)));
  const bool capital = lower != to_utf8(points.substr(0, 1));
  const auto rest = to_utf8(points.substr(1));
  const auto first = rest.substr(0, rest.find('-'));
  if (!capital || fold_name(first) == first) return capital;
  return std::ranges::all_of(points, [](char32_t point) {
    const auto letter = to_utf8(std::u32string(1, point));
    return point == U'-' || fold_name(letter) != letter;
  });
}

std::vector<Word> places_of_words(std::string_view text) {
  std::vector<Word> words;
  for (std::size_t at = 0; at < text.size();) {
    if (!is_letter(text[at])) {
      ++at;
      continue;
    }
    Word word{at, at, {}, false};
    while (word.end < text.size() && is_letter(text[word.end])) ++word.end;
    const auto raw = text.substr(word.begin, word.end - word.begin);
    word.plain = fold_to_ascii(raw);
    word.is_name_like = begins_with_capital(raw);
    at = word.end;
    words.push_back(std::move(word));
  }
  return words;
}

/// Only blanks and the dot of an abbreviation between them.
bool adjacent(std::string_view text, const Word& first, const Word& second) {
  return text.substr(first.end, second.begin - first.end).find_first_not_of(". ") == std::string_view::npos;
}

bool is_given_name(const Word& word) {
  return word.is_name_like && contains(given_names, std::string_view(word.plain).substr(0, word.plain.find('-')));
}

void find_names(std::string_view text, std::vector<std::string>& found) {
  const auto words = places_of_words(text);
  for (std::size_t i = 0; i < words.size() && found.size() < passages_max; ++i) {
    const bool followed = i + 1 < words.size() && words[i + 1].is_name_like && adjacent(text, words[i], words[i + 1]);
    const bool titled = followed && contains(titles, words[i].plain);
    const bool of_a_place = i > 0 && contains(places, words[i - 1].plain) && adjacent(text, words[i - 1], words[i]);
    if (!titled && (!is_given_name(words[i]) || of_a_place)) continue;
    const auto end = followed ? words[i + 1].end : words[i].end;
    found.emplace_back(text.substr(words[i].begin, end - words[i].begin));
    if (followed) ++i;
  }
}

void find_addresses(std::string_view text, std::vector<std::string>& found) {
  const auto part = [](char c) { return c > ' ' && c != '@' && c != ',' && c != ';' && c != '<' && c != '>' && c != '(' && c != ')'; };
  for (auto at = text.find('@'); at != std::string_view::npos && found.size() < passages_max; at = text.find('@', at + 1)) {
    auto begin = at, end = at + 1;
    while (begin > 0 && part(text[begin - 1])) --begin;
    while (end < text.size() && part(text[end])) ++end;
    if (begin < at && text.substr(at, end - at).find('.') != std::string_view::npos) found.emplace_back(text.substr(begin, end - begin));
  }
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// "2026-03-01"
bool is_date(std::string_view text) {
  if (text.size() < 10 || text[4] != '-' || text[7] != '-') return false;
  for (const std::size_t at : {0U, 1U, 2U, 3U, 5U, 6U, 8U, 9U})
    if (!is_digit(text[at])) return false;
  return true;
}

/// As long as it was: blanks that do not break (U+00A0, U+202F) are ordinary ones, and dates are none of the numbers.
std::string plain_blanks(std::string_view given) {
  std::string text(given);
  for (const std::string_view blank : {"\xC2\xA0", "\xE2\x80\xAF"}) {
    for (auto at = text.find(blank); at != std::string::npos; at = text.find(blank, at)) text.replace(at, blank.size(), blank.size(), ' ');
  }
  for (std::size_t at = 4; at + 6 <= text.size(); ++at) {
    if (is_date(std::string_view(text).substr(at - 4))) text.replace(at - 4, 10, 10, 'd');
  }
  return text;
}

/// Nine digits or more with no more than blanks, dots, hyphens, slashes and parentheses between them: no count of people has as many.
void find_phones(std::string_view given, std::vector<std::string>& found) {
  const std::string text = plain_blanks(given);
  const auto digit = is_digit;
  for (std::size_t at = 0; at < text.size() && found.size() < passages_max;) {
    if (!digit(text[at]) && text[at] != '+') {
      ++at;
      continue;
    }
    std::size_t end = at + 1, last = at + 1, digits = digit(text[at]) ? 1 : 0;
    for (; end < text.size() && (digit(text[end]) || std::string_view(" .-/()").find(text[end]) != std::string_view::npos); ++end) {
      if (!digit(text[end])) continue;
      ++digits;
      last = end + 1;
    }
    if (digits >= phone_digits_min && digits <= phone_digits_max) found.emplace_back(given.substr(at, last - at));
    at = end;
  }
}

}  // namespace

std::vector<std::string> personal_data(std::string_view text) {
  std::vector<std::string> found;
  find_addresses(text, found);
  find_phones(text, found);
  find_names(text, found);
  std::ranges::sort(found, {}, [&](const std::string& passage) { return text.find(passage); });
  if (found.size() > passages_max) found.resize(passages_max);
  return found;
}

Status names_nobody(std::string_view text, std::string_view what, bool anyway) {
  const auto found = anyway ? std::vector<std::string>() : personal_data(text);
  if (found.empty()) return {};
  std::string detail(what);
  for (const auto& each : found) detail += (&each == &found.front() ? ": \"" : ", \"") + each + "\"";
  return fail(Errc::outcome_personal, detail);
}

}  // namespace essaimage::kit

#include "store/kit/manifest_values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "proto/text.hpp"
#include "store/kit/entry.hpp"

namespace essaimage::kit {
namespace {

constexpr std::uint32_t minutes_max = 24 * 60;
constexpr std::uint32_t group_max = 1000;
constexpr std::size_t url_bytes_max = 500;

constexpr std::array<std::string_view, 18> known_keys = {"kind",         "title",    "summary",      "languages",  "stage",     "themes",
                                                         "participants", "duration", "sessions",     "group_size", "equipment", "licence",
                                                         "authors",      "contact",  "adapted_from", "slug",       "consent",   "format"};

struct Synonym {
  std::string_view key;
  std::string_view meant;
};
constexpr std::array<Synonym, 21> synonyms = {
    {{"titre", "title"},         {"name", "title"},        {"nom", "title"},      {"resume", "summary"},       {"description", "summary"},
     {"langues", "languages"},   {"langue", "languages"},  {"type", "kind"},      {"genre", "kind"},           {"license", "licence"},
     {"auteurs", "authors"},     {"auteur", "authors"},    {"duree", "duration"}, {"materiel", "equipment"},   {"material", "equipment"},
     {"public", "participants"}, {"groupe", "group_size"}, {"etape", "stage"},    {"consentement", "consent"}, {"seances", "sessions"},
     {"tags", "themes"}}};

/// Takes a number from the front.
std::optional<std::uint32_t> take_number(std::string_view& text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end - text.data() > 5) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

void skip_blanks(std::string_view& text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
}

bool take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

/// How many letters were added, left out or changed, or neighbours exchanged.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::optional<std::uint32_t> parse_duration(std::string_view text) {
  const auto first = take_number(text);
  if (!first) return std::nullopt;
  skip_blanks(text);
  std::uint32_t minutes = *first;
  if (take(text, "h")) {
    minutes = *first * 60;
    skip_blanks(text);
    if (!text.empty()) {
      const auto rest = take_number(text);
      if (!rest || *rest > 59) return std::nullopt;
      minutes += *rest;
      skip_blanks(text);
      take(text, "min");
    }
  } else if (!take(text, "min")) {
    return std::nullopt;
  }
  if (!text.empty() || minutes == 0 || minutes > minutes_max) return std::nullopt;
  return minutes;
}

std::optional<GroupSize> parse_group_size(std::string_view text) {
  const auto low = take_number(text);
  if (!low) return std::nullopt;
  GroupSize size{*low, *low};
  skip_blanks(text);
  if (!text.empty()) {
    if (!take(text, "-") && !take(text, "–") && !take(text, "à") && !take(text, "to")) return std::nullopt;
    skip_blanks(text);
    const auto high = take_number(text);
    if (!high || !text.empty()) return std::nullopt;
    size.max = *high;
  }
  if (size.min < 1 || size.max < size.min || size.max > group_max) return std::nullopt;
  return size;
}

bool is_language_tag(std::string_view text) {
  if (text.size() > 35) return false;
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto first = text.substr(0, text.find('-'));
  if (first.size() < 2 || first.size() > 3) return false;
  if (!std::all_of(first.begin(), first.end(), [](char c) { return c >= 'a' && c <= 'z'; })) return false;
  text.remove_prefix(first.size());
  while (!text.empty()) {
    text.remove_prefix(1);
    const auto part = text.substr(0, text.find('-'));
    if (part.empty() || part.size() > 8) return false;
    if (!std::all_of(part.begin(), part.end(), [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); })) return false;
    text.remove_prefix(part.size());
  }
  return true;
}

std::optional<AdaptedFrom> parse_adapted_from(std::string_view text) {
  AdaptedFrom from;
  if (text.starts_with("https://") || text.starts_with("http://")) {
    const bool plain = std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F && c != '"' && c != '<'; });
    if (!plain || text.size() > url_bytes_max || text.ends_with("//")) return std::nullopt;
    from.url = text;
    return from;
  }
  const auto at = text.find('@');
  auto id = KitId::parse(text.substr(0, at));
  if (!id) return std::nullopt;
  from.kit = std::move(*id);
  if (at != std::string_view::npos) {
    text.remove_prefix(at + 1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), from.version);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    if (from.version < 1 || from.version > entry_version_max) return std::nullopt;
  }
  return from;
}

bool is_known_key(std::string_view key) { return std::find(known_keys.begin(), known_keys.end(), key) != known_keys.end(); }

std::string_view nearest_key(std::string_view key) {
  if (key.empty() || key.size() > 40) return {};
  const auto plain = fold_to_ascii(key);
  for (const auto& synonym : synonyms) {
    if (synonym.key == plain) return synonym.meant;
  }
  std::string_view best;
  std::size_t best_distance = 3;
  for (const auto known : known_keys) {
    const auto d = distance(plain, known);
    if (d < best_distance && d * 3 <= known.size()) {
      best = known;
      best_distance = d;
    }
  }
  return best;
}

}  // namespace essaimage::kit

#include "proto/detail.hpp"

#include <optional>
#include <vector>

#include "proto/counted.hpp"
#include "proto/day.hpp"

namespace essaimage {
namespace {

struct Line {
  std::string_view en, fr;
};

constexpr Line lines[] = {
#define ESSAIMAGE_DETAIL(en, fr) {en, fr},
#include "proto/details.def"
#undef ESSAIMAGE_DETAIL
};

constexpr std::string_view hole = "{}";
/// In French alone: the same, of a day that nobody has to type again.
constexpr std::string_view day_hole = "{d}";

/// What stands in the holes of a line's English, if the part is of that form; none is empty.
std::optional<std::vector<std::string_view>> holes_of(std::string_view pattern, std::string_view part) {
  std::vector<std::string_view> held;
  auto at = pattern.find(hole);
  if (!part.starts_with(pattern.substr(0, at))) return std::nullopt;
  if (at == std::string_view::npos) return part.size() == pattern.size() ? std::optional(held) : std::nullopt;
  part.remove_prefix(at);
  for (;;) {
    pattern.remove_prefix(at + hole.size());
    at = pattern.find(hole);
    const auto words = pattern.substr(0, at);
    const bool last = at == std::string_view::npos;
    if (part.empty() || (last && !part.ends_with(words))) return std::nullopt;
    const auto end = last ? part.size() - words.size() : part.find(words, 1);
    if (end == std::string_view::npos || end == 0) return std::nullopt;
    held.push_back(part.substr(0, end));
    if (last) return held;
    part.remove_prefix(end + words.size());
  }
}

std::string filled(std::string_view pattern, const std::vector<std::string_view>& held) {
  std::string text;
  std::size_t next = 0;
  while (!pattern.empty()) {
    if (pattern.starts_with(day_hole)) {
      if (next < held.size()) text += shown_day(held[next], Language::french);
      ++next;
      pattern.remove_prefix(day_hole.size());
      continue;
    }
    const bool numbered = pattern.size() > 2 && pattern[0] == '{' && pattern[2] == '}' && pattern[1] >= '0' && pattern[1] <= '9';
    if (numbered || pattern.starts_with(hole)) {
      const auto index = numbered ? static_cast<std::size_t>(pattern[1] - '0') : next++;
      if (index < held.size()) text += held[index];
      pattern.remove_prefix(numbered ? 3 : 2);
      continue;
    }
    text += pattern.front();
    pattern.remove_prefix(1);
  }
  return text;
}

std::size_t words_of(std::string_view pattern) {
  std::size_t size = pattern.size();
  for (auto at = pattern.find(hole); at != std::string_view::npos; at = pattern.find(hole, at + 1)) size -= hole.size();
  return size;
}

/// Nothing: the part has no words of ours.
std::optional<std::string> french(std::string_view part) {
  const Line* best = nullptr;
  std::vector<std::string_view> held;
  for (const auto& line : lines) {
    if (best != nullptr && words_of(line.en) <= words_of(best->en)) continue;
    if (auto fits = holes_of(line.en, part)) {
      best = &line;
      held = std::move(*fits);
    }
  }
  if (best == nullptr) return std::nullopt;
  return filled(typeset(best->fr, Language::french), held);
}

/// "2026-03-01T09:30:00Z" as "1er mars 2026 09:30 UTC", wherever it stands: nobody types or names anything so.
std::string with_moments_said(std::string_view part) {
  constexpr std::size_t size = std::string_view("2026-03-01T09:30:00Z").size(), day_size = 10, clock_size = 5;
  std::string text;
  while (!part.empty()) {
    if (parse_utc(part.substr(0, size))) {
      text += shown_day(part.substr(0, day_size), Language::french) + ' ';
      text += part.substr(day_size + 1, clock_size);
      text += " UTC";
      part.remove_prefix(size);
    } else {
      text += part.front();
      part.remove_prefix(1);
    }
  }
  return text;
}

/// What comes before a colon of ours, even where nothing is said in words: an option, a line of a file, a short name, a kit, a quote.
bool is_named(std::string_view part) {
  if (part.ends_with('"')) return true;
  if (part.find(' ') != std::string_view::npos) return false;
  const bool slug = !part.empty() && part.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
  const auto colon = part.rfind(':');
  const bool line = colon != std::string_view::npos && colon + 1 < part.size() &&
                    part.find_first_not_of("0123456789", colon + 1) == std::string_view::npos;
  return line || slug || part.starts_with("--") || part.find('/') != std::string_view::npos;
}

}  // namespace

std::string detail_in(std::string_view detail, Language language) {
  if (language == Language::english) return std::string(detail);
  std::string text;
  bool owed = false;  // French punctuation, after what was said last
  while (!detail.empty()) {
    const auto end = std::min(detail.find(": "), detail.find("; "));
    const auto part = detail.substr(0, end);
    const auto words = french(part);
    const auto said = with_moments_said(words ? std::string_view(*words) : part);
    const bool ours = words.has_value() || said != part;
    // What we say in French has French punctuation around it; what stands there as it was typed stays so.
    if ((ours || owed) && (text.ends_with(": ") || text.ends_with("; "))) text.insert(text.size() - 2, "\u00A0");
    text += said;
    if (end == std::string_view::npos) break;
    text += detail.substr(end, 2);
    owed = (ours || is_named(part)) && !part.ends_with(' ') && !part.ends_with("\u00A0");
    detail.remove_prefix(end + 2);
  }
  return text;
}

}  // namespace essaimage

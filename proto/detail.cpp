#include "proto/detail.hpp"

#include <optional>
#include <vector>

#include "proto/counted.hpp"

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

}  // namespace

std::string detail_in(std::string_view detail, Language language) {
  if (language == Language::english) return std::string(detail);
  std::string text;
  while (!detail.empty()) {
    const auto colon = detail.find(": "), semicolon = detail.find("; ");
    const auto end = std::min(colon, semicolon);
    const auto said = french(detail.substr(0, end));
    // What we say in French has French punctuation before it; what stands there as it was typed stays so.
    if (said && (text.ends_with(": ") || text.ends_with("; "))) text.insert(text.size() - 2, "\u00A0");
    text += said ? *said : std::string(detail.substr(0, end));
    if (end == std::string_view::npos) break;
    text += detail.substr(end, 2);
    detail.remove_prefix(end + 2);
  }
  return text;
}

}  // namespace essaimage

#include "store/search/passage.hpp"

#include <algorithm>

namespace essaimage::store {
namespace {

constexpr std::size_t words_before = 6, words_after = 14;

void append(std::vector<Piece>& pieces, std::string_view text, bool hit) {
  if (text.empty()) return;
  if (pieces.empty() || pieces.back().hit != hit) pieces.push_back({{}, hit});
  std::string& line = pieces.back().text;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (!blank) line += c;
    else if (line.empty() || line.back() != ' ') line += ' ';
  }
}

}  // namespace

Marker::Marker(std::string_view match) {
  for (auto at = match.find('"'); at != std::string_view::npos; at = match.find('"', at)) {
    const auto end = match.find('"', at + 1);
    if (end == std::string_view::npos) return;
    const auto word = match.substr(at + 1, end - at - 1);
    if (match.substr(end + 1).starts_with(" *")) beginnings_.push_back(fold_word(word));
    else
      for (const auto& form : stems_.forms(word)) forms_.push_back(form);
    at = end + 1;
  }
  std::ranges::sort(forms_);
}

bool Marker::is_hit(std::string_view word) {
  const auto& forms = stems_.forms(word);
  return std::ranges::any_of(forms, [&](const auto& form) { return std::ranges::binary_search(forms_, form); }) ||
         std::ranges::any_of(beginnings_, [&](const auto& beginning) { return forms.front().starts_with(beginning); });
}

std::vector<Piece> Marker::pieces(std::string_view text, std::size_t from, std::size_t to) {
  std::vector<Piece> list;
  struct Run {
    std::size_t begin, end;
    bool hit;
  };
  std::vector<Run> runs;
  Word word;
  for (WordReader reader(text.substr(0, to), from); reader.next(word);) {
    runs.push_back({word.begin, word.end, is_hit(word.text)});
    if (reader.joined().empty() || !is_hit(reader.joined())) continue;
    // What stands between them belongs to the word that was searched for.
    while (!runs.empty() && runs.back().begin >= reader.joined_begin()) runs.pop_back();
    runs.push_back({reader.joined_begin(), word.end, true});
  }
  std::size_t at = from;
  for (const auto& run : runs) {
    append(list, text.substr(at, run.begin - at), false);
    append(list, text.substr(run.begin, run.end - run.begin), run.hit);
    at = run.end;
  }
  append(list, text.substr(at, to - at), false);
  return list;
}

std::vector<Piece> Marker::all(std::string_view text) { return pieces(text, 0, text.size()); }

std::vector<Piece> Marker::passage(std::string_view text) {
  std::vector<std::size_t> begins;  ///< of the words before
  Word word;
  for (WordReader reader(text);;) {
    if (!reader.next(word)) return {};
    begins.push_back(word.begin);
    if (is_hit(word.text)) break;
    if (reader.joined().empty() || !is_hit(reader.joined())) continue;
    while (begins.size() > 1 && begins.back() > reader.joined_begin()) begins.pop_back();
    break;
  }
  const std::size_t first = begins.size() > words_before ? begins.size() - 1 - words_before : 0;
  const std::size_t from = first == 0 ? 0 : begins[first];
  std::size_t to = word.end, after = 0;
  while (after < words_after && next_word(text, to, word)) {
    to = word.end;
    ++after;
  }
  const bool cut = after == words_after && next_word(text, to, word);
  auto list = pieces(text, from, cut ? to : text.size());
  if (from > 0) {
    if (list.front().hit) list.insert(list.begin(), Piece{"…", false});
    else list.front().text = "…" + list.front().text;
  }
  if (cut) append(list, "…", false);
  return list;
}

}  // namespace essaimage::store

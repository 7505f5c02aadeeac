#include "store/search/query.hpp"

#include <algorithm>

#include "proto/limits.hpp"
#include "store/search/words.hpp"

namespace essaimage::store {
namespace {

/// Shorter beginnings mean too many words.
constexpr std::size_t beginning_bytes_min = 2;

std::string quoted(const std::string& word) { return "\"" + word + "\""; }

std::string joined(const std::vector<std::string>& terms, std::string_view by) {
  std::string text;
  for (const auto& term : terms) text += (text.empty() ? std::string() : " " + std::string(by) + " ") + term;
  return text;
}

struct Each {
  std::string folded, word;
  bool little = false;
  std::vector<std::string> pieces = {};  ///< quoted: of which it is made, where they are words as well
};

/// What is also written as one word is one word here, whichever way it was typed.
std::vector<Each> typed_each(std::string_view text) {
  std::vector<Each> all;
  std::vector<std::size_t> begins;
  Word word;
  for (WordReader reader(text); reader.next(word);) {
    auto folded = fold_word(word.text);
    const bool little = is_little_word(folded);
    all.push_back({std::move(folded), std::string(word.text), little});
    begins.push_back(word.begin);
    if (reader.joined().empty()) continue;
    Each whole{fold_word(reader.joined()), std::string(reader.joined()), false};
    for (; !begins.empty() && begins.back() >= reader.joined_begin(); begins.pop_back(), all.pop_back()) {
      const std::string& part = all.back().word;
      if (!reader.is_abbreviation()) whole.pieces.insert(whole.pieces.begin(), quoted(part));
    }
    all.push_back(std::move(whole));
    begins.push_back(reader.joined_begin());
  }
  return all;
}

}  // namespace

Result<Typed> typed_words(std::string_view text) {
  if (text.size() > limits::search_bytes_max) return fail(Errc::too_large, std::to_string(limits::search_bytes_max) + " bytes");
  const auto all = typed_each(text);
  if (all.size() > limits::search_words_max) return fail(Errc::too_large, std::to_string(limits::search_words_max) + " words");
  const bool only_little = std::ranges::all_of(all, &Each::little);
  Typed typed;
  std::vector<std::string> terms;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& each = all[i];
    const bool known = std::ranges::find(typed.words, each.folded) != typed.words.end();
    if (known || (each.little && !only_little)) continue;
    typed.words.push_back(each.folded);
    const bool may_go_on = i + 1 == all.size() && each.folded.size() >= beginning_bytes_min;
    auto term = may_go_on ? "(" + quoted(each.word) + " OR " + quoted(each.word) + " *)" : quoted(each.word);
    if (!each.pieces.empty()) term = "(" + term + " OR (" + joined(each.pieces, "AND") + "))";
    terms.push_back(std::move(term));
  }
  typed.all = joined(terms, "AND");
  typed.any = joined(terms, "OR");
  return typed;
}

}  // namespace essaimage::store

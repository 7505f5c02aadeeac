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

}  // namespace

Result<Typed> typed_words(std::string_view text) {
  if (text.size() > limits::search_bytes_max) return fail(Errc::too_large, std::to_string(limits::search_bytes_max) + " bytes");
  struct Each {
    std::string folded, word;
    bool little = false;
  };
  std::vector<Each> all;
  Word word;
  for (std::size_t at = 0; next_word(text, at, word); at = word.end) {
    auto folded = fold_word(word.text);
    const bool little = is_little_word(folded);
    all.push_back({std::move(folded), std::string(word.text), little});
  }
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
    terms.push_back(may_go_on ? "(" + quoted(each.word) + " OR " + quoted(each.word) + " *)" : quoted(each.word));
  }
  typed.all = joined(terms, "AND");
  typed.any = joined(terms, "OR");
  return typed;
}

}  // namespace essaimage::store

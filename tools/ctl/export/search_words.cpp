#include "tools/ctl/export/search_words.hpp"

#include <set>

#include "proto/text.hpp"
#include "tools/ctl/export/escape.hpp"

namespace essaimage::ctl::site {

namespace {

constexpr std::size_t plural_bytes_min = 4;

}  // namespace

std::string singular(std::string_view word) {
  if (word.size() < plural_bytes_min) return std::string(word);
  if (word.ends_with("aux") && !word.ends_with("eaux")) return std::string(word.substr(0, word.size() - 2)) + "l";
  if (word.ends_with('s') || word.ends_with('x')) return std::string(word.substr(0, word.size() - 1));
  return std::string(word);
}

std::string search_words(std::string_view text) {
  std::set<std::string> seen;
  std::string words, word;
  const auto end_word = [&] {
    if (word.empty()) return;
    auto folded = singular(word);
    word.clear();
    if (seen.insert(folded).second) words += (words.empty() ? " " : "") + folded + " ";
  };
  for (const char c : fold_to_ascii(clean(text))) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      word += c;
    } else {
      end_word();
    }
  }
  end_word();
  return words;
}

}  // namespace essaimage::ctl::site

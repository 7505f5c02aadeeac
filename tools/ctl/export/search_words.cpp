#include "tools/ctl/export/search_words.hpp"

#include <set>

#include "proto/text.hpp"
#include "tools/ctl/export/escape.hpp"

namespace essaimage::ctl::site {

namespace {

constexpr std::size_t plural_bytes_min = 4;

std::size_t end_of_word(std::string_view text, std::size_t at) {
  while (at < text.size() && ((text[at] >= 'a' && text[at] <= 'z') || (text[at] >= '0' && text[at] <= '9'))) ++at;
  return at;
}

std::string with_plain_apostrophes(std::string text) {
  constexpr std::string_view curved = "\u2019";
  for (auto at = text.find(curved); at != std::string::npos; at = text.find(curved, at)) text.replace(at, curved.size(), "'");
  return text;
}

}  // namespace

std::string singular(std::string_view word) {
  if (word.size() < plural_bytes_min) return std::string(word);
  if (word.ends_with("aux") && !word.ends_with("eaux")) return std::string(word.substr(0, word.size() - 2)) + "l";
  if (word.ends_with('s') || word.ends_with('x')) return std::string(word.substr(0, word.size() - 1));
  return std::string(word);
}

std::string search_words(std::string_view text) {
  std::set<std::string> seen;
  std::string words;
  const auto add = [&](std::string_view word) {
    auto folded = singular(word);
    if (seen.insert(folded).second) words += (words.empty() ? " " : "") + folded + " ";
  };
  const auto plain = fold_to_ascii(with_plain_apostrophes(clean(text)));
  std::string whole;      // of the parts of what people also write as one word
  std::size_t parts = 0;  // how many it has
  char link = 0;          // between them: ' or .
  const auto end_whole = [&] {
    if (parts > 1) add(whole);
    parts = 0;
    link = 0;
  };
  for (std::size_t at = 0; at < plain.size();) {
    const auto end = end_of_word(plain, at);
    if (end == at) {
      ++at;
      continue;
    }
    const auto word = std::string_view(plain).substr(at, end - at);
    add(word);
    if (parts > 0 && (link == '.' ? word.size() == 1 : word.size() > 1)) {
      whole += word;
      ++parts;
    } else {
      end_whole();
      whole = word;
      parts = 1;
    }
    const char sign = end + 1 < plain.size() && end_of_word(plain, end + 1) > end + 1 ? plain[end] : '\0';
    const bool goes_on = (sign == '.' && word.size() == 1 && link != '\'') || (sign == '\'' && whole.size() > 2 && link != '.');
    if (goes_on) link = sign;
    else end_whole();
    at = end;
  }
  return words;
}

}  // namespace essaimage::ctl::site

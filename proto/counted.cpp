#include "proto/counted.hpp"

namespace essaimage {

namespace {
constexpr std::string_view no_break = "\u00A0";
}

bool is_one(std::uint64_t number, Language language) { return number == 1 || (number == 0 && language == Language::french); }

std::string_view by_number(std::uint64_t number, const Noun& words, Language language) {
  return (is_one(number, language) ? words.one : words.many).in(language);
}

std::string grouped(std::uint64_t number, Language language) {
  const auto digits = std::to_string(number);
  const std::string_view separator = language == Language::french ? "\u202F" : ",";
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out += separator;
    out += digits[i];
  }
  return out;
}

std::string counted(std::uint64_t number, const Noun& noun, Language language) {
  auto out = grouped(number, language);
  out += ' ';
  return out += by_number(number, noun, language);
}

std::string typeset(std::string_view text, Language language) {
  if (language != Language::french) return std::string(text);
  constexpr std::string_view opening = "«", closing = "»";
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != ' ') {
      out += text[i];
      continue;
    }
    const auto rest = text.substr(i + 1);
    const bool mark = !rest.empty() && std::string_view(":;!?").find(rest.front()) != std::string_view::npos;
    // "?x" and ":7490" are no punctuation.
    const bool ends = rest.size() == 1 || (rest.size() > 1 && std::string_view(" \n.,)]\"").find(rest[1]) != std::string_view::npos);
    const bool quoted = rest.starts_with(closing) || out.ends_with(opening);
    out += (mark && ends) || quoted ? no_break : std::string_view(" ");
  }
  return out;
}

}  // namespace essaimage

#include "proto/error.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "proto/counted.hpp"
#include "proto/detail.hpp"

namespace essaimage {
namespace {

struct Row {
  std::string_view code;
  Actor actor;
  std::string_view cause_en, cause_fr, next_en, next_fr;
};

constexpr Row rows[] = {
#define ESSAIMAGE_ERROR(name, code, actor, cause_en, cause_fr, next_en, next_fr) {code, Actor::actor, cause_en, cause_fr, next_en, next_fr},
#include "proto/error_codes.def"
#undef ESSAIMAGE_ERROR
};

/// Causes and next steps as they are to be printed; they live as long as the program.
std::vector<std::pair<std::string, std::string>> french_texts() {
  std::vector<std::pair<std::string, std::string>> texts;
  for (const Row& row : rows) texts.emplace_back(typeset(row.cause_fr, Language::french), typeset(row.next_fr, Language::french));
  return texts;
}

}  // namespace

ErrorText describe(Errc code, Language language) {
  const Row& row = rows[static_cast<std::size_t>(code)];
  if (language == Language::english) return {row.code, row.actor, row.cause_en, row.next_en};
  static const auto french = french_texts();
  const auto& text = french[static_cast<std::size_t>(code)];
  return {row.code, row.actor, text.first, text.second};
}

std::string_view describe(Actor actor, Language language) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> names = {{
      {"the author", "l'auteur"},
      {"this node's admin", "l'admin de ce nœud"},
      {"the federation", "la fédération"},
      {"the peer's admin", "l'admin du pair"},
      {"nobody", "personne"},
      {"essaimage's developers", "les développeurs d'essaimage"},
  }};
  const auto& name = names[static_cast<std::size_t>(actor)];
  return language == Language::french ? name.second : name.first;
}

std::optional<Errc> errc_from(std::string_view code) {
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    if (rows[i].code == code) return static_cast<Errc>(i);
  }
  return std::nullopt;
}

std::string to_line(const Error& error, Language language) {
  std::string line(describe(error.code, language).cause);
  if (!error.detail.empty()) line += (language == Language::french ? "\u00A0: " : ": ") + detail_in(error.detail, language);
  return line;
}

void assertion_failed(const char* what, const char* file, int line) {
  std::fprintf(stderr, "essaimage: bug: %s does not hold (%s:%d)\n", what, file, line);
  std::abort();
}

}  // namespace essaimage

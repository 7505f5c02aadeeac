#include "store/kit/licence.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

namespace essaimage::kit {
namespace {

constexpr std::array known_ids = {
    // works: texts, pictures, films
    "CC0-1.0", "CC-BY-1.0", "CC-BY-2.0", "CC-BY-2.5", "CC-BY-3.0", "CC-BY-4.0", "CC-BY-SA-1.0", "CC-BY-SA-2.0", "CC-BY-SA-2.5",
    "CC-BY-SA-3.0", "CC-BY-SA-4.0", "CC-BY-NC-2.0", "CC-BY-NC-3.0", "CC-BY-NC-4.0", "CC-BY-NC-SA-2.0", "CC-BY-NC-SA-3.0", "CC-BY-NC-SA-4.0",
    "CC-BY-ND-3.0", "CC-BY-ND-4.0", "CC-BY-NC-ND-3.0", "CC-BY-NC-ND-4.0", "CC-BY-2.0-FR", "CC-BY-SA-2.0-FR", "CC-BY-3.0-FR",
    "CC-BY-NC-SA-2.0-FR", "CC-PDDC", "FAL-1.2", "FAL-1.3", "LAL-1.2", "LAL-1.3", "etalab-2.0", "GFDL-1.2-only", "GFDL-1.2-or-later",
    "GFDL-1.3-only", "GFDL-1.3-or-later", "ODbL-1.0", "PDDL-1.0",
    // hardware
    "CERN-OHL-1.1", "CERN-OHL-1.2", "CERN-OHL-P-2.0", "CERN-OHL-W-2.0", "CERN-OHL-S-2.0", "TAPR-OHL-1.0", "SHL-2.0",
    // software
    "MIT", "MIT-0", "ISC", "0BSD", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "MPL-2.0", "EUPL-1.1", "EUPL-1.2", "GPL-2.0-only",
    "GPL-2.0-or-later", "GPL-3.0-only", "GPL-3.0-or-later", "LGPL-2.1-only", "LGPL-2.1-or-later", "LGPL-3.0-only", "LGPL-3.0-or-later",
    "AGPL-3.0-only", "AGPL-3.0-or-later", "CECILL-2.1", "CECILL-B", "CECILL-C", "Unlicense", "Zlib", "BSL-1.0", "WTFPL", "OFL-1.1",
    "Beerware",
    // still read, although SPDX now wants -only or -or-later
    "GPL-2.0", "GPL-3.0", "LGPL-2.1", "LGPL-3.0", "AGPL-3.0"};

constexpr int parentheses_max = 8;

std::string plain(std::string_view text) {
  std::string letters;
  for (const char c : text) {
    if (c >= 'A' && c <= 'Z') letters.push_back(static_cast<char>(c - 'A' + 'a'));
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.') letters.push_back(c);
  }
  return letters;
}

bool is_known(std::string_view id) { return std::find(known_ids.begin(), known_ids.end(), id) != known_ids.end(); }

bool is_id(std::string_view word) {
  return !word.empty() && word.size() <= 64 && std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':';
  });
}

/// Words and parentheses; a '+' stays with its word.
std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == ' ') {
      ++i;
    } else if (text[i] == '(' || text[i] == ')') {
      words.push_back(text.substr(i++, 1));
    } else {
      const auto end = std::min(text.find_first_of(" ()", i), text.size());
      words.push_back(text.substr(i, end - i));
      i = end;
    }
  }
  return words;
}

/// operand (AND|OR operand)*, where an operand is an id, an id WITH an exception, or an expression
/// in parentheses.
class Expression {
 public:
  explicit Expression(std::vector<std::string_view> words) : words_(std::move(words)) {}

  bool forbids_adaptations() { return expression(0) && at_ == words_.size() && forbids_; }

  LicenceVerdict judge() {
    if (!expression(0) || at_ != words_.size()) return LicenceVerdict::malformed;
    return all_known_ ? LicenceVerdict::known : LicenceVerdict::unknown;
  }

 private:
  bool take(std::string_view word) {
    if (at_ >= words_.size() || words_[at_] != word) return false;
    ++at_;
    return true;
  }

  bool expression(int depth) {
    if (depth > parentheses_max || !operand(depth)) return false;
    // AND binds closer than OR: of each choice one forbidding part is enough, and every choice must have one.
    bool all = true, choice = forbids_;
    for (;;) {
      const bool both = take("AND");
      if (!both && !take("OR")) break;
      if (!operand(depth)) return false;
      if (!both) all = all && choice;
      choice = both ? choice || forbids_ : forbids_;
    }
    forbids_ = all && choice;
    return true;
  }

  bool operand(int depth) {
    if (take("(")) return expression(depth + 1) && take(")");
    if (at_ >= words_.size()) return false;
    auto id = words_[at_++];
    if (id.ends_with('+')) id.remove_suffix(1);
    if (!is_id(id) || id == "AND" || id == "OR" || id == "WITH") return false;
    if (!is_known(id) && !id.starts_with("LicenseRef-")) all_known_ = false;
    forbids_ = id.starts_with("CC-BY-") && id.find("-ND-") != std::string_view::npos;
    if (take("WITH")) return at_ < words_.size() && is_id(words_[at_++]);
    return true;
  }

  std::vector<std::string_view> words_;
  std::size_t at_ = 0;
  bool all_known_ = true;
  bool forbids_ = false;  ///< what was read last
};

enum class Family { works, hardware, gnu, other };

struct Mark {
  Family family;
  const char* id;
  std::vector<std::string_view> phrases;  ///< all of them, in the text's lower case with single blanks
};

/// Of each family the first whose phrases all occur is the licence: the more particular stands
/// before the more general. The text of a GNU licence does not say "or later"; only its user can,
/// so that is not claimed.
const std::vector<Mark>& marks() {
  static const std::vector<Mark> list = {
      {Family::works, "CC-BY-NC-SA-4.0", {"attribution-noncommercial-sharealike 4.0 international"}},
      {Family::works, "CC-BY-NC-ND-4.0", {"attribution-noncommercial-noderivatives 4.0 international"}},
      {Family::works, "CC-BY-NC-4.0", {"attribution-noncommercial 4.0 international"}},
      {Family::works, "CC-BY-ND-4.0", {"attribution-noderivatives 4.0 international"}},
      {Family::works, "CC-BY-SA-4.0", {"attribution-sharealike 4.0 international"}},
      {Family::works, "CC-BY-4.0", {"attribution 4.0 international"}},
      {Family::works, "CC0-1.0", {"cc0 1.0 universal"}},
      {Family::works, "LAL-1.3", {"licence art libre 1.3"}},
      {Family::works, "etalab-2.0", {"licence ouverte", "version 2.0", "etalab"}},
      {Family::hardware, "CERN-OHL-S-2.0", {"cern open hardware licence version 2 - strongly reciprocal"}},
      {Family::hardware, "CERN-OHL-W-2.0", {"cern open hardware licence version 2 - weakly reciprocal"}},
      {Family::hardware, "CERN-OHL-P-2.0", {"cern open hardware licence version 2 - permissive"}},
      {Family::gnu, "AGPL-3.0-only", {"gnu affero general public license version 3, 19 november 2007"}},
      {Family::gnu, "LGPL-3.0-only", {"gnu lesser general public license version 3, 29 june 2007"}},
      {Family::gnu, "LGPL-2.1-only", {"gnu lesser general public license version 2.1, february 1999"}},
      {Family::gnu, "GPL-3.0-only", {"gnu general public license version 3, 29 june 2007"}},
      {Family::gnu, "GPL-2.0-only", {"gnu general public license version 2, june 1991"}},
      {Family::gnu, "GFDL-1.3-only", {"gnu free documentation license version 1.3"}},
      {Family::other, "EUPL-1.2", {"european union public licen", "eupl", "v. 1.2"}},
      {Family::other, "Apache-2.0", {"apache license version 2.0, january 2004"}},
      {Family::other, "MPL-2.0", {"mozilla public license version 2.0"}},
      {Family::other, "CECILL-2.1", {"contrat de licence de logiciel libre cecill", "2.1"}},
      {Family::other, "BSD-3-Clause", {"redistribution and use in source and binary forms", "neither the name"}},
      {Family::other, "BSD-2-Clause", {"redistribution and use in source and binary forms"}},
      {Family::other, "MIT", {"permission is hereby granted, free of charge, to any person obtaining a copy"}},
      {Family::other, "ISC", {"permission to use, copy, modify, and/or distribute this software for any purpose"}},
      {Family::other, "Unlicense", {"this is free and unencumbered software released into the public domain"}}};
  return list;
}

/// "creativecommons.org/licenses/by-sa/4.0" is the surest mark of these licences.
std::string from_cc_address(std::string_view text) {
  constexpr std::string_view start = "creativecommons.org/licenses/";
  const auto at = text.find(start);
  if (at == std::string_view::npos) return {};
  const auto rest = text.substr(at + start.size());
  const auto slash = rest.find('/');
  if (slash == std::string_view::npos) return {};
  std::string id = "CC-" + std::string(rest.substr(0, slash)) + "-" + std::string(rest.substr(slash + 1, 3));
  for (char& c : id) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return is_known(id) ? id : std::string();
}

std::string from_text(std::string_view text, Family family) {
  if (family == Family::works) {
    if (auto id = from_cc_address(text); !id.empty()) return id;
  }
  for (const auto& mark : marks()) {
    const bool all = mark.family == family && std::all_of(mark.phrases.begin(), mark.phrases.end(), [&](std::string_view phrase) {
                       return text.find(phrase) != std::string_view::npos;
                     });
    if (all) return mark.id;
  }
  return {};
}

std::string lower_with_single_blanks(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (!blank) out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    else if (!out.empty() && out.back() != ' ') out.push_back(' ');
  }
  return out;
}

}  // namespace

LicenceVerdict judge_licence(std::string_view expression) {
  if (expression.size() > 500) return LicenceVerdict::malformed;
  return Expression(words_of(expression)).judge();
}

bool forbids_adaptations(std::string_view expression) {
  return expression.size() <= 500 && Expression(words_of(expression)).forbids_adaptations();
}

std::string nearest_licence(std::string_view text) {
  auto wanted = plain(text);
  for (const std::string_view noise : {"license", "licence", "creativecommons"}) {
    const auto at = wanted.find(noise);
    if (at == std::string::npos) continue;
    const std::string_view instead = noise == "creativecommons" ? "cc" : "";
    wanted = wanted.substr(0, at) + std::string(instead) + wanted.substr(at + noise.size());
  }
  const auto same = std::find_if(known_ids.begin(), known_ids.end(), [&](const char* id) { return plain(id) == wanted; });
  if (same != known_ids.end()) return *same;
  // "CC BY-SA" or "Apache": without its version there is only one that is meant nowadays.
  std::string last;
  for (const std::string_view id : known_ids) {
    const auto letters = plain(id);
    const auto number = letters.find_first_of("0123456789");
    if (number == std::string::npos || letters.substr(0, number) != wanted) continue;
    if (letters.find_first_not_of("0123456789.", number) == std::string::npos) last = id;
  }
  return last;
}

std::string guess_licence(std::string_view text) {
  text = text.substr(0, 256 * 1024);
  constexpr std::string_view tag = "SPDX-License-Identifier:";
  if (const auto at = text.find(tag); at != std::string_view::npos) {
    auto line = text.substr(at + tag.size());
    line = line.substr(0, line.find_first_of("\r\n*<"));
    line = line.substr(0, line.find("-->"));
    while (line.starts_with(' ')) line.remove_prefix(1);
    while (line.ends_with(' ')) line.remove_suffix(1);
    return judge_licence(line) == LicenceVerdict::malformed ? std::string() : std::string(line);
  }
  const auto plain_text = lower_with_single_blanks(text);
  std::string expression;
  for (const auto family : {Family::hardware, Family::gnu, Family::other, Family::works}) {
    const auto id = from_text(plain_text, family);
    if (id.empty()) continue;
    if (!expression.empty()) expression += " AND ";
    expression += id;
  }
  return expression;
}

}  // namespace essaimage::kit

#include "store/kit/guess.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "proto/limits.hpp"
#include "proto/text.hpp"
#include "store/kit/licence.hpp"
#include "store/kit/manifest_values.hpp"
#include "store/kit/names.hpp"

namespace essaimage::kit {
namespace {

constexpr std::size_t title_bytes_max = 120;
constexpr std::size_t guess_bytes_max = 300;
constexpr std::size_t languages_max = 40;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

/// Cut at a blank where there is one, with "…" where something is missing.
std::string shortened(std::string text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t keep = bytes_max - 3;
  while (keep > 0 && (static_cast<unsigned char>(text[keep]) & 0xC0) == 0x80) --keep;
  text.resize(keep);
  if (const auto blank = text.rfind(' '); blank != std::string::npos && blank > bytes_max / 2) text.resize(blank);
  return text + "…";
}

/// Takes "<!-- … -->" out.
std::string without_comments(std::string_view text) {
  std::string out;
  while (true) {
    const auto start = text.find("<!--");
    out += text.substr(0, start);
    if (start == std::string_view::npos) return out;
    const auto end = text.find("-->", start);
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + 3);
  }
}

/// Markdown's marks of emphasis and links, as far as one line needs it: "[a](b)" gives "a".
std::string plain_words(std::string_view line) {
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '*' || line[i] == '`' || line[i] == '[') continue;
    if (line[i] == ']') {
      const auto close = line.substr(i).starts_with("](") ? line.find(')', i) : std::string_view::npos;
      if (close != std::string_view::npos) i = close;
      continue;
    }
    out.push_back(line[i] == '\t' ? ' ' : line[i]);
  }
  return std::string(trimmed(out));
}

/// Pictures, badges, tables, rules and tags tell nothing in a sentence.
bool is_prose(std::string_view line) {
  if (line.empty() || line.find("![") != std::string_view::npos) return false;
  const std::string_view marks = "<|>#-=*+[:{_`!0123456789";
  return marks.find(line.front()) == std::string_view::npos || line.starts_with("**");
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.emplace_back(trimmed(text.substr(0, end)));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

/// "# Title", or a title underlined with "====".
bool is_heading(const std::vector<std::string>& lines, std::size_t i) {
  if (lines[i].starts_with("# ")) return true;
  return !lines[i].empty() && i + 1 < lines.size() && lines[i + 1].size() >= 3 && lines[i + 1].find_first_not_of('=') == std::string::npos;
}

std::string read_text_file(const FolderHandle& folder, const ScannedFile& file) {
  auto text = read_small(folder, file, limits::text_file_bytes_max);
  return text && is_utf8(*text) ? std::move(*text) : std::string();
}

std::string title_from_name(std::string_view name) {
  std::string title = mend_name(name);
  // Hyphens divide words only in names that have no blanks: "Atelier-débat du lundi" keeps its own.
  if (title.find(' ') == std::string::npos) std::replace(title.begin(), title.end(), '-', ' ');
  std::replace(title.begin(), title.end(), '_', ' ');
  title = trimmed(title);
  if (title.empty()) return "Kit";
  if (title[0] >= 'a' && title[0] <= 'z') title[0] = static_cast<char>(title[0] - 'a' + 'A');
  return shortened(title, title_bytes_max);
}

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

const ScannedFile* find_readme(const Scan& scan) {
  const ScannedFile* found = nullptr;
  int best = 0;
  for (const auto& file : scan.files) {
    if (file.path.find('/') != std::string::npos) continue;
    const auto name = ascii_lower(file.path);
    int rank = 0;
    if (name.starts_with("lisez")) rank = 4;
    if (name == "readme.fr.md" || name == "readme-fr.md" || name == "readme_fr.md") rank = 5;
    if (name == "readme.md" || name == "readme.markdown") rank = 3;
    if (name == "readme.txt" || name == "readme") rank = 2;
    if (rank > best) {
      best = rank;
      found = &file;
    }
  }
  return found;
}

bool is_licence_file(std::string_view path) {
  const auto name = ascii_lower(path);
  if (name.starts_with("licenses/") || name.starts_with("licences/")) return true;
  return name.find('/') == std::string::npos && (name.starts_with("license") || name.starts_with("licence") || name.starts_with("copying"));
}

std::string guess_licence_of(const FolderHandle& folder, const Scan& scan) {
  std::string expression;
  std::set<std::string> seen;
  for (const auto& file : scan.files) {
    if (!is_licence_file(file.path)) continue;
    auto id = guess_licence(read_text_file(folder, file));
    // The REUSE convention names the files of a LICENSES folder by their ids.
    if (id.empty()) id = nearest_licence(base_name(file.path).substr(0, base_name(file.path).rfind('.')));
    if (id.empty() || !seen.insert(id).second) continue;
    if (!expression.empty()) expression += " AND ";
    expression += id;
  }
  return judge_licence(expression) == LicenceVerdict::malformed ? std::string() : expression;
}

/// "fr-FR/…": translations lie in folders named by their language. One such folder alone could mean
/// anything.
std::vector<std::string> languages_of_folders(const Scan& scan) {
  static constexpr std::array<std::string_view, 30> languages = {"ar", "br", "bg", "cs", "cy", "da", "de", "el", "en", "es",
                                                                 "et", "fi", "fr", "hr", "hu", "it", "ja", "ko", "lt", "nl",
                                                                 "pl", "pt", "ro", "ru", "sk", "sl", "sv", "tr", "uk", "zh"};
  std::set<std::string> found;
  for (const auto& file : scan.files) {
    const auto folder = file.path.substr(0, file.path.find('/'));
    if (folder.size() == file.path.size() || !is_language_tag(folder)) continue;
    const bool region = folder.size() == 5 && folder[3] >= 'A' && folder[3] <= 'Z' && folder[4] >= 'A' && folder[4] <= 'Z';
    const bool plain = std::find(languages.begin(), languages.end(), folder) != languages.end();
    if (region || plain) found.insert(folder);
  }
  if (found.size() < 2) return {};
  std::vector<std::string> list(found.begin(), found.end());
  if (list.size() > languages_max) list.resize(languages_max);
  return list;
}

/// Things that are made leave files of their own; what has none, and speaks of a method, is one.
Kind guess_kind(const Scan& scan, const Guess& guess, std::string_view name) {
  static constexpr std::array<std::string_view, 22> made = {"stl", "scad",      "step",      "stp", "3mf", "obj", "f3d", "fcstd",
                                                            "dxf", "gcode",     "ino",       "py",  "js",  "cpp", "c",   "html",
                                                            "sb3", "kicad_pcb", "kicad_sch", "sch", "brd", "apk"};
  for (const auto& file : scan.files) {
    const auto dot = file.path.rfind('.');
    if (dot == std::string::npos) continue;
    if (std::find(made.begin(), made.end(), ascii_lower(file.path.substr(dot + 1))) != made.end()) return Kind::prototype;
  }
  const auto words = fold_to_ascii(guess.title + " " + std::string(name));
  for (const std::string_view word : {"method", "demarche", "animer", "animation", "facilitation"}) {
    if (words.find(word) != std::string::npos) return Kind::method;
  }
  return Kind::prototype;
}

}  // namespace

Guess guess_from_readme(std::string_view text) {
  Guess guess;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const auto lines = lines_of(without_comments(text));
  std::size_t i = 0;
  while (i < lines.size() && !is_heading(lines, i)) ++i;
  if (i == lines.size()) return guess;
  std::string_view heading = lines[i];
  while (heading.starts_with('#')) heading.remove_prefix(1);
  while (heading.ends_with('#')) heading.remove_suffix(1);
  guess.title = shortened(plain_words(trimmed(heading)), title_bytes_max);
  // "<DeviceName>" is a template that nobody has filled in.
  if (!is_plain_line(guess.title) || guess.title.starts_with('<')) guess.title.clear();
  ++i;
  // The first sentences may stand under a heading such as "## Overview".
  while (i < lines.size() && !is_prose(lines[i])) ++i;
  for (; i < lines.size() && is_prose(lines[i]); ++i) {
    if (!guess.summary.empty()) guess.summary += ' ';
    guess.summary += plain_words(lines[i]);
  }
  guess.summary = shortened(guess.summary, guess_bytes_max);
  if (!is_plain_line(guess.summary)) guess.summary.clear();
  return guess;
}

std::vector<std::string> guess_languages(std::string_view text) {
  static const std::set<std::string_view> french = {"le",  "la",   "les", "des",  "du", "de",  "et", "un",  "une", "pour", "dans",
                                                    "est", "avec", "sur", "vous", "au", "aux", "ou", "par", "que", "qui"};
  static const std::set<std::string_view> english = {"the",  "of",  "and", "to",   "is", "for", "with", "this",
                                                     "that", "are", "you", "your", "be", "it",  "by",   "from"};
  int fr = 0;
  int en = 0;
  const auto plain = ascii_lower(text.substr(0, 64 * 1024));
  for (std::size_t i = 0; i < plain.size();) {
    const auto end = std::min(plain.find_first_of(" \t\r\n.,;:!?'\"()[]#*", i), plain.size());
    const auto word = std::string_view(plain).substr(i, end - i);
    fr += french.contains(word) ? 1 : 0;
    en += english.contains(word) ? 1 : 0;
    i = end + 1;
  }
  if (fr + en < 5) return {};
  std::vector<std::string> languages;
  if (3 * fr >= en) languages.emplace_back("fr");
  if (3 * en >= fr) languages.emplace_back("en");
  return languages;
}

Guess guess_from(const FolderHandle& folder, const Scan& scan, std::string_view name) {
  Guess guess;
  std::string readme;
  if (const auto* file = find_readme(scan)) readme = read_text_file(folder, *file);
  guess = guess_from_readme(readme);
  if (guess.title.empty()) guess.title = title_from_name(name);
  guess.languages = languages_of_folders(scan);
  if (guess.languages.empty()) guess.languages = guess_languages(readme);
  guess.licence = guess_licence_of(folder, scan);
  guess.kind = guess_kind(scan, guess, name);
  for (const auto& file : scan.files) {
    if (shows_people_perhaps(file.path) && check_path(file.path)) guess.pictures.push_back(file.path);
  }
  return guess;
}

}  // namespace essaimage::kit

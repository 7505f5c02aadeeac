#include "store/holding/mirror_rules.hpp"

#include <algorithm>

#include "proto/limits.hpp"
#include "proto/text.hpp"
#include "store/disk/files.hpp"
#include "store/federation/toml_form.hpp"

namespace essaimage::store {
namespace {

/// All own kits of a centre in each of some mirrors, by name.
constexpr std::size_t rules_bytes_max = 8 * limits::MiB;

tl::unexpected<Error> damaged(const std::string& what) { return fail(Errc::mirror_rules_damaged, "mirrors.toml: " + what); }

std::vector<std::string> listed(const std::set<std::string>& texts) { return {texts.begin(), texts.end()}; }

/// Letters that have no form in ASCII would all be the same one: a rule must not take more than it says.
std::string folded(const std::string& theme) {
  constexpr char32_t latin_end = 0x250;
  const auto points = code_points(theme);
  const bool latin = std::all_of(points.begin(), points.end(), [](char32_t point) { return point < latin_end; });
  return latin ? fold_to_ascii(theme) : fold_name(theme);
}

Result<std::set<std::string>> read_slugs(const TomlTable& table, std::string_view key) {
  if (!table.has(key)) return std::set<std::string>();
  TRY(const auto texts, table.texts(key));
  if (!std::all_of(texts.begin(), texts.end(), is_slug)) return table.wrong(key, "slugs");
  return std::set<std::string>(texts.begin(), texts.end());
}

Result<MirrorRules> read_all(std::string_view toml) {
  TRY(const auto table, TomlTable::parse(toml, "mirrors.toml", rules_bytes_max));
  TRY(const auto format, table.number("format"));
  if (format != 1) return table.wrong("format", "1");
  MirrorRules rules;
  TRY(const auto tables, table.tables("rules"));
  for (const auto& each : tables) {
    TRY(const auto mirror, each.text("mirror"));
    if (!is_slug(mirror)) return each.wrong("mirror", "a slug");
    MirrorRule& rule = rules[mirror];
    if (each.has("themes")) {
      TRY(const auto themes, each.texts("themes"));
      const auto plain = [](const std::string& theme) { return is_plain_text(theme, limits::name_bytes_max); };
      if (!std::all_of(themes.begin(), themes.end(), plain)) return each.wrong("themes", "lines");
      rule.themes = {themes.begin(), themes.end()};
    }
    TRY(rule.kits, read_slugs(each, "kits"));
    TRY(rule.copies, read_slugs(each, "copies"));
  }
  if (encode(rules) != toml) return damaged("not in its one byte form");
  return rules;
}

}  // namespace

bool MirrorRule::takes(const std::string& kit, const std::vector<std::string>& kit_themes) const {
  if (kits.contains(kit)) return true;
  std::set<std::string> named;
  for (const auto& theme : themes) named.insert(folded(theme));
  return std::any_of(kit_themes.begin(), kit_themes.end(), [&](const auto& theme) { return named.contains(folded(theme)); });
}

std::string encode(const MirrorRules& rules) {
  std::string text = "format = 1\n";
  for (const auto& [mirror, rule] : rules) {
    text += "\n[[rules]]\nmirror = " + toml_text(mirror) + "\n";
    if (!rule.themes.empty()) text += "themes = " + toml_texts(listed(rule.themes)) + "\n";
    if (!rule.kits.empty()) text += "kits = " + toml_texts(listed(rule.kits)) + "\n";
    if (!rule.copies.empty()) text += "copies = " + toml_texts(listed(rule.copies)) + "\n";
  }
  return text;
}

Result<MirrorRules> parse_mirror_rules(std::string_view toml) {
  auto rules = read_all(toml);
  if (!rules && rules.error().code != Errc::mirror_rules_damaged) return damaged(rules.error().detail);
  return rules;
}

Result<MirrorRules> read_mirror_rules(const Layout& layout) {
  const auto text = read_file(layout.mirror_rules(), rules_bytes_max);
  if (!text && text.error().code == Errc::not_found) return MirrorRules();
  if (!text) return damaged(text.error().detail);
  return parse_mirror_rules(text_of(*text));
}

Status write_mirror_rules(const Layout& layout, const MirrorRules& rules) {
  return replace_file(layout.mirror_rules(), bytes_of(encode(rules)));
}

}  // namespace essaimage::store

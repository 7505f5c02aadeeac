#include "store/federation/catalogue_file.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "proto/limits.hpp"
#include "store/federation/shared_keys.hpp"
#include "store/life/outcome_file.hpp"

namespace essaimage::store {
namespace {

constexpr std::array<std::string_view, 5> decisions = {"accepted", "declined", "retired", "recommended", "advised-against"};

Status read_subject(const TomlTable& table, CatalogueFile& file) {
  CHECK_OK(read_kit(table, file.kit));
  if (table.has("territory")) {
    TRY(file.territory, table.text("territory"));
    if (!is_slug(file.territory)) return table.wrong("territory", "a slug");
  }
  CHECK_OK(read_kit_version(table, file.kit_version, file.tree));
  return {};
}

/// Each once, sorted by their bytes; left out where there are none.
Result<std::vector<std::string>> read_texts(const TomlTable& table, const char* key, std::size_t count_max) {
  if (!table.has(key)) return std::vector<std::string>();
  TRY(const auto texts, table.texts(key));
  const std::set<std::string> each(texts.begin(), texts.end());
  const auto plain = [](const std::string& text) { return is_plain_text(text, limits::name_bytes_max); };
  if (each.size() > count_max || !std::all_of(each.begin(), each.end(), plain))
    return table.wrong(key, "at most " + std::to_string(count_max) + " texts");
  return std::vector<std::string>(each.begin(), each.end());
}

Status read_decision(const TomlTable& table, CatalogueFile& file) {
  TRY(const auto word, table.text("decision"));
  const auto* const at = std::ranges::find(decisions, word);
  if (at == decisions.end()) return table.wrong("decision", "one of the five words");
  file.decision = static_cast<CatalogueFile::Decision>(at - decisions.begin());
  const bool of_territory = file.decision >= CatalogueFile::Decision::recommended;
  if (of_territory == file.territory.empty()) return table.wrong("decision", "one of its territory, or of the region");
  TRY(file.reason, table.text("reason"));
  if (!is_plain_text(file.reason, limits::reason_bytes_max)) return table.wrong("reason", "one line");
  TRY(file.themes, read_texts(table, "themes", limits::themes_max));
  TRY(file.conditions, read_texts(table, "conditions", limits::conditions_max));
  TRY(file.reviewer, table.text("reviewer"));
  if (!is_plain_text(file.reviewer, limits::name_bytes_max)) return table.wrong("reviewer", "one line");
  TRY(const auto reviewed, table.text("reviewed"));
  const auto day = parse_day(reviewed);
  if (!day) return table.wrong("reviewed", "a day such as \"2026-03-01\"");
  file.reviewed = *day;
  TRY(file.decided, table.time("decided"));
  return {};
}

}  // namespace

std::string_view str(CatalogueFile::Decision decision) { return decisions.at(static_cast<std::size_t>(decision)); }

std::string encode(const CatalogueFile& file) {
  std::string text = "format = 1\nversion = " + std::to_string(file.version);
  text += "\nprevious = \"" + file.previous.hex() + "\"\ncentre = " + toml_text(file.kit.centre);
  text += "\nslug = " + toml_text(file.kit.slug);
  if (!file.territory.empty()) text += "\nterritory = " + toml_text(file.territory);
  text += "\nkit_version = " + std::to_string(file.kit_version);
  text += "\ntree = \"" + file.tree.hex() + "\"\ndecision = \"";
  text += str(file.decision);
  text += "\"\nreason = " + toml_text(file.reason) + "\n";
  if (!file.themes.empty()) text += "themes = " + toml_texts(file.themes) + "\n";
  if (!file.conditions.empty()) text += "conditions = " + toml_texts(file.conditions) + "\n";
  text += "reviewer = " + toml_text(file.reviewer) + "\nreviewed = \"" + day_text(file.reviewed) + "\"\n";
  return text + "decided = " + to_utc(file.decided) + "\n";
}

Result<CatalogueFile> parse_catalogue_file(std::string_view toml) {
  TRY(const auto table, TomlTable::parse(toml, "catalogue"));
  CatalogueFile file;
  CHECK_OK(read_version(table, file.version, file.previous));
  CHECK_OK(read_subject(table, file));
  CHECK_OK(read_decision(table, file));
  if (encode(file) != toml) return fail(Errc::malformed, "catalogue: not in its one byte form");
  return file;
}

const CatalogueFile* Catalogue::find(const KitId& kit) const {
  const auto it = decisions.find(kit);
  return it == decisions.end() ? nullptr : &it->second.file;
}

bool Catalogue::lists(const KitId& kit) const {
  const auto* file = find(kit);
  return file != nullptr && file->lists();
}

}  // namespace essaimage::store

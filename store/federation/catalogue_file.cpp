#include "store/federation/catalogue_file.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "proto/limits.hpp"
#include "store/federation/toml_form.hpp"

namespace essaimage::store {
namespace {

constexpr std::array<std::string_view, 2> decisions = {"accepted", "retired"};

Status read_statement(const TomlTable& table, CatalogueFile& file) {
  TRY(const auto format, table.number("format"));
  if (format != 1) return table.wrong("format", "1");
  TRY(file.version, table.number("version"));
  if (file.version == 0) return table.wrong("version", "1 or more");
  TRY(const auto previous, table.text("previous"));
  TRY(file.previous, Sha256::parse(previous));
  if ((file.version == 1) != file.previous.is_zero()) return table.wrong("previous", "zero for version 1 alone");
  return {};
}

Status read_kit(const TomlTable& table, CatalogueFile& file) {
  TRY(file.kit.centre, table.text("centre"));
  TRY(file.kit.slug, table.text("slug"));
  if (!is_slug(file.kit.centre)) return table.wrong("centre", "a slug");
  if (!is_slug(file.kit.slug)) return table.wrong("slug", "a slug");
  TRY(file.kit_version, table.number("kit_version"));
  if (file.kit_version == 0) return table.wrong("kit_version", "1 or more");
  TRY(const auto tree, table.text("tree"));
  TRY(file.tree, ObjectId::parse(tree));
  return {};
}

Status read_decision(const TomlTable& table, CatalogueFile& file) {
  TRY(const auto word, table.text("decision"));
  const auto at = std::find(decisions.begin(), decisions.end(), word);
  if (at == decisions.end()) return table.wrong("decision", "\"accepted\" or \"retired\"");
  file.decision = static_cast<CatalogueFile::Decision>(at - decisions.begin());
  TRY(file.reason, table.text("reason"));
  if (!is_plain_text(file.reason, limits::reason_bytes_max)) return table.wrong("reason", "one line");
  if (table.has("themes")) {
    TRY(const auto texts, table.texts("themes"));
    const std::set<std::string> themes(texts.begin(), texts.end());
    const auto plain = [](const std::string& theme) { return is_plain_text(theme, limits::name_bytes_max); };
    if (themes.size() > limits::themes_max || !std::all_of(themes.begin(), themes.end(), plain)) return table.wrong("themes", "at most 50 texts");
    file.themes.assign(themes.begin(), themes.end());
  }
  TRY(file.decided, table.time("decided"));
  return {};
}

}  // namespace

std::string_view str(CatalogueFile::Decision decision) { return decisions.at(static_cast<std::size_t>(decision)); }

std::string encode(const CatalogueFile& file) {
  std::string text = "format = 1\nversion = " + std::to_string(file.version);
  text += "\nprevious = \"" + file.previous.hex() + "\"\ncentre = " + toml_text(file.kit.centre);
  text += "\nslug = " + toml_text(file.kit.slug) + "\nkit_version = " + std::to_string(file.kit_version);
  text += "\ntree = \"" + file.tree.hex() + "\"\ndecision = \"";
  text += str(file.decision);
  text += "\"\nreason = " + toml_text(file.reason) + "\n";
  if (!file.themes.empty()) text += "themes = " + toml_texts(file.themes) + "\n";
  return text + "decided = " + to_utc(file.decided) + "\n";
}

Result<CatalogueFile> parse_catalogue_file(std::string_view toml) {
  TRY(const auto table, TomlTable::parse(toml, "catalogue"));
  CatalogueFile file;
  CHECK_OK(read_statement(table, file));
  CHECK_OK(read_kit(table, file));
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
  return file != nullptr && file->decision == CatalogueFile::Decision::accepted;
}

}  // namespace essaimage::store

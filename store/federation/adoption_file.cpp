#include "store/federation/adoption_file.hpp"

#include "proto/limits.hpp"
#include "store/federation/toml_form.hpp"

namespace essaimage::store {

std::string encode(const Adoption& adoption) {
  std::string text = "format = 1\ncentre = " + toml_text(adoption.kit.centre);
  text += "\nslug = " + toml_text(adoption.kit.slug) + "\nkit_version = " + std::to_string(adoption.kit_version);
  text += "\ntree = \"" + adoption.tree.hex() + "\"\nadopted = " + to_utc(adoption.adopted) + "\n";
  if (!adoption.note.empty()) text += "note = " + toml_text(adoption.note) + "\n";
  return text;
}

Result<Adoption> parse_adoption(std::string_view toml) {
  TRY(const auto table, TomlTable::parse(toml, "adoption"));
  Adoption adoption;
  TRY(const auto format, table.number("format"));
  if (format != 1) return table.wrong("format", "1");
  TRY(adoption.kit.centre, table.text("centre"));
  TRY(adoption.kit.slug, table.text("slug"));
  if (!is_slug(adoption.kit.centre)) return table.wrong("centre", "a slug");
  if (!is_slug(adoption.kit.slug)) return table.wrong("slug", "a slug");
  TRY(adoption.kit_version, table.number("kit_version"));
  if (adoption.kit_version == 0) return table.wrong("kit_version", "1 or more");
  TRY(const auto tree, table.text("tree"));
  TRY(adoption.tree, ObjectId::parse(tree));
  TRY(adoption.adopted, table.time("adopted"));
  if (table.has("note")) {
    TRY(adoption.note, table.text("note"));
    if (!is_plain_text(adoption.note, limits::reason_bytes_max)) return table.wrong("note", "one line");
  }
  if (encode(adoption) != toml) return fail(Errc::malformed, "adoption: not in its one byte form");
  return adoption;
}

}  // namespace essaimage::store

#include "store/federation/adoption_file.hpp"

#include "proto/limits.hpp"
#include "store/federation/shared_keys.hpp"

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
  CHECK_OK(read_format(table));
  CHECK_OK(read_kit(table, adoption.kit));
  CHECK_OK(read_kit_version(table, adoption.kit_version, adoption.tree));
  TRY(adoption.adopted, table.time("adopted"));
  if (table.has("note")) {
    TRY(adoption.note, table.text("note"));
    if (!is_plain_text(adoption.note, limits::reason_bytes_max)) return table.wrong("note", "one line");
  }
  if (encode(adoption) != toml) return fail(Errc::malformed, "adoption: not in its one byte form");
  return adoption;
}

}  // namespace essaimage::store

#include "store/federation/shared_keys.hpp"

namespace essaimage::store {

Status read_format(const TomlTable& table) {
  TRY(const auto format, table.number("format"));
  return format == 1 ? Status{} : table.wrong("format", "1");
}

Status read_version(const TomlTable& table, std::uint64_t& version, Sha256& previous) {
  CHECK_OK(read_format(table));
  TRY(version, table.number("version"));
  if (version == 0) return table.wrong("version", "1 or more");
  TRY(const auto text, table.text("previous"));
  TRY(previous, Sha256::parse(text));
  return (version == 1) == previous.is_zero() ? Status{} : table.wrong("previous", "zero for version 1 alone");
}

Status read_kit(const TomlTable& table, KitId& kit) {
  TRY(kit.centre, table.text("centre"));
  TRY(kit.slug, table.text("slug"));
  if (!is_slug(kit.centre)) return table.wrong("centre", "a slug");
  return is_slug(kit.slug) ? Status{} : table.wrong("slug", "a slug");
}

Status read_kit_version(const TomlTable& table, std::uint64_t& version, ObjectId& tree) {
  TRY(version, table.number("kit_version"));
  if (version == 0) return table.wrong("kit_version", "1 or more");
  TRY(const auto text, table.text("tree"));
  TRY(tree, ObjectId::parse(text));
  return {};
}

}  // namespace essaimage::store

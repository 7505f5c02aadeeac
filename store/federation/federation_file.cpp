#include "store/federation/federation_file.hpp"

#include <algorithm>
#include <array>

#include "proto/limits.hpp"
#include "store/federation/toml_form.hpp"

namespace essaimage::store {
namespace {

constexpr std::array all_roles = {role_root, role_members, role_curators, role_withdrawals,
                                  role_heartbeat};
constexpr std::size_t role_keys_max = 16;

Result<Role> read_role(const std::string& name, const TomlTable& table) {
  Role role;
  TRY(const auto keys, table.texts("keys"));
  for (const auto& text : keys) {
    TRY(auto key, from_openssh(text));
    if (!role.keys.empty() && !(role.keys.back() < key))
      return table.wrong("roles." + name + ".keys", "rising keys");
    role.keys.push_back(key);
  }
  TRY(const auto threshold, table.number("threshold"));
  if (role.keys.size() > role_keys_max || threshold == 0 || threshold > role.keys.size()) {
    return table.wrong("roles." + name + ".threshold", "1 to the number of keys");
  }
  role.threshold = static_cast<std::uint32_t>(threshold);
  if (table.has("expires")) {
    TRY(role.expires, table.time("expires"));
  }
  return role;
}

}  // namespace

std::string encode(const FederationFile& file) {
  std::string text = "format = 1\nversion = " + std::to_string(file.version) + "\nprevious = \"" +
                     file.previous.hex() + "\"\nslug = \"" + file.slug +
                     "\"\nname = " + toml_text(file.name) + "\n";
  for (const auto& [name, role] : file.roles) {
    std::vector<SigningKey> sorted = role.keys;
    std::sort(sorted.begin(), sorted.end());
    std::vector<std::string> keys;
    for (const auto& key : sorted) keys.push_back(to_openssh(key));
    text += "\n[roles." + name + "]\nkeys = " + toml_texts(keys) +
            "\nthreshold = " + std::to_string(role.threshold) + "\n";
    if (role.expires) text += "expires = " + to_utc(*role.expires) + "\n";
  }
  return text;
}

Result<FederationFile> parse_federation_file(std::string_view toml) {
  TRY(const auto table, TomlTable::parse(toml, "federation.toml"));
  FederationFile file;
  TRY(const auto format, table.number("format"));
  if (format != 1) return table.wrong("format", "1");
  TRY(file.version, table.number("version"));
  TRY(const auto previous, table.text("previous"));
  TRY(file.previous, Sha256::parse(previous));
  if (file.version == 0 || (file.version == 1) != file.previous.is_zero()) {
    return table.wrong("previous", "zero for the first version alone");
  }
  TRY(file.slug, table.text("slug"));
  TRY(file.name, table.text("name"));
  if (!is_slug(file.slug)) return table.wrong("slug", "a slug");
  if (!is_plain_text(file.name, limits::name_bytes_max)) return table.wrong("name", "one line");
  TRY(const auto roles, table.named_tables("roles"));
  for (const auto& [name, role] : roles) {
    TRY(file.roles[name], read_role(name, role));
  }
  for (const auto name : all_roles) {
    if (!file.roles.contains(std::string(name)))
      return table.wrong("roles." + std::string(name), "a role");
  }
  if (file.roles.size() != all_roles.size()) return table.wrong("roles", "the five roles");
  if (encode(file) != toml)
    return fail(Errc::malformed, "federation.toml: not in its one byte form");
  return file;
}

}  // namespace essaimage::store

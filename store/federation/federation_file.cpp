#include "store/federation/federation_file.hpp"

#include <algorithm>
#include <array>

#include "proto/limits.hpp"
#include "store/federation/paths.hpp"
#include "store/federation/shared_keys.hpp"

namespace essaimage::store {
namespace {

Result<Role> read_role(const std::string& name, const TomlTable& table) {
  Role role;
  TRY(const auto keys, table.texts("keys"));
  for (const auto& text : keys) {
    TRY(auto key, from_openssh(text));
    if (!role.keys.empty() && !(role.keys.back() < key)) return table.wrong("roles." + name + ".keys", "rising keys");
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
  if (table.has("notes")) {
    TRY(const auto notes, table.texts("notes"));
    if (notes.size() != role.keys.size()) return table.wrong("roles." + name + ".notes", "one for each key");
    for (std::size_t i = 0; i < notes.size(); ++i) {
      if (notes[i].empty()) continue;
      if (!is_plain_text(notes[i], limits::name_bytes_max)) return table.wrong("roles." + name + ".notes", "lines");
      role.notes[role.keys[i]] = notes[i];
    }
  }
  return role;
}

}  // namespace

std::string encode(const FederationFile& file) {
  std::string text = "format = 1\nversion = " + std::to_string(file.version) + "\nprevious = \"" + file.previous.hex() + "\"\nslug = \"" +
                     file.slug + "\"\nname = " + toml_text(file.name) + "\n";
  for (const auto& [name, role] : file.roles) {
    std::vector<SigningKey> sorted = role.keys;
    std::sort(sorted.begin(), sorted.end());
    std::vector<std::string> keys, notes;
    for (const auto& key : sorted) {
      const auto note = role.notes.find(key);
      keys.push_back(to_openssh(key));
      notes.push_back(note == role.notes.end() ? std::string() : note->second);
    }
    const bool noted = std::any_of(notes.begin(), notes.end(), [](const auto& note) { return !note.empty(); });
    text += "\n[roles." + name + "]\nkeys = " + toml_texts(keys) + "\nthreshold = " + std::to_string(role.threshold) + "\n";
    if (role.expires) text += "expires = " + to_utc(*role.expires) + "\n";
    if (noted) text += "notes = " + toml_texts(notes) + "\n";
  }
  return text;
}

Result<std::string_view> role_of(std::string_view path) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> folders = {{{feed_path::members_folder, role_members},
                                                                                     {feed_path::mirrors_folder, role_members},
                                                                                     {feed_path::invitations_folder, role_members},
                                                                                     {feed_path::catalogue_folder, role_curators},
                                                                                     {feed_path::withdrawals_folder, role_withdrawals}}};
  if (path == feed_path::federation) return role_root;
  if (path == feed_path::heartbeat) return role_heartbeat;
  for (const auto& [folder, role] : folders) {
    if (path.starts_with(folder) && path.substr(folder.size()).starts_with('/') && path.ends_with(feed_path::file_suffix)) return role;
  }
  return fail(Errc::malformed, "no role signs " + std::string(path));
}

Result<FederationFile> parse_federation_file(std::string_view toml) {
  TRY(const auto table, TomlTable::parse(toml, "federation.toml"));
  FederationFile file;
  CHECK_OK(read_version(table, file.version, file.previous));
  TRY(file.slug, table.text("slug"));
  TRY(file.name, table.text("name"));
  if (!is_slug(file.slug)) return table.wrong("slug", "a slug");
  if (!is_plain_text(file.name, limits::name_bytes_max)) return table.wrong("name", "one line");
  TRY(const auto roles, table.named_tables("roles"));
  for (const auto& [name, role] : roles) {
    TRY(file.roles[name], read_role(name, role));
  }
  for (const auto name : all_roles) {
    if (!file.roles.contains(std::string(name))) return table.wrong("roles." + std::string(name), "a role");
  }
  if (file.roles.size() != all_roles.size()) return table.wrong("roles", "the five roles");
  if (encode(file) != toml) return fail(Errc::malformed, "federation.toml: not in its one byte form");
  return file;
}

}  // namespace essaimage::store

#include "store/federation/member_file.hpp"

#include <algorithm>

#include "proto/limits.hpp"
#include "store/federation/shared_keys.hpp"
#include "store/feed/commit.hpp"

namespace essaimage::store {
namespace {

std::string header(std::uint64_t version) { return "format = 1\nversion = " + std::to_string(version) + "\n"; }

std::vector<std::string> listed(const std::set<std::string>& texts) { return {texts.begin(), texts.end()}; }

std::string order_text(const Order& order) { return "\"" + order.str() + "\""; }

Result<Order> read_order(const TomlTable& table) {
  TRY(const auto text, table.text("order"));
  const auto order = parse_order(text);
  return order ? Result<Order>(*order) : table.wrong("order", "an order");
}

Status read_header(const TomlTable& table, std::uint64_t& version) {
  TRY(const auto format, table.number("format"));
  if (format != 1) return table.wrong("format", "1");
  TRY(version, table.number("version"));
  if (version == 0) return table.wrong("version", "1 or more");
  return {};
}

Status read_name_and_slug(const TomlTable& table, std::string& slug, std::string& name) {
  TRY(slug, table.text("slug"));
  TRY(name, table.text("name"));
  if (!is_slug(slug)) return table.wrong("slug", "a slug");
  if (!is_plain_text(name, limits::name_bytes_max)) return table.wrong("name", "one line");
  return {};
}

Result<std::set<std::string>> read_territories(const TomlTable& table) {
  TRY(const auto texts, table.texts("territories"));
  if (texts.size() > limits::territories_per_member_max || !std::all_of(texts.begin(), texts.end(), is_slug)) {
    return table.wrong("territories", "slugs");
  }
  return std::set<std::string>(texts.begin(), texts.end());
}

std::string encode_keys(const MemberKeys& keys) {
  return "\n[[keys]]\ngeneration = " + std::to_string(keys.generation) + "\n" + encode_key_pair(keys.signing, keys.transport) +
         encode_vouched(keys.vouched) + encode_heads(keys.last_valid, "keys.last_valid");
}

Result<MemberKeys> read_keys(const TomlTable& table, const std::string& slug) {
  MemberKeys keys;
  TRY(keys.generation, table.number("generation"));
  CHECK_OK(read_key_pair(table, keys.signing, keys.transport));
  TRY(keys.vouched, read_vouched(table));
  TRY(keys.last_valid, read_heads(table, "last_valid", slug));
  return keys;
}

Status read_neighbours(const TomlTable& table, Member& member) {
  if (!table.has("neighbours")) return {};
  TRY(const auto texts, table.texts("neighbours"));
  TRY(const auto needed, table.number("neighbours_needed"));
  member.neighbours = {texts.begin(), texts.end()};
  const auto named = member.neighbours.size();
  if (named > limits::neighbours_max || !std::ranges::all_of(texts, is_slug) || member.neighbours.contains(member.slug))
    return table.wrong("neighbours", "other members");
  if (needed < limits::neighbours_needed_min || needed > named) return table.wrong("neighbours_needed", "2 to all of them");
  member.neighbours_needed = static_cast<std::uint32_t>(needed);
  return {};
}

Status read_suspension(const TomlTable& table, Member& member) {
  if (!table.has("suspended")) return {};
  TRY(member.suspended, table.flag("suspended"));
  TRY(member.suspended_why, table.text("suspended_why"));
  if (!member.suspended || !is_plain_text(member.suspended_why, why_bytes_max)) {
    return table.wrong("suspended_why", "one line");
  }
  TRY(const auto orders, table.tables("last_accepted"));
  for (const auto& item : orders) {
    TRY(const auto text, item.text("feed"));
    TRY(const auto feed, FeedId::parse(text));
    if (feed.centre != member.slug) return item.wrong("feed", "a feed of this member");
    TRY(member.last_accepted[feed], read_order(item));
  }
  return {};
}

}  // namespace

std::string encode(const MemberFile& file) {
  const Member& member = file.member;
  std::string text = header(file.version) + "previous = \"" + file.previous.hex() + "\"\nslug = \"" + member.slug +
                     "\"\nname = " + toml_text(member.name) + "\nterritories = " + toml_texts(listed(member.territories)) +
                     "\nsince = " + to_utc(file.since) + "\n";
  if (file.invitation) text += "invitation = \"" + file.invitation->hex() + "\"\n";
  if (!member.neighbours.empty())
    text += "neighbours = " + toml_texts(listed(member.neighbours)) + "\nneighbours_needed = " + std::to_string(member.neighbours_needed) +
            "\n";
  if (member.suspended) text += "suspended = true\nsuspended_why = " + toml_text(member.suspended_why) + "\n";
  for (const auto& keys : member.keys) text += encode_keys(keys);
  if (member.suspended) {
    for (const auto& [feed, order] : member.last_accepted) {
      text += "\n[[last_accepted]]\nfeed = \"" + feed.str() + "\"\norder = " + order_text(order) + "\n";
    }
  }
  return text;
}

Result<MemberFile> parse_member_file(std::string_view toml) {
  TRY(const auto table, TomlTable::parse(toml, "member"));
  MemberFile file;
  Member& member = file.member;
  CHECK_OK(read_header(table, file.version));
  TRY(const auto previous, table.text("previous"));
  TRY(file.previous, Sha256::parse(previous));
  if ((file.version == 1) != file.previous.is_zero()) return table.wrong("previous", "zero for version 1 alone");
  CHECK_OK(read_name_and_slug(table, member.slug, member.name));
  TRY(member.territories, read_territories(table));
  TRY(file.since, table.time("since"));
  if (table.has("invitation")) {
    TRY(const auto key, table.text("invitation"));
    TRY(file.invitation, SigningKey::parse(key));
  }
  CHECK_OK(read_neighbours(table, member));
  CHECK_OK(read_suspension(table, member));
  TRY(const auto all_keys, table.tables("keys"));
  if (all_keys.empty() || all_keys.size() > generations_max) return table.wrong("keys", "1 to 64 generations");
  for (const auto& item : all_keys) {
    TRY(auto keys, read_keys(item, member.slug));
    if (keys.generation != member.keys.size() + 1) return item.wrong("generation", "1, 2, 3 …");
    member.keys.push_back(std::move(keys));
  }
  // A key that may sign as a neighbour's vouches for whatever it signs.
  if (!member.current_keys().vouched.empty() && !member.suspended) return table.wrong("vouched", "keys that have ended alone");
  if (encode(file) != toml) return fail(Errc::malformed, "member: not in its one byte form");
  return file;
}

std::string encode(const InvitationFile& file) {
  return header(file.version) + "key = \"" + file.key.hex() + "\"\nslug = \"" + file.slug + "\"\nname = " + toml_text(file.name) +
         "\nterritories = " + toml_texts(listed(file.territories)) + "\nexpires = " + to_utc(file.expires) + "\n";
}

Result<InvitationFile> parse_invitation_file(std::string_view toml) {
  TRY(const auto table, TomlTable::parse(toml, "invitation"));
  InvitationFile file;
  CHECK_OK(read_header(table, file.version));
  if (file.version != 1) return table.wrong("version", "1: an invitation is never changed");
  TRY(const auto key, table.text("key"));
  TRY(file.key, SigningKey::parse(key));
  CHECK_OK(read_name_and_slug(table, file.slug, file.name));
  TRY(file.territories, read_territories(table));
  TRY(file.expires, table.time("expires"));
  if (encode(file) != toml) return fail(Errc::malformed, "invitation: not in its one byte form");
  return file;
}

std::string encode(const CentreFile& file) {
  std::string text = "format = 1\nname = " + toml_text(file.name) + "\n";
  if (!file.contact.empty()) text += "contact = " + toml_text(file.contact) + "\n";
  return text + "endpoints = " + toml_texts(file.endpoints) + "\n";
}

Result<CentreFile> parse_centre_file(std::string_view toml) {
  TRY(const auto table, TomlTable::parse(toml, "centre.toml"));
  CentreFile file;
  TRY(const auto format, table.number("format"));
  if (format != 1) return table.wrong("format", "1");
  TRY(file.name, table.text("name"));
  if (!is_plain_text(file.name, limits::name_bytes_max)) return table.wrong("name", "one line");
  if (table.has("contact")) {
    TRY(file.contact, table.text("contact"));
    if (!is_plain_text(file.contact, limits::name_bytes_max)) return table.wrong("contact", "one line");
  }
  TRY(file.endpoints, table.texts("endpoints"));
  if (file.endpoints.size() > limits::endpoints_per_member_max || !std::all_of(file.endpoints.begin(), file.endpoints.end(), is_endpoint)) {
    return table.wrong("endpoints", "at most four tcp://host:port");
  }
  if (encode(file) != toml) return fail(Errc::malformed, "centre.toml: not in its one byte form");
  return file;
}

}  // namespace essaimage::store

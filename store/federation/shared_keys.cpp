#include "store/federation/shared_keys.hpp"

#include "store/crypto/sshsig.hpp"
#include "store/feed/commit.hpp"

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

Result<std::map<FeedId, Head>> read_heads(const TomlTable& table, std::string_view name, const std::string& centre) {
  TRY(const auto tables, table.tables(name));
  std::map<FeedId, Head> heads;
  for (const auto& item : tables) {
    Head head;
    TRY(const auto feed, item.text("feed"));
    TRY(head.feed, FeedId::parse(feed));
    if (head.feed.centre != centre) return item.wrong("feed", "a feed of this member");
    TRY(const auto text, item.text("order"));
    const auto order = parse_order(text);
    if (!order) return item.wrong("order", "an order");
    head.order = *order;
    TRY(const auto commit, item.text("commit"));
    TRY(head.commit, ObjectId::parse(commit));
    heads[head.feed] = head;
  }
  return heads;
}

std::string encode_heads(const std::map<FeedId, Head>& heads, std::string_view name) {
  std::string text;
  for (const auto& [feed, head] : heads) {
    text += "\n[[" + std::string(name) + "]]\nfeed = \"" + feed.str() + "\"\norder = \"" + head.order.str() + "\"\ncommit = \"" +
            head.commit.hex() + "\"\n";
  }
  return text;
}

std::string encode_key_pair(const SigningKey& signing, const TransportKey& transport) {
  return "signing = \"" + to_openssh(signing) + "\"\ntransport = \"" + transport.hex() + "\"\n";
}

Status read_key_pair(const TomlTable& table, SigningKey& signing, TransportKey& transport) {
  TRY(const auto signing_text, table.text("signing"));
  TRY(signing, from_openssh(signing_text));
  TRY(const auto transport_text, table.text("transport"));
  TRY(transport, TransportKey::parse(transport_text));
  return {};
}

std::string encode_vouched(const std::set<Sha256>& vouched) {
  if (vouched.empty()) return {};
  std::vector<std::string> texts;
  for (const auto& hash : vouched) texts.push_back(hash.hex());
  return "vouched = " + toml_texts(texts) + "\n";
}

Result<std::set<Sha256>> read_vouched(const TomlTable& table) {
  std::set<Sha256> vouched;
  if (!table.has("vouched")) return vouched;
  TRY(const auto texts, table.texts("vouched"));
  for (const auto& text : texts) {
    TRY(const auto hash, Sha256::parse(text));
    vouched.insert(hash);
  }
  return vouched;
}

}  // namespace essaimage::store

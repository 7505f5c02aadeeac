#include "store/federation/succession_file.hpp"

#include <algorithm>

#include "store/federation/paths.hpp"
#include "store/federation/shared_keys.hpp"
#include "store/feed/commit.hpp"

namespace essaimage::store {

std::string encode(const SuccessionFile& file) {
  return "format = 1\nversion = " + std::to_string(file.version) + "\nprevious = \"" + file.previous.hex() + "\"\nslug = \"" + file.slug +
         "\"\n" + encode_key_pair(file.signing, file.transport) + encode_vouched(file.vouched) +
         encode_heads(file.last_valid, "last_valid");
}

Result<SuccessionFile> parse_succession_file(std::string_view toml) {
  TRY(const auto table, TomlTable::parse(toml, "succession"));
  SuccessionFile file;
  CHECK_OK(read_version(table, file.version, file.previous));
  if (file.version < 2) return table.wrong("version", "2 or more: the first key is no succession");
  TRY(file.slug, table.text("slug"));
  if (!is_slug(file.slug)) return table.wrong("slug", "a slug");
  CHECK_OK(read_key_pair(table, file.signing, file.transport));
  TRY(file.vouched, read_vouched(table));
  TRY(file.last_valid, read_heads(table, "last_valid", file.slug));
  if (encode(file) != toml) return fail(Errc::malformed, "succession: not in its one byte form");
  return file;
}

std::string succession_path(const SuccessionFile& file) {
  return feed_path::of_kit(feed_path::successions_folder, {file.slug, std::to_string(file.version)});
}

std::string encode(const AskedSuccession& asked) {
  std::vector<std::string> last;
  for (const auto& [feed, order] : asked.last) last.push_back(feed.str() + "@" + order.str());
  return "format = 1\nkey = \"" + asked.key.hex() + "\"\nslug = \"" + asked.slug + "\"\nexpires = " + to_utc(asked.expires) +
         "\nlast = " + toml_texts(last) + "\n";
}

Result<AskedSuccession> parse_asked_succession(std::string_view toml) {
  TRY(const auto table, TomlTable::parse(toml, "asked succession"));
  AskedSuccession asked;
  CHECK_OK(read_format(table));
  TRY(const auto key, table.text("key"));
  TRY(asked.key, SigningKey::parse(key));
  TRY(asked.slug, table.text("slug"));
  if (!is_slug(asked.slug)) return table.wrong("slug", "a slug");
  TRY(asked.expires, table.time("expires"));
  TRY(const auto last, table.texts("last"));
  for (const auto& text : last) {
    const auto at = std::min(text.find('@'), text.size());
    TRY(const auto feed, FeedId::parse(text.substr(0, at)));
    const auto order = parse_order(at == text.size() ? std::string_view() : std::string_view(text).substr(at + 1));
    if (!order || feed.centre != asked.slug) return table.wrong("last", "feeds of this member, each with an order");
    asked.last[feed] = *order;
  }
  if (encode(asked) != toml) return fail(Errc::malformed, "asked succession: not in its one byte form");
  return asked;
}

}  // namespace essaimage::store

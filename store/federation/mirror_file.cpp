#include "store/federation/mirror_file.hpp"

#include <algorithm>

#include "proto/limits.hpp"
#include "store/federation/shared_keys.hpp"
#include "store/feed/commit.hpp"

namespace essaimage::store {
namespace {

Status read_link(const TomlTable& table, MirrorFile& file) {
  TRY(file.slug, table.text("slug"));
  if (!is_slug(file.slug)) return table.wrong("slug", "a slug");
  TRY(file.name, table.text("name"));
  if (!is_plain_text(file.name, limits::name_bytes_max)) return table.wrong("name", "one line");
  TRY(const auto texts, table.texts("territories"));
  file.territories = {texts.begin(), texts.end()};
  const bool links = file.territories.size() >= 2 && file.territories.size() <= limits::territories_per_mirror_max;
  if (!links || !std::all_of(texts.begin(), texts.end(), is_slug)) return table.wrong("territories", "2 to 16 slugs");
  TRY(file.begun, table.time("begun"));
  if (!table.has("begun_why")) return {};
  TRY(file.begun_why, table.text("begun_why"));
  if (!is_plain_text(file.begun_why, limits::reason_bytes_max)) return table.wrong("begun_why", "one line");
  return {};
}

Status read_end(const TomlTable& table, MirrorFile& file) {
  if (table.has("ended")) {
    TRY(file.ended, table.time("ended"));
    TRY(file.ended_why, table.text("ended_why"));
    if (!is_plain_text(file.ended_why, limits::reason_bytes_max)) return table.wrong("ended_why", "one line");
  }
  if (!table.has("last_accepted")) return {};
  TRY(const auto texts, table.texts("last_accepted"));
  for (const std::string& text : texts) {
    const auto at = std::min(text.find(' '), text.size());
    const auto centre = text.substr(0, at);
    const auto order = parse_order(std::string_view(text).substr(std::min(at + 1, text.size())));
    if (!is_slug(centre) || !order) return table.wrong("last_accepted", "centres, each with an order");
    file.last_accepted[centre] = *order;
  }
  return {};
}

}  // namespace

std::string encode(const MirrorFile& file) {
  std::string text = "format = 1\nversion = " + std::to_string(file.version);
  text += "\nprevious = \"" + file.previous.hex() + "\"\nslug = " + toml_text(file.slug) + "\nname = " + toml_text(file.name);
  text += "\nterritories = " + toml_texts({file.territories.begin(), file.territories.end()}) + "\nbegun = " + to_utc(file.begun) + "\n";
  if (!file.begun_why.empty()) text += "begun_why = " + toml_text(file.begun_why) + "\n";
  if (file.ended) text += "ended = " + to_utc(*file.ended) + "\nended_why = " + toml_text(file.ended_why) + "\n";
  if (file.last_accepted.empty()) return text;
  std::vector<std::string> last;
  for (const auto& [centre, order] : file.last_accepted) last.push_back(centre + " " + order.str());
  return text + "last_accepted = " + toml_texts(last) + "\n";
}

Result<MirrorFile> parse_mirror_file(std::string_view toml) {
  TRY(const auto table, TomlTable::parse(toml, "mirror", mirror_bytes_max));
  MirrorFile file;
  CHECK_OK(read_version(table, file.version, file.previous));
  CHECK_OK(read_link(table, file));
  CHECK_OK(read_end(table, file));
  if (encode(file) != toml) return fail(Errc::malformed, "mirror: not in its one byte form");
  return file;
}

}  // namespace essaimage::store

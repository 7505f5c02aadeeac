#include "tools/ctl/export/feed_parts.hpp"

#include <algorithm>
#include <map>

#include "proto/text.hpp"
#include "store/crypto/hash.hpp"
#include "tools/ctl/export/document.hpp"
#include "tools/ctl/export/escape.hpp"
#include "tools/ctl/export/feeds.hpp"
#include "tools/ctl/export/file_kinds.hpp"

namespace essaimage::ctl::site {

namespace {

constexpr std::size_t documents_max = 20;
constexpr std::string_view default_theme = "theme";

/// "catalogue-energie.xml" beside "catalogue.xml".
std::string name_beside(const std::string& name, std::string_view what) {
  const auto dot = name.rfind('.');
  return name.substr(0, dot) + "-" + std::string(what) + name.substr(dot);
}

std::string slug_of(const std::string& theme) {
  std::string slug;
  for (const char c : fold_to_ascii(theme)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (plain) slug += c;
    if (!plain && !slug.empty() && slug.back() != '-') slug += '-';
  }
  constexpr std::size_t slug_bytes_max = 60;
  slug = slug.substr(0, slug_bytes_max);
  while (slug.ends_with('-')) slug.pop_back();
  return slug.empty() ? std::string(default_theme) : slug;
}

}  // namespace

std::vector<FeedPart> feed_parts(const std::vector<Json>& kits, const std::string& name) {
  FeedPart all{name, "", {}};
  for (const auto& kit : kits) all.kits.push_back(&kit);
  if (kits.size() <= one_feed_max) return {all};
  all.name = name_beside(name, "all");
  std::map<std::string, FeedPart> themes;  // by file: themes that fold alike are one
  for (const auto& kit : kits) {
    for (const auto& theme : list_at(kit, "themes")) {
      const auto words = theme.get<std::string>();
      auto& part = themes[name_beside(name, "theme-" + slug_of(words))];
      if (part.title.empty()) part.title = words;
      if (part.kits.empty() || part.kits.back() != &kit) part.kits.push_back(&kit);
    }
  }
  std::vector<FeedPart> parts{all};
  for (auto& [file, part] : themes) {
    part.name = file;
    parts.push_back(std::move(part));
  }
  return parts;
}

std::string address_of(const Json& about, const std::string& place) { return text_at(about, "base_url") + url(place); }

std::vector<FeedLink> acquisitions_of(const Json& about, const Json& kit) {
  std::vector<FeedLink> links;
  for (const auto& file : list_at(kit, "files")) {
    if (text_at(file, "kind") != str(FileKind::document) || text_at(file, "place").empty() || links.size() == documents_max) continue;
    links.push_back({address_of(about, text_at(file, "place")), text_at(file, "type"), text_at(file, "path")});
  }
  if (links.empty()) links.push_back({address_of(about, text_at(kit, "page")), "text/html", text_at(kit, "title")});
  return links;
}

FeedLink picture_of(const Json& about, const Json& kit) {
  if (!kit.contains("picture") || kit["picture"].is_null()) return {};
  const auto place = text_at(kit["picture"], "place");
  const auto type = media_type_of(place);
  if (type != "image/png" && type != "image/jpeg" && type != "image/gif") return {};
  return {address_of(about, place), type, ""};
}

std::string updated_of(const Json& kit) {
  return std::max({text_at(kit, "published"), text_at(kit["review"], "decided"), std::string("1970-01-01T00:00:00Z")});
}

std::string updated_of(const Json& about, const std::vector<const Json*>& kits) {
  std::string newest;
  for (const auto* kit : kits) newest = std::max(newest, updated_of(*kit));
  return newest.empty() ? text_at(about, "exported") : newest;
}

std::string urn_of(const Json& about, const std::string& what) {
  const auto named = text_at(about["federation"], "id") + "\n" + what;
  auto hex = store::sha256(bytes_of(named)).hex().substr(0, 32);
  // A UUID of version 8 (RFC 9562): our own way to make one, by a hash.
  hex[12] = '8';
  constexpr std::string_view variant = "89ab";
  hex[16] = variant[static_cast<unsigned char>(hex[16]) % variant.size()];
  for (const auto at : {20U, 16U, 12U, 8U}) hex.insert(at, "-");
  return "urn:uuid:" + hex;
}

}  // namespace essaimage::ctl::site

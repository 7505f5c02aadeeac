// OPDS 2.0 (https://drafts.opds.io/opds-2.0): the same feeds as JSON.

#include "tools/ctl/export/assets.hpp"
#include "tools/ctl/export/feed_parts.hpp"
#include "tools/ctl/export/feeds.hpp"

namespace essaimage::ctl::site {

namespace {

constexpr const char* feed_type = "application/opds+json";

Json link_to(const std::string& rel, const FeedLink& to) {
  Json json{{"rel", rel}, {"href", to.address}, {"type", to.type}};
  if (!to.title.empty()) json["title"] = to.title;
  return json;
}

Json head(const Json& about, const FeedPart& part, const std::string& start) {
  const auto federation = text_at(about["federation"], "name");
  const auto named = "feed\n" + part.name + "\n" + text_at(about, "for") + "\n" + text_at(about, "territory");
  return {{"metadata",
           {{"identifier", urn_of(about, named)},
            {"title", part.title.empty() ? federation : part.title + " – " + federation},
            {"modified", updated_of(about, part.kits)},
            {"numberOfItems", part.kits.size()}}},
          {"links",
           {link_to("self", {address_of(about, part.name), feed_type, ""}), link_to("start", {address_of(about, start), feed_type, ""})}}};
}

Json publication(const Json& about, const Json& kit) {
  Json metadata{{"@type", "http://schema.org/CreativeWork"},
                {"identifier", urn_of(about, "kit\n" + text_at(kit, "id"))},
                {"title", text_at(kit, "title")},
                {"author", text_at(kit, "centre_name").empty() ? text_at(kit, "centre") : text_at(kit, "centre_name")},
                {"modified", updated_of(kit)}};
  if (!list_at(kit, "authors").empty()) metadata["contributor"] = list_at(kit, "authors");
  if (!list_at(kit, "languages").empty()) metadata["language"] = list_at(kit, "languages");
  if (const auto published = text_at(kit, "published"); !published.empty()) metadata["published"] = published;
  if (const auto summary = text_at(kit, "summary"); !summary.empty()) metadata["description"] = summary;
  if (!list_at(kit, "themes").empty()) metadata["subject"] = list_at(kit, "themes");
  if (const auto centre = text_at(kit, "centre_name"); !centre.empty()) metadata["publisher"] = centre;
  auto links = Json::array();
  for (const auto& each : acquisitions_of(about, kit)) links.push_back(link_to("http://opds-spec.org/acquisition/open-access", each));
  links.push_back(link_to("alternate", {address_of(about, text_at(kit, "page")), "text/html", ""}));
  Json json{{"metadata", std::move(metadata)}, {"links", std::move(links)}};
  // A publication has a picture, says OPDS 2.0: the site has one for kits that show none.
  auto picture = picture_of(about, kit);
  if (picture.address.empty()) picture = {address_of(about, std::string(kit_png_place)), "image/png", ""};
  json["images"] = Json::array({Json{{"href", picture.address}, {"type", picture.type}}});
  return json;
}

}  // namespace

std::vector<Output> opds_json(const Json& about, const std::vector<Json>& kits, const std::string& name) {
  const auto parts = feed_parts(kits, name);
  std::vector<Output> outputs;
  if (parts.size() > 1) {
    auto root = head(about, FeedPart{name, "", parts.front().kits}, name);
    root["navigation"] = Json::array();
    for (const auto& part : parts)
      root["navigation"].push_back(
          link_to("subsection", {address_of(about, part.name), feed_type, part.title.empty() ? "Tous les kits – all kits" : part.title}));
    outputs.push_back({name, pretty(root) + "\n", kits.size()});
  }
  for (const auto& part : parts) {
    auto feed = head(about, part, name);
    if (parts.size() > 1) feed["links"].push_back(link_to("up", {address_of(about, name), feed_type, ""}));
    if (part.kits.empty()) {
      // A feed has at least one publication or way on: an empty catalogue leads to its page.
      const auto federation = text_at(about["federation"], "name");
      feed["navigation"] = Json::array({link_to("alternate", {address_of(about, "index.html"), "text/html", federation})});
    } else {
      feed["publications"] = Json::array();
      for (const auto* kit : part.kits) feed["publications"].push_back(publication(about, *kit));
    }
    outputs.push_back({part.name, pretty(feed) + "\n", part.kits.size()});
  }
  return outputs;
}

}  // namespace essaimage::ctl::site

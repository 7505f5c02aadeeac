// OPDS 1.2 (https://specs.opds.io/opds-1.2): Atom with the link relations of OPDS, and Dublin Core.

#include "proto/counted.hpp"
#include "tools/ctl/export/escape.hpp"
#include "tools/ctl/export/feed_parts.hpp"
#include "tools/ctl/export/feeds.hpp"

namespace essaimage::ctl::site {

namespace {

constexpr std::string_view navigation = "application/atom+xml;profile=opds-catalog;kind=navigation";
constexpr std::string_view acquisition = "application/atom+xml;profile=opds-catalog;kind=acquisition";

void element(std::string& out, std::string_view name, std::string_view content) {
  if (content.empty()) return;
  out.append("<").append(name).append(">").append(html(content)).append("</").append(name).append(">\n");
}

void add_link(std::string& out, std::string_view rel, const FeedLink& to) {
  out.append("<link rel=\"")
      .append(rel)
      .append("\" href=\"")
      .append(html(to.address))
      .append("\" type=\"")
      .append(html(to.type))
      .append("\"");
  if (!to.title.empty()) out.append(" title=\"").append(html(to.title)).append("\"");
  out.append("/>\n");
}

/// Up to the first entry.
std::string feed_head(const Json& about, const FeedPart& part, const std::string& start, std::string_view self_type,
                      std::string_view start_type) {
  std::string out =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" "
      "xmlns:dcterms=\"http://purl.org/dc/terms/\" xmlns:opds=\"http://opds-spec.org/2010/catalog\">\n";
  out.append(atom_mark).append("\n");
  const auto federation = text_at(about["federation"], "name");
  element(out, "id", urn_of(about, "feed\n" + part.name + "\n" + text_at(about, "for") + "\n" + text_at(about, "territory")));
  element(out, "title", part.title.empty() ? federation : part.title + " – " + federation);
  element(out, "updated", updated_of(about, part.kits));
  out += "<author>\n";
  element(out, "name", federation);
  out += "</author>\n";
  add_link(out, "self", {address_of(about, part.name), std::string(self_type), ""});
  add_link(out, "start", {address_of(about, start), std::string(start_type), ""});
  return out;
}

void entry(std::string& out, const Json& about, const Json& kit) {
  out += "<entry>\n";
  element(out, "id", urn_of(about, "kit\n" + text_at(kit, "id")));
  element(out, "title", text_at(kit, "title"));
  element(out, "updated", updated_of(kit));
  element(out, "published", text_at(kit, "published"));
  out += "<author>\n";
  element(out, "name", text_at(kit, "centre_name").empty() ? text_at(kit, "centre") : text_at(kit, "centre_name"));
  out += "</author>\n";
  for (const auto& author : list_at(kit, "authors")) {
    out += "<contributor>\n";
    element(out, "name", author.get<std::string>());
    out += "</contributor>\n";
  }
  for (const auto& language : list_at(kit, "languages")) element(out, "dcterms:language", language.get<std::string>());
  element(out, "dcterms:issued", text_at(kit, "published").substr(0, 10));
  element(out, "dcterms:publisher", text_at(kit, "centre_name"));
  element(out, "rights", text_at(kit, "licence"));
  for (const auto& theme : list_at(kit, "themes")) {
    const auto words = html(theme.get<std::string>());
    out.append("<category term=\"").append(words).append("\" label=\"").append(words).append("\"/>\n");
  }
  const auto summary = text_at(kit, "summary");
  if (!summary.empty()) out.append("<summary type=\"text\">").append(html(summary)).append("</summary>\n");
  add_link(out, "alternate", {address_of(about, text_at(kit, "page")), "text/html", ""});
  if (const auto picture = picture_of(about, kit); !picture.address.empty()) {
    add_link(out, "http://opds-spec.org/image", picture);
    add_link(out, "http://opds-spec.org/image/thumbnail", picture);
  }
  for (const auto& each : acquisitions_of(about, kit)) add_link(out, "http://opds-spec.org/acquisition/open-access", each);
  out += "</entry>\n";
}

void navigation_entry(std::string& out, const Json& about, const FeedPart& part) {
  out += "<entry>\n";
  element(out, "id", urn_of(about, "entry\n" + part.name));
  element(out, "title", part.title.empty() ? "Tous les kits – all kits" : part.title);
  element(out, "updated", updated_of(about, part.kits));
  element(out, "content", counted(part.kits.size(), kits_counted, Language::french));
  add_link(out, "subsection", {address_of(about, part.name), std::string(acquisition), ""});
  out += "</entry>\n";
}

}  // namespace

std::vector<Output> opds_atom(const Json& about, const std::vector<Json>& kits, const std::string& name) {
  const auto parts = feed_parts(kits, name);
  const auto start_type = parts.size() == 1 ? acquisition : navigation;
  std::vector<Output> outputs;
  if (parts.size() > 1) {
    FeedPart root{name, "", parts.front().kits};
    auto content = feed_head(about, root, name, navigation, navigation);
    for (const auto& part : parts) navigation_entry(content, about, part);
    outputs.push_back({name, content + "</feed>\n", kits.size()});
  }
  for (const auto& part : parts) {
    auto content = feed_head(about, part, name, acquisition, start_type);
    if (parts.size() > 1) add_link(content, "up", {address_of(about, name), std::string(navigation), ""});
    for (const auto* kit : part.kits) entry(content, about, *kit);
    outputs.push_back({part.name, content + "</feed>\n", part.kits.size()});
  }
  return outputs;
}

}  // namespace essaimage::ctl::site

// The verbs that look at the curated catalogue: what is in it, what is proposed for it, and all that was ever said about a kit.

#include <algorithm>

#include "daemon/shell/control/catalogue_view.hpp"
#include "daemon/shell/control/verbs.hpp"
#include "proto/text.hpp"
#include "store/life/outcome_file.hpp"

namespace essaimage::shell::verb {

namespace {

using store::CatalogueFile;

struct Filter {
  bool all = false, region = false, proposed = false;
  std::optional<std::string> territory, theme;
};

Result<Filter> filter_of(Arguments& arguments) {
  Filter filter;
  TRY(filter.all, arguments.flag("all"));
  TRY(filter.region, arguments.flag("region"));
  TRY(filter.proposed, arguments.flag("proposed"));
  TRY(filter.territory, arguments.optional_text("territory"));
  TRY(filter.theme, arguments.optional_text("theme"));
  CHECK_OK(arguments.nothing_else());
  if (filter.region && filter.territory) return fail(Errc::usage, "one of region, territory");
  return filter;
}

/// The statement by which a kit stands in the list: the federation's decision goes before what a territory says.
const CatalogueFile* base_of(const CatalogueView& view, const KitId& id, const Filter& filter) {
  if (filter.territory && !filter.proposed) return view.recommendation(id, *filter.territory);
  const auto* decided = view.decision(id);
  if (decided != nullptr || filter.region) return decided;
  const auto said = view.recommendations(id);
  const auto lists = std::ranges::find_if(said, [](const CatalogueFile* file) { return file->lists(); });
  return said.empty() ? nullptr : lists == said.end() ? said.front() : *lists;
}

/// As people write it: "Santé" is "santé", and "sante".
bool has_theme(const store::Library& library, const KitId& id, const CatalogueFile* base, const std::string& theme) {
  const auto same = [folded = fold_to_ascii(theme)](const std::string& each) { return fold_to_ascii(each) == folded; };
  if (base != nullptr && std::ranges::any_of(base->themes, same)) return true;
  const auto kit = library.kit(id);
  return kit && std::ranges::any_of(kit->row.themes, same);
}

bool is_proposed(const store::Library& library, const CatalogueView& view, const KitId& id, const Filter& filter) {
  const auto* row = view.proposal(id);
  if (row == nullptr || (!filter.all && view.waits_for(id) == WaitsFor::nobody)) return false;
  if (filter.region && row->proposal.to != store::Proposal::To::region) return false;
  if (!filter.territory) return true;
  const auto roster = library.roster();
  const auto* author = roster ? roster->find(id.centre) : nullptr;
  return author != nullptr && author->territories.contains(*filter.territory);
}

Json event_json(const store::CatalogueEvent& event) {
  Json json = Json::object();
  const bool said = event.said.has_value();
  json["event"] = said                                                  ? std::string(str(event.said->decision))
                  : event.kind == store::CatalogueEvent::Kind::proposed ? "proposed"
                                                                        : "taken-back";
  json["time"] = to_utc(event.time);
  json["centre"] = event.feed.centre;
  json["audience"] = event.feed.audience.str();
  json["kit_version"] = said ? event.said->kit_version : event.proposal->kit_version;
  json["tree"] = (said ? event.said->tree : event.proposal->tree).hex();
  json["text"] = said ? event.said->reason : event.proposal->note;
  json["to"] = said ? Json(nullptr) : Json(str(event.proposal->to));
  json["version"] = said ? Json(event.said->version) : Json(nullptr);
  json["reviewer"] = said ? Json(event.said->reviewer) : Json(nullptr);
  json["reviewed"] = said ? Json(store::day_text(event.said->reviewed)) : Json(nullptr);
  json["conditions"] = said ? Json(event.said->conditions) : Json::array();
  json["in_force"] = event.in_force;
  json["commit"] = event.commit.hex();
  return json;
}

}  // namespace

Result<Json> catalogue_list(Session& session, Arguments& arguments) {
  TRY(const auto filter, filter_of(arguments));
  const auto& library = session.node().library();
  TRY(const auto view, CatalogueView::of(library));
  const auto roster = library.roster();
  if (filter.territory && roster && !roster->may_hold(library.identity().slug, {Audience::Kind::territory, *filter.territory}))
    return fail(Errc::audience_not_ours, "territory:" + *filter.territory);
  auto kits = view.kits();
  std::erase_if(kits, [&](const KitId& id) {
    const auto* base = base_of(view, id, filter);
    const bool shown = filter.proposed ? is_proposed(library, view, id, filter) : base != nullptr && (filter.all || base->lists());
    return !shown || (filter.theme && !has_theme(library, id, base, *filter.theme));
  });
  if (filter.proposed) {
    std::ranges::stable_sort(kits, {}, [&](const KitId& id) { return view.proposal(id)->proposal.proposed; });
  }
  std::vector<Json> entries;
  for (const auto& id : kits) {
    TRY(auto entry, view.entry(id, base_of(view, id, filter)));
    entries.push_back(std::move(entry));
  }
  CHECK_OK(session.list(entries));
  return Json{{"decisions", entries.size()}};
}

Result<Json> catalogue_show(Session& session, Arguments& arguments) {
  TRY(const auto id, arguments.kit());
  CHECK_OK(arguments.nothing_else());
  TRY(const auto view, CatalogueView::of(session.node().library()));
  const auto* base = base_of(view, id, {});
  if (base == nullptr && view.proposal(id) == nullptr) return fail(Errc::catalogue_undecided, id.str());
  TRY(auto entry, view.entry(id, base));
  entry["next"] = shell::to_json(view.next(id));
  return entry;
}

Result<Json> catalogue_history(Session& session, Arguments& arguments) {
  TRY(const auto id, arguments.kit());
  CHECK_OK(arguments.nothing_else());
  TRY(const auto history, session.node().library().curation().history(id));
  std::vector<Json> entries;
  for (const auto& event : history.events) entries.push_back(event_json(event));
  CHECK_OK(session.list(entries));
  return Json{{"id", id.str()}, {"statements", entries.size()}, {"cut", history.cut}};
}

}  // namespace essaimage::shell::verb

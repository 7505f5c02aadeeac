#include "daemon/shell/control/kit_life.hpp"

#include <algorithm>
#include <map>

#include "store/crypto/hash.hpp"
#include "store/curation.hpp"
#include "store/life/life.hpp"

namespace essaimage::shell {

namespace {

/// All of its versions, or the newest alone where what it was before cannot be read: its life is told all the same.
/// A version that was passed on to others says itself when its author made it: when they were told, its commit says.
std::vector<store::LifeVersion> versions_of(const store::Library& library, const store::KitSummary& kit) {
  std::vector<store::LifeVersion> versions;
  if (const auto history = library.history(kit.row.id)) {
    for (const auto& each : *history) versions.push_back({each.version, each.audience, each.told_at});
  }
  if (versions.empty()) versions.push_back({kit.row.version, kit.row.audience, kit.row.published_at});
  return versions;
}

/// What the one in force replaced, oldest first: each names the one before it by its content, so that what was signed with them tells
/// what is of them. Of a history that is cut, or cannot be read, as many as there are.
std::vector<store::CatalogueFile> replaced_by(const store::Library& library, const store::CatalogueFile& decision) {
  std::vector<store::CatalogueFile> replaced;
  if (decision.version == 1) return replaced;
  const auto history = library.curation().history(decision.kit);
  if (!history) return replaced;
  std::map<Sha256, const store::CatalogueFile*> said;
  for (const auto& event : history->events) {
    if (!event.said || event.said->audience() != Audience{}) continue;
    const auto text = encode(*event.said);
    said.emplace(store::sha256(bytes_of(text)), &*event.said);
  }
  for (auto at = said.find(decision.previous); at != said.end(); at = said.find(at->second->previous)) replaced.push_back(*at->second);
  std::ranges::reverse(replaced);
  return replaced;
}

Json to_json(const store::LifeEvent& event) {
  Json json{{"event", str(event.kind)}, {"time", to_utc(event.time)}, {"centre", event.centre}, {"kit_version", event.version}};
  if (event.audience) json["audience"] = event.audience->str();
  if (event.kit) json["id"] = event.kit->str();
  if (event.kind == store::LifeEvent::Kind::adopted) json["shares_territory"] = event.shares_territory;
  if (event.kind == store::LifeEvent::Kind::tested) {
    json["outcomes"] = event.outcomes;
    json["sessions"] = event.sessions;
    json["participants"] = event.participants;
  }
  return json;
}

}  // namespace

Result<Json> life_json(const store::Library& library, const store::KitSummary& kit) {
  const auto roster = library.roster();
  if (roster == nullptr) return Json(nullptr);
  const auto& id = kit.row.id;
  store::LifeFacts facts;
  facts.kit = id;
  facts.claimed_stage = kit.row.stage;
  facts.versions = versions_of(library, kit);
  TRY(facts.outcomes, library.outcomes({id, {}, std::nullopt, std::nullopt, 0}));
  TRY(facts.adoptions, library.adoptions(id));
  TRY(const auto adaptations, library.adaptations(id));
  for (const auto& each : adaptations)
    facts.adaptations.push_back({each.row.id, each.row.adapted_from ? each.row.adapted_from->version : 0, each.row.published_at});
  const auto catalogue = library.catalogue();
  if (const auto* const decision = catalogue ? catalogue->find(id) : nullptr) {
    facts.decision = *decision;
    facts.replaced = replaced_by(library, *decision);
  }

  const auto life = store::life_of(facts, *roster);
  Json json{{"stage", str(life.stage)}, {"stages", Json::object()}, {"story", Json::array()}};
  for (const auto& [stage, since] : life.since) json["stages"][std::string(str(stage))] = to_utc(since);
  for (const auto& event : life.story) json["story"].push_back(to_json(event));
  return json;
}

Json to_json(const std::optional<store::Lineage>& from) {
  if (!from) return nullptr;
  if (!from->kit) return {{"url", from->url}};
  return {{"id", from->kit->str()}, {"version", from->version == 0 ? Json(nullptr) : Json(from->version)}};
}

}  // namespace essaimage::shell

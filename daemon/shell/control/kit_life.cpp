#include "daemon/shell/control/kit_life.hpp"

#include "store/life/life.hpp"

namespace essaimage::shell {

namespace {

/// All of its versions, or the newest alone where what it was before cannot be read: its life is told all the same.
std::vector<store::LifeVersion> versions_of(const store::Library& library, const store::KitSummary& kit) {
  std::vector<store::LifeVersion> versions;
  if (const auto history = library.history(kit.row.id)) {
    for (const auto& each : *history) versions.push_back({each.version, each.audience, each.published_at});
  }
  if (versions.empty()) versions.push_back({kit.row.version, kit.row.audience, kit.row.published_at});
  return versions;
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
  if (const auto* const decision = catalogue ? catalogue->find(id) : nullptr) facts.decision = *decision;

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

#include "store/life/life.hpp"

#include <algorithm>
#include <array>

namespace essaimage::store {
namespace {

using Kind = LifeEvent::Kind;

bool share_territory(const Roster& roster, const std::string& a, const std::string& b) {
  const auto *const one = roster.find(a), *const other = roster.find(b);
  if (one == nullptr || other == nullptr) return false;
  return std::ranges::any_of(one->territories, [&](const std::string& each) { return other->territories.contains(each); });
}

/// Another centre of one of the author's territories uses the kit.
bool uses_nearby(const Roster& roster, const std::string& author, const std::string& centre) {
  return centre != author && share_territory(roster, author, centre);
}

/// A centre that shares no territory with the author uses it. The federation's own node is no centre of a territory.
bool uses_elsewhere(const Roster& roster, const std::string& author, const std::string& centre) {
  const bool other = centre != author && centre != roster.federation_slug && roster.find(centre) != nullptr;
  return other && !share_territory(roster, author, centre);
}

LifeStage begun_at(const std::string& claimed_stage) { return claimed_stage == "workshop" ? LifeStage::workshop : LifeStage::prototype; }

LifeEvent event(Kind kind, Timestamp time, const std::string& centre, std::uint64_t version) {
  LifeEvent made;
  made.kind = kind;
  made.time = time;
  made.centre = centre;
  made.version = version;
  return made;
}

LifeEvent decision_event(const CatalogueFile& said, const Roster& roster) {
  const bool accepted = said.decision == CatalogueFile::Decision::accepted;
  const auto kind = accepted ? Kind::accepted : said.decision == CatalogueFile::Decision::declined ? Kind::declined : Kind::retired;
  return event(kind, said.decided, roster.federation_slug, said.kit_version);
}

/// The first version for each audience, by time: later ones are what `kit history` is for.
std::vector<LifeEvent> publications(const LifeFacts& facts) {
  std::map<Audience, LifeVersion> first;
  for (const auto& version : facts.versions) {
    const auto [at, added] = first.try_emplace(version.audience, version);
    if (!added && version.version < at->second.version) at->second = version;
  }
  std::vector<LifeEvent> told;
  for (const auto& [audience, version] : first) {
    auto published = event(Kind::published, version.published_at, facts.kit.centre, version.version);
    published.audience = audience;
    told.push_back(std::move(published));
  }
  // Within one second, what a centre told its own territory went to the region after it.
  std::ranges::sort(told, {}, [](const LifeEvent& each) { return std::pair(each.time, each.audience == Audience{}); });
  return told;
}

/// One event for each centre, however often it reports.
void add_outcomes(const LifeFacts& facts, Life& life) {
  std::map<std::string, LifeEvent> by_centre;
  for (const auto& row : facts.outcomes) {
    const auto& told = row.outcome;
    const auto& centre = row.feed.centre;
    const auto [at, added] = by_centre.try_emplace(centre, event(Kind::tested, told.facts.first_day, centre, told.kit_version));
    auto& tested = at->second;
    if (!added && told.facts.first_day < tested.time) {
      tested.time = told.facts.first_day;
      tested.version = told.kit_version;
    }
    ++tested.outcomes;
    tested.sessions += told.facts.sessions;
    tested.participants += total_of(told.facts.participants);
    const auto [since, first] = life.since.try_emplace(LifeStage::field_tested, told.facts.first_day);
    if (!first) since->second = std::min(since->second, told.facts.first_day);
  }
  for (auto& [centre, tested] : by_centre) life.story.push_back(std::move(tested));
}

/// Returns when a centre that shares no territory adopted it first.
std::optional<Timestamp> add_adoptions(const LifeFacts& facts, const Roster& roster, Life& life) {
  std::optional<Timestamp> elsewhere;
  for (const auto& row : facts.adoptions) {
    const auto& centre = row.feed.centre;
    const auto time = row.adoption.adopted;
    auto adopted = event(Kind::adopted, time, centre, row.adoption.kit_version);
    adopted.shares_territory = share_territory(roster, facts.kit.centre, centre);
    if (uses_nearby(roster, facts.kit.centre, centre)) {
      const auto [since, first] = life.since.try_emplace(LifeStage::metropolitan, time);
      if (!first) since->second = std::min(since->second, time);
    } else if (uses_elsewhere(roster, facts.kit.centre, centre)) {
      elsewhere = elsewhere ? std::min(*elsewhere, time) : time;
    }
    life.story.push_back(std::move(adopted));
  }
  return elsewhere;
}

}  // namespace

std::string_view str(LifeStage stage) {
  static constexpr std::array<std::string_view, 5> names = {"workshop", "prototype", "field-tested", "metropolitan", "regional"};
  return names[static_cast<std::size_t>(stage)];
}

std::string_view str(LifeEvent::Kind kind) {
  static constexpr std::array<std::string_view, 7> names = {"published", "tested", "adopted", "adapted", "accepted", "declined", "retired"};
  return names[static_cast<std::size_t>(kind)];
}

Life life_of(const LifeFacts& facts, const Roster& roster) {
  Life life;
  const auto begun = begun_at(facts.claimed_stage);
  const auto told = publications(facts);
  life.since[begun] = told.empty() ? Timestamp() : told.front().time;
  life.story.assign(told.begin(), told.begin() + (told.empty() ? 0 : 1));
  add_outcomes(facts, life);
  const auto elsewhere = add_adoptions(facts, roster, life);
  for (const auto& adaptation : facts.adaptations) {
    auto adapted = event(Kind::adapted, adaptation.published_at, adaptation.kit.centre, adaptation.version);
    adapted.kit = adaptation.kit;
    life.story.push_back(std::move(adapted));
  }
  std::vector<LifeEvent> decided;
  for (const auto& decision : facts.replaced) decided.push_back(decision_event(decision, roster));
  if (facts.decision) decided.push_back(decision_event(*facts.decision, roster));
  if (facts.decision && decided.back().kind == Kind::accepted && elsewhere)
    life.since[LifeStage::regional] = std::max(*elsewhere, facts.decision->decided);
  // Within one second a kit goes to others because it was accepted, and not before; and what was decided later came later.
  const auto accepted = std::ranges::find(decided, Kind::accepted, &LifeEvent::kind);
  if (!told.empty()) decided.insert(accepted == decided.end() ? accepted : accepted + 1, told.begin() + 1, told.end());
  life.story.insert(life.story.end(), decided.begin(), decided.end());
  life.stage = life.since.rbegin()->first;
  std::ranges::stable_sort(life.story, {}, &LifeEvent::time);
  return life;
}

LifeStage stage_of(const StageFacts& facts, const Roster& roster) {
  const auto any = [&](auto is_one) {
    return std::ranges::any_of(facts.adopters, [&](const std::string& centre) { return is_one(roster, facts.kit.centre, centre); });
  };
  if (facts.accepted && any(uses_elsewhere)) return LifeStage::regional;
  if (any(uses_nearby)) return LifeStage::metropolitan;
  return facts.has_outcome ? LifeStage::field_tested : begun_at(facts.claimed_stage);
}

LifeStage Stages::of(const KitId& kit, const std::string& claimed) const {
  StageFacts facts{kit, claimed, std::ranges::binary_search(tested, kit), {}, false};
  if (const auto used = adopters.find(kit); used != adopters.end()) facts.adopters = used->second;
  const auto* const decision = catalogue ? catalogue->find(kit) : nullptr;
  facts.accepted = decision != nullptr && decision->decision == CatalogueFile::Decision::accepted;
  return stage_of(facts, roster ? *roster : Roster());
}

}  // namespace essaimage::store

#include "store/life/report.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "proto/text.hpp"
#include "store/life/life.hpp"
#include "store/life/report_curve.hpp"

namespace essaimage::store {
namespace {

using Numbers = std::vector<std::uint32_t>;

/// All that is known of a kit up to the end of the period. It may have been published later, and used before.
struct KitPast {
  const KitActivity* any = nullptr;                          ///< a version, of whatever time; never null
  std::vector<const KitActivity*> versions;                  ///< by when they were published, then by feed
  std::map<std::string, const AdoptionActivity*> adoptions;  ///< by centre: the first that stood at the end
  std::vector<const OutcomeActivity*> outcomes;
  const DecisionActivity* decision = nullptr;  ///< the last

  const KitActivity& first() const { return *versions.front(); }
  const KitActivity& newest() const {
    if (versions.empty()) return *any;
    return **std::ranges::max_element(versions, {}, [](const auto* each) { return each->version; });
  }
};

class Counter {
 public:
  Counter(const Activity& activity, const ReportQuery& query) : all_(activity), query_(query) {}

  PeriodReport count() {
    collect();
    count_kits();
    count_adoptions();
    count_outcomes();
    count_reached();
    add_figures();
    report_.curve = curve_of(report_.entries, new_kits_, query_.from, query_.until);
    return std::move(report_);
  }

 private:
  bool in_period(Timestamp time) const { return time >= query_.from && time < query_.until; }

  std::set<std::string> territories_of(const std::string& centre) const {
    const auto* const member = all_.roster ? all_.roster->find(centre) : nullptr;
    return member == nullptr ? std::set<std::string>() : member->territories;
  }

  bool is_asked(const std::string& centre) const { return query_.territory.empty() || territories_of(centre).contains(query_.territory); }

  bool has_theme(const KitPast& kit) const {
    if (query_.theme.empty()) return true;
    const auto asked = fold_name(query_.theme);
    return std::ranges::any_of(kit.newest().themes, [&](const auto& theme) { return fold_name(theme) == asked; });
  }

  void collect() {
    for (const auto& each : all_.versions) {
      auto& kit = kits_[each.id];
      kit.any = &each;
      if (each.published < query_.until) kit.versions.push_back(&each);
    }
    for (auto& [id, kit] : kits_) std::ranges::stable_sort(kit.versions, {}, [](const auto* each) { return each->published; });
    for (const auto& each : all_.adoptions) {
      const auto kit = kits_.find(each.adoption.kit);
      if (each.adoption.adopted >= query_.until || (each.removed && *each.removed < query_.until)) continue;
      if (kit == kits_.end()) continue;  // of a kit that is not known here
      const auto [at, added] = kit->second.adoptions.try_emplace(each.entry.feed.centre, &each);
      if (!added && each.adoption.adopted < at->second->adoption.adopted) at->second = &each;
    }
    for (const auto& each : all_.outcomes) {
      const auto kit = kits_.find(each.outcome.kit);
      if (kit != kits_.end() && each.outcome.facts.first_day < query_.until) kit->second.outcomes.push_back(&each);
    }
    for (const auto& each : all_.decisions) {
      const auto kit = kits_.find(each.decision.kit);
      if (kit != kits_.end() && each.decision.decided < query_.until) kit->second.decision = &each;
    }
    std::erase_if(kits_, [&](const auto& each) { return !has_theme(each.second); });
  }

  // --- entries, each once

  std::uint32_t number_of(const void* fact, ReportEntry entry) {
    const auto [at, added] = numbers_.try_emplace(fact, static_cast<std::uint32_t>(report_.entries.size() + 1));
    if (added) report_.entries.push_back(std::move(entry));
    return at->second;
  }
  std::uint32_t add(const KitActivity& each) {
    return number_of(
        &each, {ReportEntry::Kind::version, each.id, each.version, each.id.centre, each.published, each.adapted_from, 0, 0, each.entry});
  }
  std::uint32_t add(const AdoptionActivity& each) {
    const auto& said = each.adoption;
    return number_of(&each,
                     {ReportEntry::Kind::adoption, said.kit, said.kit_version, each.entry.feed.centre, said.adopted, {}, 0, 0, each.entry});
  }
  std::uint32_t add(const OutcomeActivity& each) {
    const auto& told = each.outcome;
    return number_of(&each, {ReportEntry::Kind::outcome,
                             told.kit,
                             told.kit_version,
                             each.entry.feed.centre,
                             told.facts.first_day,
                             {},
                             told.facts.sessions,
                             total_of(told.facts.participants),
                             each.entry});
  }
  std::uint32_t add(const DecisionActivity& each) {
    const auto& said = each.decision;
    return number_of(&each,
                     {ReportEntry::Kind::decision, said.kit, said.kit_version, each.entry.feed.centre, said.decided, {}, 0, 0, each.entry});
  }

  void say(const std::string& name, const std::string& group, std::uint64_t value, const Numbers& entries) {
    auto& figure = figures_[{name, group}];
    figure.value += value;
    figure.entries.insert(figure.entries.end(), entries.begin(), entries.end());
  }
  /// The same of each territory of that centre.
  void say_of(const std::string& centre, const std::string& name, std::uint64_t value, const Numbers& entries) {
    say(name, "", value, entries);
    for (const auto& territory : territories_of(centre)) say("territory." + name, territory, value, entries);
  }

  // --- kits

  Life life_at_end(const KitId& id, const KitPast& kit) const {
    LifeFacts facts;
    facts.kit = id;
    facts.claimed_stage = kit.newest().stage;
    for (const auto* each : kit.versions) facts.versions.push_back({each->version, each->entry.feed.audience, each->published});
    for (const auto* each : kit.outcomes) facts.outcomes.push_back({each->entry.feed, each->outcome});
    for (const auto& [centre, each] : kit.adoptions) facts.adoptions.push_back({each->entry.feed, each->adoption});
    if (kit.decision != nullptr) facts.decision = kit.decision->decision;
    return life_of(facts, *all_.roster);
  }

  void count_kits() {
    for (const auto& [id, kit] : kits_) {
      if (kit.versions.empty() || !is_asked(id.centre)) continue;
      const auto first = add(kit.first());
      say_of(id.centre, "kits", 1, {first});
      const auto life = life_at_end(id, kit);
      say("kits.stage", std::string(str(life.stage)), 1, stage_witnesses(life.stage, kit, first));
      if (in_period(kit.first().published)) {
        new_kits_.insert(first);
        say_of(id.centre, "kits.new", 1, {first});
        if (kit.first().adapted_from) say_of(id.centre, "adaptations", 1, {first});
      }
      count_versions(kit);
    }
  }

  /// In how many feeds it was published does not matter.
  void count_versions(const KitPast& kit) {
    std::set<std::uint64_t> counted;
    for (const auto* each : kit.versions) {
      if (!counted.insert(each->version).second || !in_period(each->published)) continue;
      const auto number = add(*each);
      say_of(each->id.centre, "versions", 1, {number});
      reached_[each->id.centre].push_back(number);
    }
  }

  /// The first publication, and what made it that stage.
  Numbers stage_witnesses(LifeStage stage, const KitPast& kit, std::uint32_t first) {
    Numbers numbers{first};
    const auto own = territories_of(kit.first().id.centre);
    const auto shares = [&](const std::string& centre) {
      const auto theirs = territories_of(centre);
      return std::ranges::any_of(theirs, [&](const auto& each) { return own.contains(each); });
    };
    if (stage == LifeStage::field_tested) {
      for (const auto* each : kit.outcomes) numbers.push_back(add(*each));
    }
    for (const auto& [centre, each] : kit.adoptions) {
      const bool tells = (stage == LifeStage::metropolitan && shares(centre)) || (stage == LifeStage::regional && !shares(centre));
      if (tells) numbers.push_back(add(*each));
    }
    if (stage == LifeStage::regional && kit.decision != nullptr) numbers.push_back(add(*kit.decision));
    return numbers;
  }

  // --- adoptions and outcomes

  void count_adoptions() {
    for (const auto& [id, kit] : kits_) {
      for (const auto& [centre, each] : kit.adoptions) {
        if (!is_asked(centre) || !in_period(each->adoption.adopted)) continue;
        const auto number = add(*each);
        say_of(centre, "adoptions", 1, {number});
        reached_[centre].push_back(number);
      }
    }
  }

  void count_outcomes() {
    for (const auto& [id, kit] : kits_) {
      for (const auto* each : kit.outcomes) {
        const auto& centre = each->entry.feed.centre;
        if (!is_asked(centre) || !in_period(each->outcome.facts.first_day)) continue;
        count_outcome(*each, add(*each));
      }
    }
  }

  void count_outcome(const OutcomeActivity& each, std::uint32_t number) {
    const auto& facts = each.outcome.facts;
    const auto& centre = each.entry.feed.centre;
    const auto people = total_of(facts.participants);
    reached_[centre].push_back(number);
    say_of(centre, "outcomes", 1, {number});
    say_of(centre, "sessions", facts.sessions, {number});
    say_of(centre, "participants", people, {number});
    for (std::size_t band = 0; band < age_bands; ++band) {
      const auto count = facts.participants[band];
      if (count > 0) say("participants.age", std::string(age_band_names[band]), count, {number});
    }
    const std::string place(str(facts.place));
    say("sessions.place", place, facts.sessions, {number});
    say("participants.place", place, people, {number});
    if (!facts.priority_neighbourhood) return;
    say_of(centre, "sessions.priority", facts.sessions, {number});
    say_of(centre, "participants.priority", people, {number});
  }

  /// A centre is reached if it published, adopted or reported in the period; its first entry is the witness.
  void count_reached() {
    std::map<std::string, Numbers> territories;
    for (const auto& [centre, numbers] : reached_) {
      const auto witness = std::ranges::min(numbers);
      say_of(centre, "centres", 1, {witness});
      for (const auto& territory : territories_of(centre)) territories[territory].push_back(witness);
    }
    for (const auto& [territory, numbers] : territories) {
      if (query_.territory.empty() || territory == query_.territory) say("territories", "", 1, {std::ranges::min(numbers)});
    }
  }

  /// Those of all are there also where nothing was counted.
  void add_figures() {
    for (const char* name : {"kits", "kits.new", "versions", "centres", "territories", "adoptions", "adaptations", "outcomes", "sessions",
                             "participants", "sessions.priority", "participants.priority"})
      figures_[{name, ""}];
    for (const auto stage :
         {LifeStage::workshop, LifeStage::prototype, LifeStage::field_tested, LifeStage::metropolitan, LifeStage::regional})
      figures_[{"kits.stage", std::string(str(stage))}];
    for (const auto band : age_band_names) figures_[{"participants.age", std::string(band)}];
    for (auto& [key, figure] : figures_) {
      const auto& [name, group] = key;
      if (name.starts_with("territory.") && !query_.territory.empty() && group != query_.territory) continue;
      std::ranges::sort(figure.entries);
      figure.entries.erase(std::unique(figure.entries.begin(), figure.entries.end()), figure.entries.end());
      report_.figures.push_back({name, group, figure.value, std::move(figure.entries)});
    }
  }

  struct Sum {
    std::uint64_t value = 0;
    Numbers entries;
  };

  const Activity& all_;
  const ReportQuery& query_;
  PeriodReport report_;
  std::map<KitId, KitPast> kits_;
  std::map<const void*, std::uint32_t> numbers_;
  std::map<std::pair<std::string, std::string>, Sum> figures_;
  std::map<std::string, Numbers> reached_;
  std::set<std::uint32_t> new_kits_;  ///< entries that are the first of a kit, within the period
};

}  // namespace

std::string_view str(ReportEntry::Kind kind) {
  static constexpr std::array<std::string_view, 4> names = {"version", "adoption", "outcome", "decision"};
  return names[static_cast<std::size_t>(kind)];
}

PeriodReport report_of(const Activity& activity, const ReportQuery& query) { return Counter(activity, query).count(); }

}  // namespace essaimage::store

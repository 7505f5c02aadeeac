#include "tests/sim/coverage.hpp"

#include <algorithm>

namespace essaimage::sim {
namespace {

constexpr std::array fault_names = {
    "crash",
    "link cut",
    "partition",
    "one-way partition",
    "message lost",
    "message repeated",
    "link cut at a message",
    "dial failed",
    "disk failed",
    "late joiner",
    "suspension",
    "backup restored",
    "objects lost",
    "published without asking",
    "fork resolved",
    "message tampered with",
    "message replayed",
    "garbage sent",
    "message overtaken",
    "far link",
    "healed in part",
    "unsynced chunks lost",
    "clock drifts",
    "clock jumped",
    "clock stood still",
    "slow line",
    "slow disk",
    "territories changed",
    "territories linked",
    "territories unlinked",
    "published for a mirror",
    "key lost",
    "key stolen",
    "stolen key used",
    "fell back to what counts",
    "feed left",
    "role's keys changed",
    "role's threshold changed",
    "role given a last day",
    "role renewed",
    "role over",
    "role over, and shown",
    "statement signed",
    "suspension signed",
    "signatures lacking",
    "signed twice",
    "two decided at once",
    "admission signed",
    "time signed",
    "days passed",
    "word kept back",
    "clock not believed",
    "clock dead",
    "clock far ahead",
    "clock stopped",
    "no signed time, and shown",
    "word rolled back",
    "file rolled back",
    "suspended member brought back",
    "roles rolled back",
    "time rolled back",
    "decision exchanged",
    "other decision followed",
    "roles forged",
    "member forged",
    "decision forged",
    "withdrawal forged",
    "time forged",
    "time taken out",
    "far time by the stolen key",
    "far time undone",
    "role used after its time",
    "refused by a dead clock",
    "too few signed",
    "one signed for all",
    "removed key used",
    "other role's key used",
    "signature replayed",
    "stranger signed",
};
static_assert(fault_names.size() == faults);

// In the order of core::Effect.
constexpr std::array effect_names = {
    "Dial",       "Close",    "Send",     "WakeAt",  "OpenPack",  "OpenRun", "ReadSource", "CloseSource", "FindMedia", "AppendPack",
    "AcceptPack", "DropPack", "WriteRun", "DropRun", "TellMedia", "Admit",   "KeepFork",   "Located",     "Report",
};
static_assert(effect_names.size() == std::variant_size_v<core::Effect>);

// In the order of core::Event::Kind.
constexpr std::array event_names = {
    "peer connected",   "peer lost",       "peer refused", "stranger refused", "peer misbehaved", "feed advanced",
    "objects lost",     "fetch started",   "fetch failed", "media progress",   "media completed", "fork seen",
    "rollback refused", "forgery refused", "joined",       "join refused",     "member admitted", "level",
    "kit passed on",
};
static_assert(event_names.size() == static_cast<std::size_t>(core::Event::Kind::kit_passed_on) + 1);

template <class Counts>
void add_each(Counts& to, const Counts& from) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += from[i];
}

template <class Counts, class Names>
std::string line(const char* what, const Counts& counts, const Names& names) {
  std::vector<std::size_t> order(counts.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return counts[a] > counts[b]; });
  std::string text = std::string(what) + ":";
  for (const std::size_t i : order) text += (i == order.front() ? " " : ", ") + std::string(names[i]) + " " + std::to_string(counts[i]);
  return text + "\n";
}

}  // namespace

void Coverage::saw(const core::Effect& effect) {
  ++effects_[effect.index()];
  if (const auto* report = std::get_if<core::effect::Report>(&effect)) ++events_[static_cast<std::size_t>(report->event.kind)];
}

void Coverage::add(const Coverage& other) {
  add_each(faults_, other.faults_);
  add_each(effects_, other.effects_);
  add_each(events_, other.events_);
}

std::vector<std::string> Coverage::never_struck(Expected expected) const {
  constexpr auto memory_alone = std::array{Fault::unsynced_lost,      Fault::territories_changed,
                                           Fault::territories_linked, Fault::territories_unlinked,
                                           Fault::mirror_published,   Fault::key_lost,
                                           Fault::key_stolen,         Fault::stolen_key_used,
                                           Fault::fell_back,          Fault::feed_left};
  const auto expects = [&](Fault fault) {
    const bool of_roles = fault > Fault::feed_left;
    if (fault == Fault::fork_resolved) return expected == Expected::on_git;
    if (of_roles || expected != Expected::on_git) return of_roles == (expected != Expected::in_memory);
    return std::ranges::find(memory_alone, fault) == memory_alone.end();
  };
  std::vector<std::string> never;
  for (std::size_t i = 0; i < faults; ++i) {
    if (faults_[i] == 0 && expects(static_cast<Fault>(i))) never.emplace_back(fault_names[i]);
  }
  return never;
}

std::string Coverage::table() const {
  return line("faults", faults_, fault_names) + line("effects of the core", effects_, effect_names) +
         line("events of the core", events_, event_names);
}

}  // namespace essaimage::sim

#include "tests/sim/weather.hpp"

#include <functional>
#include <map>

namespace essaimage::sim {
namespace {

using Removal = std::function<void(Weather&)>;

const std::vector<std::pair<std::string, Removal>>& removals() {
  static const std::vector<std::pair<std::string, Removal>> all = {
      {"publish", [](Weather&) {}},  // the trial asks for it by name
      {"loss", [](Weather& w) { w.conditions.loss_per_10000 = 0; }},
      {"repeat", [](Weather& w) { w.conditions.repeat_per_10000 = 0; }},
      {"overtake", [](Weather& w) { w.overtaken_per_10000 = 0; }},
      {"cut", [](Weather& w) { w.conditions.cut_per_10000 = w.cuts = 0; }},
      {"dial", [](Weather& w) { w.conditions.dial_fails_percent = 0; }},
      {"distance", [](Weather& w) { w.distance_ms = 0; }},
      {"crash", [](Weather& w) { w.crashes = 0; }},
      {"unsynced", [](Weather& w) { w.unsynced = false; }},
      {"partition", [](Weather& w) { w.partitions = 0; }},
      {"join", [](Weather& w) { w.joins = 0; }},
      {"move", [](Weather& w) { w.moves = 0; }},
      {"mirror", [](Weather& w) { w.mirrors = 0; }},
      {"succeed", [](Weather& w) { w.successions = 0; }},
      {"suspend", [](Weather& w) { w.suspends = false; }},
      {"disk", [](Weather& w) { w.disk_fails = false; }},
      {"hostile", [](Weather& w) { w.hostile = false; }},
      {"restore", [](Weather& w) { w.restores = w.forks = false; }},
      {"fork", [](Weather& w) { w.forks = false; }},
      {"objects", [](Weather& w) { w.loses = false; }},
      {"clock", [](Weather& w) { w.clocks = false; }},
      {"slow-line", [](Weather& w) { w.slow_lines = false; }},
      {"slow-disk", [](Weather& w) { w.slow_disks = false; }},
      {"roles", [](Weather&) {}},  // these three as "publish": the keys are on sticks all the same
      {"forgery", [](Weather&) {}},
      {"calendar", [](Weather&) {}},
  };
  return all;
}

/// Mostly little, at times very much: up to 30 % lost, up to half of all sent twice.
void draw_losses(Weather& weather, core::Random& random) {
  const bool storm = random.below(8) == 0;
  weather.conditions.loss_per_10000 = static_cast<unsigned>(random.below(storm ? 3'001 : 300));
  weather.conditions.repeat_per_10000 = static_cast<unsigned>(random.below(storm ? 5'001 : 300));
  weather.conditions.cut_per_10000 = static_cast<unsigned>(random.below(100));
  if (random.below(3) == 0) weather.overtaken_per_10000 = static_cast<unsigned>(random.below(storm ? 2'000 : 200));
}

}  // namespace

bool Weather::leave_out(const std::string& kind) {
  for (const auto& [name, remove] : removals()) {
    if (name != kind) continue;
    remove(*this);
    return true;
  }
  return false;
}

void Weather::add_roles() {
  roles = true;
  suspends = loses = false;
}

const std::vector<std::string>& kinds_of_faults() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const auto& each : removals()) all.push_back(each.first);
    return all;
  }();
  return names;
}

const std::vector<std::string>& scenarios() {
  static const std::vector<std::string> names = {"mixed", "calm",    "loss",    "crash",   "partition", "join",
                                                 "disk",  "suspend", "hostile", "restore", "fork",      "loss-of-objects",
                                                 "clock", "slow",    "move",    "mirror",  "succeed",   "roles"};
  return names;
}

Weather weather_of(const std::string& scenario, core::Random& random) {
  Weather weather;
  const auto percent = [&](unsigned p) { return random.below(100) < p; };
  const bool mixed = scenario == "mixed";
  weather.conditions.delay_ms_max = static_cast<std::int64_t>(5 + random.below(200));
  if (scenario == "calm") return weather;
  weather.conditions.dial_fails_percent = static_cast<unsigned>(random.below(30));
  if (scenario == "loss" || (mixed && percent(40))) draw_losses(weather, random);
  if (mixed && percent(30)) weather.distance_ms = static_cast<std::int64_t>(random.below(500));
  if (scenario == "crash" || (mixed && percent(60))) weather.crashes = static_cast<unsigned>(1 + random.below(6));
  weather.unsynced = weather.crashes > 0 && percent(50);
  if (scenario == "partition" || (mixed && percent(50))) weather.partitions = static_cast<unsigned>(1 + random.below(3));
  if (mixed && percent(60)) weather.cuts = static_cast<unsigned>(random.below(10));
  if (scenario == "join" || (mixed && percent(50))) weather.joins = static_cast<unsigned>(1 + random.below(3));
  weather.disk_fails = scenario == "disk" || (mixed && percent(25));
  weather.suspends = scenario == "suspend" || (mixed && percent(15));
  weather.hostile = scenario == "hostile" || (mixed && percent(30));
  weather.restores = scenario == "restore" || scenario == "fork" || (mixed && percent(20));
  weather.forks = scenario == "fork" || (weather.restores && mixed && percent(30));
  if (scenario == "move" || (mixed && percent(20))) weather.moves = static_cast<unsigned>(1 + random.below(3));
  if (scenario == "mirror" || (mixed && percent(30))) weather.mirrors = static_cast<unsigned>(2 + random.below(5));
  if (scenario == "succeed" || (mixed && percent(20))) weather.successions = static_cast<unsigned>(1 + random.below(3));
  weather.clocks = scenario == "clock" || (mixed && percent(30));
  weather.slow_lines = scenario == "slow" || (mixed && percent(20));
  weather.slow_disks = scenario == "slow" || (mixed && percent(20));
  // So that somebody has what is lost, and may give it.
  const bool all_serve =
      !weather.restores && !weather.hostile && !weather.suspends && weather.moves == 0 && weather.mirrors == 0 && weather.successions == 0;
  weather.loses = scenario == "loss-of-objects" || (mixed && all_serve && percent(40));
  if (scenario == "roles") {
    weather.add_roles();
    if (percent(40)) weather.crashes = static_cast<unsigned>(1 + random.below(4));
    if (percent(30)) weather.joins = 1;
    if (percent(30)) weather.partitions = 1;
  }
  return weather;
}

}  // namespace essaimage::sim

// essaimage-figures: measures how news spreads among so many nodes, as one line of JSON. tests/sim/figures makes the page of it.

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "tests/sim/figures.hpp"

namespace {

using namespace essaimage::sim;
using essaimage::Duration;

/// When 99 % had it; longest of all: never.
std::int64_t slowness(const Arrivals& arrivals, std::size_t of) {
  const std::size_t nth = of * 99 / 100;
  return nth < arrivals.size() ? arrivals[nth] : std::numeric_limits<std::int64_t>::max();
}

/// The times in which 50, 90, 99 and 100 % had it, and a curve of 51 points; null: never.
void print(const char* name, const Arrivals& arrivals, std::size_t of) {
  const auto at = [&](std::size_t permille) {
    const std::size_t nth = std::max<std::size_t>(1, (of * permille + 999) / 1000);
    return nth <= arrivals.size() ? std::to_string(arrivals[nth - 1]) : std::string("null");
  };
  std::printf(", \"%s\": {\"nodes\": %zu, \"had\": %zu, \"ms\": [%s, %s, %s, %s], \"curve\": [", name, of, arrivals.size(), at(500).c_str(),
              at(900).c_str(), at(990).c_str(), at(1000).c_str());
  for (std::size_t permille = 0; permille <= 1000; permille += 20) std::printf("%s%s", permille == 0 ? "" : ", ", at(permille).c_str());
  std::printf("]}");
}

void print(const char* name, const Cost& cost, double nodes) {
  std::printf(", \"%s\": {\"messages\": %.2f, \"bytes\": %.0f, \"line_bytes\": %.0f, \"announcements\": %.2f}", name,
              static_cast<double>(cost.messages) / nodes, static_cast<double>(cost.bytes) / nodes,
              static_cast<double>(cost.line_bytes) / nodes, static_cast<double>(cost.announcements) / nodes);
}

}  // namespace

int main(int argc, char** argv) {
  FigureOptions options;
  std::string parts = "quiet,head,kit,idle,morning";
  std::int64_t idle_minutes = 60;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string flag = argv[i];
    const auto number = std::strtoull(argv[i + 1], nullptr, 10);
    if (flag == "--nodes") options.nodes = number;
    else if (flag == "--seed") options.seed = number;
    else if (flag == "--idle-minutes") idle_minutes = static_cast<std::int64_t>(number);
    else if (flag == "--progress") options.progress = std::chrono::seconds(number);
    else if (flag == "--parts") parts = argv[i + 1];
    else
      return std::fprintf(stderr,
                          "usage: essaimage-figures [--nodes N] [--seed N] [--idle-minutes N] [--parts quiet,head,kit,idle,morning] "
                          "[--progress SECONDS]\n"),
             2;
  }
  const auto wanted = [&](const char* part) { return parts.find(part) != std::string::npos; };
  const auto nodes = static_cast<double>(options.nodes);
  Region region(options);
  region.begin();
  std::printf("{\"nodes\": %zu, \"seed\": %llu, \"links_per_node\": %.1f, \"islands\": %zu", options.nodes,
              static_cast<unsigned long long>(options.seed), region.links_per_node(), region.islands());
  const auto measure_idle = [&](const char* name) {
    (void)region.idle(std::chrono::minutes(45));  // until rounds are as rare as they become
    const Cost cost = region.idle(std::chrono::minutes(idle_minutes));
    print(name, cost, nodes * static_cast<double>(idle_minutes) / 60);
  };
  if (wanted("quiet")) measure_idle("quiet_hour");
  if (wanted("head")) {
    const Spread first = region.head();
    print("first_head", first.arrivals, options.nodes);
    print("first_head_cost", first.cost, nodes);
    // The tree is there now: the slowest of some, and what they cost together.
    constexpr int later = 5;
    Spread all;
    for (int i = 0; i < later; ++i) {
      const Spread one = region.head();
      if (i == 0 || slowness(one.arrivals, options.nodes) > slowness(all.arrivals, options.nodes)) all.arrivals = one.arrivals;
      all.cost += one.cost;
    }
    print("head", all.arrivals, options.nodes);
    print("head_cost", all.cost, nodes * later);
  }
  if (wanted("kit")) {
    const Spread kit = region.kit();
    print("kit", kit.arrivals, options.nodes);
    print("kit_cost", kit.cost, nodes);
  }
  if (wanted("idle")) {
    // With a tree, which the first news of a day make.
    for (int i = 0; i < 5 && !wanted("head"); ++i) (void)region.head();
    measure_idle("idle_hour");
  }
  if (wanted("morning")) {
    const auto [heads, kits] = region.morning();
    print("morning_head", heads, heads.size());
    print("morning_kit", kits, heads.size());
  }
  std::printf("}\n");
  return 0;
}

// essaimage-sim: runs seeds of the simulated federation and says which one fails, with the command that replays it.

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "tests/sim/git_store.hpp"
#include "tests/sim/trial.hpp"

namespace {

using essaimage::sim::TrialOptions;
using essaimage::sim::TrialResult;

void usage() {
  std::printf(
      "usage: essaimage-sim [--seed N] [--seeds COUNT] [--nodes N] [--scenario S] [--store S] [-v]\n"
      "  --seed N       the first seed (1)\n"
      "  --seeds COUNT  how many seeds from there (1)\n"
      "  --nodes N      nodes of each run (5 to 20, from the seed; on git stores 5 to 8)\n"
      "  --store S      memory (the default: fast), or git: the real library, each node in a temporary home on disk\n"
      "  --scenario S   what may go wrong; one of:");
  for (const std::string& name : essaimage::sim::scenarios()) std::printf(" %s", name.c_str());
  std::printf("\n  -v             print every message and event; keep the homes\n");
}

bool fails(const TrialOptions& options, const TrialResult& result) {
  if (result.failures.empty()) return false;
  std::printf("seed %llu fails:\n", static_cast<unsigned long long>(options.seed));
  for (const std::string& failure : result.failures) std::printf("  %s\n", failure.c_str());
  std::string replay = "essaimage-sim --seed " + std::to_string(options.seed) + " --scenario " + options.scenario;
  if (options.slow_stores) replay += " --store git";
  if (options.nodes != 0) replay += " --nodes " + std::to_string(options.nodes);
  std::printf("replay: %s -v\n", replay.c_str());
  return true;
}

/// So many seeds that each fault of the mixed weather must have struck.
constexpr std::uint64_t seeds_for_all_faults = 500;

bool covers(const TrialOptions& options, std::uint64_t seeds, const essaimage::sim::Coverage& coverage) {
  if (seeds < seeds_for_all_faults || options.scenario != "mixed") return true;
  for (const std::string& fault : coverage.never_struck()) std::printf("never struck: %s\n", fault.c_str());
  return coverage.never_struck().empty();
}

}  // namespace

int main(int argc, char** argv) {
  TrialOptions options;
  options.seed = 1;
  std::uint64_t count = 1;
  for (int i = 1; i < argc; ++i) {
    const std::string flag = argv[i];
    const char* value = i + 1 < argc ? argv[i + 1] : nullptr;
    if (flag == "-v") {
      options.verbose = true;
    } else if (flag == "--help" || value == nullptr) {
      usage();
      return flag == "--help" ? 0 : 2;
    } else {
      ++i;
      if (flag == "--seed") options.seed = std::strtoull(value, nullptr, 10);
      else if (flag == "--seeds") count = std::strtoull(value, nullptr, 10);
      else if (flag == "--nodes") options.nodes = std::strtoull(value, nullptr, 10);
      else if (flag == "--scenario") options.scenario = value;
      else if (flag == "--store" && std::string(value) == "git") options.slow_stores = true;
      else if (flag != "--store" || std::string(value) != "memory") return usage(), 2;
    }
  }
  const auto& names = essaimage::sim::scenarios();
  if (std::find(names.begin(), names.end(), options.scenario) == names.end()) return usage(), 2;
  if (options.slow_stores) options.stores = essaimage::sim::git_stores(options.verbose);
  essaimage::sim::Coverage coverage;
  std::uint64_t failed = 0, inputs = 0, messages = 0;
  std::int64_t slowest_ms = 0;
  const std::uint64_t first = options.seed;
  for (; options.seed < first + count; ++options.seed) {
    const TrialResult result = essaimage::sim::run_trial(options);
    failed += fails(options, result) ? 1 : 0;
    inputs += result.inputs;
    messages += result.messages;
    coverage.add(result.coverage);
    slowest_ms = std::max<std::int64_t>(slowest_ms, result.healed_in.count());
  }
  std::printf("%llu of %llu seeds fail; %llu inputs, %llu messages; slowest healing %.1f s\n",
              static_cast<unsigned long long>(failed), static_cast<unsigned long long>(count),
              static_cast<unsigned long long>(inputs), static_cast<unsigned long long>(messages),
              static_cast<double>(slowest_ms) / 1000);
  if (count > 1) std::printf("%s", coverage.table().c_str());
  return failed == 0 && covers(options, count, coverage) ? 0 : 1;
}

// essaimage-sim: runs seeds of the simulated federation and says which one fails, with the command that replays it.

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "tests/sim/git_store.hpp"
#include "tests/sim/jobs.hpp"

namespace {

using essaimage::sim::TrialOptions;

void usage() {
  std::printf(
      "usage: essaimage-sim [--seed N] [--seeds COUNT] [--nodes N] [--scenario S] [--store S] [--jobs N] [--without K]... [-v]\n"
      "  --seed N       the first seed (1)\n"
      "  --seeds COUNT  how many seeds from there (1)\n"
      "  --nodes N      nodes of each run (5 to 20, from the seed; on git stores 5 to 8)\n"
      "  --jobs N       so many processes at once (1)\n"
      "  --store S      memory (the default: fast), or git: the real library, each node in a temporary home on disk\n"
      "  --scenario S   what may go wrong; one of:");
  for (const std::string& name : essaimage::sim::scenarios()) std::printf(" %s", name.c_str());
  std::printf("\n  --without K    leave out a kind of fault, or the event of that number, and again for more; kinds:");
  for (const std::string& kind : essaimage::sim::kinds_of_faults()) std::printf(" %s", kind.c_str());
  std::printf("\n  -v             print every message and event; keep the homes\n");
}

/// So many seeds that each fault of the mixed weather must have struck. Of roles, much
/// happens in each seed.
constexpr std::uint64_t seeds_for_all_faults = 500, seeds_for_all_on_git = 500, seeds_for_all_of_roles = 60;

bool covers(const TrialOptions& options, std::uint64_t seeds, const essaimage::sim::Coverage& coverage) {
  using Expected = essaimage::sim::Coverage::Expected;
  const bool of_roles = options.scenario == "roles";
  if (!of_roles && options.scenario != "mixed") return true;
  const auto expected = of_roles ? Expected::of_roles : options.slow_stores ? Expected::on_git : Expected::in_memory;
  const auto enough = of_roles ? seeds_for_all_of_roles : options.slow_stores ? seeds_for_all_on_git : seeds_for_all_faults;
  if (seeds < enough || !options.without.empty()) return true;
  const auto never = coverage.never_struck(expected);
  for (const std::string& fault : never) std::printf("never struck: %s\n", fault.c_str());
  return never.empty();
}

}  // namespace

int main(int argc, char** argv) {
  TrialOptions options;
  options.seed = 1;
  std::uint64_t count = 1;
  unsigned jobs = 1;
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
      else if (flag == "--jobs") jobs = static_cast<unsigned>(std::strtoul(value, nullptr, 10));
      else if (flag == "--nodes") options.nodes = std::strtoull(value, nullptr, 10);
      else if (flag == "--without") options.without.insert(value);
      else if (flag == "--scenario") options.scenario = value;
      else if (flag == "--store" && std::string(value) == "git") options.slow_stores = true;
      else if (flag != "--store" || std::string(value) != "memory") return usage(), 2;
    }
  }
  const auto& names = essaimage::sim::scenarios();
  if (std::find(names.begin(), names.end(), options.scenario) == names.end()) return usage(), 2;
  if (options.scenario == "roles" && !options.slow_stores) {
    std::printf("roles are real on the real library alone: --store git\n");
    return 2;
  }
  options.shrinks = !options.verbose;
  const auto& kinds = essaimage::sim::kinds_of_faults();
  for (const std::string& each : options.without) {
    const bool number = each.find_first_not_of("0123456789") == std::string::npos;
    if (!number && std::find(kinds.begin(), kinds.end(), each) == kinds.end()) return usage(), 2;
  }
  if (options.slow_stores) options.stores = essaimage::sim::git_stores(options.verbose);
  const essaimage::sim::Totals totals = essaimage::sim::run_seeds(options, count, jobs);
  std::printf("%llu of %llu seeds fail; %llu inputs, %llu messages; slowest healing %.1f s\n",
              static_cast<unsigned long long>(totals.failed), static_cast<unsigned long long>(totals.seeds),
              static_cast<unsigned long long>(totals.inputs), static_cast<unsigned long long>(totals.messages),
              static_cast<double>(totals.slowest_ms) / 1000);
  if (count > 1) std::printf("%s", totals.coverage.table().c_str());
  return totals.failed == 0 && totals.seeds == count && covers(options, count, totals.coverage) ? 0 : 1;
}

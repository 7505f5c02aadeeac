#include "tests/sim/jobs.hpp"

#include "tests/sim/shrink.hpp"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <type_traits>

namespace essaimage::sim {
namespace {

static_assert(std::is_trivially_copyable_v<Totals>);

/// What a process that runs seeds tells its parent, in memory that both see: also when it does not end well.
struct Report {
  std::uint64_t running = 0;  ///< the seed of this moment
  Totals totals;
};

/// At once, so that reports of several processes do not mix.
void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

void print_failure(const TrialOptions& options, const TrialResult& result) {
  std::string text = "seed " + std::to_string(options.seed) + " fails:\n";
  for (const std::string& failure : result.failures) text += "  " + failure + "\n";
  print(text + "replay: " + replay_command(options) + "\n");
}

/// The first that fails is made as small as it becomes in reasonable time.
void print_shrunk(const TrialOptions& options) {
  const Shrunk shrunk = shrink(options);
  std::string text = "seed " + std::to_string(options.seed) + " fails still without " + std::to_string(shrunk.options.without.size()) +
                     " kinds and events, in " + std::to_string(shrunk.result.events.size()) + " events:\n";
  for (const std::string& event : shrunk.result.events) text += "  " + event + "\n";
  for (const std::string& failure : shrunk.result.failures) text += "  => " + failure + "\n";
  print(text + "replay: " + replay_command(shrunk.options) + " -v\n");
}

/// Every `step`-th seed from the one of the options on.
void run_some(TrialOptions options, std::uint64_t end, std::uint64_t step, Report& report) {
  for (; options.seed < end; options.seed += step) {
    report.running = options.seed;
    const TrialResult result = run_trial(options);
    if (!result.failures.empty()) {
      print_failure(options, result);
      if (report.totals.failed == 0 && options.shrinks) print_shrunk(options);
    }
    report.totals.add(result);
  }
}

/// Waits for a process; what it did not come to counts as failed with the seed at which it ended.
void collect(pid_t child, Report& report, TrialOptions options, Totals& totals) {
  int status = 0;
  waitpid(child, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    options.seed = report.running;
    report.totals.seeds += 1;
    report.totals.failed += 1;
    print("seed " + std::to_string(options.seed) + " ended its process: " +
          (WIFSIGNALED(status) ? std::string(strsignal(WTERMSIG(status))) : "exit code " + std::to_string(WEXITSTATUS(status))) +
          "\nreplay: " + replay_command(options) + " -v\n");
  }
  totals.add(report.totals);
}

}  // namespace

void Totals::add(const TrialResult& result) {
  seeds += 1;
  failed += result.failures.empty() ? 0 : 1;
  inputs += result.inputs;
  messages += result.messages;
  slowest_ms = std::max<std::int64_t>(slowest_ms, result.healed_in.count());
  coverage.add(result.coverage);
}

void Totals::add(const Totals& other) {
  seeds += other.seeds;
  failed += other.failed;
  inputs += other.inputs;
  messages += other.messages;
  slowest_ms = std::max(slowest_ms, other.slowest_ms);
  coverage.add(other.coverage);
}

Totals run_seeds(const TrialOptions& options, std::uint64_t count, unsigned jobs) {
  const std::uint64_t end = options.seed + count;
  Totals totals;
  const std::uint64_t processes = std::min<std::uint64_t>(jobs, count);
  if (processes <= 1) {
    Report report;
    run_some(options, end, 1, report);
    return report.totals;
  }
  void* shared = mmap(nullptr, processes * sizeof(Report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ESSAIMAGE_ASSERT(shared != MAP_FAILED);
  auto* reports = static_cast<Report*>(shared);
  std::vector<pid_t> children;
  for (std::uint64_t i = 0; i < processes; ++i) {
    new (&reports[i]) Report();
    const pid_t child = fork();
    ESSAIMAGE_ASSERT(child >= 0);
    if (child == 0) {
      TrialOptions own = options;
      own.seed += i;
      run_some(own, end, processes, reports[i]);
      std::fflush(stdout);
      _exit(0);
    }
    children.push_back(child);
  }
  for (std::uint64_t i = 0; i < processes; ++i) collect(children[i], reports[i], options, totals);
  munmap(shared, processes * sizeof(Report));
  return totals;
}

std::string replay_command(const TrialOptions& options) {
  std::string command = "essaimage-sim --seed " + std::to_string(options.seed) + " --scenario " + options.scenario;
  if (options.slow_stores) command += " --store git";
  if (options.nodes != 0) command += " --nodes " + std::to_string(options.nodes);
  for (const std::string& kind : options.without) command += " --without " + kind;
  return command;
}

}  // namespace essaimage::sim

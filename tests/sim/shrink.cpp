#include "tests/sim/shrink.hpp"

#include <chrono>

namespace essaimage::sim {
namespace {

class Shrinker {
 public:
  Shrinker(const TrialOptions& failing, unsigned within_seconds)
      : best_{failing, run_trial(failing)}, ends_(std::chrono::steady_clock::now() + std::chrono::seconds(within_seconds)) {}

  Shrunk run() {
    for (const std::string& kind : kinds_of_faults()) try_without({kind});
    // Halves first, then quarters, down to single ones.
    for (std::size_t size = numbers().size() / 2; size > 0; size /= 2) {
      const auto all = numbers();
      for (std::size_t at = 0; at < all.size(); at += size) {
        const auto from = all.begin() + static_cast<std::ptrdiff_t>(at);
        try_without({from, from + static_cast<std::ptrdiff_t>(std::min(all.size() - at, size))});
      }
    }
    return std::move(best_);
  }

 private:
  /// Of the events that happen still.
  std::vector<std::string> numbers() const {
    std::vector<std::string> all;
    for (const std::string& event : best_.result.events) all.push_back(event.substr(0, event.find(' ')));
    return all;
  }

  void try_without(const std::vector<std::string>& what) {
    if (std::chrono::steady_clock::now() >= ends_) return;
    TrialOptions smaller = best_.options;
    smaller.without.insert(what.begin(), what.end());
    TrialResult result = run_trial(smaller);
    if (!result.failures.empty()) best_ = {std::move(smaller), std::move(result)};
  }

  Shrunk best_;
  std::chrono::steady_clock::time_point ends_;
};

}  // namespace

Shrunk shrink(const TrialOptions& failing, unsigned within_seconds) { return Shrinker(failing, within_seconds).run(); }

}  // namespace essaimage::sim

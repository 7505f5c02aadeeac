#pragma once
// What a node does without being asked: it merges its packs and reads through what it holds now and then, tells the others
// where they reach it, writes what a full disk has kept from being written, and sees whether there is room for media that
// wait for it; its kits follow what the federation has decided, and go into mirrors as its rules say; what was withdrawn is erased, and
// that is signed. The federation's signs the time once a day.
// Thread rule: the loop's thread.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "daemon/core/input.hpp"

namespace essaimage::store {
class Library;
struct PassedOn;
}  // namespace essaimage::store

namespace essaimage::shell {

class StoreJobs;

class Upkeep {
 public:
  /// Told on another thread, of each kit that was passed on to the region.
  using Told = std::function<void(const store::PassedOn&)>;
  /// `library` and `jobs` must outlive it; `endpoints`: where others reach this node.
  Upkeep(store::Library& library, StoreJobs& jobs, std::vector<std::string> endpoints, Told passed_on = {});

  /// Every input of the core, before the core gets it.
  void saw(const core::Input& input, Instant now);
  /// Once in a while. `confirmed` tells whether a version published now is sure to make no fork; asked only when it matters.
  void turn(Instant now, const std::function<bool()>& confirmed);

 private:
  void publish_centre(Instant now, const std::function<bool()>& confirmed);

  store::Library& library_;
  StoreJobs& jobs_;
  const std::vector<std::string> endpoints_;
  const Told passed_on_;
  std::optional<Instant> publish_at_{Instant{}};   ///< when centre.toml is compared next; nothing: when the roster changes
  unsigned changes_;                               ///< heads, since packs were looked at
  Instant catch_up_at_;                            ///< not before
  bool busy_ = false, was_busy_ = false;           ///< since the last look at the room, and before
  Instant check_room_at_;                          ///< not before
  std::optional<Instant> scrub_at_;                ///< not before; nothing: soon after the start, not at once
  std::optional<Instant> rules_at_{Instant{}};     ///< when rules are applied next; nothing: when the roster changes
  Instant beat_at_;                                ///< not before
  Instant follow_at_;                              ///< not before: what the federation has decided
  Instant withdraw_at_, withdrew_at_{-1'000'000};  ///< when withdrawals are looked at next, and were last
};

}  // namespace essaimage::shell

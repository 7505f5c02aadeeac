#pragma once
// Feeds of a node that came back from an old backup and that may fork, though it asked before it published. One peer's answer is
// what it waits for, and for one of each of its territories a while only. One thread.

#include <optional>
#include <set>

#include "tests/sim/world.hpp"

namespace essaimage::sim {

class Unsure {
 public:
  /// It is down, and about to be restored: who answers is sure to know the newest version only if everybody does.
  void note_crash(const World& world, std::size_t node);
  void note_start(const World& world, std::size_t node);
  /// Whoever has just come into an audience knows nothing of it yet. As long as the node has not caught up.
  void note_newcomers(const World& world, std::size_t node);
  /// It is about to publish. Before its restoration nothing is noted.
  void note_publication(const World& world, std::size_t node, const std::vector<Audience>& audiences);
  bool contains(const FeedId& feed) const { return feeds_.contains(feed); }

 private:
  std::set<FeedId> feeds_;
  std::optional<Instant> started_at_;  ///< by its own clock
};

}  // namespace essaimage::sim

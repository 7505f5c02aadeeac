#pragma once
// What the federation changes of its members in a run: territories, mirrors that link them, keys that were lost or stolen. Each
// event is drawn by whoever calls, and names its subject for the log. One thread.

#include <optional>
#include <string>

#include "tests/sim/world.hpp"

namespace essaimage::sim {

class MemberEvents {
 public:
  explicit MemberEvents(World& world) : world_(world) {}

  /// Mostly one, at times two or none; so many that about 25 centres are of each, and three at least.
  std::set<std::string> territories(core::Random& random) const;
  /// Links two or three territories by a mirror, changes one, or ends one. For the log.
  std::string link(core::Random& random);
  /// That centre goes on under a new key. Its home was lost: at once. Somebody stole the key: the thief publishes with it, until
  /// finish_thefts(). For the log; empty: it is in the middle of that already, or these stores know none.
  std::string succeed(std::size_t node, core::Random& random);
  /// Whoever has a stolen key publishes once more.
  void use_stolen_keys();
  /// The centres come back with their new keys.
  void finish_thefts();
  bool thefts() const { return !stolen_.empty(); }
  /// A mirror by which this member may publish, if there is one.
  std::optional<Audience> mirror_of(const Member& member) const;

 private:
  std::string any_territory(core::Random& random) const;

  World& world_;
  std::set<std::size_t> stolen_;  ///< nodes that run on with a key that was succeeded
};

}  // namespace essaimage::sim

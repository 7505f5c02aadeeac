#pragma once
// A change of the library, as the core is told of it. Pure; safe from any thread.

#include "daemon/core/input.hpp"
#include "store/change.hpp"

namespace essaimage::shell {

inline core::Input input_of(const store::Change& change) {
  struct Visitor {
    core::Input operator()(const store::change::RosterChanged& c) const { return core::input::RosterChanged{c.roster}; }
    core::Input operator()(const store::change::HeadChanged& c) const {
      return core::input::HeadChanged{c.head, c.commit, c.published_here};
    }
    core::Input operator()(const store::change::ObjectsLost& c) const { return core::input::ObjectsLost{c.feed}; }
    core::Input operator()(const store::change::FeedLeft& c) const { return core::input::FeedLeft{c.feed}; }
    core::Input operator()(const store::change::MediaNeeded& c) const { return core::input::MediaNeeded{c.need}; }
    core::Input operator()(const store::change::MediaComplete& c) const { return core::input::MediaComplete{c.media}; }
    core::Input operator()(const store::change::MediaUnneeded& c) const { return core::input::MediaUnneeded{c.media}; }
    core::Input operator()(const store::change::FeedFrozen& c) const { return core::input::FeedFrozen{c.fork, c.frozen}; }
  };
  return std::visit(Visitor{}, change);
}

}  // namespace essaimage::shell

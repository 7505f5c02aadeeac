#pragma once
// The acts of the fault driver about a feed that forked: a reader that hears of it freezes it; its author goes on with it in a new
// epoch; a reader that has frozen it follows.

#include "tests/faults/driver/world.hpp"

namespace essaimage::faults {

/// The home is a reader's, which holds one of two versions of one order.
Status prepare_fork(const World& world);
Status freeze(const World& world, LibraryPtr& library);
Result<bool> is_frozen(const World& world, Library& library);

/// The home is the author's, which knows of the fork.
Status prepare_to_resolve(const World& world);
Status resolve(const World& world, LibraryPtr& library);
/// The home is a reader's, which has frozen the feed; its author has gone on.
Status prepare_resolved(const World& world);
Status follow(const World& world, LibraryPtr& library);
Result<bool> is_resolved(const World& world, Library& library);

}  // namespace essaimage::faults

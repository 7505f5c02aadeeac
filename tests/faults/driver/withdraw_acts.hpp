#pragma once
// The acts of the fault driver that are about withdrawal: an author withdraws a kit, and who held it erases it and signs that.

#include "tests/faults/driver/world.hpp"

namespace essaimage::faults {

/// The home is the author's; two versions of a kit are published.
Status prepare_to_withdraw(const World& world);
Status withdraw(const World& world, LibraryPtr& library);
Result<bool> is_withdrawn(const World& world, Library& library);

/// The home is a reader's, which has heard of it.
Status prepare_to_erase(const World& world);
Status erase(const World& world, LibraryPtr& library);
Result<bool> is_erased(const World& world, Library& library);

}  // namespace essaimage::faults

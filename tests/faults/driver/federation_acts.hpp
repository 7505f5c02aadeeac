#pragma once
// The acts of the fault driver that follow from the federation's word: a kit that it accepted is passed on to the region; the
// feed of a mirror that has ended is let go; who holds more than counts falls back when a key was succeeded.

#include "tests/faults/driver/world.hpp"

namespace essaimage::faults {

/// The home is the author's, whose proposal was accepted.
Status prepare_to_pass_on(const World& world);
Status pass_on(const World& world, LibraryPtr& library);
Result<bool> is_passed_on(const World& world, Library& library);

/// The home is a reader's. With the old key it holds a second version that the federation has not.
Status prepare_end_of_mirror(const World& world);
Status prepare_succession(const World& world);
Status hear_the_federation(const World& world, LibraryPtr& library);
Result<bool> has_left_mirror(const World& world, Library& library);
Result<bool> has_left_old_key(const World& world, Library& library);

}  // namespace essaimage::faults

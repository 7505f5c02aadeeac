#pragma once
// The acts that the fault driver does in a home: each can be done again after it failed or was cut off, and knows whether the
// home is in the state before or after it.

#include <span>

#include "tests/faults/driver/world.hpp"

namespace essaimage::faults {

struct Act {
  const char* name;
  /// Makes the world in which it can be done: the home, and others beside it. Without faults.
  Status (*prepare)(const World& world);
  /// Does it, in a library that is open unless it `opens` it. Doing it where it is done already is no error.
  Status (*run)(const World& world, LibraryPtr& library);
  /// True: it is done, and all of it is there. False: it is as if it had not begun. An error: it is something between.
  Result<bool> (*is_done)(const World& world, Library& library);
  bool opens = false;    ///< opening the home is part of it
  bool damaged = false;  ///< the home is damaged before it, which verify() says
  bool makes = false;    ///< there is no home before it
};

std::span<const Act> acts();

}  // namespace essaimage::faults

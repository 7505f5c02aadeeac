#pragma once
// What a hostile member does to the messages of an otherwise honest core: forged and replayed commits, wrong bytes, lies
// about heads and media, more than the credit, garbage.

#include <deque>

#include "tests/sim/world.hpp"

namespace essaimage::sim {

class Tamperer {
 public:
  Tamperer(const Stores& stores, core::Random& random, Coverage& coverage) : stores_(stores), random_(random), coverage_(coverage) {}
  /// Nothing: garbage is sent instead.
  std::optional<Message> operator()(Message message);

 private:
  SharedBytes spoil(const SharedBytes& bytes);

  const Stores& stores_;
  core::Random& random_;
  Coverage& coverage_;
  std::deque<Message> sent_;  ///< to be replayed
};

}  // namespace essaimage::sim

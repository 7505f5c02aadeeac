#pragma once
// The clock of one simulated computer that shows civil time: right, dead (it began again at 1970), so many
// seconds ahead, or standing still.

#include "proto/time.hpp"

namespace essaimage::sim {

struct WallClock {
  enum class Kind : std::uint8_t { right, dead, ahead, stopped };
  Kind kind = Kind::right;
  Timestamp since;           ///< dead, stopped: the true time at which it died or stopped
  std::int64_t seconds = 0;  ///< ahead: so many

  Timestamp read(Timestamp truth) const {
    switch (kind) {
      case Kind::right: return truth;
      case Kind::dead: return {truth.seconds - since.seconds};
      case Kind::ahead: return {truth.seconds + seconds};
      case Kind::stopped: return since;
    }
    return truth;
  }
};

}  // namespace essaimage::sim

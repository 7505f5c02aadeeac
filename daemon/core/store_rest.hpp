#pragma once
// After a failure of our own disk nothing is fetched for a while, longer each time: what an admin must mend is not tried
// in a loop. Requests that were open together fail together, and count once.

#include "daemon/core/context.hpp"
#include "daemon/core/settings.hpp"

namespace essaimage::core {

class StoreRest {
 public:
  bool lasts(Instant now) const { return now < until_; }
  void failed(Instant now) {
    if (lasts(now)) return;
    until_ = now + doubled(settings::retry_min, failures_++, settings::retry_max);
  }
  void succeeded() { failures_ = 0; }
  /// Somebody asks for it now.
  void end() { *this = {}; }

 private:
  Instant until_;
  unsigned failures_ = 0;
};

}  // namespace essaimage::core

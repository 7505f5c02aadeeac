#pragma once
// A token bucket: a burst at once, a rate for ever. Time is handed in.

#include <algorithm>

#include "proto/time.hpp"

namespace essaimage::core {

class TokenBucket {
 public:
  TokenBucket(double burst, double per_second) : burst_(burst), per_second_(per_second), tokens_(burst) {}

  double available(Instant now) {
    const double passed = static_cast<double>(std::max<std::int64_t>(0, (now - at_).count())) / 1000.0;
    tokens_ = std::min(burst_, tokens_ + passed * per_second_);
    at_ = std::max(at_, now);
    return tokens_;
  }
  /// False, and nothing taken, if there are not so many.
  bool take(double tokens, Instant now) {
    if (available(now) < tokens) return false;
    tokens_ -= tokens;
    return true;
  }
  /// What was taken, and not used.
  void give_back(double tokens) { tokens_ = std::min(burst_, tokens_ + tokens); }

 private:
  double burst_, per_second_, tokens_;
  Instant at_;
};

}  // namespace essaimage::core

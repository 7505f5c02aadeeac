#pragma once
// The clock of one simulated node: it may run fast or slow, jump ahead as after a sleep, and stand still. It never goes back, as
// a monotonic clock never does; its origin is anybody's guess.

#include "proto/time.hpp"

namespace essaimage::sim {

class NodeClock {
 public:
  Instant read(Instant truth) const {
    return shown_ + Duration(static_cast<std::int64_t>(rate_ * static_cast<double>((truth - since_).count())));
  }
  /// When it will show that; if it stands still, soon, to look again.
  Instant when(Instant shows, Instant truth) const {
    constexpr std::int64_t look_again_ms = 1'000;
    const Instant now = read(truth);
    if (shows <= now) return truth;
    if (rate_ < 0.01) return truth + Duration(look_again_ms);
    return truth + Duration(static_cast<std::int64_t>(static_cast<double>((shows - now).count()) / rate_) + 1);
  }
  /// 1: as fast as the truth; 0: it stands still.
  void set_rate(Instant truth, double rate) {
    shown_ = read(truth);
    since_ = truth;
    rate_ = rate;
  }
  void jump(Duration ahead) { shown_ = shown_ + ahead; }

 private:
  Instant since_, shown_;
  double rate_ = 1;
};

}  // namespace essaimage::sim

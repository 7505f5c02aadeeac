#pragma once
// How fast each media file comes from peers. What is whole now still counts for its last ten seconds, so that the rate of
// a kit of many small files is not nothing. One thread.

#include <map>

#include "proto/ids.hpp"
#include "proto/meter.hpp"

namespace essaimage::shell {

class MediaMeters {
 public:
  void came(const Sha256& media, std::uint64_t bytes, Instant now) {
    meters_[media].came(bytes, now);
    if (now - pruned_at_ < std::chrono::seconds(1)) return;
    pruned_at_ = now;
    std::erase_if(meters_, [&](const auto& each) { return each.second.rate(now) == 0; });
  }

  /// Bytes a second, of those that anything came of within the window.
  std::map<Sha256, std::uint64_t> rates(Instant now) const {
    std::map<Sha256, std::uint64_t> rates;
    for (const auto& [media, meter] : meters_) {
      if (const auto rate = meter.rate(now); rate > 0) rates[media] = rate;
    }
    return rates;
  }

 private:
  std::map<Sha256, Meter> meters_;
  Instant pruned_at_;
};

}  // namespace essaimage::shell

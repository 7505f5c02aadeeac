#pragma once
// How fast each media file comes from peers. What is whole now still counts for its last ten seconds, so that the rate of
// a kit of many small files is not nothing. One thread.

#include <algorithm>
#include <map>

#include "proto/ids.hpp"
#include "proto/meter.hpp"

namespace essaimage::shell {

class MediaMeters {
 public:
  /// Bytes as they travel.
  void came(const Sha256& media, std::uint64_t bytes, Instant now) {
    auto& one = media_[media];
    one.meter.came(bytes, now);
    one.travelled += bytes;
  }

  /// Call about once a second: what stands still is forgotten, also when nothing comes any more.
  void forget_idle(Instant now) {
    std::erase_if(media_, [&](const auto& each) { return each.second.meter.rate(now) == 0; });
  }
  std::size_t size() const { return media_.size(); }

  /// A run has ended that brought so many bytes of the file: more than travelled, where they were compressed.
  void brought(const Sha256& media, std::uint64_t bytes) {
    const auto one = media_.find(media);
    if (one == media_.end()) return;
    one->second.brought += bytes;
    one->second.travelled_until_then = one->second.travelled;
  }

  /// Bytes of the file a second, of those that anything came of within the window. Slices are measured, since runs are few on
  /// a slow line, and weighed by what the runs until now have brought for what travelled.
  std::map<Sha256, std::uint64_t> rates(Instant now) const {
    std::map<Sha256, std::uint64_t> rates;
    for (const auto& [media, one] : media_) {
      const auto rate = static_cast<double>(one.meter.rate(now)) * one.gain();
      if (rate >= 1) rates[media] = static_cast<std::uint64_t>(rate);
    }
    return rates;
  }

 private:
  struct One {
    Meter meter;
    std::uint64_t travelled = 0, brought = 0, travelled_until_then = 0;

    /// Never below 1: what travelled and brought nothing yet belongs to runs that are not over.
    double gain() const {
      if (travelled_until_then == 0) return 1;
      return std::max(1.0, static_cast<double>(brought) / static_cast<double>(travelled_until_then));
    }
  };
  std::map<Sha256, One> media_;
};

}  // namespace essaimage::shell

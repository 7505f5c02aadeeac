#pragma once
// The bases against which peers are being sent newer files: a file has many runs, and a swarm many who ask for them. A few of
// them, the last that were asked for. Thread rule: any thread.

#include <atomic>
#include <list>
#include <memory>
#include <mutex>

#include "store/media/base_media.hpp"

namespace essaimage::store {

/// A base, for one newer file, and whether it helps.
class ServedBase {
 public:
  ServedBase(BaseMedia base, const Sha256& newer) : media(std::move(base)), guide(media), newer_(newer) {}
  ServedBase(const ServedBase&) = delete;
  ServedBase& operator=(const ServedBase&) = delete;

  const BaseMedia media;
  const BaseGuide guide;

  bool is_of(const FeedId& feed, const Sha256& base, const Sha256& newer) const {
    return newer_ == newer && media.media() == base && media.feed() == feed;
  }
  /// After some runs that had nothing of it, as of a film that was made anew, it is tried for one in many.
  bool is_worth_trying();
  void tried(bool helped);

 private:
  static constexpr unsigned idle_max = 4, tried_every = 16;
  const Sha256 newer_;
  std::atomic<unsigned> idle_ = 0, passed_over_ = 0;
};

class ServedBases {
 public:
  /// Null if it is none (BaseMedia::open); that it is held still is asked each time.
  std::shared_ptr<ServedBase> find(const State& state, const MediaStore& store, const FeedId& feed, const Sha256& base, const Sha256& newer,
                                   std::uint64_t newer_bytes);

 private:
  static constexpr std::size_t kept_max = 4;
  std::mutex mutex_;
  std::list<std::shared_ptr<ServedBase>> kept_;
};

}  // namespace essaimage::store

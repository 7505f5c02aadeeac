#pragma once
// How many bytes may be under way to us on one link: half a second of what it was seen to carry, so that a slow line's
// queue stays short and a fast one is full. Shared out among the requests that are open on the link.

#include <cstddef>
#include <cstdint>
#include <deque>

#include "proto/time.hpp"

namespace essaimage::core {

class Flow {
 public:
  Flow();
  void received(std::size_t bytes, Instant now);
  std::size_t window() const { return window_; }
  /// Bytes a second, as last seen; zero if nothing came for a while.
  std::size_t rate(Instant now) const;
  /// The same, however long ago; a guess for a link that never carried much.
  std::size_t usual_rate() const;
  /// Of one request, when `requests` are open.
  std::size_t share(std::size_t requests) const;
  /// How many runs of chunks keep the link busy: few on a slow one, where what is asked for long before it comes is what
  /// others could bring meanwhile.
  std::size_t runs() const;

 private:
  std::size_t window_;
  std::size_t rate_ = 0;
  Instant heard_at_;
  std::size_t counted_ = 0;
  Instant since_;
  bool counting_ = false;
};

/// Whether a peer sends fast enough what it owes us. Drops do not count: a byte in time would hold a request for ever.
struct Pace {
  Instant since;
  std::uint64_t bytes = 0;

  void start(Instant now);
  void received(std::size_t size, Instant now);
  bool late(Instant now) const;
};

/// The credit side of one request of ours.
struct CreditAccount {
  std::uint64_t given = 0;
  std::uint64_t received = 0;
  std::uint64_t taken = 0;          ///< stored, so that its memory is free
  std::deque<std::size_t> storing;  ///< sizes of the slices that the store works on, in order

  void stored();                                  ///< the oldest of them
  bool owed() const { return given > received; }  ///< by the peer

  /// What to give now so that `share` bytes are under way or in memory, and `expected` in all; zero while too little to be
  /// worth a message.
  std::uint64_t due(std::size_t share, std::uint64_t expected) const;
};

}  // namespace essaimage::core

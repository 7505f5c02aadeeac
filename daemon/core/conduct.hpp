#pragma once
// How peers behaved, by transport key: points for what only a faulty or hostile peer sends. Points fade, bans double.
// Bounded by settings::records_max; the oldest record without a running ban goes first.

#include <map>
#include <optional>

#include "proto/ids.hpp"
#include "proto/time.hpp"

namespace essaimage::core {

class Conduct {
 public:
  /// True if the peer is banned by these points.
  bool blame(const TransportKey& peer, unsigned points, Instant now);
  bool banned(const TransportKey& peer, Instant now) const;
  std::optional<Instant> banned_until(const TransportKey& peer, Instant now) const;

 private:
  struct Record {
    double score = 0;
    Instant at;
    unsigned bans = 0;
    Instant until;
  };
  void make_room(Instant now);

  std::map<TransportKey, Record> records_;
};

}  // namespace essaimage::core

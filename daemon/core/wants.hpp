#pragma once
// The media that this node lacks, chunk by chunk: held, on its way, or missing. Small media come before big ones, and those that have a
// deadline before all others. Who
// holds what is in media_planner.hpp; who asks us in media_answers.hpp.

#include <map>
#include <set>

#include "daemon/core/input.hpp"

namespace essaimage::core {

/// Position in the order of fetching: what has a deadline first, then the smaller.
struct WantPlace {
  bool later = false;  ///< it has no deadline
  std::uint64_t bytes = 0;
  Sha256 media;

  auto operator<=>(const WantPlace&) const = default;
};

struct Want {
  enum class Chunk : std::uint8_t { missing, flying, held };

  MediaNeed need;
  std::vector<Chunk> chunks;
  std::size_t missing = 0;  ///< chunks neither held nor flying
  std::size_t held = 0;
  std::uint64_t held_bytes = 0;
  std::size_t first_missing = 0;  ///< no chunk before it is missing
  /// By chunk: how many of the linked peers that have a part of it have this one. Who has the whole adds nothing to the order.
  std::vector<std::uint16_t> copies;
  std::size_t parts = 0;  ///< peers that are counted in it

  void set(std::size_t chunk, Chunk state);
  /// A map of chunks, as in MediaHave, that a peer has now, or of which it tells no longer.
  void add_copies(const Bytes& map) { count_copies(map, 1); }
  void take_copies(const Bytes& map) { count_copies(map, -1); }
  Bytes held_map() const;  ///< as in MediaHave
  bool names(const FeedId& feed) const;
  /// The same chunks by the same list.
  bool counts_as(const MediaNeed& other) const { return need.chunk_list == other.chunk_list && need.chunk_bytes == other.chunk_bytes; }
  WantPlace place() const { return {!need.due, need.bytes, need.media}; }

 private:
  void count_copies(const Bytes& map, int by);
};

class Wants {
 public:
  /// Adds or replaces. True if what was flying stays valid: the chunk list is the same.
  bool put(const MediaNeed& need);
  void erase(const Sha256& media);
  Want* find(const Sha256& media);
  const Want* find(const Sha256& media) const;

  const std::map<Sha256, Want>& table() const { return table_; }
  const std::set<WantPlace>& in_order() const { return in_order_; }

 private:
  std::map<Sha256, Want> table_;
  std::set<WantPlace> in_order_;
};

}  // namespace essaimage::core

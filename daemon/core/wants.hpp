#pragma once
// The media that this node lacks, chunk by chunk: held, on its way, or missing. Small media come before big ones. Who
// holds what is in media_planner.hpp; who asks us in media_answers.hpp.

#include <map>
#include <set>

#include "daemon/core/input.hpp"

namespace essaimage::core {

struct Want {
  enum class Chunk : std::uint8_t { missing, flying, held };

  MediaNeed need;
  std::vector<Chunk> chunks;
  std::size_t missing = 0;      ///< chunks neither held nor flying
  std::size_t held = 0;
  std::uint64_t held_bytes = 0;
  std::size_t first_missing = 0;  ///< no chunk before it is missing
  /// By chunk: how many of the linked peers that have a part of it have this one. Who has the whole adds nothing to the order.
  std::vector<std::uint16_t> copies;
  std::size_t parts = 0;        ///< peers that are counted in it

  void set(std::size_t chunk, Chunk state);
  /// A map of chunks, as in MediaHave, that a peer has now, or of which it tells no longer.
  void add_copies(const Bytes& map) { count_copies(map, 1); }
  void take_copies(const Bytes& map) { count_copies(map, -1); }
  Bytes held_map() const;       ///< as in MediaHave
  bool names(const FeedId& feed) const;
  /// The same chunks by the same list.
  bool counts_as(const MediaNeed& other) const {
    return need.chunk_list == other.chunk_list && need.chunk_bytes == other.chunk_bytes;
  }
  /// Position in the order of fetching.
  std::pair<std::uint64_t, Sha256> place() const { return {need.bytes, need.media}; }

 private:
  void count_copies(const Bytes& map, int by);
};

using WantPlace = std::pair<std::uint64_t, Sha256>;

class Wants {
 public:
  /// Adds or replaces. True if what was flying stays valid: the chunk list is the same.
  bool put(const MediaNeed& need);
  void erase(const Sha256& media);
  Want* find(const Sha256& media);
  const Want* find(const Sha256& media) const;

  const std::map<Sha256, Want>& table() const { return table_; }
  const std::set<WantPlace>& by_size() const { return by_size_; }

 private:
  std::map<Sha256, Want> table_;
  std::set<WantPlace> by_size_;
};

}  // namespace essaimage::core

#include "daemon/core/wants.hpp"

#include <algorithm>

namespace essaimage::core {

void Want::set(std::size_t chunk, Chunk state) {
  const Chunk before = chunks[chunk];
  if (before == state) return;
  const auto count = [&](Chunk which, std::size_t& counter) {
    if (before == which) --counter;
    if (state == which) ++counter;
  };
  count(Chunk::missing, missing);
  count(Chunk::held, held);
  if (before == Chunk::held) held_bytes -= need.chunk_bytes[chunk];
  if (state == Chunk::held) held_bytes += need.chunk_bytes[chunk];
  chunks[chunk] = state;
  first_missing = state == Chunk::missing ? std::min(first_missing, chunk) : first_missing;
  while (first_missing < chunks.size() && chunks[first_missing] != Chunk::missing) ++first_missing;
}

Bytes Want::held_map() const {
  if (held == 0) return {};
  Bytes map((chunks.size() + 7) / 8, 0);
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    if (chunks[i] == Chunk::held) map[i / 8] = static_cast<std::uint8_t>(map[i / 8] | (1U << (i % 8)));
  }
  return map;
}

bool Want::names(const FeedId& feed) const { return std::find(need.feeds.begin(), need.feeds.end(), feed) != need.feeds.end(); }

void Want::count_copies(const Bytes& map, int by) {
  if (!map.empty()) parts += static_cast<std::size_t>(by);
  for (std::size_t i = 0; i < copies.size() && i / 8 < map.size(); ++i) {
    if ((map[i / 8] >> (i % 8) & 1U) != 0) copies[i] = static_cast<std::uint16_t>(copies[i] + by);
  }
}

bool Wants::put(const MediaNeed& need) {
  const auto [it, added] = table_.try_emplace(need.media);
  Want& want = it->second;
  const bool same = !added && want.counts_as(need);
  if (!added) in_order_.erase(want.place());
  std::vector<Want::Chunk> before = same ? std::move(want.chunks) : std::vector<Want::Chunk>();
  std::vector<std::uint16_t> copies = same ? std::move(want.copies) : std::vector<std::uint16_t>();
  const std::size_t parts = same ? want.parts : 0;
  want = {};
  want.need = need;
  want.need.held.resize(need.chunk_bytes.size(), false);
  want.chunks.assign(need.chunk_bytes.size(), Want::Chunk::missing);
  want.missing = want.chunks.size();
  want.copies = std::move(copies);
  want.parts = parts;
  want.copies.resize(want.chunks.size(), 0);
  for (std::size_t i = 0; i < want.chunks.size(); ++i) {
    if (want.need.held[i]) {
      want.set(i, Want::Chunk::held);
    } else if (same && before[i] == Want::Chunk::flying) {
      want.set(i, Want::Chunk::flying);
    }
  }
  in_order_.insert(want.place());
  return added || same;
}

void Wants::erase(const Sha256& media) {
  const auto it = table_.find(media);
  if (it == table_.end()) return;
  in_order_.erase(it->second.place());
  table_.erase(it);
}

Want* Wants::find(const Sha256& media) {
  const auto it = table_.find(media);
  return it == table_.end() ? nullptr : &it->second;
}
const Want* Wants::find(const Sha256& media) const { return const_cast<Wants*>(this)->find(media); }

}  // namespace essaimage::core

#include "store/media/base_media.hpp"

#include <algorithm>
#include <numeric>

#include "store/crypto/hash.hpp"

namespace essaimage::store {

Result<BaseMedia> BaseMedia::open(const State& state, const MediaStore& store, const FeedId& feed, const Sha256& media,
                                  std::uint64_t newer_bytes) {
  constexpr std::uint64_t besides = std::uint64_t{1} << 20;
  TRY(const bool held, state.holds(feed, media));
  if (!held || !store.has(media)) return fail(Errc::not_found, media.hex());
  TRY(const auto bytes, store.bytes(media));
  if (bytes > besides && (bytes - besides) / times_longer_max > newer_bytes) return fail(Errc::not_found, media.hex() + ": too long");
  TRY(auto marks, state.chunk_marks(media, chunks_max + 1));
  // The record is made up for later where it lacks (State::hold).
  if (marks.empty() || marks.size() > chunks_max || marks.front().offset != 0)
    return fail(Errc::not_found, media.hex() + ": no record of its chunks");
  const std::uint64_t last = marks.back().offset;
  if (last >= bytes) return fail(Errc::media_bad, media.hex());
  BaseMedia base(store, feed, media, bytes, std::move(marks));
  // Nothing records how long it was: its last chunk tells.
  TRY([[maybe_unused]] const auto end, base.read(last, static_cast<std::size_t>(bytes - last)));
  return base;
}

Result<Bytes> BaseMedia::read(std::uint64_t offset, std::size_t bytes) const {
  if (offset > bytes_ || bytes > bytes_ - offset) return fail(Errc::malformed, "beyond the base");
  if (bytes == 0) return Bytes{};
  const auto behind = std::upper_bound(marks_.begin(), marks_.end(), offset,
                                       [](std::uint64_t at, const State::ChunkMark& mark) { return at < mark.offset; });
  auto index = static_cast<std::size_t>(behind - marks_.begin()) - 1;
  TRY(const auto file, store_->open(media_));
  const std::uint64_t begin = marks_[index].offset;
  Bytes content;
  while (begin + content.size() < offset + bytes) {
    const auto size = static_cast<std::size_t>(end_of(index) - marks_[index].offset);
    TRY(const Bytes chunk, file.read(marks_[index].offset, size));
    if (chunk.size() != size || chunk_prefix(sha256(chunk)) != marks_[index].prefix) return fail(Errc::media_bad, file.path().string());
    append_bytes(content, chunk);
    ++index;
  }
  const auto skip = static_cast<std::ptrdiff_t>(offset - begin);
  return Bytes(content.begin() + skip, content.begin() + skip + static_cast<std::ptrdiff_t>(bytes));
}

BaseGuide::BaseGuide(const BaseMedia& base) : base_(base), by_prefix_(base.marks().size()) {
  std::iota(by_prefix_.begin(), by_prefix_.end(), 0U);
  std::stable_sort(by_prefix_.begin(), by_prefix_.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return base.marks()[a].prefix < base.marks()[b].prefix; });
}

std::optional<std::size_t> BaseGuide::index_of(const Chunk& chunk) const {
  const std::uint64_t prefix = chunk_prefix(chunk.id);
  const auto it = std::lower_bound(by_prefix_.begin(), by_prefix_.end(), prefix,
                                   [&](std::uint32_t index, std::uint64_t sought) { return base_.marks()[index].prefix < sought; });
  if (it == by_prefix_.end() || base_.marks()[*it].prefix != prefix) return std::nullopt;
  return *it;
}

BaseGuide::Place BaseGuide::place_of(const ChunkList& newer, const std::vector<std::uint64_t>& offsets, std::size_t first, std::size_t end,
                                     std::size_t bytes_max) const {
  constexpr std::size_t steps_max = 64;
  // What was changed may have been moved a little, too.
  constexpr std::uint64_t margin = 16 * 1024;
  std::uint64_t from = 0, to = base_.bytes();
  // Where the first of them would begin, if nothing were inserted or left out on the way there.
  std::uint64_t guess = std::min(offsets[first], base_.bytes());
  bool anchored = false;
  for (std::size_t i = first; i > 0 && first - i < steps_max && !anchored; --i) {
    const auto index = index_of(newer.chunks[i - 1]);
    if (!index) continue;
    from = base_.end_of(*index);
    guess = from + (offsets[first] - offsets[i]);
    anchored = true;
  }
  for (std::size_t i = end; i < newer.chunks.size() && i - end < steps_max; ++i) {
    const auto index = index_of(newer.chunks[i]);
    if (!index || base_.marks()[*index].offset < from) continue;
    to = base_.marks()[*index].offset;
    const std::uint64_t way = offsets[i] - offsets[first];
    if (!anchored) guess = to - std::min(to, way);
    break;
  }
  from -= std::min(from, margin);
  to = std::min(base_.bytes(), to + margin);
  if (to - from > bytes_max) {
    const std::uint64_t content = offsets[end] - offsets[first];
    const std::uint64_t spare = bytes_max - std::min<std::uint64_t>(bytes_max, content);
    const std::uint64_t low = guess - std::min(guess, spare / 2);
    from = std::clamp(low, from, to - bytes_max);
    to = from + bytes_max;
  }
  return {from, static_cast<std::size_t>(to - from)};
}

}  // namespace essaimage::store

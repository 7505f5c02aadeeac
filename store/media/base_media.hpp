#pragma once
// A base: an older media file against which a newer one of the same name can travel (store/transfer/FORMAT.md, "Run of
// chunks"), because both sides hold it for the feed through which the newer one comes. So a change of a few bytes costs some
// bytes, and not the chunk around it.
//
// What is read of it is checked by the record of its chunks: a disk that rots at one end must not make the other seem a
// liar.
//
// Nobody comes by what they may not have. Whoever asks may hold the feed, and takes from its own disk alone what was held for
// that very feed, and named by it once. That the newer file then counts as having come through the feed (reuse.hpp) leads nothing
// out: who signs the feed is in its audience, and may hold the older file whose bytes it uses. It proves less than other
// transfers do, that the author had all the bytes in hand: it may have had them from the older file by name alone.
//
// No file is kept open. Thread rule: any thread; the MediaStore must outlive it.

#include <optional>
#include <vector>

#include "store/media/media_store.hpp"
#include "store/state/state.hpp"

namespace essaimage::store {

class BaseMedia {
 public:
  /// The marks of its chunks are in memory: 16 bytes each.
  static constexpr std::size_t chunks_max = 65'536;
  /// Of what is so much longer than the newer file (1 MiB besides), hardly anything is in it, and its chunks are large.
  static constexpr std::uint64_t times_longer_max = 8;

  /// Errc::not_found: not here whole, not held for that feed, without a record of its chunks, or too long. Errc::media_bad: its
  /// end is damaged.
  static Result<BaseMedia> open(const State& state, const MediaStore& store, const FeedId& feed, const Sha256& media,
                                std::uint64_t newer_bytes);

  const FeedId& feed() const { return feed_; }
  const Sha256& media() const { return media_; }
  std::uint64_t bytes() const { return bytes_; }
  const std::vector<State::ChunkMark>& marks() const { return marks_; }  ///< never empty
  std::uint64_t end_of(std::size_t index) const { return index + 1 < marks_.size() ? marks_[index + 1].offset : bytes_; }

  /// Errc::media_bad: it is damaged there. Errc::not_found: it is gone. Errc::malformed: not within it.
  Result<Bytes> read(std::uint64_t offset, std::size_t bytes) const;

 private:
  BaseMedia(const MediaStore& store, FeedId feed, const Sha256& media, std::uint64_t bytes, std::vector<State::ChunkMark> marks)
      : store_(&store), feed_(std::move(feed)), media_(media), bytes_(bytes), marks_(std::move(marks)) {}

  const MediaStore* store_;
  FeedId feed_;
  Sha256 media_;
  std::uint64_t bytes_ = 0;
  std::vector<State::ChunkMark> marks_;
};

/// Where in a base to look for what is like a part of the newer file.
class BaseGuide {
 public:
  explicit BaseGuide(const BaseMedia& base);

  struct Place {
    std::uint64_t offset = 0;
    std::size_t bytes = 0;
  };
  /// For the chunks [first, end) of the newer file: between what stands before them in both files and what stands behind them,
  /// and not more than `bytes_max`. `offsets`: chunk_offsets(newer).
  Place place_of(const ChunkList& newer, const std::vector<std::uint64_t>& offsets, std::size_t first, std::size_t end,
                 std::size_t bytes_max) const;

 private:
  std::optional<std::size_t> index_of(const Chunk& chunk) const;

  const BaseMedia& base_;
  std::vector<std::uint32_t> by_prefix_;  ///< indexes of its marks
};

}  // namespace essaimage::store

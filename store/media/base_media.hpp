#pragma once
// A base: an older media file against which a newer one of the same name can travel (store/transfer/FORMAT.md, "Run of
// chunks"), because both sides hold it for the feed through which the newer one comes. So a change of a few bytes costs some
// bytes, and not the chunk around it.
//
// What is read of it is checked by the record of its chunks: a disk that rots at one end must not make the other seem a
// liar. Thread rule: one thread at a time; the MediaStore must outlive it.

#include <optional>
#include <vector>

#include "store/media/media_store.hpp"
#include "store/state/state.hpp"

namespace essaimage::store {

class BaseMedia {
 public:
  /// The marks of its chunks are in memory: 16 bytes each.
  static constexpr std::size_t chunks_max = 65'536;

  /// Errc::not_found: not here whole, not held for that feed, without a record of its chunks, or of too many.
  static Result<BaseMedia> open(const State& state, const MediaStore& store, const FeedId& feed, const Sha256& media);

  const Sha256& media() const { return media_; }
  std::uint64_t bytes() const { return bytes_; }
  /// Errc::media_bad: it is damaged there. Errc::malformed: not within it.
  Result<Bytes> read(std::uint64_t offset, std::size_t bytes) const;

  struct Place {
    std::uint64_t offset = 0;
    std::size_t bytes = 0;
  };
  /// Where in the base something like the chunks [first, end) of the newer file is to be expected: between what stands before
  /// them in both files and what stands behind them, and not more than `bytes_max`. `offsets`: chunk_offsets(newer).
  Place place_of(const ChunkList& newer, const std::vector<std::uint64_t>& offsets, std::size_t first, std::size_t end,
                 std::size_t bytes_max) const;

 private:
  BaseMedia(const Sha256& media, std::uint64_t bytes, MediaReader file, std::vector<State::ChunkMark> marks);
  std::optional<std::size_t> index_of(const Chunk& chunk) const;
  std::uint64_t end_of(std::size_t index) const { return index + 1 < marks_.size() ? marks_[index + 1].offset : bytes_; }

  Sha256 media_;
  std::uint64_t bytes_ = 0;
  MediaReader file_;
  std::vector<State::ChunkMark> marks_;     ///< by offset
  std::vector<std::uint32_t> by_prefix_;    ///< indexes of marks_, by prefix
};

}  // namespace essaimage::store

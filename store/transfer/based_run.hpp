#pragma once
// A run of chunks that travels against an older file which both sides hold: the third form of store/transfer/FORMAT.md, "Run
// of chunks". In pieces, each of which can be told as soon as it is there, and each with the place in the base that it is
// compressed against. Who reads refuses a place that costs much more than what it brings. Thread rule: one thread at a time.

#include <functional>
#include <optional>
#include <vector>

#include "proto/ids.hpp"
#include "proto/limits.hpp"
#include "store/transfer/zstd.hpp"

namespace essaimage::store {

namespace based_run {

/// A piece has so much at least, in whole chunks; the last of a run may have less.
inline constexpr std::size_t piece_bytes_min = 64 * limits::KiB;
/// Of the base, for a piece with that content.
constexpr std::size_t base_bytes_max(std::size_t content) {
  return std::min<std::size_t>(256 * limits::KiB + 4 * content, 4 * limits::MiB);
}

}  // namespace based_run

/// Bytes of the base.
using ReadBase = std::function<Result<Bytes>(std::uint64_t offset, std::size_t bytes)>;

struct BasePlace {
  std::uint64_t offset = 0;
  std::size_t bytes = 0;
};
/// Where something like the chunks [first, end) of the run is to be expected, at most so many bytes.
using FindInBase = std::function<BasePlace(std::size_t first, std::size_t end, std::size_t bytes_max)>;

/// The whole run without its first byte, or nothing if it is hardly shorter so, or if the base cannot be read.
std::optional<Bytes> compress_against(Compressor& compressor, ByteView chunks, const std::vector<std::uint32_t>& chunk_bytes,
                                      const Sha256& base, const FindInBase& find, const ReadBase& read);

/// Turns what arrives of it, behind its first byte, into the bytes of its chunks.
class BasedRunReader {
 public:
  /// `base`: what was said to be here.
  BasedRunReader(std::vector<std::uint32_t> chunk_bytes, const Sha256& base, ReadBase read);

  /// What can be told by now. Errc::malformed: no such form, another base, more than the run. Else what `read` says.
  Result<Bytes> append(ByteView arrived);

 private:
  Status check_base();
  /// So many whole chunks from the next one on have that length; 0: it ends within one.
  std::size_t chunks_in(std::size_t content) const;
  Result<std::optional<Bytes>> next_piece();

  std::vector<std::uint32_t> chunk_bytes_;
  std::size_t next_ = 0;  ///< chunk
  Sha256 base_;
  ReadBase read_;
  bool begun_ = false;
  Bytes pending_;
  Decompressor decompressor_;
};

}  // namespace essaimage::store

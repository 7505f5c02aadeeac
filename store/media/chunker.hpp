#pragma once
// Content-defined chunking after FastCDC (Xia et al., USENIX ATC 2016): a gear hash over the last
// 64 bytes, a stricter mask before the average length and a laxer one behind it (FORMAT.md,
// "Chunking").
//
// Three choices of our own:
//  - The gear hash is warm at the first place where a chunk may end: whether a place can be a
//  boundary depends on the
//    64 bytes before it alone, never on where the chunk began. After an insert the boundaries fall
//    together again at once.
//  - Masks are the topmost n bits, so all masks are nested; and a step is 4 times the one before
//  with a normalisation
//    of one bit each way, so that the laxest mask of a step is as strict as the strictest of the
//    finer one. A boundary of a coarse step is therefore one of every finer step (but for the few
//    that a minimum skips): a film that outgrows its step keeps a subset of its boundaries, and
//    each of its new chunks is a run of whole old ones. The price: with two bits, 200 small edits
//    of 16 MiB make 1.9 MB of new chunks instead of 2.2.
//  - The step is chosen by the file's length alone. Documents and pictures want small chunks (it
//  also finds the picture
//    inside the next PDF); films want few. Replayed over 13 histories (1,199 MB of media, zstd on
//    each new chunk): average 128 KiB 998 MB, 16 KiB 934, 8 KiB 913. A chunk costs 36 bytes of list
//    in git and about 40 of index.
//
//      step   for files up to   minimum   average   maximum   chunks at most
//      0      16 MiB            2 KiB     8 KiB     64 KiB    8,192
//      1      256 MiB           8 KiB     32 KiB    256 KiB   32,768
//      2      4 GiB             32 KiB    128 KiB   1 MiB     131,072
//      3      64 GiB            128 KiB   512 KiB   4 MiB     524,288
//
// Feed the file in pieces of any size; boundaries do not depend on them. One thread at a time.
// Holds one chunk at most.

#include <array>
#include <functional>

#include "store/media/chunk_list.hpp"

namespace essaimage::store {

inline constexpr std::uint8_t chunk_steps = 4;

/// The step for a file of that length, as known before reading it.
std::uint8_t chunk_step_for(std::uint64_t bytes);

/// How long the chunks of a step are; the last one of a file may be shorter.
struct ChunkSizes {
  std::size_t min = 0, average = 0, max = 0;
};
ChunkSizes chunk_sizes(std::uint8_t step);

/// The 256 values of the gear hash: the first 8 bytes of SHA-256("essaimage gear 1" | byte),
/// big-endian.
const std::array<std::uint64_t, 256>& gear_table();

class Chunker {
 public:
  /// `sink` gets each chunk whole, in order; the bytes are valid during the call alone.
  using Sink = std::function<void(ByteView chunk)>;
  Chunker(std::uint8_t step, Sink sink);
  void update(ByteView bytes);
  /// The rest is the last chunk. Nothing if there was no byte at all. The chunker may then start
  /// anew.
  void finish();

 private:
  struct Bounds {
    std::size_t min, average, max;
    std::uint64_t strict, lax;  ///< a place ends a chunk if the hash is below
  };
  static Bounds bounds_of(std::uint8_t step);
  bool find_end(ByteView bytes);

  Bounds bounds_;
  Sink sink_;
  Bytes pending_;            ///< of the chunk under way, from earlier updates
  std::size_t scanned_ = 0;  ///< bytes of the chunk under way that were looked at, these included
  std::uint64_t gear_ = 0;
};

}  // namespace essaimage::store

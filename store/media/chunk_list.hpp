#pragma once
// The chunk list of a media file: its length and the SHA-256 and length of each chunk, as one
// binary blob in the kit's tree, so that the signed commit authenticates every chunk (FORMAT.md,
// "Chunk lists"). Layout, big-endian: "ESSCHUNK" | u8 format 1 | u8 step | u64 bytes | u32 count |
// count x (32 bytes SHA-256, u32 length). Plain values; no thread rule. There is no list of an
// empty file: empty files are text.

#include <cstdint>
#include <vector>

#include "proto/ids.hpp"

namespace essaimage::store {

struct Chunk {
  Sha256 id;
  std::uint32_t bytes = 0;

  auto operator<=>(const Chunk&) const = default;
};

struct ChunkList {
  std::uint8_t step = 0;    ///< of the chunker that made it: the one for `bytes`
  std::uint64_t bytes = 0;  ///< the sum of all lengths
  std::vector<Chunk> chunks;

  bool operator==(const ChunkList&) const = default;
};

Bytes encode(const ChunkList& list);

/// Errc::malformed unless canonical: the step for its length, lengths within that step's minimum and
/// maximum (the last chunk may be shorter) that add up to 1 … limits::media_bytes_max, nothing
/// behind. So a list of many chunks is of a large file: a short list of a small file that claims a
/// million chunks would cost its author nothing, and everybody else their memory. The count is
/// checked against the blob's size before anything is allocated for it.
Result<ChunkList> parse_chunk_list(ByteView blob);

/// Where each chunk begins in the file, and behind the last the file's length.
std::vector<std::uint64_t> chunk_offsets(const ChunkList& list);

}  // namespace essaimage::store

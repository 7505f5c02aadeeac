#pragma once
// The chunk list of a media file: its length and the SHA-256 and length of each chunk, as one binary blob in the kit's
// tree, so that the signed commit authenticates every chunk (FORMAT.md, "Chunk lists").
// Layout, big-endian: "ESSCHUNK" | u8 format 1 | u8 step | u64 bytes | u32 count | count x (32 bytes SHA-256, u32 length).

#include <vector>

#include "proto/ids.hpp"

namespace essaimage::store {

struct Chunk {
  Sha256 id;
  std::uint32_t bytes = 0;
};

struct ChunkList {
  std::uint8_t step = 0;    ///< of the chunker that made it; a receiver does not care
  std::uint64_t bytes = 0;  ///< the sum of all lengths
  std::vector<Chunk> chunks;
};

Bytes encode(const ChunkList& list);
/// Errc::malformed unless canonical: lengths in 1 … limits::chunk_bytes_max that add up, bounded count, nothing behind.
Result<ChunkList> parse_chunk_list(ByteView blob);

}  // namespace essaimage::store

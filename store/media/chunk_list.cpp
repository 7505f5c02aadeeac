#include "store/media/chunk_list.hpp"

#include <algorithm>
#include <array>

#include "proto/limits.hpp"
#include "store/media/chunker.hpp"

namespace essaimage::store {
namespace {

constexpr std::array<std::uint8_t, 8> magic = {'E', 'S', 'S', 'C', 'H', 'U', 'N', 'K'};
constexpr std::uint8_t format = 1;
constexpr std::size_t header_bytes = magic.size() + 1 + 1 + 8 + 4;
constexpr std::size_t entry_bytes = Sha256::size + 4;

template <class Unsigned>
void append_big_endian(Bytes& out, Unsigned value) {
  for (unsigned shift = sizeof(Unsigned) * 8; shift != 0;) {
    shift -= 8;
    out.push_back(static_cast<std::uint8_t>(value >> shift));
  }
}

template <class Unsigned>
Unsigned read_big_endian(ByteView bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(Unsigned); ++i) value = value << 8 | bytes[i];
  return static_cast<Unsigned>(value);
}

Result<Chunk> parse_entry(ByteView entry, std::size_t bytes_min, std::size_t bytes_max) {
  Chunk chunk;
  TRY(chunk.id, Sha256::from(entry.first(Sha256::size)));
  chunk.bytes = read_big_endian<std::uint32_t>(entry.subspan(Sha256::size));
  if (chunk.bytes < bytes_min || chunk.bytes > bytes_max) {
    return fail(Errc::malformed, "chunk list: length of a chunk");
  }
  return chunk;
}

}  // namespace

Bytes encode(const ChunkList& list) {
  Bytes out;
  out.reserve(header_bytes + entry_bytes * list.chunks.size());
  append_bytes(out, magic);
  out.push_back(format);
  out.push_back(list.step);
  append_big_endian(out, list.bytes);
  append_big_endian(out, static_cast<std::uint32_t>(list.chunks.size()));
  for (const Chunk& chunk : list.chunks) {
    append_bytes(out, chunk.id.view());
    append_big_endian(out, chunk.bytes);
  }
  return out;
}

Result<ChunkList> parse_chunk_list(ByteView blob) {
  if (blob.size() < header_bytes || !std::equal(magic.begin(), magic.end(), blob.begin())) {
    return fail(Errc::malformed, "chunk list: not one");
  }
  if (blob[8] != format) return fail(Errc::malformed, "chunk list: unknown format");
  ChunkList list;
  list.step = blob[9];
  list.bytes = read_big_endian<std::uint64_t>(blob.subspan(10));
  const auto count = read_big_endian<std::uint32_t>(blob.subspan(18));
  if (count == 0 || count > limits::chunks_per_media_max) return fail(Errc::malformed, "chunk list: number of chunks");
  if (blob.size() != header_bytes + entry_bytes * count) return fail(Errc::malformed, "chunk list: wrong length");
  if (list.bytes > limits::media_bytes_max) return fail(Errc::malformed, "chunk list: media too large");
  if (list.step != chunk_step_for(list.bytes)) return fail(Errc::malformed, "chunk list: not the step for its length");
  const ChunkSizes sizes = chunk_sizes(list.step);
  list.chunks.reserve(count);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t least = i + 1 == count ? 1 : sizes.min;
    TRY(const Chunk chunk, parse_entry(blob.subspan(header_bytes + entry_bytes * i, entry_bytes), least, sizes.max));
    sum += chunk.bytes;
    list.chunks.push_back(chunk);
  }
  if (sum != list.bytes) return fail(Errc::malformed, "chunk list: lengths do not add up");
  return list;
}

std::vector<std::uint64_t> chunk_offsets(const ChunkList& list) {
  std::vector<std::uint64_t> offsets;
  offsets.reserve(list.chunks.size() + 1);
  std::uint64_t offset = 0;
  for (const Chunk& chunk : list.chunks) {
    offsets.push_back(offset);
    offset += chunk.bytes;
  }
  offsets.push_back(offset);
  return offsets;
}

}  // namespace essaimage::store

#pragma once
// The parts of git's pack format (version 2, gitformat-pack(5)) that the writer, the parser and the consolidation share.
// Internal to store/git.

#include <array>
#include <optional>

#include "proto/ids.hpp"
#include "store/crypto/hash.hpp"

namespace essaimage::store::pack {

inline constexpr std::size_t header_bytes = 12;   // "PACK", version, number of objects
inline constexpr std::size_t trailer_bytes = 20;  // SHA-1 of all before it
inline constexpr std::uint8_t type_mask = 7;

inline std::uint32_t get_u32(ByteView bytes) {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 | bytes[3];
}

inline void put_u32(std::uint8_t* at, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) at[i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
}

inline std::array<std::uint8_t, header_bytes> header(std::uint32_t objects) {
  std::array<std::uint8_t, header_bytes> bytes{'P', 'A', 'C', 'K'};
  put_u32(bytes.data() + 4, 2);
  put_u32(bytes.data() + 8, objects);
  return bytes;
}

/// Type and inflated size of an object: 3 and 4 bits in the first byte, 7 more in each further one, lowest first.
inline void put_object_header(Bytes& out, ObjectType type, std::uint64_t size) {
  auto byte = static_cast<std::uint8_t>(static_cast<unsigned>(type) << 4 | (size & 15));
  for (size >>= 4; size != 0; size >>= 7) {
    out.push_back(byte | 0x80);
    byte = size & 127;
  }
  out.push_back(byte);
}

struct ObjectHeader {
  std::uint8_t type = 0;  ///< 1 commit, 2 tree, 3 blob, 4 tag, 6 and 7 deltas
  std::uint64_t size = 0;
  std::size_t header_size = 0;
};

/// Nothing if it is cut off or its size does not fit in 60 bits.
inline std::optional<ObjectHeader> get_object_header(ByteView bytes) {
  ObjectHeader header;
  int shift = 4;
  for (std::size_t i = 0; i < bytes.size() && shift < 60; ++i) {
    if (i == 0) {
      header.type = bytes[0] >> 4 & type_mask;
      header.size = bytes[0] & 15;
    } else {
      header.size |= std::uint64_t{bytes[i] & 127u} << shift;
      shift += 7;
    }
    if ((bytes[i] & 0x80) == 0) {
      header.header_size = i + 1;
      return header;
    }
  }
  return std::nullopt;
}

}  // namespace essaimage::store::pack

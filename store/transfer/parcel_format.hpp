#pragma once
// The parts of a parcel that its writer and its reader share; store/transfer/FORMAT.md. Internal to store/transfer.

#include <array>

#include "proto/limits.hpp"
#include "store/git/pack_format.hpp"

namespace essaimage::store::parcel {

inline constexpr std::array<std::uint8_t, 8> magic{'E', 'S', 'S', 'P', 'A', 'R', 'C', '1'};
inline constexpr std::size_t head_bytes = magic.size() + ObjectId::size;  // and the commit that it builds on, or zeros
inline constexpr std::size_t frame_head_bytes = 12;                       // content, packed, places: 4 bytes each
/// A frame is closed when it has so much: enough for zstd to find what is alike, and little for an old computer.
inline constexpr std::size_t frame_bytes = 2 * limits::MiB;
/// An object may be large, and the one before it may have left the frame open.
inline constexpr std::size_t frame_bytes_max = limits::object_bytes_max + frame_bytes + limits::KiB;
inline constexpr std::size_t frame_old_bytes_max = 8 * limits::MiB;
inline constexpr std::size_t places_bytes_max = limits::MiB;
// Of all frames of a parcel:
inline constexpr std::uint64_t old_bytes_max = 64 * limits::MiB;
inline constexpr std::size_t old_objects_max = 65'536;
inline constexpr std::size_t old_tree_bytes_max = 16 * limits::MiB;
inline constexpr std::size_t place_depth_max = limits::kit_path_depth_max + 16;

inline void put_u32(Bytes& out, std::size_t value) {
  out.resize(out.size() + 4);
  pack::put_u32(out.data() + out.size() - 4, static_cast<std::uint32_t>(value));
}

/// 7 bits a byte, lowest first.
inline void put_number(Bytes& out, std::uint32_t value) {
  for (; value >= 128; value >>= 7) out.push_back(static_cast<std::uint8_t>(value | 128));
  out.push_back(static_cast<std::uint8_t>(value));
}

}  // namespace essaimage::store::parcel

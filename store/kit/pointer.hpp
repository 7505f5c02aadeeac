#pragma once
// A Git LFS pointer, version 1, in its one byte form: what stands in the tree for a media file.
// Source: the Git LFS specification (docs/spec.md of git-lfs). Pure functions, any thread.

#include <cstdint>
#include <string>
#include <string_view>

#include "proto/ids.hpp"

namespace essaimage::kit {

inline constexpr std::size_t pointer_bytes_max = 200;  ///< ours are below 150

struct Pointer {
  Sha256 media;
  std::uint64_t size = 0;  ///< bytes of the media, at most limits::media_bytes_max

  auto operator<=>(const Pointer&) const = default;
};

std::string encode_pointer(const Pointer& pointer);

/// Accepts exactly what encode_pointer writes.
Result<Pointer> parse_pointer(std::string_view text);

/// True for what git-lfs itself would take for a pointer (more than parse_pointer accepts).
bool looks_like_pointer(std::string_view text);

}  // namespace essaimage::kit

#pragma once
// Our own look at a pack of ours before it is copied: whole objects only (commits, trees, blobs; no deltas, no tags), each
// within its size, the pack within the caps of proto/limits.hpp, nothing between or behind, the trailer right. Memory: the
// pack is mapped, one object at a time is inflated. Format: gitformat-pack(5), version 2.
// Errors: Errc::malformed, Errc::too_large; Errc::io.

#include <vector>

#include "proto/ids.hpp"
#include "store/crypto/hash.hpp"
#include "store/disk/layout.hpp"

namespace essaimage::store {

struct PackedObject {
  ObjectId id;
  ObjectType type;
  std::uint64_t offset = 0;  ///< of its header in the pack
  std::uint64_t packed_bytes = 0;
  std::uint64_t bytes = 0;  ///< inflated
};

/// All objects in the order of the pack; no two have the same id.
Result<std::vector<PackedObject>> parse_pack(const Path& file);
/// The one whose header is at the front of these bytes, wherever it ends.
Result<PackedObject> parse_packed_object(ByteView bytes);

}  // namespace essaimage::store

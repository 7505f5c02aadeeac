#pragma once
// The index of a pack that we wrote ourselves (gitformat-pack(5), "pack-*.idx files", version 2): what git_indexer makes by
// inflating and hashing all of it once more, from what the writer knows. Internal to store/git.

#include <filesystem>
#include <vector>

#include "proto/error.hpp"
#include "proto/ids.hpp"

namespace essaimage::store::pack {

/// "pack-….idx", beside "pack-….pack".
inline std::filesystem::path index_of(std::filesystem::path pack) { return pack.replace_extension(".idx"); }

struct IndexEntry {
  ObjectId id;
  std::uint32_t offset = 0;  ///< below 2 GiB: limits::pack_bytes_max
  std::uint32_t crc = 0;     ///< CRC-32 of the object as it stands in the pack, with its header
};

/// It ends with the sum of all before it, as any index does: nobody changed it since it was written. Cheap.
bool has_right_sum(ByteView index);

/// What encode_index() wrote, by rising id, each once. Errc::malformed: something of it is not as it was written.
Result<std::vector<IndexEntry>> read_index(ByteView index);

/// `trailer`: the SHA-1 that ends the pack. Sorts the entries.
Bytes encode_index(std::vector<IndexEntry>& entries, const ObjectId& trailer);

}  // namespace essaimage::store::pack

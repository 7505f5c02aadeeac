#pragma once
// A home with nothing but media, for the tests of store/media.

#include <stdexcept>

#include "proto/limits.hpp"
#include "store/crypto/hash.hpp"
#include "store/media/chunker.hpp"
#include "store/media/media_store.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/temp_folder.hpp"

namespace essaimage::store {

inline const FeedId region_feed{"bois-blancs", Audience{}};
inline const FeedId lille_feed{"bois-blancs", Audience{Audience::Kind::territory, "lille"}};

inline ChunkList list_of(ByteView bytes, std::uint8_t step = 0) {
  ChunkList list{.step = step, .bytes = bytes.size(), .chunks = {}};
  Chunker chunker(step, [&](ByteView chunk) { list.chunks.push_back({sha256(chunk), static_cast<std::uint32_t>(chunk.size())}); });
  chunker.update(bytes);
  chunker.finish();
  return list;
}

struct MediaHome {
  test::TempFolder folder;
  Layout layout{folder.path()};
  std::unique_ptr<MediaStore> store = MediaStore::open(layout).value();

  /// Publishes a file of these bytes in a batch of its own.
  Sha256 add(ByteView bytes) {
    auto batch = store->begin().value();
    auto writer = batch->create(bytes.size()).value();
    if (!writer->write(bytes)) throw std::runtime_error("write");
    const Sha256 media = writer->finish().value().media;
    if (!batch->settle()) throw std::runtime_error("settle");
    return media;
  }

  std::size_t files_below(const Path& path) const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) count += entry.is_regular_file() ? 1U : 0U;
    return count;
  }
};

/// The bytes of chunk `index` of a file cut by `list`.
inline ByteView chunk_of(ByteView bytes, const ChunkList& list, std::size_t index) {
  return bytes.subspan(chunk_offsets(list)[index], list.chunks[index].bytes);
}

/// Inverts a byte of a file in place.
inline void flip(const Path& path, std::uint64_t offset) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekg(static_cast<std::streamoff>(offset));
  const int byte = file.get();
  file.seekp(static_cast<std::streamoff>(offset));
  file.put(static_cast<char>(~byte));
}

}  // namespace essaimage::store

// The chunk lists of media.

#include "store/media/chunk_list.hpp"

#include <algorithm>

#include "proto/limits.hpp"
#include "store/media/chunker.hpp"
#include "tests/fuzz/target.hpp"

namespace essaimage::fuzz::chunk_list_target {
namespace {

bool run(ByteView bytes) {
  const auto list = store::parse_chunk_list(bytes);
  if (!list) return false;
  ESSAIMAGE_ASSERT(std::ranges::equal(store::encode(*list), bytes));
  const auto offsets = store::chunk_offsets(*list);
  ESSAIMAGE_ASSERT(offsets.size() == list->chunks.size() + 1 && offsets.back() == list->bytes);
  ESSAIMAGE_ASSERT(std::ranges::is_sorted(offsets) && list->bytes <= limits::media_bytes_max);
  return true;
}

std::vector<Seed> seeds() {
  const auto least = static_cast<std::uint32_t>(store::chunk_sizes(0).min);
  const Bytes one = encode(store::ChunkList{0, 5, {{{}, 5}}});
  const Bytes more = encode(store::ChunkList{0, 2 * least + 7, {{{}, least}, {{}, least}, {{}, 7}}});
  Bytes count = more, behind = more, empty = one;
  count[18] = 0x7F;
  behind.push_back(0);
  empty.resize(22);
  return {seed("valid-one", one), seed("valid-three", more), seed("hostile-count", count), seed("hostile-behind", behind),
          seed("hostile-empty", empty)};
}

const Registered registered{{"chunk_list", run, seeds}};

}  // namespace
}  // namespace essaimage::fuzz::chunk_list_target

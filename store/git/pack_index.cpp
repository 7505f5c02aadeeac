#include "store/git/pack_index.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "store/git/pack_format.hpp"

namespace essaimage::store::pack {
namespace {

constexpr std::array<std::uint8_t, 8> magic{0xFF, 't', 'O', 'c', 0, 0, 0, 2};
constexpr std::size_t fan = 256;

void put(Bytes& out, std::uint32_t value) {
  out.resize(out.size() + 4);
  put_u32(out.data() + out.size() - 4, value);
}

constexpr std::size_t entry_bytes = ObjectId::size + 8;

ObjectId sum_of(ByteView bytes) {
  ObjectId sum;
  ESSAIMAGE_ASSERT(EVP_Digest(bytes.data(), bytes.size(), sum.bytes.data(), nullptr, EVP_sha1(), nullptr) == 1);
  return sum;
}

}  // namespace

bool has_right_sum(ByteView index) {
  if (index.size() < trailer_bytes) return false;
  return std::ranges::equal(sum_of(index.first(index.size() - trailer_bytes)).view(), index.last(trailer_bytes));
}

Result<std::vector<IndexEntry>> read_index(ByteView index) {
  constexpr std::size_t head = magic.size() + fan * 4, tail = 2 * trailer_bytes;
  const auto wrong = [] { return fail(Errc::malformed, "index of a pack"); };
  if (index.size() < head + tail || !std::ranges::equal(index.first(magic.size()), magic)) return wrong();
  const std::size_t count = get_u32(index.subspan(head - 4));
  if (count > (index.size() - head - tail) / entry_bytes || index.size() != head + count * entry_bytes + tail) return wrong();
  if (!has_right_sum(index)) return wrong();
  const ByteView ids = index.subspan(head), crcs = ids.subspan(count * ObjectId::size), offsets = crcs.subspan(count * 4);
  std::vector<IndexEntry> entries(count);
  std::array<std::uint32_t, fan> until{};
  for (std::size_t i = 0; i < count; ++i) {
    std::ranges::copy(ids.subspan(i * ObjectId::size, ObjectId::size), entries[i].id.bytes.begin());
    entries[i].crc = get_u32(crcs.subspan(i * 4));
    entries[i].offset = get_u32(offsets.subspan(i * 4));
    if (i > 0 && entries[i].id <= entries[i - 1].id) return wrong();
    ++until[entries[i].id.bytes[0]];
  }
  std::partial_sum(until.begin(), until.end(), until.begin());
  for (std::size_t byte = 0; byte < fan; ++byte) {
    if (get_u32(index.subspan(magic.size() + byte * 4)) != until[byte]) return wrong();
  }
  return entries;
}

Bytes encode_index(std::vector<IndexEntry>& entries, const ObjectId& trailer) {
  std::ranges::sort(entries, {}, &IndexEntry::id);
  Bytes out(magic.begin(), magic.end());
  out.reserve(magic.size() + fan * 4 + entries.size() * (ObjectId::size + 8) + 2 * trailer_bytes);
  auto next = entries.begin();
  for (std::size_t byte = 0; byte < fan; ++byte) {
    while (next != entries.end() && next->id.bytes[0] == byte) ++next;
    put(out, static_cast<std::uint32_t>(next - entries.begin()));
  }
  for (const IndexEntry& entry : entries) append_bytes(out, entry.id.view());
  for (const IndexEntry& entry : entries) put(out, entry.crc);
  for (const IndexEntry& entry : entries) put(out, entry.offset);
  append_bytes(out, trailer.view());
  append_bytes(out, sum_of(out).view());
  return out;
}

}  // namespace essaimage::store::pack

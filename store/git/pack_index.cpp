#include "store/git/pack_index.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "store/git/pack_format.hpp"

namespace essaimage::store::pack {
namespace {

constexpr std::array<std::uint8_t, 8> magic{0xFF, 't', 'O', 'c', 0, 0, 0, 2};
constexpr std::size_t fan = 256;

void put(Bytes& out, std::uint32_t value) {
  out.resize(out.size() + 4);
  put_u32(out.data() + out.size() - 4, value);
}

}  // namespace

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
  ObjectId hash;
  ESSAIMAGE_ASSERT(EVP_Digest(out.data(), out.size(), hash.bytes.data(), nullptr, EVP_sha1(), nullptr) == 1);
  append_bytes(out, hash.view());
  return out;
}

}  // namespace essaimage::store::pack

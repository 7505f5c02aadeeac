#include "store/git/pack_index.hpp"

#include <openssl/evp.h>

#include "store/git/pack_format.hpp"
#include "tests/support/catch.hpp"

namespace pack_index_test {
using namespace essaimage;
using namespace essaimage::store;

namespace {

ObjectId id(std::uint8_t byte) {
  ObjectId value;
  value.bytes.fill(byte);
  return value;
}

Bytes three() {
  std::vector<pack::IndexEntry> entries{{id(200), 12, 1}, {id(7), 40, 2}, {id(8), 90, 3}};
  return pack::encode_index(entries, id(9));
}

/// With the right sum behind it, so that nothing else gives it away.
Bytes summed(Bytes index) {
  const std::size_t size = index.size() - pack::trailer_bytes;
  REQUIRE(EVP_Digest(index.data(), size, index.data() + size, nullptr, EVP_sha1(), nullptr) == 1);
  return index;
}

constexpr std::size_t fan_at = 8, ids_at = fan_at + 256 * 4;

}  // namespace

TEST_CASE("an index reads back as it was written, by rising id") {
  const auto entries = pack::read_index(three());
  REQUIRE(entries);
  REQUIRE(entries->size() == 3);
  CHECK((*entries)[0].id == id(7));
  CHECK((*entries)[2].offset == 12);
  std::vector<pack::IndexEntry> none;
  CHECK(pack::read_index(pack::encode_index(none, id(9))).value().empty());
}

TEST_CASE("an index whose sum is right and whose tables are not is refused") {
  Bytes index = three();
  SECTION("a count beyond its bytes") { index[ids_at - 2] = 0x40; }
  SECTION("a fan that leads elsewhere") { index[fan_at + 7 * 4 + 3] = 0; }
  SECTION("ids that do not rise") { index[ids_at] = 8; }
  SECTION("an id twice") { std::fill_n(index.begin() + ids_at + 20, 20, std::uint8_t{7}); }
  SECTION("something behind") { index.insert(index.end(), 4, 0); }
  CHECK_FALSE(pack::read_index(summed(index)));
}

}  // namespace pack_index_test

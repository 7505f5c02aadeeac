#include "store/git/pack_parser.hpp"

#include <libdeflate.h>
#include <openssl/evp.h>

#include <functional>

#include "proto/limits.hpp"
#include "store/git/pack_format.hpp"
#include "store/git/pack_writer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

namespace pack_parser_test {
using namespace essaimage;
using namespace essaimage::store;
using essaimage::test::TempFolder;
using essaimage::test::write_text;

namespace {

Bytes deflated(ByteView content) {
  const std::unique_ptr<libdeflate_compressor, void (*)(libdeflate_compressor*)> compressor(libdeflate_alloc_compressor(9),
                                                                                            libdeflate_free_compressor);
  Bytes out(libdeflate_zlib_compress_bound(compressor.get(), content.size()));
  out.resize(libdeflate_zlib_compress(compressor.get(), content.data(), content.size(), out.data(), out.size()));
  return out;
}

/// A pack by hand: its objects as they stand in it, and a right trailer.
class RawPack {
 public:
  explicit RawPack(std::uint32_t count) {
    const auto header = pack::header(count);
    bytes_.assign(header.begin(), header.end());
  }
  RawPack& object(std::uint8_t type, std::uint64_t size, ByteView stream) {
    pack::put_object_header(bytes_, static_cast<ObjectType>(type), size);
    return raw(stream);
  }
  RawPack& raw(ByteView bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return *this;
  }
  Result<std::vector<PackedObject>> parse() {
    std::uint8_t hash[20];
    EVP_Digest(bytes_.data(), bytes_.size(), hash, nullptr, EVP_sha1(), nullptr);
    raw(ByteView(hash));
    write_text(folder_ / "pack", text_of(bytes_));
    return parse_pack(folder_ / "pack");
  }

 private:
  TempFolder folder_;
  Bytes bytes_;
};

const Bytes text(10, 'a');

}  // namespace

TEST_CASE("objects are found with their ids, sizes and places") {
  const auto objects = RawPack(2).object(3, 10, deflated(text)).object(2, 0, deflated({})).parse();
  REQUIRE(objects);
  REQUIRE(objects->size() == 2);
  CHECK((*objects)[0].id == object_id(ObjectType::blob, text));
  CHECK((*objects)[0].offset == 12);
  CHECK((*objects)[0].bytes == 10);
  CHECK((*objects)[0].packed_bytes == 1 + deflated(text).size());
  CHECK((*objects)[1].id == object_id(ObjectType::tree, {}));
  CHECK((*objects)[1].offset == 12 + (*objects)[0].packed_bytes);
  CHECK(RawPack(0).parse()->empty());
}

TEST_CASE("deltas and tags are refused") {
  for (const std::uint8_t type : Bytes{0, 4, 5, 6, 7}) {
    const auto objects = RawPack(1).object(type, 10, deflated(text)).parse();
    REQUIRE_FALSE(objects);
    CHECK(objects.error().code == Errc::malformed);
  }
}

TEST_CASE("sizes that are not true are refused") {
  const auto refused = [](RawPack&& pack) {
    const auto objects = pack.parse();
    return !objects && objects.error().code == Errc::malformed;
  };
  CHECK(refused(std::move(RawPack(1).object(3, 9, deflated(text)))));
  CHECK(refused(std::move(RawPack(1).object(3, 11, deflated(text)))));
  CHECK(refused(std::move(RawPack(1).object(3, 40'000'000, deflated(text)))));  // before 40 MB are taken
  CHECK(refused(std::move(RawPack(2).object(3, 10, deflated(text)))));
  CHECK(refused(std::move(RawPack(1).object(3, 10, deflated(text)).raw(Bytes(1, 0)))));
  CHECK(refused(std::move(RawPack(2).object(3, 10, deflated(text)).object(3, 10, deflated(text)))));  // twice
  CHECK(refused(std::move(RawPack(1).raw(Bytes(30, 0xff)))));                                         // endless size
  CHECK(refused(RawPack(100)));
}

TEST_CASE("too much is refused before it costs anything") {
  const auto code = [](RawPack&& pack) { return pack.parse().error().code; };
  CHECK(code(std::move(RawPack(1).object(1, 5'000, deflated(Bytes(5'000, 'a'))))) == Errc::too_large);
  CHECK(code(std::move(RawPack(1).object(3, limits::object_bytes_max + 1, deflated(text)))) == Errc::too_large);
  CHECK(code(RawPack(3'000'000)) == Errc::too_large);
}

}  // namespace pack_parser_test

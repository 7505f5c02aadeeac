#include "store/media/chunk_list.hpp"

#include "proto/limits.hpp"
#include "store/crypto/hash.hpp"
#include "tests/support/catch.hpp"

using namespace essaimage;
using namespace essaimage::store;

namespace {

ChunkList example() {
  return {.step = 1,
          .bytes = 0x010203,
          .chunks = {{sha256(bytes_of("a")), 0x010200}, {sha256(bytes_of("b")), 3}}};
}

}  // namespace

TEST_CASE("a chunk list has one byte form and comes back from it") {
  const Bytes blob = encode(example());
  REQUIRE(blob.size() == 22 + 2 * 36);
  CHECK(to_hex(ByteView(blob).first(22)) ==
        "4553534348554e4b"
        "01"
        "01"
        "0000000000010203"
        "00000002");
  CHECK(to_hex(ByteView(blob).subspan(22, 36)) == sha256(bytes_of("a")).hex() + "00010200");
  const auto parsed = parse_chunk_list(blob);
  REQUIRE(parsed);
  CHECK(*parsed == example());
  CHECK(chunk_offsets(*parsed) == std::vector<std::uint64_t>{0, 0x010200, 0x010203});
}

TEST_CASE("a chunk list that is cut anywhere, or has anything behind it, is refused") {
  Bytes blob = encode(example());
  for (std::size_t length = 0; length < blob.size(); ++length) {
    const auto parsed = parse_chunk_list(ByteView(blob).first(length));
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == Errc::malformed);
  }
  blob.push_back(0);
  CHECK_FALSE(parse_chunk_list(blob));
}

TEST_CASE("a chunk list of another format, or whose lengths are wrong, is refused") {
  const auto refused = [](const ChunkList& list) {
    return !parse_chunk_list(encode(list)).has_value();
  };
  ChunkList list = example();
  CHECK_FALSE(refused(list));
  list.bytes += 1;
  CHECK(refused(list));

  list = example();
  list.chunks[1].bytes = 0;
  list.bytes = list.chunks[0].bytes;
  CHECK(refused(list));

  list = {
      .step = 3, .bytes = limits::chunk_bytes_max, .chunks = {{Sha256{}, limits::chunk_bytes_max}}};
  CHECK_FALSE(refused(list));
  list.bytes = list.chunks[0].bytes += 1;
  CHECK(refused(list));

  CHECK(refused(ChunkList{}));

  Bytes blob = encode(example());
  blob[8] = 2;
  CHECK_FALSE(parse_chunk_list(blob));
  blob = encode(example());
  blob[0] = 'e';
  CHECK_FALSE(parse_chunk_list(blob));
}

TEST_CASE("a chunk list that promises more chunks than its bytes hold costs nothing") {
  Bytes blob = encode(example());
  for (std::size_t i = 18; i < 22; ++i) blob[i] = 0xFF;
  CHECK_FALSE(parse_chunk_list(blob));
  blob[18] = 0;
  blob[19] = 0x0F;  // 1,048,575, above the limit; and no entries for them
  CHECK_FALSE(parse_chunk_list(blob));
}

TEST_CASE("a list of more bytes than a media file may have is refused") {
  ChunkList list;
  const std::size_t count = limits::media_bytes_max / limits::chunk_bytes_max;
  list.chunks.assign(count, Chunk{Sha256{}, limits::chunk_bytes_max});
  list.bytes = limits::media_bytes_max;
  CHECK(parse_chunk_list(encode(list)));
  list.chunks.push_back({Sha256{}, 1});
  list.bytes += 1;
  CHECK_FALSE(parse_chunk_list(encode(list)));
}

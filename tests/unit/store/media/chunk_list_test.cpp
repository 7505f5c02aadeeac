#include "store/media/chunk_list.hpp"

#include "proto/limits.hpp"
#include "store/crypto/hash.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/store/media/media_home.hpp"

namespace chunk_list_test {
using namespace essaimage;
using namespace essaimage::store;

namespace {

ChunkList example() { return {.step = 0, .bytes = 0x8203, .chunks = {{sha256(bytes_of("a")), 0x8200}, {sha256(bytes_of("b")), 3}}}; }

}  // namespace

TEST_CASE("a chunk list has one byte form and comes back from it") {
  const Bytes blob = encode(example());
  REQUIRE(blob.size() == 22 + 2 * 36);
  CHECK(to_hex(ByteView(blob).first(22)) ==
        "4553534348554e4b"
        "01"
        "00"
        "0000000000008203"
        "00000002");
  CHECK(to_hex(ByteView(blob).subspan(22, 36)) == sha256(bytes_of("a")).hex() + "00008200");
  const auto parsed = parse_chunk_list(blob);
  REQUIRE(parsed);
  CHECK(*parsed == example());
  CHECK(chunk_offsets(*parsed) == std::vector<std::uint64_t>{0, 0x8200, 0x8203});
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
  const auto refused = [](const ChunkList& list) { return !parse_chunk_list(encode(list)).has_value(); };
  ChunkList list = example();
  CHECK_FALSE(refused(list));
  list.bytes += 1;
  CHECK(refused(list));

  list = example();
  list.chunks[1].bytes = 0;
  list.bytes = list.chunks[0].bytes;
  CHECK(refused(list));

  list = {.step = 0, .bytes = 65'536, .chunks = {{Sha256{}, 65'536}}};
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
  list.step = 3;
  list.chunks.assign(count, Chunk{Sha256{}, limits::chunk_bytes_max});
  list.bytes = limits::media_bytes_max;
  CHECK(parse_chunk_list(encode(list)));
  list.chunks.push_back({Sha256{}, 1});
  list.bytes += 1;
  CHECK_FALSE(parse_chunk_list(encode(list)));
}

TEST_CASE("a list of more chunks than our chunker makes of so many bytes is refused") {
  const auto list_with = [](std::uint64_t bytes, std::uint32_t each) {
    ChunkList list{.step = chunk_step_for(bytes), .bytes = bytes, .chunks = {}};
    for (std::uint64_t at = 0; at < bytes; at += each)
      list.chunks.push_back({Sha256{}, static_cast<std::uint32_t>(std::min<std::uint64_t>(each, bytes - at))});
    return list;
  };
  CHECK_FALSE(parse_chunk_list(encode(list_with(1'000'000, 1))));
  // Each step has its own bounds, and the last chunk alone may be shorter.
  const std::uint64_t lengths[] = {16 * limits::MiB, 256 * limits::MiB, 4 * limits::GiB, 4 * limits::GiB + 1};
  for (const std::uint64_t length : lengths) {
    const auto sizes = chunk_sizes(chunk_step_for(length));
    const auto least = static_cast<std::uint32_t>(sizes.min), most = static_cast<std::uint32_t>(sizes.max);
    CHECK(parse_chunk_list(encode(list_with(length, least))));
    CHECK(parse_chunk_list(encode(list_with(length - 1, least))));
    CHECK_FALSE(parse_chunk_list(encode(list_with(length, least - 1))));
    CHECK(parse_chunk_list(encode(list_with(length, most))));
    CHECK_FALSE(parse_chunk_list(encode(list_with(length, most + 1))));
    auto other = list_with(length, most);
    other.step = static_cast<std::uint8_t>((other.step + 1) % chunk_steps);
    CHECK_FALSE(parse_chunk_list(encode(other)));
    other.step = 200;
    CHECK_FALSE(parse_chunk_list(encode(other)));
  }
}

TEST_CASE("whatever our chunker makes of a file is a good list") {
  // Noise, and bytes that are all alike: no boundary is found in those but the maximum.
  for (const std::size_t length : {1UL, 2'048UL, 65'536UL, 65'537UL, 3'000'000UL, 17'000'000UL}) {
    for (const Bytes& bytes : {test::noise(length, 5), Bytes(length, 7)}) {
      const auto list = list_of(bytes, chunk_step_for(length));
      CHECK(parse_chunk_list(encode(list)) == list);
    }
  }
}

}  // namespace chunk_list_test

// Runs of chunks as they travel.

#include "store/transfer/run_code.hpp"

#include <algorithm>

#include "proto/limits.hpp"
#include "store/crypto/hash.hpp"
#include "store/transfer/zstd.hpp"
#include "tests/support/catch.hpp"

namespace run_code_test {
using namespace essaimage;
using namespace essaimage::store;

namespace {

Bytes noise(std::size_t bytes) {
  Bytes out;
  for (std::size_t i = 0; out.size() < bytes; ++i) append_bytes(out, sha256(bytes_of(std::to_string(i))).view());
  out.resize(bytes);
  return out;
}

/// Triangles of a model: every second byte says nothing.
Bytes model(std::size_t bytes) {
  Bytes out = noise(bytes);
  for (std::size_t i = 0; i < out.size(); i += 2) out[i] = 0;
  return out;
}

std::vector<std::uint32_t> chunks_of(std::size_t bytes, std::uint32_t chunk) {
  std::vector<std::uint32_t> lengths(bytes / chunk, chunk);
  if (bytes % chunk != 0) lengths.push_back(static_cast<std::uint32_t>(bytes % chunk));
  return lengths;
}

/// All that is told of it when it comes in such pieces.
Result<Bytes> read(ByteView arrived, std::uint64_t bytes, std::size_t piece) {
  RunReader reader(bytes);
  Bytes all;
  while (!arrived.empty()) {
    const ByteView next = arrived.first(std::min(piece, arrived.size()));
    TRY(const Bytes told, reader.append(next));
    append_bytes(all, told);
    arrived = arrived.subspan(next.size());
  }
  return all;
}

}  // namespace

TEST_CASE("a run that can be compressed is, and arrives in pieces of any size") {
  Compressor compressor;
  const Bytes content = model(700'000);
  CHECK(is_compressible(compressor, ByteView(content).first(16'384)));
  const auto packed = compress_run(compressor, content, chunks_of(content.size(), 9'000));
  REQUIRE(packed);
  CHECK(packed->size() < content.size() * 2 / 3);
  for (const std::size_t piece : {std::size_t{701}, std::size_t{7'001}, std::size_t{65'536}, packed->size()}) {
    CHECK(read(*packed, content.size(), piece) == content);
  }
  // Byte by byte, of less: each takes a buffer, which sanitizers make dear.
  const Bytes little = model(40'000);
  const auto packed_little = compress_run(compressor, little, chunks_of(little.size(), 9'000));
  REQUIRE(packed_little);
  CHECK(read(*packed_little, little.size(), 1) == little);
}

TEST_CASE("a run that cannot be compressed goes as it is") {
  Compressor compressor;
  const Bytes content = noise(300'000);
  CHECK_FALSE(is_compressible(compressor, ByteView(content).first(16'384)));
  CHECK_FALSE(compress_run(compressor, content, chunks_of(content.size(), 9'000)));
  Bytes plain{0};
  append_bytes(plain, content);
  CHECK(read(plain, content.size(), 10'000) == content);
}

TEST_CASE("what came before a cut is there") {
  Compressor compressor;
  constexpr std::uint32_t chunk = 8'000;
  const Bytes content = model(400'000);
  const auto packed = compress_run(compressor, content, chunks_of(content.size(), chunk)).value();
  for (std::size_t size = 0; size < packed.size(); size += 10'000) {
    const auto told = read(ByteView(packed).first(size), content.size(), 65'536).value();
    const std::size_t sent = content.size() * size / packed.size();
    CHECK(told.size() + 2 * 32 * limits::KiB + 2 * chunk >= sent);
    CHECK(std::equal(told.begin(), told.end(), content.begin()));
  }
}

TEST_CASE("a run of another form, of more than its chunks, or with something behind it is refused") {
  Compressor compressor;
  const Bytes content = model(100'000);
  const auto lengths = chunks_of(content.size(), 9'000);
  const auto packed = compress_run(compressor, content, lengths).value();
  const auto refused = [](ByteView arrived, std::uint64_t bytes) {
    const auto told = read(arrived, bytes, 20'000);
    return !told && told.error().code == Errc::malformed;
  };
  CHECK(refused(Bytes{2, 1, 1}, 2));
  CHECK(refused(Bytes{0, 1, 1}, 1));
  CHECK(refused(Bytes{1, 1, 1, 1, 1, 1, 1, 1, 1}, 8));
  CHECK(refused(packed, content.size() - 1));
  Bytes longer = packed;
  longer.push_back(0);
  CHECK(refused(longer, content.size()));
  append_bytes(longer = packed, ByteView(packed).subspan(1));
  CHECK(refused(longer, 2 * content.size()));
  // A window that would cost the receiver more memory.
  Bytes wide{1};
  append_bytes(wide, compressor.compress(noise(2'000'000), {}));
  CHECK(refused(wide, 2'000'000));
}

}  // namespace run_code_test

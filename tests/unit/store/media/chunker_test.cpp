#include "store/media/chunker.hpp"

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "proto/limits.hpp"
#include "store/crypto/hash.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/catch.hpp"

namespace chunker_test {
using namespace essaimage;
using namespace essaimage::store;

namespace {

std::vector<std::size_t> lengths_of(std::uint8_t step, ByteView bytes, std::size_t piece) {
  std::vector<std::size_t> lengths;
  Chunker chunker(step, [&](ByteView chunk) { lengths.push_back(chunk.size()); });
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    chunker.update(bytes.subspan(at, std::min(piece, bytes.size() - at)));
  }
  chunker.finish();
  return lengths;
}

std::set<std::size_t> ends_of(std::uint8_t step, ByteView bytes) {
  std::set<std::size_t> ends;
  std::size_t end = 0;
  for (const std::size_t length : lengths_of(step, bytes, bytes.size())) ends.insert(end += length);
  return ends;
}

std::vector<Sha256> chunks_of(std::uint8_t step, ByteView bytes) {
  std::vector<Sha256> chunks;
  Chunker chunker(step, [&](ByteView chunk) { chunks.push_back(sha256(chunk)); });
  chunker.update(bytes);
  chunker.finish();
  return chunks;
}

}  // namespace

TEST_CASE("the gear table is the one that the format gives") {
  CHECK(gear_table().front() == 0xEDA39F5A840A2C7CU);
  CHECK(gear_table().back() == 0x7D2E4D96FC061767U);
}

TEST_CASE("boundaries stay where they are from version to version") {
  // A change here makes every held media file useless for reuse: it is a new step, not a repair.
  // The numbers were also found by a second program, written from FORMAT.md alone.
  const Bytes bytes = test::noise(200'000, 1);
  CHECK(lengths_of(0, bytes, bytes.size()) == std::vector<std::size_t>{2278,  8792,  12463, 5440,  3953,  10697, 11563,
                                                                       20568, 10198, 13090, 11123, 9680,  8784,  2322,
                                                                       7549,  12334, 6798,  9972,  13084, 9265,  10047});
  CHECK(lengths_of(1, bytes, bytes.size()) == std::vector<std::size_t>{28973, 70069, 39458, 42213, 19287});
}

TEST_CASE("boundaries do not depend on the pieces in which a file is fed") {
  const Bytes bytes = test::noise(600'000, 2);
  for (std::uint8_t step = 0; step < 2; ++step) {
    const auto whole = lengths_of(step, bytes, bytes.size());
    for (const std::size_t piece : {1U, 63U, 64U, 65U, 2047U, 2048U, 4096U, 65'537U, 599'999U}) {
      CHECK(lengths_of(step, bytes, piece) == whole);
    }
  }
}

TEST_CASE("chunks keep their minimum and maximum, add up, and are about as long as the step says") {
  const Bytes bytes = test::noise(24 * limits::MiB, 3);
  for (std::uint8_t step = 0; step < chunk_steps; ++step) {
    const std::size_t average = std::size_t{8192} << (2 * step);
    const auto lengths = lengths_of(step, bytes, limits::MiB);
    REQUIRE(lengths.size() > 1);
    CHECK(std::accumulate(lengths.begin(), lengths.end(), std::size_t{0}) == bytes.size());
    for (std::size_t i = 0; i + 1 < lengths.size(); ++i) {
      REQUIRE(lengths[i] >= average / 4);
      REQUIRE(lengths[i] <= average * 8);
    }
    const std::size_t mean = bytes.size() / lengths.size();
    CHECK(mean > average * 3 / 4);
    CHECK(mean < average * 3 / 2);
  }
}

TEST_CASE("bytes without any content still end at the maximum") {
  const Bytes zeros(300'000);
  const auto lengths = lengths_of(0, zeros, 1000);
  CHECK(lengths == std::vector<std::size_t>{65'536, 65'536, 65'536, 65'536, 37'856});
}

TEST_CASE("an insert at the front, and one in the middle, cost the chunk that they fall into") {
  const Bytes bytes = test::noise(4 * limits::MiB, 4);
  for (const std::size_t place : {std::size_t{0}, bytes.size() / 2}) {
    Bytes changed = bytes;
    const Bytes inserted = test::noise(37, 5);
    changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(place), inserted.begin(), inserted.end());
    const auto before = chunks_of(0, bytes);
    const std::set<Sha256> known(before.begin(), before.end());
    std::size_t fresh = 0;
    for (const Sha256& chunk : chunks_of(0, changed)) fresh += known.contains(chunk) ? 0U : 1U;
    CHECK(fresh >= 1);
    CHECK(fresh <= 3);
  }
}

TEST_CASE("nearly every boundary of a coarse step is one of the finer step too") {
  const Bytes bytes = test::noise(16 * limits::MiB, 6);
  for (std::uint8_t step = 1; step < chunk_steps; ++step) {
    const auto fine = ends_of(static_cast<std::uint8_t>(step - 1), bytes);
    const auto coarse = ends_of(step, bytes);
    std::size_t shared = 0;
    for (const std::size_t end : coarse) shared += fine.contains(end) ? 1U : 0U;
    CHECK(shared * 10 >= coarse.size() * 8);
  }
}

TEST_CASE("the step follows the length of the file") {
  CHECK(chunk_step_for(1) == 0);
  CHECK(chunk_step_for(16 * limits::MiB) == 0);
  CHECK(chunk_step_for(16 * limits::MiB + 1) == 1);
  CHECK(chunk_step_for(256 * limits::MiB) == 1);
  CHECK(chunk_step_for(256 * limits::MiB + 1) == 2);
  CHECK(chunk_step_for(4 * limits::GiB) == 2);
  CHECK(chunk_step_for(4 * limits::GiB + 1) == 3);
  CHECK(chunk_step_for(limits::media_bytes_max) == 3);
}

TEST_CASE("a short file is one chunk, and no file is none") {
  CHECK(lengths_of(0, test::noise(1, 7), 1) == std::vector<std::size_t>{1});
  CHECK(lengths_of(0, test::noise(2048, 7), 100) == std::vector<std::size_t>{2048});
  CHECK(lengths_of(0, {}, 1).empty());
}

TEST_CASE("a chunker that finished may start anew") {
  const Bytes bytes = test::noise(50'000, 8);
  std::vector<std::size_t> lengths;
  Chunker chunker(0, [&](ByteView chunk) { lengths.push_back(chunk.size()); });
  chunker.update(bytes);
  chunker.finish();
  const auto first = std::exchange(lengths, {});
  chunker.update(bytes);
  chunker.finish();
  CHECK(lengths == first);
}

}  // namespace chunker_test

// Runs of chunks that travel against an older file.

#include "store/transfer/based_run.hpp"

#include <algorithm>

#include "store/transfer/run_code.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/catch.hpp"

namespace based_run_test {
using namespace essaimage;
using namespace essaimage::store;

namespace {

const Sha256 base_id{{7}};

/// A file of 300,000 bytes in chunks of 10,000, and what became of it.
struct Versions {
  Bytes older = test::noise(300'000, 1);
  Bytes newer = older;
  std::vector<std::uint32_t> lengths = std::vector<std::uint32_t>(30, 10'000);
  std::size_t reads = 0;

  ReadBase read() {
    return [this](std::uint64_t offset, std::size_t bytes) -> Result<Bytes> {
      ++reads;
      if (offset > older.size() || bytes > older.size() - offset) return fail(Errc::malformed, "beyond the base");
      return Bytes(older.begin() + static_cast<std::ptrdiff_t>(offset), older.begin() + static_cast<std::ptrdiff_t>(offset + bytes));
    };
  }
  FindInBase same_place() {
    return [this](std::size_t first, std::size_t end, std::size_t bytes_max) -> BasePlace {
      return {10'000 * first, std::min({10'000 * (end - first), bytes_max, older.size() - 10'000 * first})};
    };
  }
  std::optional<Bytes> packed() {
    Compressor compressor;
    return compress_against(compressor, newer, lengths, base_id, same_place(), read());
  }
  Result<Bytes> told(ByteView arrived, std::size_t step, const Sha256& base = base_id) {
    BasedRunReader reader(lengths, base, read());
    Bytes all;
    for (; !arrived.empty(); arrived = arrived.subspan(std::min(step, arrived.size()))) {
      TRY(const Bytes some, reader.append(arrived.first(std::min(step, arrived.size()))));
      append_bytes(all, some);
    }
    return all;
  }
};

void put_number(Bytes& out, std::uint64_t value, unsigned bytes) {
  for (unsigned i = bytes; i-- > 0;) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

/// One piece of somebody's own making.
Bytes piece(std::uint64_t content, std::uint64_t packed, std::uint64_t offset, std::uint64_t length, std::size_t behind) {
  Bytes out(base_id.view().begin(), base_id.view().end());
  put_number(out, content, 4);
  put_number(out, packed, 4);
  put_number(out, offset, 8);
  put_number(out, length, 4);
  out.resize(out.size() + behind, 1);
  return out;
}

}  // namespace

TEST_CASE("a few bytes that changed cost some bytes, and arrive in pieces of any size") {
  Versions file;
  for (const std::size_t at : {std::size_t{5}, std::size_t{123'456}, std::size_t{299'999}}) file.newer[at] ^= 0x55;
  const auto packed = file.packed();
  REQUIRE(packed);
  CHECK(packed->size() < 400);
  for (const std::size_t step : {std::size_t{1}, std::size_t{33}, std::size_t{100'000}}) {
    const auto told = file.told(*packed, step);
    REQUIRE(told);
    CHECK(*told == file.newer);
  }
}

TEST_CASE("what came before a cut is told") {
  Versions file;
  file.newer = test::noise(300'000, 2);
  std::copy_n(file.older.begin(), 150'000, file.newer.begin());
  const auto packed = file.packed();
  REQUIRE(packed);
  const auto told = file.told(ByteView(*packed).first(packed->size() - 1), 1'000);
  REQUIRE(told);
  CHECK(told->size() >= 200'000);
  CHECK(std::equal(told->begin(), told->end(), file.newer.begin()));
}

TEST_CASE("what is like nothing in the base does not come against it, and is found out early") {
  Versions file;
  file.newer = test::noise(300'000, 2);
  CHECK_FALSE(file.packed());
  CHECK(file.reads == 2);
  Versions unreadable;
  Compressor compressor;
  const auto damaged = [](std::uint64_t, std::size_t) -> Result<Bytes> { return fail(Errc::media_bad, "damaged"); };
  CHECK_FALSE(compress_against(compressor, unreadable.newer, unreadable.lengths, base_id, unreadable.same_place(), damaged));
}

TEST_CASE("a piece that is not in the form, or that would cost more than it brings, is refused before the base is read") {
  Versions file;
  const auto refused = [&](const Bytes& bytes) {
    const auto told = file.told(bytes, bytes.size());
    return !told && told.error().code == Errc::malformed;
  };
  const std::size_t chunks = 70'000;
  CHECK(refused(piece(0, 0, 0, 0, 9)));
  CHECK(refused(piece(310'000, 10, 0, 10, 9)));         // more than the run
  CHECK(refused(piece(chunks, chunks + 1, 0, 10, 9)));  // longer packed
  CHECK(refused(piece(60'000, 10, 0, 10, 9)));          // small, and not the last
  CHECK(refused(piece(75'000, 10, 0, 10, 9)));          // ends within a chunk
  CHECK(refused(piece(chunks, 10, 0, based_run::base_bytes_max(chunks) + 1, 9)));
  CHECK(file.reads == 0);
  CHECK(refused(piece(chunks, 10, 299'999, 10, 10)));  // beyond the base
  CHECK(refused(piece(chunks, 10, 0, 10, 10)));        // no zstd
  CHECK(refused(*Versions{}.packed()) == false);
  const auto other = file.told(*Versions{}.packed(), 1'000, Sha256{{8}});
  REQUIRE_FALSE(other);
  CHECK(other.error().code == Errc::malformed);
  Bytes longer = *Versions{}.packed();
  longer.push_back(0);
  CHECK(refused(longer));
}

TEST_CASE("a run against a base is read by who said that it has one, and by nobody else") {
  Versions file;
  file.newer[5] ^= 1;
  Bytes run = *file.packed();
  run.insert(run.begin(), static_cast<std::uint8_t>(RunForm::based));
  RunReader without(file.newer.size());
  const auto refused = without.append(run);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::malformed);
  RunReader with(file.newer.size(), RunReader::Base{base_id, file.lengths, file.read()});
  const auto told = with.append(run);
  REQUIRE(told);
  CHECK(*told == file.newer);
}

}  // namespace based_run_test

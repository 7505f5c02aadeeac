// A state.sqlite that is not as it was left.

#include <fstream>

#include "store/crypto/hash.hpp"
#include "store/state/state.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

namespace damage_test {
using namespace essaimage;
using namespace essaimage::store;

namespace {

const FeedId region{"bois-blancs", Audience{}};

Head head(std::uint64_t seq) { return {region, {1, 1, seq}, object_id(ObjectType::blob, bytes_of(std::to_string(seq)))}; }

/// A state with so many kits, closed.
void fill(const Path& file, int kits) {
  auto state = State::open(file).value();
  State::FeedChange change{head(7), {}, {}};
  for (int i = 0; i < kits; ++i) {
    KitRow row;
    row.id = {region.centre, "kit-" + std::to_string(i)};
    row.title = std::string(200, 'x');
    change.put.push_back(row);
  }
  const auto witnessed = head(7);
  REQUIRE(state->apply({&change, 1}));
  REQUIRE(state->witness({&witnessed, 1}));
  REQUIRE(state->set_frozen(region, true));
  REQUIRE(state->put("key", "value"));
}

void overwrite(const Path& file, std::uint64_t from, std::uint64_t count) {
  std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
  stream.seekp(static_cast<std::streamoff>(from));
  stream << std::string(count, '\x5A');
}

}  // namespace

TEST_CASE("a state file that is none is set aside, and a new one made") {
  const test::TempFolder folder;
  const Path file = folder / "state.sqlite";
  test::write_text(file, std::string(10'000, 'x'));
  const auto state = State::open(file);
  REQUIRE(state);
  CHECK((*state)->rebuilt());
  CHECK((*state)->kits().value().empty());
  CHECK(test::read_text(folder / "state.sqlite.damaged") == std::string(10'000, 'x'));
}

TEST_CASE("an empty state file, as a crash may leave it, is a new one") {
  const test::TempFolder folder;
  test::write_text(folder / "state.sqlite", "");
  const auto state = State::open(folder / "state.sqlite");
  REQUIRE(state);
  CHECK((*state)->rebuilt());
  CHECK_FALSE(std::filesystem::exists(folder / "state.sqlite.damaged"));
}

TEST_CASE(
    "damage that shows later is reported, and the file rebuilt at the next start with its "
    "witnesses") {
  const test::TempFolder folder;
  const Path file = folder / "state.sqlite";
  fill(file, 2000);
  const auto size = std::filesystem::file_size(file);
  REQUIRE(size > 400'000);
  overwrite(file, size / 2, size / 3);
  {
    const auto state = State::open(file).value();
    const auto kits = state->kits();
    REQUIRE_FALSE(kits);
    CHECK(kits.error().code == Errc::corrupt);
    CHECK(std::filesystem::exists(folder / "state.sqlite.suspect"));
  }
  const auto state = State::open(file).value();
  CHECK(state->rebuilt());
  CHECK(state->kits().value().empty());
  CHECK(state->witnessed().value() == std::vector<Head>{head(7)});
  CHECK(state->frozen().value() == std::vector<FeedId>{region});
  CHECK(state->get("key").value() == "value");
  CHECK(std::filesystem::exists(folder / "state.sqlite.damaged"));
  CHECK_FALSE(std::filesystem::exists(folder / "state.sqlite.suspect"));
}

TEST_CASE("a false alarm costs one check and nothing else") {
  const test::TempFolder folder;
  const Path file = folder / "state.sqlite";
  fill(file, 10);
  test::write_text(folder / "state.sqlite.suspect", "");
  const auto state = State::open(file).value();
  CHECK_FALSE(state->rebuilt());
  CHECK(state->kits().value().size() == 10);
  CHECK_FALSE(std::filesystem::exists(folder / "state.sqlite.suspect"));
}

TEST_CASE("an index of another schema version is made anew, and what cannot be rebuilt stays") {
  const test::TempFolder folder;
  const Path file = folder / "state.sqlite";
  fill(file, 10);
  // The version lies at offset 60 of the first page, big-endian (SQLite's file format, 1.3).
  std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
  stream.seekp(63);
  stream.put(99);
  stream.close();
  const auto state = State::open(file).value();
  CHECK(state->rebuilt());
  CHECK(state->kits().value().empty());
  CHECK(state->witnessed().value() == std::vector<Head>{head(7)});
  CHECK(state->get("key").value() == "value");
}

TEST_CASE("a state file cut anywhere opens, and never lies") {
  const test::TempFolder folder;
  const Path whole = folder / "whole.sqlite";
  fill(whole, 200);
  const std::string bytes = test::read_text(whole);
  REQUIRE(bytes.size() > 20'000);
  for (std::size_t step = 1; step < 20; ++step) {
    const Path file = folder / "cut.sqlite";
    test::write_text(file, bytes.substr(0, bytes.size() * step / 20));
    const auto state = State::open(file);
    REQUIRE(state);
    const auto kits = (*state)->kits();
    if (kits) CHECK((kits->empty() || kits->size() == 200));
    for (const char* const suffix : {"", "-wal", "-shm", ".suspect", ".damaged"}) {
      std::filesystem::remove(file.string() + suffix);
    }
  }
}

}  // namespace damage_test

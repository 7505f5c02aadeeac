#include "store/git/salvage.hpp"

#include <set>

#include "store/git/consolidate.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/test_feed.hpp"

namespace salvage_test {
using namespace essaimage;
using namespace essaimage::store;
using essaimage::test::TestLibrary;

namespace {

/// A pack of ten texts that do not shrink, so that a flipped byte hits one of them.
struct Packed {
  TestLibrary library;
  std::vector<ObjectId> ids;
  Path pack;

  Packed() {
    ids = add(1);
    pack = packs().front();
  }
  std::vector<ObjectId> add(std::uint64_t seed) {
    std::vector<ObjectId> added;
    const auto writer = library.writer();
    for (std::uint64_t i = 0; i < 10; ++i) added.push_back(writer->add(ObjectType::blob, test::noise(2'000, seed * 100 + i)).value());
    REQUIRE(writer->finish_into(library.layout().packs()));
    REQUIRE(library.objects().reload());
    return added;
  }
  std::vector<Path> packs() const {
    std::vector<Path> found;
    for (const auto& entry : std::filesystem::directory_iterator(library.layout().packs())) {
      if (entry.path().extension() == ".pack") found.push_back(entry.path());
    }
    return found;
  }
  static Path index_of(Path pack) { return pack.replace_extension(".idx"); }
  static void flip(const Path& file, std::size_t at, char mask = 0x55) {
    auto bytes = test::read_text(file);
    REQUIRE(at < bytes.size());
    bytes[at] = static_cast<char>(bytes[at] ^ mask);
    std::filesystem::permissions(file, std::filesystem::perms::owner_write, std::filesystem::perm_options::add);
    test::write_text(file, bytes);
  }
  std::size_t salvage() {
    auto prepared = Salvage::prepare(library.layout());
    REQUIRE(prepared);
    REQUIRE(prepared->finish(library.objects()));
    return prepared->damaged().size();
  }
  std::size_t readable() {
    REQUIRE(library.objects().release_memory());  // what was read before says nothing
    return static_cast<std::size_t>(
        std::count_if(ids.begin(), ids.end(), [&](const ObjectId& id) { return library.objects().read(id).has_value(); }));
  }
  /// Nothing is kept under a name that is not its own.
  bool all_that_is_there_is_readable() {
    const auto there = std::count_if(ids.begin(), ids.end(), [&](const ObjectId& id) { return library.objects().contains(id); });
    return static_cast<std::size_t>(there) == readable();
  }
  bool is_aside(const Path& file) const { return std::filesystem::exists(library.layout().damaged() / file.filename()); }
};

}  // namespace

TEST_CASE("nothing is done to packs that are as they were written") {
  Packed p;
  (void)p.add(2);
  const auto before = p.packs();
  CHECK(p.salvage() == 0);
  CHECK(p.packs() == before);
  CHECK_FALSE(std::filesystem::exists(p.library.layout().damaged()));
}

TEST_CASE("of a damaged pack all is kept but the objects that were hit") {
  Packed p;
  Packed::flip(p.pack, std::filesystem::file_size(p.pack) / 2);
  CHECK(p.salvage() == 1);
  CHECK(p.readable() == 9);
  CHECK(p.is_aside(p.pack));
  CHECK(p.is_aside(Packed::index_of(p.pack)));
  CHECK(p.packs().size() == 1);
  CHECK(p.salvage() == 0);
}

TEST_CASE("an object that reads as another kind now is lost, and not kept under its old name") {
  Packed p;
  Packed::flip(p.pack, 12, 0x10);  // the header of the first: a blob becomes a tree
  CHECK(p.salvage() == 1);
  CHECK(p.readable() == 9);
  CHECK(p.all_that_is_there_is_readable());
}

TEST_CASE("wherever a pack or its index is hit, what is read afterwards is right or lacking") {
  Packed p;
  const bool in_index = GENERATE(false, true);
  const Path file = in_index ? Packed::index_of(p.pack) : p.pack;
  const std::size_t size = std::filesystem::file_size(file);
  const std::size_t part = GENERATE(range(0, 16));
  const std::size_t at = std::min(size - 1, size * part / 15);
  INFO(at << " of " << size);
  Packed::flip(file, at);
  CHECK(p.salvage() == 1);
  CHECK(p.readable() >= (in_index ? 10 : 9));
  CHECK(p.all_that_is_there_is_readable());
  CHECK(p.salvage() == 0);
}

TEST_CASE("a damaged index beside a good pack is made anew") {
  Packed p;
  const Path index = Packed::index_of(p.pack);
  SECTION("hit") { Packed::flip(index, 1'200); }
  SECTION("cut short") { std::filesystem::resize_file(index, 700); }
  SECTION("gone") {
    std::filesystem::remove(index);  // as of a pack that is being added: no damage
    CHECK(p.salvage() == 0);
    CHECK(p.readable() == 10);
    return;
  }
  SECTION("another pack's") {
    (void)p.add(2);
    const auto packs = p.packs();
    const Path other = packs.front() == p.pack ? packs.back() : packs.front();
    std::filesystem::copy_file(Packed::index_of(other), index, std::filesystem::copy_options::overwrite_existing);
  }
  CHECK(p.salvage() == 1);
  CHECK(p.readable() == 10);
  CHECK(std::filesystem::exists(p.pack));
}

TEST_CASE("a pack that is cut short keeps what came before the cut") {
  Packed p;
  std::filesystem::resize_file(p.pack, std::filesystem::file_size(p.pack) * 3 / 4);
  CHECK(p.salvage() == 1);
  const auto left = p.readable();
  CHECK(left >= 6);
  CHECK(left < 10);
}

TEST_CASE("of a pack that is damaged together with its index nothing is believed") {
  Packed p;
  Packed::flip(p.pack, 3'000);
  Packed::flip(Packed::index_of(p.pack), 1'200);
  CHECK(p.salvage() == 1);
  CHECK(p.readable() == 0);
  CHECK(p.is_aside(p.pack));
}

TEST_CASE("an index over all packs does not go on naming what is taken out") {
  Packed p;
  const auto more = p.add(2);
  p.ids.insert(p.ids.end(), more.begin(), more.end());
  const auto large = p.library.writer();
  for (std::uint64_t i = 0; i < 60; ++i) REQUIRE(large->add(ObjectType::blob, test::noise(2'000, 5'000 + i)));
  REQUIRE(large->finish_into(p.library.layout().packs()));
  auto consolidation = Consolidation::prepare(p.library.layout());
  REQUIRE(consolidation);
  REQUIRE(consolidation->finish(p.library.objects()));
  REQUIRE(std::filesystem::exists(p.library.layout().packs() / "multi-pack-index"));
  for (const Path& pack : p.packs()) {
    if (std::filesystem::file_size(pack) < 60'000) Packed::flip(pack, 10'000);
  }
  CHECK(p.salvage() == 1);
  CHECK(p.readable() == 19);
}

TEST_CASE("what was prepared and not finished leaves everything as it was") {
  Packed p;
  Packed::flip(p.pack, 3'000);
  {
    const auto prepared = Salvage::prepare(p.library.layout());
    REQUIRE(prepared);
    CHECK(prepared->damaged() == std::vector{p.pack});
  }
  CHECK(p.packs() == std::vector{p.pack});
  CHECK(p.readable() == 9);
}

}  // namespace salvage_test

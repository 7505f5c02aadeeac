// On a file system that is really full: a small tmpfs, which only root may mount.

#include "store/git/object_db.hpp"
#include "store/git/pack_writer.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/small_disk.hpp"

namespace full_disk_test {
using namespace essaimage;
using namespace essaimage::store;
using test::SmallDisk;

TEST_CASE("a disk that fills up while a pack is written is an error, and leaves nothing") {
  const SmallDisk disk("6m");
  if (!disk.is_there()) {
    WARN("not root, or mounting is not allowed here: not tested");
    return;
  }
  std::filesystem::create_directories(disk / "scratch");
  std::filesystem::create_directories(disk / "packs");
  {
    // What does not compress: the first four megabytes go to the disk, and there is no room for the next.
    const auto writer = PackWriter::create(disk / "scratch").value();
    for (std::uint64_t i = 0; i < 75; ++i) REQUIRE(writer->add(ObjectType::blob, test::noise(100'000, i)));
    const auto full = writer->finish_into(disk / "packs");
    REQUIRE_FALSE(full);
    INFO(to_line(full.error()));
    CHECK(full.error().code == Errc::disk_full);
  }
  CHECK(std::filesystem::is_empty(disk / "packs"));
  CHECK(std::filesystem::is_empty(disk / "scratch"));
}

}  // namespace full_disk_test

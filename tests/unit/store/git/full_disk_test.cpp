// On a file system that is really full: a small tmpfs, which only root may mount.

#include <sys/mount.h>
#include <unistd.h>

#include "store/git/object_db.hpp"
#include "store/git/pack_writer.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

using namespace essaimage;
using namespace essaimage::store;

namespace {

class SmallDisk {
 public:
  explicit SmallDisk(const std::string& size)
      : mounted_(::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0) {}
  ~SmallDisk() {
    if (mounted_) ::umount2(folder_.path().c_str(), MNT_DETACH);
  }
  bool is_there() const { return mounted_; }
  Path operator/(std::string_view name) const { return folder_ / name; }

 private:
  test::TempFolder folder_;
  bool mounted_;
};

}  // namespace

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

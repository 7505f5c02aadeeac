#include "store/git/object_db.hpp"

#include <sys/resource.h>

#include <fstream>

#include "store/git/pack_writer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/test_feed.hpp"

namespace object_db_test {
using namespace essaimage;
using namespace essaimage::store;
using essaimage::test::TestLibrary;

namespace {

ObjectId add_pack(TestLibrary& library, std::string_view text) {
  const auto writer = library.writer();
  const auto id = writer->add(ObjectType::blob, bytes_of(text)).value();
  REQUIRE(writer->finish_into(library.layout().packs()));
  return id;
}

}  // namespace

TEST_CASE("a pack is seen after reload, and not before") {
  TestLibrary library;
  const auto id = add_pack(library, "one");
  CHECK_FALSE(library.objects().contains(id));
  CHECK(library.objects().read(id).error().code == Errc::object_missing);
  REQUIRE(library.objects().reload());
  CHECK(library.objects().contains(id));
  CHECK(text_of(library.objects().read(id)->content) == "one");
  CHECK(library.objects().pack_count() == 1);
}

TEST_CASE("what was read stays mapped until memory is given back, and can be read again") {
  TestLibrary library;
  const auto id = add_pack(library, "one");
  REQUIRE(library.objects().reload());
  const auto is_mapped = [&] {
    std::ifstream maps("/proc/self/maps");
    const std::string all(std::istreambuf_iterator<char>(maps), {});
    return all.find(library.layout().packs().string()) != std::string::npos;
  };
  REQUIRE(library.objects().read(id));
  CHECK(is_mapped());
  REQUIRE(library.objects().release_memory());
  CHECK_FALSE(is_mapped());
  CHECK(text_of(library.objects().read(id)->content) == "one");
  CHECK(is_mapped());
}

TEST_CASE("what could not be loaded again when memory was given back is loaded as soon as it can be") {
  TestLibrary library;
  const auto id = add_pack(library, "one");
  REQUIRE(library.objects().reload());
  rlimit files{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &files) == 0);
  const rlimit none{0, files.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  const auto released = library.objects().release_memory();
  const auto read = library.objects().read(id);
  const bool contained = library.objects().contains(id);
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &files) == 0);
  CHECK_FALSE(released);
  CHECK(read.error().code == Errc::io);
  CHECK_FALSE(contained);
  CHECK(library.objects().contains(id));
  CHECK(text_of(library.objects().read(id)->content) == "one");
}

TEST_CASE("an object of another kind than asked for is refused") {
  TestLibrary library;
  const auto id = add_pack(library, "one");
  REQUIRE(library.objects().reload());
  CHECK(library.objects().read(id, ObjectType::blob));
  CHECK(library.objects().read(id, ObjectType::commit).error().code == Errc::malformed);
  CHECK(library.objects().read_tree(id).error().code == Errc::malformed);
}

TEST_CASE("a loose object is never read, not even a truncated one that hangs libgit2") {
  TestLibrary library;
  const auto id = object_id(ObjectType::blob, bytes_of("loose"));
  const Path folder = library.layout().library() / "objects" / id.hex().substr(0, 2);
  std::filesystem::create_directories(folder);
  std::ofstream(folder / id.hex().substr(2)) << "\x78\x9c";
  REQUIRE(library.objects().reload());
  CHECK_FALSE(library.objects().contains(id));
  CHECK(library.objects().read(id).error().code == Errc::object_missing);
}

TEST_CASE("damage in a pack is an error and never other content") {
  TestLibrary library;
  const std::string text(20'000, 'x');
  const auto id = add_pack(library, text);
  for (const auto& item : std::filesystem::directory_iterator(library.layout().packs())) {
    if (item.path().extension() != ".pack") continue;
    std::filesystem::permissions(item.path(), std::filesystem::perms(0600));
    std::fstream file(item.path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(20);
    file.write("\xff\xff\xff\xff", 4);
  }
  REQUIRE(library.objects().reload());
  const auto object = library.objects().read(id);
  REQUIRE_FALSE(object);
  CHECK(object.error().code == Errc::corrupt);
}

TEST_CASE("the objects of a quarantine and of the library are read through one handle") {
  TestLibrary library, quarantine;
  const auto old_id = add_pack(library, "old");
  const auto new_id = add_pack(quarantine, "new");
  const auto both = ObjectDb::open({quarantine.layout().library() / "objects", library.layout().library() / "objects"});
  REQUIRE(both);
  CHECK((*both)->contains(old_id));
  CHECK((*both)->contains(new_id));
  CHECK((*both)->pack_count() == 2);
}

}  // namespace object_db_test

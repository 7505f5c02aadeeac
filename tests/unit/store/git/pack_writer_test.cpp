#include "store/git/pack_writer.hpp"

#include "store/git/object_db.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/run.hpp"
#include "tests/support/temp_folder.hpp"

namespace pack_writer_test {
using namespace essaimage;
using namespace essaimage::store;
using essaimage::test::run;
using essaimage::test::TempFolder;

namespace {

struct Folders {
  TempFolder temp;
  Path scratch = temp / "scratch", packs = temp / "objects/pack";
  Folders() {
    std::filesystem::create_directories(scratch);
    std::filesystem::create_directories(packs);
  }
};

std::size_t count(const Path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::recursive_directory_iterator(folder), {}));
}

}  // namespace

TEST_CASE("objects that were written are read back, and stock git verifies the pack") {
  const Folders folders;
  auto writer = PackWriter::create(folders.scratch).value();
  std::vector<std::pair<ObjectId, Bytes>> blobs;
  for (const std::size_t size : {0UL, 1UL, 15UL, 16UL, 2047UL, 2048UL, 300'000UL, 5'000'000UL}) {
    Bytes content(size);
    for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<std::uint8_t>(i * i >> 8);
    blobs.emplace_back(writer->add(ObjectType::blob, content).value(), content);
    CHECK(blobs.back().first == object_id(ObjectType::blob, content));
  }
  CHECK(writer->object_count() == blobs.size());
  REQUIRE(writer->finish_into(folders.packs));
  writer.reset();
  CHECK(count(folders.scratch) == 0);
  CHECK(count(folders.packs) == 2);

  const auto objects = ObjectDb::open(folders.temp / "objects").value();
  for (const auto& [id, content] : blobs) {
    const auto object = objects->read(id);
    REQUIRE(object);
    CHECK(object->type == ObjectType::blob);
    CHECK(object->content == content);
  }
  for (const auto& item : std::filesystem::directory_iterator(folders.packs)) {
    if (item.path().extension() == ".idx") CHECK(run({"git", "verify-pack", item.path().string()}).exit_code == 0);
  }
}

TEST_CASE("an object that is added twice is written once") {
  const Folders folders;
  const auto writer = PackWriter::create(folders.scratch).value();
  const auto first = writer->add(ObjectType::blob, bytes_of("same")).value();
  const auto bytes = writer->bytes();
  CHECK(writer->add(ObjectType::blob, bytes_of("same")).value() == first);
  CHECK(writer->bytes() == bytes);
  CHECK(writer->object_count() == 1);
}

TEST_CASE("a writer that is given up leaves nothing, and an empty one writes nothing") {
  const Folders folders;
  REQUIRE(PackWriter::create(folders.scratch).value()->add(ObjectType::blob, Bytes(10'000'000, 1)));
  CHECK(count(folders.scratch) == 0);
  REQUIRE(PackWriter::create(folders.scratch).value()->finish_into(folders.packs));
  CHECK(count(folders.scratch) == 0);
  CHECK(count(folders.packs) == 0);
}

TEST_CASE("the index of a pack is, byte for byte, the one that stock git makes") {
  const Folders folders;
  const auto writer = PackWriter::create(folders.scratch).value();
  for (int i = 0; i < 1'000; ++i) REQUIRE(writer->add(ObjectType::blob, bytes_of("blob " + std::to_string(i))));
  REQUIRE(writer->index());
  const Path pack = writer->install(folders.packs).value();
  CHECK(std::filesystem::file_size(pack) == writer->bytes());
  const Path gits = folders.temp / "git.idx";
  REQUIRE(run({"git", "index-pack", "--strict", "-o", gits.string(), pack.string()}).exit_code == 0);
  CHECK(test::read_text(gits) == test::read_text(Path(pack).replace_extension(".idx")));
}

}  // namespace pack_writer_test

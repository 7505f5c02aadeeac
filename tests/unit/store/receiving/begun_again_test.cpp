#include "store/library.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/test_node.hpp"

namespace begun_again_test {
using namespace essaimage;
using namespace essaimage::store;
using namespace essaimage::test;

namespace {

Bytes text(std::string_view content) { return Bytes(content.begin(), content.end()); }

/// A kit "lampe" that has begun, with its kit.toml.
std::unique_ptr<Publication> begin_lamp(TestNode& node) {
  auto publication = node.library().publish({}).value();
  REQUIRE(publication->begin_kit("lampe"));
  REQUIRE(publication->begin_file("kit.toml", false, 0));
  REQUIRE(publication->write(text(manifest_of("Lampe"))));
  REQUIRE(publication->end_file());
  return publication;
}

}  // namespace

TEST_CASE("a file that changed while it was read is given up and begun again under its name") {
  auto federation = TestNode::federation();
  auto publication = begin_lamp(*federation);
  REQUIRE(publication->begin_file("notes/a.txt", false, 3));
  REQUIRE(publication->write(text("old")));
  publication->abort_file();
  REQUIRE(publication->begin_file("notes/a.txt", false, 3));
  REQUIRE(publication->write(text("new")));
  REQUIRE(publication->end_file());
  CHECK(publication->begin_file("notes/a.txt", false, 3).error().code == Errc::name_twin);
  CHECK(publication->begin_file("notes/A.TXT", false, 3).error().code == Errc::name_twin);
  REQUIRE(publication->end_kit());
  const auto kits = publication->commit().value();
  REQUIRE(kits.size() == 1);
  CHECK(kits[0].files == 2);
  const auto files = federation->library().files(kits[0].id, std::nullopt).value();
  const auto content = federation->library().read_file(files[1], 0, 10).value();
  CHECK(text_of(content) == "new");
}

TEST_CASE("media that changed while they were read are given up, and others of the kit keep their names") {
  auto federation = TestNode::federation();
  auto publication = begin_lamp(*federation);
  const auto add = [&](const std::string& path, std::size_t bytes, std::uint64_t seed, bool whole) {
    REQUIRE(publication->begin_file(path, false, bytes));
    REQUIRE(publication->write(noise(bytes, seed)));
    if (whole) REQUIRE(publication->end_file());
    else publication->abort_file();
  };
  add("a.jpg", 2'000'000, 1, true);
  add("b.jpg", 2'000'000, 2, false);
  add("b.jpg", 1'900'000, 3, true);
  add("c.jpg", 9'000'000, 4, true);
  REQUIRE(publication->end_kit());
  const auto kits = publication->commit().value();
  REQUIRE(kits.size() == 1);
  const auto files = federation->library().files(kits[0].id, std::nullopt).value();
  REQUIRE(files.size() == 4);
  const std::map<std::string, Bytes> expected{
      {"a.jpg", noise(2'000'000, 1)}, {"b.jpg", noise(1'900'000, 3)}, {"c.jpg", noise(9'000'000, 4)}};
  for (const auto& file : files) {
    if (file.path == "kit.toml") continue;
    INFO(file.path);
    CHECK(federation->library().read_file(file, 0, 10'000'000).value() == expected.at(file.path));
  }
  CHECK(federation->library().media().all().size() == 3);
  CHECK(federation->library().verify({})->empty());
}

TEST_CASE("a kit that is refused after its media were handed over ends the publication, and leaves nothing") {
  auto federation = TestNode::federation();
  {
    auto publication = federation->library().publish({}).value();
    REQUIRE(publication->begin_kit("lampe"));
    REQUIRE(publication->begin_file("a.jpg", false, 2'000'000));
    REQUIRE(publication->write(noise(2'000'000, 1)));
    REQUIRE(publication->end_file());
    CHECK(publication->end_kit().error().code == Errc::kit_manifest_missing);
    CHECK(publication->begin_kit("autre").error().code == Errc::usage);
    CHECK(publication->commit().error().code == Errc::usage);
  }
  {
    auto publication = federation->library().publish({}).value();  // in the middle of a file
    REQUIRE(publication->begin_kit("lampe"));
    REQUIRE(publication->begin_file("a.jpg", false, 2'000'000));
    REQUIRE(publication->write(noise(1'000'000, 1)));
  }
  CHECK(federation->library().media().all().empty());
  CHECK(std::filesystem::is_empty(federation->layout().scratch() / "media"));
}

}  // namespace begun_again_test

#include "store/library.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/test_node.hpp"

using namespace essaimage;
using namespace essaimage::store;
using namespace essaimage::test;

TEST_CASE("a file that changed while it was read is given up and begun again under its name") {
  auto federation = TestNode::federation();
  auto publication = federation->library().publish({}).value();
  REQUIRE(publication->begin_kit("lampe"));
  REQUIRE(publication->begin_file("kit.toml", false, 0));
  REQUIRE(publication->write(bytes_of(manifest_of("Lampe"))));
  REQUIRE(publication->end_file());
  REQUIRE(publication->begin_file("notes/a.txt", false, 3));
  REQUIRE(publication->write(bytes_of("old")));
  publication->abort_file();
  REQUIRE(publication->begin_file("notes/a.txt", false, 3));
  REQUIRE(publication->write(bytes_of("new")));
  REQUIRE(publication->end_file());
  CHECK(publication->begin_file("notes/a.txt", false, 3).error().code == Errc::name_twin);
  CHECK(publication->begin_file("notes/A.TXT", false, 3).error().code == Errc::name_twin);
  REQUIRE(publication->end_kit());
  const auto kits = publication->commit().value();
  REQUIRE(kits.size() == 1);
  CHECK(kits[0].files == 2);
  const auto files = federation->library().files(kits[0].id, std::nullopt).value();
  const auto text = federation->library().read_file(files[1], 0, 10).value();
  CHECK(text_of(text) == "new");
}

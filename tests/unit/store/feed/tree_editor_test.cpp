#include "store/feed/tree_editor.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/test_feed.hpp"

namespace tree_editor_test {
using namespace essaimage;
using namespace essaimage::store;

namespace {

ObjectId blob(PackWriter& pack, std::string_view text) { return *pack.add(ObjectType::blob, bytes_of(text)); }

}  // namespace

TEST_CASE("an edited tree is the same as one made at once, and costs the changed folders alone") {
  test::TestLibrary library;
  auto pack = *PackWriter::create(library.layout().scratch());
  TreeEditor first(library.objects(), std::nullopt);
  for (const auto* path : {"a/b/one", "a/b/two", "a/c/three", "d"}) {
    REQUIRE(first.set(path, TreeEntry::Mode::file, blob(*pack, path)));
  }
  const auto root = first.write(*pack);
  REQUIRE(root);
  REQUIRE(pack->finish_into(library.layout().packs()));
  REQUIRE(library.objects().reload());

  pack = *PackWriter::create(library.layout().scratch());
  TreeEditor second(library.objects(), *root);
  CHECK((*second.find("a/b/two"))->id == object_id(ObjectType::blob, bytes_of("a/b/two")));
  CHECK((*second.find("a/b"))->mode == TreeEntry::Mode::tree);
  CHECK_FALSE(second.find("a/b/none")->has_value());
  CHECK_FALSE(second.find("d/none")->has_value());
  REQUIRE(second.set("a/b/two", TreeEntry::Mode::executable, blob(*pack, "2")));
  CHECK_FALSE(second.find("a/b")->has_value());
  const auto changed = second.write(*pack);
  REQUIRE(changed);
  CHECK(pack->object_count() == 4);  // the blob, b, a, the root

  REQUIRE(second.set("a/b/two", TreeEntry::Mode::file, object_id(ObjectType::blob, bytes_of("a/b/two"))));
  CHECK(*second.write(*pack) == *root);
  CHECK(pack->object_count() == 4);
}

TEST_CASE("a folder that becomes empty vanishes, and leaves nothing in the pack") {
  test::TestLibrary library;
  auto pack = *PackWriter::create(library.layout().scratch());
  TreeEditor only(library.objects(), std::nullopt);
  REQUIRE(only.set("d", TreeEntry::Mode::file, blob(*pack, "d")));
  const auto root = only.write(*pack);

  TreeEditor editor(library.objects(), std::nullopt);
  REQUIRE(editor.set("d", TreeEntry::Mode::file, blob(*pack, "d")));
  REQUIRE(editor.set("a/b/one", TreeEntry::Mode::file, blob(*pack, "d")));
  REQUIRE(editor.remove("a/b/one"));
  REQUIRE(editor.remove("x/y"));
  const auto before = pack->object_count();
  CHECK(*editor.write(*pack) == *root);
  CHECK(pack->object_count() == before);
}

TEST_CASE("a file in the way of a folder is a conflict, and a whole tree can be put at a path") {
  test::TestLibrary library;
  auto pack = *PackWriter::create(library.layout().scratch());
  TreeEditor editor(library.objects(), std::nullopt);
  REQUIRE(editor.set("a", TreeEntry::Mode::file, blob(*pack, "a")));
  const auto blocked = editor.set("a/b", TreeEntry::Mode::file, blob(*pack, "b"));
  REQUIRE_FALSE(blocked);
  CHECK(blocked.error().code == Errc::conflict);

  TreeEditor kit(library.objects(), std::nullopt);
  REQUIRE(kit.set("files/x", TreeEntry::Mode::file, blob(*pack, "x")));
  const auto tree = kit.write(*pack);
  TreeEditor whole(library.objects(), std::nullopt), piecewise(library.objects(), std::nullopt);
  REQUIRE(whole.set("kits/ab/k", TreeEntry::Mode::tree, *tree));
  REQUIRE(piecewise.set("kits/ab/k/files/x", TreeEntry::Mode::file, blob(*pack, "x")));
  CHECK(*whole.write(*pack) == *piecewise.write(*pack));
}

}  // namespace tree_editor_test

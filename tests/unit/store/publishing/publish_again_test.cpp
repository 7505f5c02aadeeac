// What an author published last, and nobody else has yet, is damaged: publishing the folder once more brings back what lies in it.
#include "store/git/pack_parser.hpp"
#include "store/git/pack_writer.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/store/held.hpp"
#include "tests/unit/store/withdrawn.hpp"

namespace essaimage::test::publish_again_test {
namespace {

const KitFiles folder = {{"x", "un texte\n"}, {"sous/y", "un autre\n"}, {"photo.jpg", photo(9'000, 3)}};

void catch_up(TestNode& node) {
  for (int i = 0; i < 100 && node.library().is_behind(); ++i) REQUIRE(node.library().catch_up());
}

/// Of that pack everything but one object.
void lose_object(const TestNode& node, const Path& pack, std::size_t lost) {
  const auto objects = store::parse_pack(pack);
  REQUIRE(objects);
  const std::string packed = read_text(pack);
  const auto rest = store::PackWriter::create(node.layout().scratch()).value();
  for (std::size_t i = 0; i < objects->size(); ++i) {
    const auto& object = (*objects)[i];
    if (i != lost) REQUIRE(rest->add_packed(object.id, bytes_of(std::string_view(packed).substr(object.offset, object.packed_bytes))));
  }
  REQUIRE(std::filesystem::remove(pack));
  REQUIRE(std::filesystem::remove(Path(pack).replace_extension(".idx")));
  REQUIRE(rest->finish_into(node.layout().packs()));
}

}  // namespace

TEST_CASE("whatever of a kit that nobody else has is lost, publishing its folder once more brings it back") {
  Members m;
  TestNode& a = *m.a;
  a.publish_one("first", {{"x", "1"}});
  replicate(a, *m.b);
  const auto before = packs_of(a);
  a.publish_one("k", folder);
  const Path pack = Held::new_pack(a, before).lexically_relative(a.layout().home);
  REQUIRE(a.library().release_memory());
  a.close();
  const auto objects = store::parse_pack(a.layout().home / pack);
  REQUIRE(objects);
  std::size_t mended = 0;
  for (std::size_t lost = 0; lost < objects->size(); ++lost) {
    auto author = a.copy();
    lose_object(*author, author->layout().home / pack, lost);
    REQUIRE(author->open());
    catch_up(*author);
    if (author->find("a/k") && author->publish({{"k", folder}})) catch_up(*author);
    if (author->lacks_objects(author->feed()) || !author->library().verify({})->empty()) continue;
    mended += 1;
    CHECK(author->find("a/k")->row.version == 1);
    CHECK(author->checkout("a/k").at("x") == "un texte\n");
    auto peer = m.b->copy();
    REQUIRE(peer->open());
    replicate(*author, *peer);
    CHECK(peer->checkout("a/k") == author->checkout("a/k"));
  }
  // All but the commit, and the trees of the feed around the kit: its root, kits/, and the folder of two letters.
  CHECK(mended == objects->size() - 4);
}

TEST_CASE("a media file that a disk lost comes back with the folder, also where nobody else has it and nothing is new") {
  Members m;
  TestNode& a = *m.a;
  a.publish_one("k", folder);
  const auto media = media_of(a, "a/k", "photo.jpg");
  REQUIRE(std::filesystem::remove(a.layout().media(media)));
  REQUIRE_FALSE(a.library().verify({})->empty());
  const auto again = a.publish({{"k", folder}});
  REQUIRE(again);
  CHECK(again->front().unchanged);
  CHECK(a.library().verify({})->empty());
  CHECK(a.find("a/k")->is_whole());
  replicate(a, *m.b);
  CHECK(m.b->checkout("a/k").at("photo.jpg") == folder.at("photo.jpg"));
}

TEST_CASE("a folder that was changed since brings back what is in it still, and is the next version") {
  Members m;
  TestNode& a = *m.a;
  const auto before = packs_of(a);
  a.publish_one("k", folder);
  const Path pack = Held::new_pack(a, before);
  REQUIRE(a.library().release_memory());
  a.close();
  const auto lost_text = store::object_id(store::ObjectType::blob, bytes_of(std::string_view("un texte\n")));
  const auto objects = store::parse_pack(pack);
  REQUIRE(objects);
  const auto at = std::ranges::find(*objects, lost_text, [](const auto& object) { return object.id; });
  REQUIRE(at != objects->end());
  lose_object(a, pack, static_cast<std::size_t>(at - objects->begin()));
  REQUIRE(a.open());
  catch_up(a);
  REQUIRE(a.lacks_objects(a.feed()));
  auto changed = folder;
  changed["sous/y"] = "changé depuis\n";
  CHECK(a.publish_one("k", changed).version == 2);
  catch_up(a);
  CHECK_FALSE(a.lacks_objects(a.feed()));
  CHECK(a.library().verify({})->empty());
}

}  // namespace essaimage::test::publish_again_test

#include "store/library.hpp"

#include <atomic>
#include <thread>

#include "tests/support/catch.hpp"
#include "tests/unit/store/members.hpp"

namespace library_test {
using namespace essaimage;
using namespace essaimage::store;
using namespace essaimage::test;

TEST_CASE("a centre joins by its invitation") {
  auto federation = TestNode::federation();
  const auto invitation = federation->library().invite({"mdq", "Maison", {"lille"}, std::chrono::hours(1), "tcp://127.0.0.1:7373"});
  REQUIRE(invitation);
  auto centre = TestNode::joining(*invitation);
  CHECK(centre->library().roster() == nullptr);
  CHECK(load_invitation(centre->layout())->has_value());
  const auto refused = centre->publish({{"k", {}}});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::publish_joining);

  const auto join = make_join(*invitation, centre->library().signing().public_key(), centre->library().transport().public_key());
  REQUIRE(federation->library().admit(join));
  REQUIRE(fetch_feed(*federation, *centre, federation->feed()));
  REQUIRE(centre->library().roster() != nullptr);
  CHECK(centre->library().roster()->find("mdq")->territories == std::set<std::string>{"lille"});
  CHECK(centre->library().roster()->find("fed")->endpoints == std::vector<std::string>{"tcp://127.0.0.1:7373"});
  REQUIRE(centre->changes.size() >= 2);
  CHECK(std::holds_alternative<change::RosterChanged>(centre->changes[0]));
  CHECK(std::holds_alternative<change::HeadChanged>(centre->changes[1]));
}

TEST_CASE("a published kit reaches another member byte for byte, media included, and so do its updates") {
  auto federation = TestNode::federation();
  auto a = TestNode::member(*federation, "a", {"lille"});
  auto b = TestNode::member(*federation, "b", {"lille"});
  replicate(*federation, *a);

  const KitFiles files{
      {"kit.toml", manifest_of("Boîte à histoires")}, {"guide.md", "Bonjour\n"}, {"vide.txt", ""}, {"photos/été.jpg", photo(300'000, 1)},
      {"photos/petite.png", photo(900, 2)},           {"run.sh", "#!/bin/sh\n"}};
  const auto published = a->publish_one("boite", files);
  CHECK(published.version == 1);
  CHECK_FALSE(published.unchanged);
  CHECK(published.audience == Audience{});
  CHECK(published.files == 6);
  replicate(*a, *b);
  CHECK(b->checkout("a/boite") == files);
  const auto kit = b->find("a/boite");
  REQUIRE(kit);
  CHECK(kit->row.title == "Boîte à histoires");
  CHECK(kit->media_total == 2);
  CHECK(kit->media_here == 2);
  CHECK(kit->commit == a->head(a->feed()).commit);
  CHECK(b->library().needs()->empty());

  auto next = files;
  next["guide.md"] = "Bonsoir\n";
  next.erase("vide.txt");
  const auto update = a->publish_one("boite", next);
  CHECK(update.version == 2);
  replicate(*a, *b);
  CHECK(b->checkout("a/boite") == next);
  CHECK(b->checkout("a/boite", 1) == files);
  const auto history = b->library().history(*KitId::parse("a/boite"));
  REQUIRE(history);
  REQUIRE(history->size() == 2);
  CHECK(history->front().version == 2);
  CHECK(b->library().verify({})->empty());
}

TEST_CASE("what has not changed makes no new version and no commit") {
  auto federation = TestNode::federation();
  auto a = TestNode::member(*federation, "a", {});
  a->publish_one("k", {{"x.txt", "1"}, {"p.jpg", photo(1'000, 3)}});
  const auto head = a->head(a->feed());
  a->now.seconds += 100;
  const auto again = a->publish_one("k", {{"x.txt", "1"}, {"p.jpg", photo(1'000, 3)}});
  CHECK(again.unchanged);
  CHECK(again.version == 1);
  CHECK(again.commit == head.commit);
  CHECK(a->head(a->feed()) == head);
}

TEST_CASE("a kit moves to a wider audience as the same version, and never to a narrower one") {
  auto federation = TestNode::federation();
  auto a = TestNode::member(*federation, "a", {"lille"});
  auto lille = TestNode::member(*federation, "l", {"lille"});
  auto other = TestNode::member(*federation, "v", {"valenciennes"});
  replicate(*federation, *a);
  const KitFiles files{{"x.txt", "1"}, {"p.jpg", photo(5'000, 4)}};
  const auto narrow = a->publish_one("k", files, "territory:lille");
  CHECK(narrow.audience == *Audience::parse("territory:lille"));
  replicate(*a, *lille);
  replicate(*a, *other);
  CHECK(lille->checkout("a/k").size() == 3);
  CHECK_FALSE(other->find("a/k"));

  const auto wide = a->publish_one("k", files, "region");
  CHECK(wide.version == 1);
  CHECK_FALSE(wide.unchanged);
  replicate(*a, *other);
  replicate(*a, *lille);
  CHECK(other->checkout("a/k").size() == 3);
  CHECK(lille->find("a/k")->audiences.size() == 2);
  CHECK(lille->library().needs()->empty());

  auto changed = files;
  changed["x.txt"] = "2";
  const auto back = a->publish({{"k", changed}}, "territory:lille");
  REQUIRE_FALSE(back);
  CHECK(back.error().code == Errc::publish_narrower);
  const auto update = a->publish_one("k", changed);
  CHECK(update.audience == Audience{});
  CHECK(update.version == 2);
}

TEST_CASE("publishing is refused at the door for what peers would refuse, and leaves nothing") {
  auto federation = TestNode::federation();
  auto a = TestNode::member(*federation, "a", {"lille"});
  const auto code = [&](const std::map<std::string, KitFiles>& kits, const std::optional<std::string>& audience = {}) {
    const auto published = a->publish(kits, audience);
    REQUIRE_FALSE(published);
    return published.error().code;
  };
  CHECK(code({{"k", {}}}, "territory:roubaix") == Errc::audience_not_ours);
  CHECK(code({{"k", {}}}, "mirror:nord") == Errc::mirror_unknown);
  CHECK(code({{"k", {{"kit.toml", "kind = \"prototype\"\n"}}}}) == Errc::kit_title_missing);
  CHECK(code({{"k", {{"a:b", "x"}}}}) == Errc::name_character);
  CHECK(code({{"k", {{"A.txt", "x"}, {"a.txt", "y"}}}}) == Errc::name_twin);
  CHECK(code({{"k", {{"D/x", "x"}, {"d/y", "y"}}}}) == Errc::name_twin);
  CHECK(code({{"k", {{"d", "x"}, {"d/y", "y"}}}}) == Errc::name_twin);
  CHECK(code({{"k", {{"..", "x"}}}}) != Errc::internal);
  CHECK(code({{"k 1", {}}, {"k-1", {}}}) == Errc::publish_twice);
  CHECK(a->head(a->feed()) == Head{});
  CHECK(a->library().kits()->empty());
  const auto publication = a->library().publish({});
  REQUIRE(publication);
  REQUIRE((*publication)->begin_kit("k"));
  const auto bare = (*publication)->end_kit();
  REQUIRE_FALSE(bare);
  CHECK(bare.error().code == Errc::kit_manifest_missing);
}

TEST_CASE("many kits of one command are one commit of each feed, and survive a restart") {
  auto federation = TestNode::federation();
  auto a = TestNode::member(*federation, "a", {"lille"});
  std::map<std::string, KitFiles> kits;
  for (int i = 0; i < 50; ++i) kits["kit " + std::to_string(i)] = {{"t.txt", std::to_string(i)}};
  REQUIRE(a->publish(kits, "territory:lille"));
  CHECK(a->head(a->feed("territory:lille")).order == Order{1, 1, 1});
  a->publish_one("kit 7", {{"t.txt", "seven"}});
  CHECK(a->head(a->feed("territory:lille")).order == Order{1, 1, 2});
  a->close();
  REQUIRE(a->open());
  CHECK(a->library().kits()->size() == 50);
  CHECK(a->find("a/kit-7")->row.version == 2);
  CHECK(a->library().problems().empty());
  CHECK(a->publish_one("kit 7", {{"t.txt", "again"}}).version == 3);
}

TEST_CASE("packs stay few however often a centre publishes and receives, and everything stays readable") {
  auto federation = TestNode::federation();
  auto a = TestNode::member(*federation, "a", {"lille"});
  auto b = TestNode::member(*federation, "b", {"lille"});
  const auto packs = [](const TestNode& node) {
    std::size_t count = 0;
    for (const auto& item : std::filesystem::directory_iterator(node.layout().packs())) count += item.path().extension() == ".pack" ? 1 : 0;
    return count;
  };
  constexpr int versions = 40;
  for (int i = 1; i <= versions; ++i) {
    a->publish_one("k", {{"guide.md", "version " + std::to_string(i) + "\n"}});
    REQUIRE(fetch_feed(*a, *b, a->feed()));
    if (i % 16 == 0) {
      REQUIRE(a->library().consolidate());
      REQUIRE(b->library().consolidate());
    }
  }
  REQUIRE(a->library().consolidate());
  REQUIRE(b->library().consolidate());
  CHECK(packs(*a) <= 7);
  CHECK(packs(*b) <= 7);
  for (const TestNode* node : {a.get(), b.get()}) {
    for (const std::uint64_t version : {1, versions / 2, versions}) {
      CHECK(node->checkout("a/k", version).at("guide.md") == "version " + std::to_string(version) + "\n");
    }
  }
  b->close();
  REQUIRE(b->open());
  CHECK(b->library().verify({})->empty());
  CHECK(b->checkout("a/k", 1).at("guide.md") == "version 1\n");
}

TEST_CASE("what caches hold can be given back, also while somebody reads") {
  Members m;
  m.a->publish_one("k", {{"guide.md", "text\n"}, {"photo.jpg", photo(100'000, 1)}});
  const auto& library = m.a->library();
  const auto files = library.files({"a", "k"}, std::nullopt).value();
  std::atomic<bool> done = false, good = true;
  std::jthread reading([&] {
    while (!done) {
      for (const auto& file : files) good = good && library.read_file(file, 0, 10) && library.kits();
    }
  });
  for (int i = 0; i < 50; ++i) REQUIRE(m.a->library().release_memory());
  done = true;
  reading.join();
  CHECK(good);
  CHECK(m.a->checkout("a/k").at("guide.md") == "text\n");
}

}  // namespace library_test

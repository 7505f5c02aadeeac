// Objects are lost of a feed that is frozen: they come from who holds just the same of it, and it stays frozen.
#include "tests/support/catch.hpp"
#include "tests/unit/store/held.hpp"

namespace essaimage::test::mend_frozen_test {
namespace {

/// Held, and the author's clone published another third version: b holds the author's one, and the proof.
struct FrozenFeed : Held {
  std::unique_ptr<TestNode> clone = a.copy();
  Path third;

  FrozenFeed() {
    REQUIRE(clone->open());
    clone->now.seconds += 1;
    clone->publish_one("k", {{"x", "another 3"}});
    third = receive("3");
    REQUIRE(b.library().keep_fork(feed, {}, *clone->library().commit_of(clone->head(feed))));
    REQUIRE(b.library().frozen()->size() == 1);
  }
  /// Its first version is gone, and the node knows.
  void lose() {
    b.close();
    REQUIRE(std::filesystem::remove(first));
    REQUIRE(std::filesystem::remove(Path(first).replace_extension(".idx")));
    REQUIRE(b.open());
    for (int i = 0; i < 100 && b.library().is_behind(); ++i) REQUIRE(b.library().catch_up());
    REQUIRE(b.lacks_objects(feed));
  }
};

}  // namespace

TEST_CASE("a frozen feed of which objects are lost comes back as it is held, and stays frozen") {
  FrozenFeed f;
  f.lose();
  const bool without_proof = GENERATE(false, true);
  if (without_proof) {
    f.b.close();
    for (const auto& file : std::filesystem::directory_iterator(f.b.layout().forks())) std::filesystem::remove(file);
    REQUIRE(f.b.open());
    for (int i = 0; i < 100 && f.b.library().is_behind(); ++i) REQUIRE(f.b.library().catch_up());
  }
  REQUIRE(fetch_feed(f.a, f.b, f.feed));
  CHECK_FALSE(f.b.lacks_objects(f.feed));
  CHECK(f.b.library().verify({})->empty());
  CHECK(f.b.library().history(*KitId::parse("a/k"))->size() == 3);
  CHECK(f.b.library().frozen()->size() == 1);
  f.a.publish_one("k", {{"x", "4"}});
  CHECK(fetch_feed(f.a, f.b, f.feed).error().code == Errc::feed_fork);
}

TEST_CASE("while a frozen feed lacks objects, nothing else of it is taken: neither the other side, nor more of ours") {
  FrozenFeed f;
  f.lose();
  const auto before = f.b.head(f.feed);
  CHECK(fetch_feed(*f.clone, f.b, f.feed).error().code == Errc::feed_fork);
  f.a.publish_one("k", {{"x", "4"}});
  CHECK(fetch_feed(f.a, f.b, f.feed).error().code == Errc::feed_fork);
  CHECK(f.b.head(f.feed) == before);
  CHECK(f.b.lacks_objects(f.feed));
}

}  // namespace essaimage::test::mend_frozen_test

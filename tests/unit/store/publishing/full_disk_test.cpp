// A disk that is full for a while, and then is not: what could not be written is made up for without a restart.

#include "store/library.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/file_size_limit.hpp"
#include "tests/support/test_node.hpp"

namespace full_disk_test {
using namespace essaimage;
using namespace essaimage::test;

namespace {

template <class T>
std::size_t told(const TestNode& node) {
  return static_cast<std::size_t>(std::count_if(node.changes.begin(), node.changes.end(),
                                                [](const store::Change& change) { return std::holds_alternative<T>(change); }));
}

std::string media(char fill) { return std::string(3000, fill) + '\0'; }

/// A member whose log of the index is longer than any other file that it writes for a small kit.
struct Pair {
  std::unique_ptr<TestNode> federation = TestNode::federation();
  std::unique_ptr<TestNode> author = TestNode::member(*federation, "deule", {"lille"});
  std::unique_ptr<TestNode> reader = TestNode::member(*federation, "lys", {"lille"});
  std::size_t limit = 0;

  Pair() {
    REQUIRE(fetch_feed(*federation, *author, federation->feed()));
    auto log = reader->layout().state();
    log += "-wal";
    limit = std::filesystem::file_size(log);
    REQUIRE(limit > 10'000);
  }
};

}  // namespace

TEST_CASE("an index that a full disk kept from being written is caught up with once there is room") {
  Pair nodes;
  nodes.author->publish_one("lampe", {{"vue.jpg", media('a')}});
  const FeedId feed = nodes.author->feed();
  nodes.reader->changes.clear();
  {
    const FileSizeLimit full(nodes.limit);
    REQUIRE(fetch_feed(*nodes.author, *nodes.reader, feed));  // the refs say it: it is no error any more
    CHECK(nodes.reader->library().is_behind());
    CHECK_FALSE(nodes.reader->library().catch_up());
    CHECK(nodes.reader->library().is_behind());
  }
  CHECK(nodes.reader->head(feed).order.seq == 1);
  CHECK(told<store::change::MediaNeeded>(*nodes.reader) == 0);
  REQUIRE(nodes.reader->library().catch_up());
  CHECK_FALSE(nodes.reader->library().is_behind());
  CHECK(told<store::change::MediaNeeded>(*nodes.reader) == 1);
  CHECK(nodes.reader->find("deule/lampe"));
  const auto witnessed = nodes.reader->library().witnessed();
  REQUIRE(witnessed);
  CHECK(std::any_of(witnessed->begin(), witnessed->end(), [&](const Head& head) { return head.feed == feed; }));
  CHECK(fetch_media(*nodes.author, *nodes.reader) > 0);
  CHECK(nodes.reader->checkout("deule/lampe").at("vue.jpg") == media('a'));
}

TEST_CASE("media that is in its place but not on record is told to be whole once it is on record") {
  Pair nodes;
  const FeedId feed = nodes.author->feed();
  nodes.author->publish_one("lampe", {{"vue.jpg", media('b')}});
  REQUIRE(fetch_feed(*nodes.author, *nodes.reader, feed));
  {
    const FileSizeLimit full(nodes.limit);
    REQUIRE(fetch_media(*nodes.author, *nodes.reader) > 0);
  }
  REQUIRE(nodes.reader->library().needs()->size() == 1);
  nodes.author->publish_one("table", {{"texte.md", "rien d'autre"}});
  {
    const FileSizeLimit full(nodes.limit);
    REQUIRE(fetch_feed(*nodes.author, *nodes.reader, feed));
  }
  REQUIRE(nodes.reader->library().is_behind());
  nodes.reader->changes.clear();
  REQUIRE(nodes.reader->library().catch_up());
  CHECK(nodes.reader->library().needs()->empty());
  CHECK(told<store::change::MediaComplete>(*nodes.reader) == 1);
  CHECK(nodes.reader->checkout("deule/lampe").at("vue.jpg") == media('b'));
}

}  // namespace full_disk_test

// A feed that forked, and whose proof was lost from the disk.

#include <filesystem>

#include "tests/support/catch.hpp"
#include "tests/unit/store/members.hpp"

namespace lost_proof_test {
using namespace essaimage;
using namespace essaimage::store;
using namespace essaimage::test;

TEST_CASE("a feed whose proof is lost is told as frozen, without a proof") {
  Members m;
  m.a->publish_one("k", {{"x", "1"}});
  auto clone = m.a->copy();
  REQUIRE(clone->open());
  clone->now.seconds += 1;
  m.a->publish_one("k", {{"x", "2"}});
  clone->publish_one("k", {{"x", "two"}});
  replicate(*m.a, *m.b);
  const FeedId feed = m.a->feed();
  REQUIRE(m.b->library().keep_fork(feed, {}, *clone->library().commit_of(clone->head(feed))));
  CHECK(m.b->library().frozen()->at(0).first != nullptr);
  m.b->close();
  for (const auto& file : std::filesystem::directory_iterator(m.b->layout().forks())) {
    std::filesystem::remove(file);
  }
  REQUIRE(m.b->open());
  const auto frozen = m.b->library().frozen();
  REQUIRE(frozen->size() == 1);
  CHECK(frozen->at(0).feed == feed);
  CHECK(frozen->at(0).first == nullptr);
}

}  // namespace lost_proof_test

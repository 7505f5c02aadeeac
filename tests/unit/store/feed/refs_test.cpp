#include "store/feed/refs.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/run.hpp"
#include "tests/support/test_feed.hpp"

namespace refs_test {
using namespace essaimage;
using namespace essaimage::store;
using essaimage::test::git;
using essaimage::test::read_text;
using essaimage::test::TestLibrary;
using essaimage::test::write_text;

namespace {

ObjectId id_of(std::uint8_t byte) {
  ObjectId id;
  id.bytes.fill(byte);
  return id;
}

const FeedId a{"a", {}}, ab{"a-b", {}}, lille{"a", {Audience::Kind::territory, "lille"}};

}  // namespace

TEST_CASE("an update changes all heads or none") {
  TestLibrary library;
  Refs& refs = library.refs();
  REQUIRE(refs.update({{a, {}, id_of(1)}, {lille, {}, id_of(2)}}));
  CHECK(*refs.snapshot() == RefMap{{a, id_of(1)}, {lille, id_of(2)}});

  const auto before = refs.snapshot();
  const auto status = refs.update({{a, id_of(1), id_of(3)}, {lille, id_of(9), id_of(4)}});
  REQUIRE_FALSE(status);
  CHECK(status.error().code == Errc::conflict);
  CHECK(*refs.snapshot() == *before);
  CHECK(refs.update({{a, {}, id_of(3)}}).error().code == Errc::conflict);
  CHECK(*Refs::open(library.layout()).value()->snapshot() == *before);
}

TEST_CASE("heads come back after a restart, in the order in which stock git looks them up") {
  TestLibrary library;
  REQUIRE(library.refs().update({{a, {}, id_of(1)}, {ab, {}, id_of(2)}, {lille, {}, id_of(3)}}));
  CHECK(*Refs::open(library.layout()).value()->snapshot() == *library.refs().snapshot());
  CHECK(read_text(library.layout().packed_refs()) ==
        "# pack-refs with: peeled fully-peeled sorted \n" + id_of(2).hex() + " refs/heads/essaimage/a-b/region\n" + id_of(1).hex() +
            " refs/heads/essaimage/a/region\n" + id_of(3).hex() + " refs/heads/essaimage/a/territory/lille\n");
  for (const FeedId& feed : {a, ab, lille}) {
    CHECK(git(library.layout().library(), {"rev-parse", feed.ref()}).output == library.refs().snapshot()->at(feed).hex() + "\n");
  }
}

TEST_CASE("a removed head is gone, and HEAD names one that exists") {
  TestLibrary library;
  REQUIRE(library.refs().update({{a, {}, id_of(1)}, {lille, {}, id_of(2)}}));
  CHECK(read_text(library.layout().library() / "HEAD") == "ref: refs/heads/essaimage/a/region\n");
  REQUIRE(library.refs().update({{a, id_of(1), {}}}));
  CHECK(*library.refs().snapshot() == RefMap{{lille, id_of(2)}});
  CHECK(read_text(library.layout().library() / "HEAD") == "ref: refs/heads/essaimage/a/territory/lille\n");
}

TEST_CASE("a damaged file of heads is an error, never a library without feeds") {
  TestLibrary library;
  REQUIRE(library.refs().update({{a, {}, id_of(1)}}));
  const std::string whole = read_text(library.layout().packed_refs());
  for (const auto& bad :
       {whole.substr(0, whole.size() - 5), whole + "x", whole + "zz refs/heads/essaimage/b/region\n",
        whole + std::string(40, 'g') + " refs/heads/essaimage/b/region\n", whole + id_of(1).hex() + " refs/heads/essaimage/B/region\n"}) {
    write_text(library.layout().packed_refs(), bad);
    const auto opened = Refs::open(library.layout());
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == Errc::corrupt);
  }
}

TEST_CASE("a snapshot stays as it was taken") {
  TestLibrary library;
  REQUIRE(library.refs().update({{a, {}, id_of(1)}}));
  const auto snapshot = library.refs().snapshot();
  REQUIRE(library.refs().update({{a, id_of(1), id_of(2)}}));
  CHECK(snapshot->at(a) == id_of(1));
}

}  // namespace refs_test

#include "store/media/media_line.hpp"

#include "store/crypto/hash.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/test_node.hpp"

namespace media_line_test {
using namespace essaimage;
using namespace essaimage::store;
using namespace essaimage::test;

namespace {

struct Lined {
  std::unique_ptr<TestNode> node = TestNode::federation();
  std::unique_ptr<MediaStore> media = MediaStore::open(node->layout()).value();
  std::unique_ptr<MediaBatch> batch = media->begin().value();
  std::optional<MediaLine> line{std::in_place, *batch};

  bool is_staged() const {
    const auto staging = node->layout().scratch() / "media";
    return std::filesystem::exists(staging) && !std::filesystem::is_empty(staging);
  }
};

}  // namespace

TEST_CASE("a line tells of its files in the order in which they ended, each as one thread would") {
  Lined lined;
  std::vector<Sha256> expected;
  for (std::uint64_t i = 0; i < 40; ++i) {
    const Bytes content = noise(200'000 + i * 1'000, i);
    expected.push_back(sha256(content));
    lined.line->begin(content.size(), "a");
    for (std::size_t at = 0; at < content.size(); at += 70'000) {
      const auto piece = ByteView(content).subspan(at, std::min<std::size_t>(70'000, content.size() - at));
      REQUIRE(lined.line->write(Bytes(piece.begin(), piece.end())));
    }
    lined.line->end();
  }
  const auto files = lined.line->take(true).value();
  REQUIRE(files.size() == expected.size());
  for (std::size_t i = 0; i < files.size(); ++i) CHECK(files[i].media == expected[i]);
  CHECK(lined.line->take(true)->empty());
  REQUIRE(lined.batch->settle());
  CHECK(lined.media->all().size() == expected.size());
}

TEST_CASE("an aborted file of a line leaves nothing, nor does a line that ends in the middle of one") {
  Lined lined;
  lined.line->begin(10'000'000, "a");
  REQUIRE(lined.line->write(noise(3'000'000, 1)));
  lined.line->abort();
  CHECK(lined.line->take(true)->empty());
  lined.line->begin(10'000'000, "a");
  for (int i = 0; i < 3; ++i) REQUIRE(lined.line->write(noise(3'000'000, 1)));
  lined.line.reset();
  lined.batch.reset();
  CHECK_FALSE(lined.is_staged());
  CHECK(lined.media->all().empty());
}

TEST_CASE("the first error of a line is told at once to who writes on, and to who takes") {
  Lined lined;
  lined.line->begin(1'000, "Lampe/leer.jpg");
  lined.line->end();  // without a byte it is no media
  Status status;
  for (int i = 0; i < 1'000 && status; ++i) {
    lined.line->begin(1'000'000, "b");
    status = lined.line->write(noise(1'000'000, 1));
  }
  REQUIRE_FALSE(status);
  CHECK(status.error().code == Errc::malformed);
  CHECK(status.error().detail.starts_with("Lampe/leer.jpg: "));
  CHECK(lined.line->take(true).error().code == Errc::malformed);
  CHECK(lined.line->take(true).error().code == Errc::malformed);
}

}  // namespace media_line_test

#include "store/media/media_store.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/file_size_limit.hpp"
#include "tests/unit/store/media/media_home.hpp"

namespace media_store_test {
using namespace essaimage;
using namespace essaimage::store;

TEST_CASE("a media file is in its place after settle, and not before") {
  MediaHome home;
  const Bytes bytes = test::noise(300'000, 1);
  auto batch = home.store->begin().value();
  auto writer = batch->create(bytes.size()).value();
  for (std::size_t at = 0; at < bytes.size(); at += 70'000) {
    REQUIRE(writer->write(ByteView(bytes).subspan(at, std::min<std::size_t>(70'000, bytes.size() - at))));
  }
  const auto done = writer->finish();
  REQUIRE(done);
  CHECK(done->media == sha256(bytes));
  CHECK(done->bytes == bytes.size());
  CHECK(done->chunks == list_of(bytes));
  CHECK_FALSE(home.store->has(done->media));

  REQUIRE(batch->settle());
  CHECK(home.store->has(done->media));
  CHECK(home.store->bytes(done->media) == bytes.size());
  CHECK(home.store->all() == std::vector<Sha256>{done->media});
  CHECK(home.store->verify(done->media));
  CHECK(home.store->verify(done->media, done->chunks));
  CHECK(home.store->read(done->media, 299'990, 100) == Bytes(bytes.end() - 10, bytes.end()));
  CHECK(home.store->read(done->media, 400'000, 100) == Bytes{});

  batch.reset();
  CHECK(home.files_below(home.layout.scratch()) == 0);
}

TEST_CASE("a large batch settles all its files, each content once") {
  MediaHome home;
  auto batch = home.store->begin().value();
  std::vector<Sha256> expected;
  for (std::uint64_t i = 0; i < 40; ++i) {
    auto writer = batch->create(1000).value();
    REQUIRE(writer->write(test::noise(1000, i / 2)));
    const auto done = writer->finish();
    REQUIRE(done);
    if (i % 2 == 0) expected.push_back(done->media);
  }
  REQUIRE(batch->settle());
  std::sort(expected.begin(), expected.end());
  CHECK(home.store->all() == expected);
  for (const Sha256& media : expected) CHECK(home.store->verify(media));
}

TEST_CASE("a batch that does not settle leaves nothing") {
  MediaHome home;
  {
    auto batch = home.store->begin().value();
    auto finished = batch->create(10).value();
    REQUIRE(finished->write(bytes_of("finished")));
    REQUIRE(finished->finish());
    auto unfinished = batch->create(10).value();
    REQUIRE(unfinished->write(bytes_of("unfinished")));
    CHECK(home.files_below(home.layout.scratch()) == 2);
    unfinished.reset();
    CHECK(home.files_below(home.layout.scratch()) == 1);
  }
  CHECK(home.files_below(home.folder.path()) == 0);
}

TEST_CASE("what a crash left of a batch is swept when the store is opened") {
  MediaHome home;
  test::write_text(home.layout.scratch() / "media" / "7" / "0", "left over");
  home.store = MediaStore::open(home.layout).value();
  CHECK(home.files_below(home.folder.path()) == 0);
}

TEST_CASE("a file that is there already is kept, and written again if it goes meanwhile") {
  MediaHome home;
  const Bytes bytes = test::noise(5000, 3);
  const Sha256 media = home.add(bytes);
  CHECK(home.add(bytes) == media);
  CHECK(home.store->all().size() == 1);

  auto batch = home.store->begin().value();
  auto writer = batch->create(bytes.size()).value();
  REQUIRE(writer->write(bytes));
  REQUIRE(writer->finish());
  REQUIRE(home.store->remove(media));
  const auto settled = batch->settle();
  REQUIRE_FALSE(settled);
  CHECK(settled.error().code == Errc::conflict);
}

TEST_CASE("a truncated file in the place of a media file is replaced by a whole one") {
  MediaHome home;
  const Bytes bytes = test::noise(5000, 3);
  const Sha256 media = home.add(bytes);
  std::filesystem::resize_file(home.layout.media(media), 4000);
  home.add(bytes);
  CHECK(home.store->verify(media));
}

TEST_CASE("verify finds a flipped byte and a cut") {
  MediaHome home;
  const Bytes bytes = test::noise(100'000, 4);
  const Sha256 media = home.add(bytes);
  REQUIRE(home.store->verify(media));

  flip(home.layout.media(media), 77'777);
  CHECK(home.store->verify(media).error().code == Errc::media_bad);
  CHECK(home.store->verify(media, list_of(bytes)).error().code == Errc::chunk_bad);

  flip(home.layout.media(media), 77'777);
  REQUIRE(home.store->verify(media));
  std::filesystem::resize_file(home.layout.media(media), bytes.size() - 1);
  CHECK(home.store->verify(media).error().code == Errc::media_bad);
  CHECK(home.store->verify(media, list_of(bytes)).error().code == Errc::chunk_bad);

  REQUIRE(home.store->remove(media));
  CHECK(home.store->verify(media).error().code == Errc::not_found);
  CHECK(home.store->read(media, 0, 1).error().code == Errc::not_found);
  CHECK(home.store->remove(media));
}

TEST_CASE("a chunk list of another cut of the same file is right, one of another file is not") {
  MediaHome home;
  const Bytes bytes = test::noise(100'000, 5);
  const Sha256 media = home.add(bytes);
  CHECK(home.store->verify(media, list_of(bytes, 1)));
  CHECK(home.store->verify(media, list_of(test::noise(100'000, 6))).error().code == Errc::chunk_bad);
}

TEST_CASE("an empty file is refused as media") {
  MediaHome home;
  auto batch = home.store->begin().value();
  auto writer = batch->create(0).value();
  const auto done = writer->finish();
  REQUIRE_FALSE(done);
  CHECK(done.error().code == Errc::malformed);
}

TEST_CASE("names in the media folders that are not media are passed over") {
  MediaHome home;
  const Sha256 media = home.add(bytes_of("one"));
  test::write_text(home.layout.media_root() / "tmp" / "x" / "incomplete", "of git-lfs");
  test::write_text(home.layout.media_root() / "aa" / "bb" / sha256(bytes_of("misplaced")).hex(), "misplaced");
  CHECK(home.store->all() == std::vector<Sha256>{media});
}

TEST_CASE("a full disk refuses a media file, and nothing of it is left behind") {
  MediaHome home;
  auto batch = home.store->begin().value();
  auto writer = batch->create(200'000).value();
  {
    const test::FileSizeLimit limit(64 * limits::KiB);
    const auto status = writer->write(test::noise(200'000, 7));
    REQUIRE_FALSE(status);
    CHECK(status.error().code == Errc::disk_full);
  }
  // There would be space again, but half of a piece is written: the file is lost.
  CHECK(writer->write(bytes_of("more")).error().code == Errc::disk_full);
  CHECK(writer->finish().error().code == Errc::disk_full);
  writer.reset();
  CHECK(home.files_below(home.folder.path()) == 0);
  REQUIRE(batch->settle());
  CHECK(home.store->all().empty());
}

TEST_CASE("a full disk refuses a chunk, and those before it stay") {
  MediaHome home;
  const Bytes bytes = test::noise(200'000, 8);
  const ChunkList list = list_of(bytes);
  auto partial = home.store->open_partial(sha256(bytes), list).value();
  REQUIRE(partial->put(0, chunk_of(bytes, list, 0), region_feed));
  REQUIRE(partial->keep());
  const auto last = static_cast<std::uint32_t>(list.chunks.size() - 1);
  {
    const test::FileSizeLimit limit(64 * limits::KiB);
    CHECK(partial->put(last, chunk_of(bytes, list, last), region_feed).error().code == Errc::disk_full);
  }
  CHECK(partial->held()[0]);
  CHECK_FALSE(partial->held()[last]);
  partial.reset();
  partial = home.store->open_partial(sha256(bytes), list).value();
  CHECK(partial->held()[0]);
  CHECK_FALSE(partial->held()[last]);
}

}  // namespace media_store_test

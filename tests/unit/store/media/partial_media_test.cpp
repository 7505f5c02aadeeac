#include <chrono>

#include "tests/support/catch.hpp"
#include "tests/unit/store/media/media_home.hpp"

namespace partial_media_test {
using namespace essaimage;
using namespace essaimage::store;

namespace {

const Bytes& film() {
  static const Bytes bytes = test::noise(300'000, 11);
  return bytes;
}
const ChunkList& film_list() {
  static const ChunkList list = list_of(film());
  return list;
}
Sha256 film_id() { return sha256(film()); }
std::uint32_t film_chunks() { return static_cast<std::uint32_t>(film_list().chunks.size()); }
ByteView film_chunk(std::uint32_t index) { return chunk_of(film(), film_list(), index); }

std::unique_ptr<PartialMedia> open(MediaHome& home) { return home.store->open_partial(film_id(), film_list()).value(); }

Path have_file(const MediaHome& home) {
  Path path = home.layout.partial(film_id());
  path += ".have";
  return path;
}

/// As if the machine had been booted anew since: the record names another boot.
void reboot(const MediaHome& home) {
  for (std::uint64_t offset = 8; offset < 24; ++offset) flip(have_file(home), offset);
}

void put_all(PartialMedia& partial, const FeedId& through = region_feed) {
  REQUIRE(partial.put(0, film(), through));
  REQUIRE(partial.keep());
}

}  // namespace

TEST_CASE("a partial media file becomes whole chunk by chunk, in any order") {
  MediaHome home;
  auto partial = open(home);
  for (std::uint32_t i = film_chunks(); i-- > 0;) {
    CHECK_FALSE(partial->complete());
    REQUIRE(partial->put(i, film_chunk(i), region_feed));
    REQUIRE(partial->put(i, film_chunk(i), region_feed));  // twice does no harm
    CHECK(partial->get(i) == Bytes(film_chunk(i).begin(), film_chunk(i).end()));
  }
  REQUIRE(partial->complete());
  CHECK(home.store->partials() == std::vector<Sha256>{film_id()});
  CHECK_FALSE(home.store->has(film_id()));

  auto batch = home.store->begin().value();
  REQUIRE(batch->add(*partial));
  CHECK_FALSE(home.store->has(film_id()));
  REQUIRE(batch->settle());
  CHECK(home.store->verify(film_id()));
  CHECK(home.store->partials().empty());
  CHECK(home.files_below(home.layout.partials()) == 0);
}

TEST_CASE("a wrong chunk is refused, and nothing is kept of it") {
  MediaHome home;
  auto partial = open(home);
  Bytes wrong(film_chunk(0).begin(), film_chunk(0).end());
  wrong[17] ^= 1;
  CHECK(partial->put(0, wrong, region_feed).error().code == Errc::chunk_bad);
  CHECK(partial->put(0, film_chunk(1), region_feed).error().code == Errc::chunk_bad);
  CHECK(partial->put(0, {}, region_feed).error().code == Errc::chunk_bad);
  CHECK(partial->put(film_chunks(), film_chunk(0), region_feed).error().code == Errc::chunk_bad);
  CHECK_FALSE(partial->held()[0]);
  CHECK(partial->through().empty());
  CHECK(partial->get(0).error().code == Errc::not_found);
  CHECK(partial->get(film_chunks()).error().code == Errc::not_found);
}

TEST_CASE("chunks in a row are put at once; those before a wrong one are kept, those that are here are passed over") {
  MediaHome home;
  auto partial = open(home);
  REQUIRE(partial->put(3, film_chunk(3), region_feed));
  const std::size_t bad =
      film_chunk(0).size() + film_chunk(1).size() + film_chunk(2).size() + film_chunk(3).size() + film_chunk(4).size() + 7;
  Bytes damaged = film();
  damaged[bad] ^= 1;
  CHECK(partial->put(0, damaged, region_feed).error().code == Errc::chunk_bad);
  for (std::uint32_t i = 0; i < film_chunks(); ++i) CHECK(partial->held()[i] == (i < 5));
  CHECK(partial->put(0, ByteView(film()).first(film_chunk(0).size() - 1), region_feed));  // held: not looked at
  CHECK(partial->put(5, ByteView(film()).subspan(bad - 7), region_feed));
  REQUIRE(partial->complete());
  auto batch = home.store->begin().value();
  REQUIRE(batch->add(*partial));
  REQUIRE(batch->settle());
  CHECK(home.store->verify(film_id()));
}

TEST_CASE("the first MiB of a partial media file survives a restart once it is kept, the rest by itself") {
  MediaHome home;
  REQUIRE(open(home)->put(0, film_chunk(0), region_feed));
  CHECK_FALSE(std::filesystem::exists(have_file(home)));
  home.store = MediaStore::open(home.layout).value();
  CHECK(home.files_below(home.layout.partials()) == 0);

  const Bytes large = test::noise(3'000'000, 12);
  const ChunkList list = list_of(large);
  {
    auto partial = home.store->open_partial(sha256(large), list).value();
    for (std::uint32_t i = 0; i + 1 < list.chunks.size(); ++i) REQUIRE(partial->put(i, chunk_of(large, list, i), region_feed));
  }
  home.store = MediaStore::open(home.layout).value();
  const auto partial = home.store->open_partial(sha256(large), list).value();
  CHECK(std::count(partial->held().begin(), partial->held().end(), false) == 1);
}

TEST_CASE("what a slow line brings survives a kill, but for the first quarter of a second") {
  MediaHome home;
  {
    const auto partial = open(home);
    REQUIRE(partial->put(0, film_chunk(0), region_feed));
    CHECK_FALSE(std::filesystem::exists(have_file(home)));
    const auto later = std::chrono::steady_clock::now() + std::chrono::milliseconds(260);
    while (std::chrono::steady_clock::now() < later) {
    }
    REQUIRE(partial->put(1, film_chunk(1), region_feed));
  }
  const auto partial = open(home);
  CHECK(partial->held()[0]);
  CHECK(partial->held()[1]);
  CHECK_FALSE(partial->held()[2]);
}

TEST_CASE("what was put is there again after a restart, without being read") {
  MediaHome home;
  {
    auto partial = open(home);
    for (const std::uint32_t i : {0U, 3U, film_chunks() - 1}) REQUIRE(partial->put(i, film_chunk(i), region_feed));
    REQUIRE(partial->keep());
  }
  home.store = MediaStore::open(home.layout).value();
  auto partial = open(home);
  for (std::uint32_t i = 0; i < film_chunks(); ++i) {
    CHECK(partial->held()[i] == (i == 0 || i == 3 || i == film_chunks() - 1));
  }
  CHECK(partial->through() == std::vector<FeedId>{region_feed});
  CHECK(partial->get(3) == Bytes(film_chunk(3).begin(), film_chunk(3).end()));
}

TEST_CASE("after a power cut every chunk that claims to be here is checked") {
  MediaHome home;
  {
    auto partial = open(home);
    for (const std::uint32_t i : {0U, 1U, 2U}) REQUIRE(partial->put(i, film_chunk(i), region_feed));
    REQUIRE(partial->keep());
  }
  flip(home.layout.partial(film_id()), film_list().chunks[0].bytes + 5);
  reboot(home);
  auto partial = open(home);
  CHECK(partial->held()[0]);
  CHECK_FALSE(partial->held()[1]);
  CHECK(partial->held()[2]);

  // A claim whose bytes never reached the disk is a hole.
  partial.reset();
  std::filesystem::resize_file(home.layout.partial(film_id()), 0);
  reboot(home);
  partial = open(home);
  CHECK(std::count(partial->held().begin(), partial->held().end(), true) == 0);
}

TEST_CASE("a chunk that was damaged on the disk is not handed out, and is missing then") {
  MediaHome home;
  auto partial = open(home);
  put_all(*partial);
  flip(home.layout.partial(film_id()), 10);
  CHECK(partial->get(0).error().code == Errc::chunk_bad);
  CHECK_FALSE(partial->complete());
  CHECK(partial->get(0).error().code == Errc::not_found);

  REQUIRE(partial->put(0, film_chunk(0), region_feed));
  auto batch = home.store->begin().value();
  REQUIRE(batch->add(*partial));
  REQUIRE(batch->settle());
  CHECK(home.store->verify(film_id()));
}

TEST_CASE("damage found at the end costs the damaged chunks alone") {
  MediaHome home;
  put_all(*open(home));
  flip(home.layout.partial(film_id()), film_list().chunks[0].bytes + 5);
  auto partial = open(home);
  REQUIRE(partial->complete());
  auto batch = home.store->begin().value();
  CHECK(batch->add(*partial).error().code == Errc::chunk_bad);
  CHECK_FALSE(partial->held()[1]);
  CHECK(std::count(partial->held().begin(), partial->held().end(), false) == 1);

  REQUIRE(partial->put(1, film_chunk(1), region_feed));
  REQUIRE(batch->add(*partial));
  REQUIRE(batch->settle());
  CHECK(home.store->verify(film_id()));
}

TEST_CASE("a chunk list that lies about its media file is found at the end, and nothing remains") {
  MediaHome home;
  const Sha256 claimed = sha256(bytes_of("another file"));
  auto partial = home.store->open_partial(claimed, film_list()).value();
  put_all(*partial);
  auto batch = home.store->begin().value();
  CHECK(batch->add(*partial).error().code == Errc::media_bad);
  REQUIRE(batch->settle());
  CHECK_FALSE(home.store->has(claimed));
  CHECK(home.files_below(home.folder.path()) == 0);
}

TEST_CASE("chunks are found again under another chunk list of the same media file") {
  MediaHome home;
  put_all(*open(home));
  const ChunkList coarse = list_of(film(), 1);
  auto partial = home.store->open_partial(film_id(), coarse).value();
  CHECK(partial->complete());
  CHECK(partial->through() == std::vector<FeedId>{region_feed});

  // A false list finds nothing, and the true one still finds all.
  const ChunkList lie = list_of(test::noise(film().size(), 12));
  partial = home.store->open_partial(film_id(), lie).value();
  CHECK(std::count(partial->held().begin(), partial->held().end(), true) == 0);
}

TEST_CASE(
    "the feeds through which bytes came are known again, and bytes without them count for "
    "nothing") {
  MediaHome home;
  {
    auto partial = open(home);
    REQUIRE(partial->put(0, film_chunk(0), region_feed));
    REQUIRE(partial->put(1, film_chunk(1), lille_feed));
    REQUIRE(partial->put(2, film_chunk(2), region_feed));
    REQUIRE(partial->keep());
  }
  CHECK(open(home)->through() == std::vector<FeedId>{region_feed, lille_feed});
  CHECK(open(home)->held()[1]);

  for (const std::uint64_t offset : {0U, 30U, 58U, 70U}) {  // magic, list, length and feeds, check
    put_all(*open(home));
    flip(have_file(home), offset);
    auto partial = open(home);
    CHECK(std::count(partial->held().begin(), partial->held().end(), true) == 0);
    CHECK(partial->through().empty());
  }
}

TEST_CASE("a partial file without its record, or the other way round, is swept") {
  MediaHome home;
  put_all(*open(home));
  std::filesystem::remove(have_file(home));
  home.store = MediaStore::open(home.layout).value();
  CHECK(home.files_below(home.layout.partials()) == 0);

  put_all(*open(home));
  std::filesystem::remove(home.layout.partial(film_id()));
  home.store = MediaStore::open(home.layout).value();
  CHECK(home.files_below(home.layout.partials()) == 0);
}

TEST_CASE("a media file that is here whole can be fetched once more through another feed") {
  MediaHome home;
  home.add(film());
  auto partial = open(home);
  CHECK_FALSE(partial->complete());
  put_all(*partial);
  auto batch = home.store->begin().value();
  REQUIRE(batch->add(*partial));
  REQUIRE(batch->settle());
  CHECK(home.store->verify(film_id()));
  CHECK(home.files_below(home.layout.library()) == 1);
}

TEST_CASE("a dropped partial media file leaves nothing") {
  MediaHome home;
  put_all(*open(home));
  REQUIRE(home.store->drop_partial(film_id()));
  CHECK(home.files_below(home.folder.path()) == 0);
  REQUIRE(home.store->drop_partial(film_id()));
}

TEST_CASE("a feed that could not be recorded is recorded with the next chunk, before its bytes") {
  MediaHome home;
  auto partial = open(home);
  REQUIRE(partial->put(0, film_chunk(0), region_feed));
  REQUIRE(partial->keep());
  std::filesystem::remove(have_file(home));
  std::filesystem::create_directories(have_file(home) / "in the way");
  REQUIRE_FALSE(partial->put(1, film_chunk(1), lille_feed));
  CHECK_FALSE(partial->held()[1]);
  CHECK(partial->through() == std::vector<FeedId>{region_feed});
  std::filesystem::remove_all(have_file(home));
  REQUIRE(partial->put(1, film_chunk(1), lille_feed));
  partial.reset();
  const auto again = open(home);
  CHECK(again->held()[1]);
  CHECK(std::ranges::count(again->through(), lille_feed) == 1);
}

TEST_CASE("a partial file that a failed batch has moved already is settled by the next one") {
  MediaHome home;
  auto partial = open(home);
  put_all(*partial);
  auto batch = home.store->begin().value();
  REQUIRE(batch->add(*partial));
  std::filesystem::create_directories(home.layout.media(film_id()).parent_path());
  std::filesystem::rename(home.layout.partial(film_id()), home.layout.media(film_id()));
  REQUIRE(batch->settle());
  CHECK(home.store->verify(film_id()));
  CHECK(home.files_below(home.layout.partials()) == 0);
}

TEST_CASE("a partial file that came in the place of the checked one is not taken for it") {
  MediaHome home;
  auto partial = open(home);
  put_all(*partial);
  auto batch = home.store->begin().value();
  REQUIRE(batch->add(*partial));
  REQUIRE(home.store->drop_partial(film_id()));
  auto other = open(home);
  REQUIRE(other->put(0, film_chunk(0), region_feed));
  REQUIRE(other->keep());
  CHECK(batch->settle().error().code == Errc::conflict);
  CHECK_FALSE(home.store->has(film_id()));
  CHECK(home.store->partials().size() == 1);
  other.reset();
  CHECK(open(home)->held()[0]);

  REQUIRE(home.store->drop_partial(film_id()));
  auto third = home.store->begin().value();
  REQUIRE(third->add(*partial));
  CHECK(third->settle().error().code == Errc::not_found);
}

}  // namespace partial_media_test

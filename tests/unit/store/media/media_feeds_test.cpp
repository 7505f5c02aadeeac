// Through which feeds a media file comes, and for which it is held: where the library applies store/media/reuse.hpp.

#include "proto/limits.hpp"
#include "store/state/state.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/store/members.hpp"

namespace media_feeds_test {
using namespace essaimage;
using namespace essaimage::store;
using namespace essaimage::test;

namespace {

using FeedList = std::vector<FeedId>;

}  // namespace

TEST_CASE("a file that two territories publish is taken through one of them, and served in that one") {
  Members m;
  const auto same = photo(2'000'000, 9);
  m.a->publish_one("k", {{"p.jpg", same}}, "territory:lille");
  m.c->publish_one("k", {{"p.jpg", same}}, "territory:valenciennes");
  const FeedId lille = m.a->feed("territory:lille"), valenciennes = m.c->feed("territory:valenciennes");
  REQUIRE(fetch_feed(*m.a, *m.federation, lille));
  REQUIRE(fetch_feed(*m.c, *m.federation, valenciennes));
  auto& library = m.federation->library();
  auto needs = *library.needs();
  REQUIRE(needs.size() == 1);
  const auto media = needs[0].media;
  REQUIRE(needs[0].feeds == FeedList{lille, valenciennes});
  REQUIRE(needs[0].held.size() > 2);

  const auto fetch = [&](TestNode& from, const FeedId& feed, std::uint32_t chunk) {
    const auto source = from.library().open_run(feed, media, needs[0].chunk_list, chunk, 1, {});
    REQUIRE(source);
    const auto reception = library.receive_run(feed, media, chunk, 1, {});
    REQUIRE(reception);
    return (*reception)->append(*(*source)->read(0, 8'000'000));
  };
  m.federation->changes.clear();
  REQUIRE(fetch(*m.c, valenciennes, 0));
  // From then on it is asked for through that feed alone, and the daemon is told so.
  CHECK(library.needs()->at(0).feeds == FeedList{valenciennes});
  REQUIRE(m.federation->changes.size() == 1);
  CHECK(std::get<change::MediaNeeded>(m.federation->changes[0]).need.feeds == FeedList{valenciennes});
  const auto mixed = fetch(*m.a, lille, 1);
  REQUIRE_FALSE(mixed);
  CHECK(mixed.error().code == Errc::conflict);

  (void)fetch_media(*m.c, *m.federation);
  CHECK(library.find_media(valenciennes, {media})->size() == 1);
  CHECK(library.find_media(lille, {media})->empty());
  // And once more for Lille, which is the price of the rule.
  CHECK(library.needs()->at(0).feeds == FeedList{lille});
  (void)fetch_media(*m.a, *m.federation);
  CHECK(library.needs()->empty());
  CHECK(library.find_media(lille, {media})->size() == 1);
  CHECK(library.find_media(valenciennes, {media})->size() == 1);
  CHECK(library.verify({})->empty());
}

TEST_CASE("what came of a file is given up when nobody names it any more through whom it came") {
  Members m;
  const auto same = photo(2'000'000, 9);
  m.a->publish_one("k", {{"p.jpg", same}}, "territory:lille");
  m.c->publish_one("k", {{"p.jpg", same}}, "territory:valenciennes");
  const FeedId lille = m.a->feed("territory:lille"), valenciennes = m.c->feed("territory:valenciennes");
  REQUIRE(fetch_feed(*m.a, *m.federation, lille));
  REQUIRE(fetch_feed(*m.c, *m.federation, valenciennes));
  const auto media = m.federation->library().needs()->at(0).media;
  {
    const auto source = m.a->library().open_run(lille, media, m.federation->library().needs()->at(0).chunk_list, 0, 1, {});
    const auto reception = m.federation->library().receive_run(lille, media, 0, 1, {});
    REQUIRE((*reception)->append(*(*source)->read(0, 8'000'000)));
  }
  m.a->publish_one("k", {{"x", "without the photo"}}, "territory:lille");
  REQUIRE(fetch_feed(*m.a, *m.federation, lille));
  const auto need = m.federation->library().needs()->at(0);
  CHECK(need.feeds == FeedList{valenciennes});
  CHECK_FALSE(need.held[0]);
  (void)fetch_media(*m.c, *m.federation);
  CHECK(m.federation->library().needs()->empty());
  CHECK(m.federation->library().find_media(valenciennes, {media})->size() == 1);
}

TEST_CASE("what is still coming of a file that was given up completes nothing") {
  Members m;
  const auto same = photo(300'000, 9);
  m.a->publish_one("k", {{"p.jpg", same}}, "territory:lille");
  m.c->publish_one("k", {{"p.jpg", same}}, "territory:valenciennes");
  const FeedId lille = m.a->feed("territory:lille"), valenciennes = m.c->feed("territory:valenciennes");
  REQUIRE(fetch_feed(*m.a, *m.federation, lille));
  REQUIRE(fetch_feed(*m.c, *m.federation, valenciennes));
  const auto need = m.federation->library().needs()->at(0);
  const auto chunks = static_cast<std::uint32_t>(need.held.size());
  const auto source = m.a->library().open_run(lille, need.media, need.chunk_list, 0, chunks, {});
  const auto bytes = *(*source)->read(0, 8'000'000);
  auto reception = m.federation->library().receive_run(lille, need.media, 0, chunks, {});
  REQUIRE((*reception)->append(ByteView(bytes).first(limits::run_overhead_bytes + need.chunk_bytes[0])));
  m.a->publish_one("k", {{"x", "without the photo"}}, "territory:lille");
  REQUIRE(fetch_feed(*m.a, *m.federation, lille));
  CHECK_FALSE((*reception)->append(ByteView(bytes).subspan(limits::run_overhead_bytes + need.chunk_bytes[0])));
  reception->reset();
  CHECK(m.federation->library().needs()->at(0).feeds == FeedList{valenciennes});
  (void)fetch_media(*m.c, *m.federation);
  CHECK(m.federation->library().needs()->empty());
  CHECK(m.federation->library().verify({})->empty());
}

TEST_CASE("a partial file goes when nobody needs it any more, and at start if it was left behind") {
  Members m;
  const auto film = photo(2'000'000, 4);
  m.a->publish_one("k", {{"film.mp4", film}});
  REQUIRE(fetch_feed(*m.a, *m.b, m.a->feed()));
  const auto media = m.b->library().needs()->at(0).media;
  {
    const auto source = m.a->library().open_run(m.a->feed(), media, m.b->library().needs()->at(0).chunk_list, 0, 1, {});
    const auto reception = m.b->library().receive_run(m.a->feed(), media, 0, 1, {});
    REQUIRE((*reception)->append(*(*source)->read(0, 8'000'000)));
  }
  const Path partial = m.b->layout().partial(media);
  REQUIRE(std::filesystem::exists(partial));
  std::filesystem::copy(m.b->layout().partials(), m.b->layout().home / "kept");
  m.a->publish_one("k", {{"x", "without the film"}});
  REQUIRE(fetch_feed(*m.a, *m.b, m.a->feed()));
  CHECK_FALSE(std::filesystem::exists(partial));
  m.b->close();
  std::filesystem::copy(m.b->layout().home / "kept", m.b->layout().partials());
  REQUIRE(m.b->open());
  CHECK(std::filesystem::is_empty(m.b->layout().partials()));
}

TEST_CASE("a media file that cannot come into its place keeps no other from it") {
  Members m;
  m.a->publish_one("k", {{"one.jpg", photo(30'000, 1)}, {"two.jpg", photo(30'000, 2)}, {"three.jpg", photo(30'000, 3)}});
  REQUIRE(fetch_feed(*m.a, *m.b, m.a->feed()));
  const auto needs = *m.b->library().needs();
  REQUIRE(needs.size() == 3);
  const Path blocked = m.b->layout().media(needs[1].media).parent_path();
  std::filesystem::create_directories(blocked.parent_path());
  write_text(blocked, "in the way");
  {
    // While a run is open, what is complete waits to be settled together.
    const auto waiting = m.b->library().receive_run(m.a->feed(), needs[0].media, 0, 1, {});
    for (const auto& need : needs) {
      const auto count = static_cast<std::uint32_t>(need.held.size());
      const auto source = m.a->library().open_run(m.a->feed(), need.media, need.chunk_list, 0, count, {});
      const auto reception = m.b->library().receive_run(m.a->feed(), need.media, 0, count, {});
      REQUIRE((*reception)->append(*(*source)->read(0, 8'000'000)));
    }
    CHECK(m.b->library().needs()->size() == 3);
  }
  auto left = *m.b->library().needs();
  REQUIRE(left.size() == 1);
  CHECK(left[0].media == needs[1].media);
  CHECK_FALSE(left[0].held[0]);  // it is fetched anew
  std::filesystem::remove(blocked);
  CHECK(fetch_media(*m.a, *m.b) > 0);
  CHECK(m.b->library().needs()->empty());
}

TEST_CASE("media that a centre published stay its own when a power cut took the record of it") {
  Members m;
  m.a->publish_one("k", {{"p.jpg", photo(50'000, 3)}});
  const FeedId feed = m.a->feed();
  m.a->close();
  Sha256 media;
  {
    // The index is as it was written first; what was written after it is gone.
    const auto state = State::open(m.a->layout().state());
    REQUIRE(state);
    media = (*state)->media_of(feed)->at(0);
    REQUIRE((*state)->forget_media(media));
  }
  REQUIRE(m.a->open());
  CHECK(m.a->library().needs()->empty());
  CHECK(m.a->library().find_media(feed, {media})->size() == 1);
}

TEST_CASE("a media file that is named by two chunk lists is served by each, as far as the list is true") {
  Members m;
  m.a->publish_one("k", {{"p.jpg", photo(50'000, 3)}});
  m.a->publish_one("l", {{"q.jpg", photo(50'000, 4)}});
  const FeedId feed = m.a->feed();
  const auto named = m.a->find("a/k")->row.media.at(0);
  const auto other = m.a->find("a/l")->row;
  const Head head = m.a->head(feed);
  m.a->close();
  {
    // As if a third kit named the photo by a list that is not of it.
    const auto state = State::open(m.a->layout().state());
    REQUIRE(state);
    KitRow lie = other;
    lie.id.slug = "lie";
    lie.media.at(0).media = named.media;
    const State::FeedChange change{head, {lie}, {}};
    REQUIRE((*state)->apply({&change, 1}));
  }
  REQUIRE(m.a->open());
  const auto run = m.a->library().open_run(feed, named.media, named.chunk_list, 0, 1, {});
  REQUIRE(run);
  CHECK((*run)->read(0, 1'000)->size() == 1'000);
  CHECK((*run)->read(1'000, 1'000'000)->size() == (*run)->bytes() - 1'000);
  CHECK_FALSE(m.a->library().open_run(feed, named.media, other.media.at(0).chunk_list, 0, 1, {}));
  CHECK_FALSE(m.a->library().open_run(feed, named.media, ObjectId{}, 0, 1, {}));
}

TEST_CASE("when the record is lost, a photo is not held for who names it now if it came through who did before") {
  Members m;
  const auto secret = photo(50'000, 77);
  m.a->publish_one("k", {{"p.jpg", secret}}, "territory:lille");
  m.a->publish_one("own", {{"q.jpg", photo(50'000, 78)}});
  replicate(*m.a, *m.b);
  m.c->publish_one("spy", {{"p.jpg", secret}});
  m.a->publish_one("k", {{"x", "without the photo"}}, "territory:lille");
  REQUIRE(fetch_feed(*m.c, *m.b, m.c->feed()));
  REQUIRE(fetch_feed(*m.a, *m.b, m.a->feed("territory:lille")));
  const auto media = m.b->find("c/spy")->row.media.at(0).media;
  m.b->close();
  std::filesystem::remove(m.b->layout().state());
  REQUIRE(m.b->open());
  CHECK(m.b->library().find_media(m.c->feed(), {media})->empty());
  // What one feed alone has ever named is not fetched again.
  const auto needs = *m.b->library().needs();
  REQUIRE(needs.size() == 1);
  CHECK(needs[0].media == media);
  (void)fetch_media(*m.c, *m.b);
  CHECK(m.b->library().find_media(m.c->feed(), {media})->size() == 1);
}

TEST_CASE("chunks that could not pass to the feed that wants them are not copied for it, and hinder nothing") {
  Members m;
  const auto ours = photo(200'000, 9);
  auto nearly = ours;
  nearly.replace(nearly.size() - 64, 64, 64, 'x');
  m.b->publish_one("k", {{"p.jpg", ours}}, "territory:lille");
  m.a->publish_one("k", {{"p.jpg", nearly}}, "territory:lille");
  replicate(*m.a, *m.federation);
  replicate(*m.b, *m.federation);
  auto& library = m.federation->library();
  REQUIRE(library.needs()->empty());
  // The same photo, which the neighbour keeps in Lille, goes to the region. What is here of it came for Lille alone.
  m.a->publish_one("wide", {{"p.jpg", ours}});
  m.federation->changes.clear();
  REQUIRE(fetch_feed(*m.a, *m.federation, m.a->feed()));
  const auto needs = *library.needs();
  REQUIRE(needs.size() == 1);
  CHECK(needs[0].feeds == FeedList{m.a->feed()});
  CHECK(std::holds_alternative<change::MediaNeeded>(m.federation->changes.back()));
  (void)fetch_media(*m.a, *m.federation);
  CHECK(library.needs()->empty());
  CHECK(library.find_media(m.a->feed(), {needs[0].media})->size() == 1);
}

}  // namespace media_feeds_test

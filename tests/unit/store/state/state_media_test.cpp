// Who names a media file, for whom it is held, and where its chunks lie.

#include "tests/support/catch.hpp"
#include "tests/unit/store/state/state_home.hpp"

namespace state_media_test {
using namespace essaimage;
using namespace essaimage::store;
using namespace essaimage::store::state_test;

TEST_CASE(
    "a media file is served through a feed that names it and for which it is held, and through no "
    "other") {
  StateHome home;
  home.apply(region, 1, {kit(region, "a", {named("photo")})});
  home.apply(lille, 1, {kit(lille, "a", {named("photo")})});
  home.apply(other, 1, {kit(other, "b")});
  const Sha256 photo = media_id("photo");
  const auto serves = [&](const FeedId& feed) { return home.state->serves(feed, photo).value(); };
  CHECK_FALSE(serves(lille));
  REQUIRE(home.hold(photo, {lille, other}));
  CHECK(serves(lille));
  CHECK_FALSE(serves(region));  // names it, but it is not held for it
  CHECK_FALSE(serves(other));   // held for it, but it does not name it

  home.apply(lille, 2, {kit(lille, "a")});
  CHECK_FALSE(serves(lille));
  home.apply(lille, 3, {kit(lille, "a", {named("photo")})});
  CHECK(serves(lille));
  REQUIRE(home.state->forget_media(photo));
  CHECK_FALSE(serves(lille));
}

TEST_CASE(
    "a media file is wanted for the feeds that name it and for which it is not held, the widest "
    "first") {
  StateHome home;
  CHECK(home.state->wants().value().empty());
  const FeedId mirror{"bois-blancs", Audience{Audience::Kind::mirror, "numerique"}};
  for (const FeedId& feed : {lille, mirror, other, region}) home.apply(feed, 1, {kit(feed, "a", {named("photo")})});
  const Sha256 photo = media_id("photo");
  const auto wants = home.state->wants_of(photo).value();
  REQUIRE(wants.size() == 1);
  CHECK(wants[0].media == photo);
  CHECK(wants[0].bytes == named("photo").bytes);
  CHECK(wants[0].chunk_list == named("photo").chunk_list);
  CHECK(wants[0].feeds == std::vector<FeedId>{region, other, mirror, lille});

  REQUIRE(home.hold(photo, {lille, region}));
  CHECK(home.state->wants_of(photo).value().at(0).feeds == std::vector<FeedId>{other, mirror});
  CHECK(home.state->wants().value().size() == 1);
  REQUIRE(home.hold(photo, {other, mirror}));
  CHECK(home.state->wants_of(photo).value().empty());
  CHECK(home.state->wants().value().empty());
}

TEST_CASE("of several chunk lists the first seen comes first, until it is refused") {
  StateHome home;
  home.apply(other, 1, {kit(other, "a", {named("film", "true ")})});
  home.apply(region, 1, {kit(region, "b", {named("film", "false ")})});
  const Sha256 film = media_id("film");
  const auto wants = home.state->wants_of(film).value();
  REQUIRE(wants.size() == 2);
  CHECK(wants[0].chunk_list == named("film", "true ").chunk_list);
  CHECK(wants[0].feeds == std::vector<FeedId>{other});
  CHECK(wants[1].chunk_list == named("film", "false ").chunk_list);
  CHECK(wants[1].feeds == std::vector<FeedId>{region});
  CHECK(home.state->wants().value().size() == 1);
  CHECK(home.state->media(film).value()->named.size() == 2);

  REQUIRE(home.hold(film, {other}));
  CHECK(home.state->wants_of(film).value().at(0).chunk_list == named("film", "false ").chunk_list);
  REQUIRE(home.hold(film, {region}));
  CHECK(home.state->serves(region, film).value());
  REQUIRE(home.state->forget_media(film));

  REQUIRE(home.state->refuse_list(film, named("film", "false ").chunk_list));
  CHECK(home.state->wants_of(film).value().at(0).feeds == std::vector<FeedId>{other});
  REQUIRE(home.hold(film, {other, region}));
  CHECK(home.state->wants_of(film).value().empty());
  CHECK_FALSE(home.state->serves(region, film).value());

  // Named again later, it is still refused.
  home.apply(region, 2, {}, {"b"});
  home.apply(region, 3, {kit(region, "b", {named("film", "false ")})});
  const auto row = home.state->media(film).value();
  REQUIRE(row->named.size() == 2);
  CHECK(row->named[0].refused);
}

TEST_CASE("what a media file was made from is known until it is here, and of versions that never came the one before counts") {
  StateHome home;
  const auto older = [&](const char* media) { return home.state->older_of(region, media_id(media)).value(); };
  const auto next = [&](std::uint64_t seq, const char* media, const char* before) {
    const State::FeedChange change{head(region, seq), {kit(region, "a", {named(media)})}, {}, {}, {{media_id(media), media_id(before)}}};
    REQUIRE(home.state->apply({&change, 1}));
  };
  home.apply(region, 1, {kit(region, "a", {named("one")})});
  next(2, "two", "one");
  CHECK_FALSE(older("two"));  // the first never came: no help
  REQUIRE(home.hold(media_id("one"), {region}));
  next(3, "two", "one");
  CHECK(older("two") == media_id("one"));
  CHECK_FALSE(home.state->older_of(other, media_id("two")).value());
  next(4, "three", "two");
  CHECK(older("three") == media_id("one"));
  CHECK_FALSE(older("two"));  // nobody names it any more
  REQUIRE(home.state->forget_older(region, media_id("three"), media_id("one")));
  CHECK_FALSE(older("three"));
  next(5, "four", "one");
  CHECK(older("four") == media_id("one"));
  REQUIRE(home.hold(media_id("four"), {region}));
  CHECK_FALSE(older("four"));
  CHECK(home.state->holds(region, media_id("one")).value());  // though nobody names it
  CHECK_FALSE(home.state->holds(other, media_id("one")).value());
  REQUIRE(home.state->lose_feed(region));
  CHECK(home.state->holds(region, media_id("one")).value());  // nor can anybody say what it names
}

TEST_CASE("chunks are found in media files that are here") {
  StateHome home;
  const ChunkList one{0, 30, {{media_id("x"), 10}, {media_id("y"), 20}}};
  const ChunkList two{0, 50, {{media_id("z"), 40}, {media_id("x"), 10}}};
  REQUIRE(home.state->index_chunks(media_id("one"), one));
  REQUIRE(home.state->index_chunks(media_id("two"), two));
  REQUIRE(home.state->index_chunks(media_id("two"), two));  // again does no harm
  const auto places = home.state->find_chunk(media_id("x")).value();
  REQUIRE(places.size() == 2);
  CHECK(places[0].media == media_id("one"));
  CHECK(places[0].offset == 0);
  CHECK(places[1].media == media_id("two"));
  CHECK(places[1].offset == 40);
  CHECK(home.state->find_chunk(media_id("none")).value().empty());
  const auto marks = home.state->chunk_marks(media_id("two"), 9).value();
  REQUIRE(marks.size() == 2);
  CHECK(marks[1].offset == 40);
  CHECK(marks[1].prefix == chunk_prefix(media_id("x")));
  CHECK(home.state->chunk_marks(media_id("two"), 1).value().size() == 1);

  REQUIRE(home.state->forget_media(media_id("one")));
  CHECK(home.state->find_chunk(media_id("x")).value().size() == 1);
  CHECK(home.state->find_chunk(media_id("y")).value().empty());
}

TEST_CASE("many media files are held, and their chunks found, in one step") {
  StateHome home;
  home.apply(region, 1, {kit(region, "a", {named("one"), named("two")})});
  const ChunkList one{0, 30, {{media_id("x"), 10}, {media_id("y"), 20}}};
  const ChunkList two{0, 50, {{media_id("z"), 40}, {media_id("x"), 10}}};
  const std::vector<State::Whole> whole{{media_id("one"), {region}, &one}, {media_id("two"), {region}, &two}};
  REQUIRE(home.state->hold(whole));
  CHECK(home.state->serves(region, media_id("one")).value());
  CHECK(home.state->serves(region, media_id("two")).value());
  CHECK(home.state->wants().value().empty());
  CHECK(home.state->find_chunk(media_id("x")).value().size() == 2);
  REQUIRE(home.state->hold(std::span<const State::Whole>()));
}

TEST_CASE("a chunk that repeats without end gives a bounded number of places") {
  StateHome home;
  ChunkList zeros{0, 0, {}};
  for (int i = 0; i < 1000; ++i) zeros.chunks.push_back({media_id("zeros"), 65'536});
  REQUIRE(home.state->index_chunks(media_id("film"), zeros));
  CHECK(home.state->find_chunk(media_id("zeros")).value().size() == 16);
}

}  // namespace state_media_test

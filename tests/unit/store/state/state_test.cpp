#include "store/state/state.hpp"

#include <fstream>

#include "store/crypto/hash.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/file_size_limit.hpp"
#include "tests/support/temp_folder.hpp"

using namespace essaimage;
using namespace essaimage::store;

namespace {

const FeedId region{"bois-blancs", Audience{}};
const FeedId lille{"bois-blancs", Audience{Audience::Kind::territory, "lille"}};
const FeedId other{"wazemmes", Audience{}};

Sha256 media_id(const std::string& name) { return sha256(bytes_of(name)); }
ObjectId object(const std::string& name) { return object_id(ObjectType::blob, bytes_of(name)); }
Head head(const FeedId& feed, std::uint64_t seq) {
  return {feed, {1, 1, seq}, object(feed.str() + std::to_string(seq))};
}

NamedMedia named(const std::string& name, const std::string& list = "list") {
  return {media_id(name), 1000 + name.size(), object(list + name)};
}

KitRow kit(const FeedId& feed, const std::string& slug, std::vector<NamedMedia> media = {}) {
  std::sort(media.begin(), media.end());
  KitRow row;
  row.id = {feed.centre, slug};
  row.audience = feed.audience;
  row.kit_tree = object(slug);
  row.version = 3;
  row.published_at = {1'700'000'000};
  row.title = "Café numérique « " + slug + " »";
  row.summary = "Une ligne\net une autre";
  row.kind = "prototype";
  row.stage = "workshop";
  row.licence = "CC-BY-SA-4.0";
  row.languages = {"fr", "en"};
  row.themes = {"parentalité"};
  row.files = 7;
  row.bytes = 123'456'789'012;
  row.media = std::move(media);
  return row;
}

struct StateHome {
  test::TempFolder folder;
  Path file{folder / "state.sqlite"};
  std::unique_ptr<State> state = State::open(file).value();

  void reopen() {
    state.reset();
    state = State::open(file).value();
  }
  std::vector<Sha256> apply(const FeedId& feed, std::uint64_t seq, std::vector<KitRow> put,
                            std::vector<std::string> removed = {}) {
    const State::FeedChange change{head(feed, seq), std::move(put), std::move(removed)};
    return state->apply({&change, 1}).value();
  }
  bool hold(const Sha256& media, std::vector<FeedId> feeds) {
    return state->hold(media, feeds).has_value();
  }
};

std::vector<std::string> ids(const std::vector<KitRow>& kits) {
  std::vector<std::string> result;
  for (const KitRow& row : kits) result.push_back(row.id.str() + " " + row.audience.str());
  return result;
}

}  // namespace

TEST_CASE("a kit comes out of the index as it went in, also after a restart") {
  StateHome home;
  CHECK(home.state->rebuilt());
  const KitRow row = kit(region, "borne", {named("photo"), named("film")});
  home.apply(region, 1, {row});
  home.reopen();
  CHECK_FALSE(home.state->rebuilt());
  const auto kits = home.state->kits();
  REQUIRE(kits);
  REQUIRE(kits->size() == 1);
  const KitRow& out = kits->front();
  CHECK(out.id == row.id);
  CHECK(out.audience == row.audience);
  CHECK(out.kit_tree == row.kit_tree);
  CHECK(out.version == row.version);
  CHECK(out.published_at == row.published_at);
  CHECK(out.title == row.title);
  CHECK(out.summary == row.summary);
  CHECK(out.kind == row.kind);
  CHECK(out.stage == row.stage);
  CHECK(out.licence == row.licence);
  CHECK(out.languages == row.languages);
  CHECK(out.themes == row.themes);
  CHECK(out.files == row.files);
  CHECK(out.bytes == row.bytes);
  CHECK(out.media == row.media);
  CHECK(out.media_here == 0);
  CHECK(home.state->indexed().value() == std::map<FeedId, Head>{{region, head(region, 1)}});
}

TEST_CASE("kits are listed by id then audience, and found by id") {
  StateHome home;
  home.apply(lille, 1, {kit(lille, "borne"), kit(lille, "atelier")});
  home.apply(region, 1, {kit(region, "borne", {named("photo")})});
  home.apply(other, 1, {kit(other, "borne", {named("photo"), named("film")})});
  CHECK(ids(home.state->kits().value()) ==
        std::vector<std::string>{"bois-blancs/atelier territory:lille", "bois-blancs/borne region",
                                 "bois-blancs/borne territory:lille", "wazemmes/borne region"});
  const auto found = home.state->kits_of({"bois-blancs", "borne"}).value();
  CHECK(ids(found) ==
        std::vector<std::string>{"bois-blancs/borne region", "bois-blancs/borne territory:lille"});
  CHECK(found[0].media == std::vector<NamedMedia>{named("photo")});
  CHECK(found[1].media.empty());
  CHECK(home.state->kits_of({"bois", "borne"}).value().empty());
}

TEST_CASE("a change replaces a kit, removes others, and tells which media to look at again") {
  StateHome home;
  auto touched = home.apply(
      region, 1,
      {kit(region, "a", {named("one"), named("two")}), kit(region, "b", {named("two")})});
  std::vector<Sha256> expected{media_id("one"), media_id("two")};
  std::sort(expected.begin(), expected.end());
  CHECK(touched == expected);

  // The same media under the same list is not touched; what goes and what comes is.
  touched = home.apply(region, 2, {kit(region, "a", {named("two"), named("three")})});
  expected = {media_id("one"), media_id("three")};
  std::sort(expected.begin(), expected.end());
  CHECK(touched == expected);
  CHECK_FALSE(home.state->media(media_id("one")).value());

  touched = home.apply(region, 3, {}, {"b", "never-there"});
  CHECK(touched == std::vector<Sha256>{media_id("two")});
  CHECK(home.state->media(media_id("two")).value()->named_feeds() == std::vector<FeedId>{region});
  CHECK(ids(home.state->kits().value()) == std::vector<std::string>{"bois-blancs/a region"});
  CHECK(home.state->indexed().value().at(region) == head(region, 3));
}

TEST_CASE("a forgotten feed leaves nothing but its witness") {
  StateHome home;
  home.apply(region, 1, {kit(region, "a", {named("one")})});
  home.apply(other, 1, {kit(other, "b", {named("one")})});
  REQUIRE(home.hold(media_id("one"), {region, other}));
  const std::vector<Head> heads{head(region, 1)};
  REQUIRE(home.state->witness(heads));
  CHECK(home.state->forget_feed(region).value() == std::vector<Sha256>{media_id("one")});
  CHECK(home.state->forget_feed(region).value().empty());
  CHECK(ids(home.state->kits().value()) == std::vector<std::string>{"wazemmes/b region"});
  CHECK(home.state->media(media_id("one")).value()->held == std::vector<FeedId>{other});
  CHECK_FALSE(home.state->indexed().value().contains(region));
  CHECK(home.state->witnessed().value() == heads);
}

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
  for (const FeedId& feed : {lille, mirror, other, region})
    home.apply(feed, 1, {kit(feed, "a", {named("photo")})});
  const Sha256 photo = media_id("photo");
  auto want = home.state->want(photo).value();
  REQUIRE(want);
  CHECK(want->media == photo);
  CHECK(want->bytes == named("photo").bytes);
  CHECK(want->chunk_list == named("photo").chunk_list);
  CHECK(want->feeds == std::vector<FeedId>{region, other, mirror, lille});

  REQUIRE(home.hold(photo, {lille, region}));
  CHECK(home.state->want(photo).value()->feeds == std::vector<FeedId>{other, mirror});
  CHECK(home.state->wants().value().size() == 1);
  REQUIRE(home.hold(photo, {other, mirror}));
  CHECK_FALSE(home.state->want(photo).value());
  CHECK(home.state->wants().value().empty());
}

TEST_CASE("of several chunk lists the first seen is wanted, until it is refused") {
  StateHome home;
  home.apply(other, 1, {kit(other, "a", {named("film", "true ")})});
  home.apply(region, 1, {kit(region, "b", {named("film", "false ")})});
  const Sha256 film = media_id("film");
  CHECK(home.state->want(film).value()->chunk_list == named("film", "true ").chunk_list);
  CHECK(home.state->want(film).value()->feeds == std::vector<FeedId>{other});
  CHECK(home.state->media(film).value()->named.size() == 2);

  REQUIRE(home.hold(film, {other}));
  CHECK(home.state->want(film).value()->chunk_list == named("film", "false ").chunk_list);
  REQUIRE(home.hold(film, {region}));
  CHECK(home.state->serves(region, film).value());
  REQUIRE(home.state->forget_media(film));

  REQUIRE(home.state->refuse_list(film, named("film", "false ").chunk_list));
  CHECK(home.state->want(film).value()->feeds == std::vector<FeedId>{other});
  REQUIRE(home.hold(film, {other, region}));
  CHECK_FALSE(home.state->want(film).value());
  CHECK_FALSE(home.state->serves(region, film).value());

  // Named again later, it is still refused.
  home.apply(region, 2, {}, {"b"});
  home.apply(region, 3, {kit(region, "b", {named("film", "false ")})});
  const auto row = home.state->media(film).value();
  REQUIRE(row->named.size() == 2);
  CHECK(row->named[0].refused);
}

TEST_CASE("counts and kits say how much of the media is here") {
  StateHome home;
  home.apply(region, 1,
             {kit(region, "a", {named("one"), named("three")}), kit(region, "b", {named("one")})});
  home.apply(other, 1, {kit(other, "c")});
  REQUIRE(home.hold(media_id("one"), {region}));
  const auto counts = home.state->counts().value();
  CHECK(counts.feeds == 2);
  CHECK(counts.kits == 3);
  CHECK(counts.media == 2);
  CHECK(counts.media_here == 1);
  CHECK(counts.media_bytes == named("one").bytes + named("three").bytes);
  CHECK(counts.media_bytes_here == named("one").bytes);
  const auto kits = home.state->kits().value();
  CHECK(kits[0].media_here == 1);
  CHECK(kits[0].media_bytes_here == named("one").bytes);
  CHECK(kits[2].media_here == 0);

  CHECK(home.state->media_of(region).value().size() == 2);
  CHECK(home.state->media_of(other).value().empty());
  const auto places = home.state->kits_naming(media_id("one")).value();
  REQUIRE(places.size() == 2);
  CHECK(places[0].id.str() == "bois-blancs/a");
  CHECK(places[1].id.str() == "bois-blancs/b");
  const auto all = home.state->all_media().value();
  REQUIRE(all.size() == 2);
  CHECK(all[0].media < all[1].media);
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

TEST_CASE("what files of folders held is remembered until it is replaced, and lost with the index") {
  StateHome home;
  const State::Hint text{"/kits/a/guide.md", "1:2:3", object("guide"), std::nullopt, 11};
  const State::Hint photo{"/kits/a/photo.jpg", "1:3:4", object("list"), media_id("photo"), 12};
  REQUIRE(home.state->remember(std::vector{text, photo}));
  home.reopen();
  const auto found = home.state->hint(photo.path).value();
  REQUIRE(found);
  CHECK(found->state == photo.state);
  CHECK(found->blob == photo.blob);
  CHECK(found->media == photo.media);
  CHECK(found->bytes == 12);
  CHECK_FALSE(home.state->hint(text.path).value()->media);
  CHECK_FALSE(home.state->hint("/kits/a").value());
  auto newer = text;
  newer.state = "1:2:9";
  REQUIRE(home.state->remember({&newer, 1}));
  CHECK(home.state->hint(text.path).value()->state == "1:2:9");
}

TEST_CASE("a chunk that repeats without end gives a bounded number of places") {
  StateHome home;
  ChunkList zeros{0, 0, {}};
  for (int i = 0; i < 1000; ++i) zeros.chunks.push_back({media_id("zeros"), 65'536});
  REQUIRE(home.state->index_chunks(media_id("film"), zeros));
  CHECK(home.state->find_chunk(media_id("zeros")).value().size() == 16);
}

TEST_CASE("a witness is never lowered") {
  StateHome home;
  const auto witness = [&](Head head) { return home.state->witness({&head, 1}).has_value(); };
  Head high = head(region, 5);
  REQUIRE(witness(high));
  REQUIRE(witness(head(region, 4)));
  Head fork = high;
  fork.commit = object("fork");
  REQUIRE(witness(fork));
  CHECK(home.state->witnessed().value() == std::vector<Head>{high});

  high.order = {1, 2, 1};
  REQUIRE(witness(high));
  high.order = {2, 1, 1};
  REQUIRE(witness(high));
  high.order = {2, 1, ~std::uint64_t{0}};
  REQUIRE(witness(high));
  REQUIRE(witness(head(region, 6)));
  home.reopen();
  CHECK(home.state->witnessed().value() == std::vector<Head>{high});
}

TEST_CASE("frozen feeds and small values are kept") {
  StateHome home;
  REQUIRE(home.state->set_frozen(lille, true));
  REQUIRE(home.state->set_frozen(region, true));
  REQUIRE(home.state->set_frozen(lille, false));
  REQUIRE(home.state->put("heartbeat", "1"));
  REQUIRE(home.state->put("heartbeat", "2"));
  home.reopen();
  CHECK(home.state->frozen().value() == std::vector<FeedId>{region});
  CHECK(home.state->get("heartbeat").value() == "2");
  CHECK_FALSE(home.state->get("nothing").value());
}

TEST_CASE("a change that the disk refuses leaves the state as it was") {
  StateHome home;
  home.apply(region, 1, {kit(region, "a", {named("one")})});
  {
    const test::FileSizeLimit limit(64 * 1024);
    std::vector<KitRow> many;
    for (int i = 0; i < 2000; ++i)
      many.push_back(kit(region, "kit-" + std::to_string(i), {named(std::to_string(i))}));
    const State::FeedChange change{head(region, 2), std::move(many), {"a"}};
    const auto applied = home.state->apply({&change, 1});
    REQUIRE_FALSE(applied);
    INFO(applied.error().detail);
    CHECK(applied.error().code == Errc::disk_full);
  }
  CHECK(ids(home.state->kits().value()) == std::vector<std::string>{"bois-blancs/a region"});
  CHECK(home.state->indexed().value().at(region) == head(region, 1));
  home.apply(region, 2, {kit(region, "b")});
  CHECK(home.state->kits().value().size() == 2);
}

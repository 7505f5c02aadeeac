#include "store/media/reuse.hpp"

#include "tests/support/catch.hpp"
#include "tests/unit/store/media/media_home.hpp"

namespace reuse_test {
using namespace essaimage;
using namespace essaimage::store;

namespace {

FeedId feed(const std::string& text) { return FeedId::parse(text).value(); }

const FeedId wazemmes_lille = feed("wazemmes/territory/lille");
const FeedId wazemmes_region = feed("wazemmes/region");
const FeedId wazemmes_valenciennes = feed("wazemmes/territory/valenciennes");
const FeedId moulins_lille = feed("moulins/territory/lille");
const FeedId moulins_region = feed("moulins/region");
const FeedId moulins_mirror = feed("moulins/mirror/numerique");
const FeedId anzin_valenciennes = feed("anzin/territory/valenciennes");

Roster roster() {
  Roster roster;
  roster.federation_slug = "federation";
  roster.mirrors["numerique"] = {"lille", "valenciennes"};
  return roster;
}

bool pass(const FeedId& from, const FeedId& to, FeedList named = {}) { return may_pass(roster(), from, to, named); }

/// A home with an index, in which feeds name media.
struct ReuseHome : MediaHome {
  std::unique_ptr<State> state = State::open(layout.state()).value();
  std::map<FeedId, std::vector<NamedMedia>> named;

  void name(const FeedId& by, ByteView bytes) {
    named[by].push_back({sha256(bytes), bytes.size(), object_id(ObjectType::blob, encode(list_of(bytes)))});
    KitRow kit;
    kit.id = {by.centre, "kit"};
    kit.audience = by.audience;
    kit.media = named[by];
    const State::FeedChange change{{by, {1, 1, named[by].size()}, {}}, {kit}, {}};
    REQUIRE(state->apply({&change, 1}));
  }
  void hold(ByteView bytes, const FeedList& feeds) {
    add(bytes);
    REQUIRE(state->hold(sha256(bytes), feeds));
    REQUIRE(state->index_chunks(sha256(bytes), list_of(bytes)));
  }
  std::uint64_t reuse(PartialMedia& partial, const FeedList& wanted) {
    return reuse_chunks(roster(), *state, *store, partial, wanted).value();
  }
};

Bytes joined(ByteView first, ByteView second) {
  Bytes bytes(first.begin(), first.end());
  bytes.insert(bytes.end(), second.begin(), second.end());
  return bytes;
}

}  // namespace

TEST_CASE("media pass from wider audiences to narrower ones, and never the other way") {
  CHECK(pass(moulins_region, wazemmes_region));
  CHECK(pass(moulins_region, wazemmes_lille));
  CHECK(pass(moulins_lille, wazemmes_lille));
  CHECK(pass(moulins_mirror, wazemmes_lille));
  CHECK(pass(moulins_region, moulins_mirror));
  CHECK_FALSE(pass(moulins_lille, wazemmes_region));
  CHECK_FALSE(pass(moulins_lille, anzin_valenciennes));
  CHECK_FALSE(pass(moulins_mirror, wazemmes_region));
  CHECK_FALSE(pass(wazemmes_lille, moulins_mirror));
  CHECK_FALSE(pass(anzin_valenciennes, feed("wazemmes/territory/dunkerque")));
}

TEST_CASE("media pass between feeds of one author, unless a feed of another author forbids it") {
  CHECK(pass(wazemmes_lille, wazemmes_region, {wazemmes_lille, wazemmes_region}));
  CHECK(pass(wazemmes_lille, wazemmes_valenciennes));
  CHECK(pass(wazemmes_lille, wazemmes_region, {wazemmes_lille, wazemmes_region, moulins_region}));
  CHECK_FALSE(pass(wazemmes_lille, wazemmes_region, {wazemmes_lille, wazemmes_region, moulins_lille}));
}

TEST_CASE(
    "a known hash of a territory's photo, published in the region by another centre, does not pull "
    "it out") {
  // Moulins published the photo to Lille; Wazemmes names its hash in the region.
  const FeedList named{moulins_lille, wazemmes_region};
  CHECK(newly_held(roster(), named, FeedList{moulins_lille}).empty());
  CHECK(held_after_transfer(roster(), named, FeedList{moulins_lille}) == FeedList{moulins_lille});

  // Whoever gets it through the region has it for both.
  CHECK(held_after_transfer(roster(), named, FeedList{wazemmes_region}) == named);
  CHECK(newly_held(roster(), named, FeedList{wazemmes_region}) == FeedList{moulins_lille});
  // One chunk through Lille is enough to keep the region out.
  CHECK(held_after_transfer(roster(), named, FeedList{moulins_lille, wazemmes_region}) == FeedList{moulins_lille});
  CHECK(held_after_transfer(roster(), named, {}).empty());
}

TEST_CASE("naming a neighbour's photo first in one's own territory feed does not lead it out either") {
  const FeedList named{moulins_lille, wazemmes_region, wazemmes_lille};
  CHECK(newly_held(roster(), named, FeedList{moulins_lille}) == FeedList{wazemmes_lille});
  CHECK(newly_held(roster(), named, FeedList{moulins_lille, wazemmes_lille}).empty());
}

TEST_CASE("a feed that is lost, and names nothing now, forbids as before") {
  const FeedList named{wazemmes_region, wazemmes_lille};
  const FeedList held{wazemmes_lille, moulins_lille};  // of which Moulins' is lost
  CHECK(newly_held(roster(), named, held).empty());
  CHECK(held_after_transfer(roster(), named, FeedList{wazemmes_lille}, FeedList{moulins_lille}) == FeedList{wazemmes_lille});
  const FeedList wide{wazemmes_region};
  CHECK(may_join(roster(), wide, FeedList{wazemmes_lille}, wide, FeedList{moulins_lille}).empty());
}

TEST_CASE("an author that moves its kit to a wider audience takes its media along") {
  FeedList named{wazemmes_region, wazemmes_lille};
  CHECK(newly_held(roster(), named, FeedList{wazemmes_lille}) == FeedList{wazemmes_region});
  CHECK(held_after_transfer(roster(), named, FeedList{wazemmes_lille}) == named);

  // And then everybody in the region may name them.
  named.insert(named.begin(), moulins_region);
  CHECK(newly_held(roster(), named, FeedList{wazemmes_lille}) == FeedList{moulins_region, wazemmes_region});
  CHECK(held_after_transfer(roster(), named, FeedList{wazemmes_lille}) == named);
}

TEST_CASE("when the record is lost, media are held as narrowly as they may have come") {
  CHECK(held_after_loss(roster(), "tourcoing", FeedList{moulins_lille, wazemmes_region}) == FeedList{moulins_lille});
  CHECK(held_after_loss(roster(), "tourcoing", FeedList{moulins_region, wazemmes_region}) == FeedList{moulins_region, wazemmes_region});
  CHECK(held_after_loss(roster(), "tourcoing", FeedList{moulins_lille, anzin_valenciennes}).empty());
  // What we published we have for that feed, whoever else names it.
  CHECK(held_after_loss(roster(), "wazemmes", FeedList{moulins_lille, wazemmes_region}) == FeedList{moulins_lille, wazemmes_region});
}

TEST_CASE("chunks of a media file that is here are reused, whatever lies between them") {
  ReuseHome home;
  const Bytes old_version = test::noise(200'000, 21);
  const Bytes new_version = joined(test::noise(20'000, 22), old_version);
  home.name(wazemmes_region, old_version);
  home.hold(old_version, {wazemmes_region});
  home.name(wazemmes_region, new_version);

  const ChunkList list = list_of(new_version);
  auto partial = home.store->open_partial(sha256(new_version), list).value();
  const std::uint64_t reused = home.reuse(*partial, {wazemmes_region});
  CHECK(reused > 180'000);
  CHECK_FALSE(partial->complete());
  CHECK(partial->through() == FeedList{wazemmes_region});
  CHECK(home.reuse(*partial, {wazemmes_region}) == 0);

  for (std::uint32_t i = 0; i < list.chunks.size(); ++i) {
    REQUIRE(partial->put(i, chunk_of(new_version, list, i), wazemmes_region));
  }
  auto batch = home.store->begin().value();
  REQUIRE(batch->add(*partial));
  REQUIRE(batch->settle());
  CHECK(home.store->verify(sha256(new_version)));
}

TEST_CASE(
    "chunks of a territory's media file are not copied for the region, but the other way they "
    "are") {
  const Bytes photo = test::noise(100'000, 23);
  const Bytes montage = joined(photo, test::noise(50'000, 24));
  const auto reused = [&](const FeedId& held_for, const FeedList& wanted) {
    ReuseHome home;
    home.name(held_for, photo);
    home.hold(photo, {held_for});
    for (const FeedId& by : wanted) home.name(by, montage);
    auto partial = home.store->open_partial(sha256(montage), list_of(montage)).value();
    const std::uint64_t bytes = home.reuse(*partial, wanted);
    CHECK(partial->through() == (bytes == 0 ? FeedList{} : FeedList{held_for}));
    return bytes;
  };
  CHECK(reused(moulins_lille, {wazemmes_region}) == 0);
  CHECK(reused(moulins_lille, {wazemmes_lille, wazemmes_region}) == 0);
  CHECK(reused(moulins_lille, {wazemmes_lille}) > 80'000);
  CHECK(reused(moulins_region, {wazemmes_lille}) > 80'000);
  CHECK(reused(wazemmes_lille, {wazemmes_region}) > 80'000);
}

TEST_CASE("a damaged or vanished file gives no chunk, and does no harm") {
  ReuseHome home;
  const Bytes photo = test::noise(100'000, 25);
  const Bytes montage = joined(photo, test::noise(50'000, 26));
  home.name(wazemmes_region, photo);
  home.hold(photo, {wazemmes_region});
  home.name(wazemmes_region, montage);
  const ChunkList list = list_of(montage);
  const std::uint64_t whole = home.reuse(*home.store->open_partial(sha256(montage), list).value(), {wazemmes_region});

  REQUIRE(home.store->drop_partial(sha256(montage)));
  flip(home.layout.media(sha256(photo)), 0);
  auto partial = home.store->open_partial(sha256(montage), list).value();
  CHECK(home.reuse(*partial, {wazemmes_region}) == whole - list.chunks[0].bytes);
  CHECK_FALSE(partial->held()[0]);

  REQUIRE(home.store->remove(sha256(photo)));
  CHECK(home.reuse(*partial, {wazemmes_region}) == 0);
}

TEST_CASE("what came through one territory is not mixed with what comes through another") {
  const FeedList both{anzin_valenciennes, moulins_lille};
  CHECK(may_join(roster(), both, {}, both) == both);
  CHECK(may_join(roster(), both, FeedList{moulins_lille}, both) == FeedList{moulins_lille});
  CHECK(may_join(roster(), both, FeedList{anzin_valenciennes}, both) == FeedList{anzin_valenciennes});
  // Mixed already, or come through a feed that does not name it any more: of no use.
  CHECK(may_join(roster(), both, both, both).empty());
  CHECK(may_join(roster(), FeedList{anzin_valenciennes}, FeedList{moulins_lille}, FeedList{anzin_valenciennes}).empty());
  // One author's own may be mixed, and what came through the region goes with everything.
  const FeedList own{wazemmes_lille, wazemmes_valenciennes};
  CHECK(may_join(roster(), own, FeedList{wazemmes_lille}, own) == own);
  const FeedList wide{moulins_region, wazemmes_lille};
  CHECK(may_join(roster(), wide, FeedList{moulins_region}, wide) == wide);
  // A file that is held for Lille may still come for Valenciennes.
  CHECK(may_join(roster(), both, {}, FeedList{anzin_valenciennes}) == FeedList{anzin_valenciennes});
}

}  // namespace reuse_test

// The index of feeds and kits, and what is not rebuildable.

#include <fstream>

#include "tests/support/catch.hpp"
#include "tests/support/file_size_limit.hpp"
#include "tests/unit/store/state/state_home.hpp"

namespace state_test {
using namespace essaimage;
using namespace essaimage::store;
using namespace essaimage::store::state_test;

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
  CHECK(ids(home.state->kits().value()) == std::vector<std::string>{"bois-blancs/atelier territory:lille", "bois-blancs/borne region",
                                                                    "bois-blancs/borne territory:lille", "wazemmes/borne region"});
  const auto found = home.state->kits_of({"bois-blancs", "borne"}).value();
  CHECK(ids(found) == std::vector<std::string>{"bois-blancs/borne region", "bois-blancs/borne territory:lille"});
  CHECK(found[0].media == std::vector<NamedMedia>{named("photo")});
  CHECK(found[1].media.empty());
  CHECK(home.state->kits_of({"bois", "borne"}).value().empty());
}

TEST_CASE("a change replaces a kit, removes others, and tells which media to look at again") {
  StateHome home;
  auto touched = home.apply(region, 1, {kit(region, "a", {named("one"), named("two")}), kit(region, "b", {named("two")})});
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

TEST_CASE("of a lost feed stay its witness and what is held for it") {
  StateHome home;
  home.apply(region, 1, {kit(region, "a", {named("one")})});
  home.apply(other, 1, {kit(other, "b", {named("one")})});
  REQUIRE(home.hold(media_id("one"), {region, other}));
  const std::vector<Head> heads{head(region, 1)};
  REQUIRE(home.state->witness(heads));
  CHECK(home.state->lose_feed(region).value() == std::vector<Sha256>{media_id("one")});
  CHECK(home.state->lose_feed(region).value().empty());
  CHECK(ids(home.state->kits().value()) == std::vector<std::string>{"wazemmes/b region"});
  const auto row = home.state->media(media_id("one")).value();
  CHECK(row->named_feeds() == std::vector<FeedId>{other});
  CHECK(row->held == std::vector<FeedId>{region, other});
  CHECK_FALSE(home.state->serves(region, media_id("one")).value());
  CHECK(home.state->indexed().value().at(region).commit.is_zero());
  CHECK(home.state->witnessed().value() == heads);
  home.apply(region, 1, {kit(region, "a", {named("one")})});
  CHECK(home.state->wants().value().empty());
  CHECK(home.state->serves(region, media_id("one")).value());
}

TEST_CASE("kits say how much of their media is here, and media who names them") {
  StateHome home;
  home.apply(region, 1, {kit(region, "a", {named("one"), named("three")}), kit(region, "b", {named("one")})});
  home.apply(other, 1, {kit(other, "c")});
  REQUIRE(home.hold(media_id("one"), {region}));
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
    for (int i = 0; i < 2000; ++i) many.push_back(kit(region, "kit-" + std::to_string(i), {named(std::to_string(i))}));
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

}  // namespace state_test

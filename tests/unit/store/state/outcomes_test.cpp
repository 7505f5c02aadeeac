#include "store/crypto/hash.hpp"
#include "store/state/state.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

using namespace essaimage;
using namespace essaimage::store;

namespace {

const FeedId region{"bois-blancs", Audience{}};
const FeedId other{"wazemmes", Audience{}};
const KitId lamp{"loos", "lampe"};

Outcome outcome(std::uint64_t number, const KitId& kit = lamp, std::int64_t day = 20'000) {
  Outcome made;
  made.kit = kit;
  made.number = number;
  made.kit_version = 2;
  made.reported = {1'790'000'000};
  made.facts.first_day = made.facts.last_day = {day * 86'400};
  made.facts.worked = "le \"montage\"";
  return made;
}

}  // namespace

TEST_CASE("outcomes come out as they went in, several of a kit and feed, and go with their feed") {
  const test::TempFolder folder;
  auto state = State::open(folder / "state.sqlite").value();
  const KitId robot{"loos", "robot"};
  const auto say = [&](const FeedId& feed, std::uint64_t seq, std::vector<Outcome> reported, std::vector<OutcomeKey> retracted = {}) {
    State::FeedChange change;
    change.head = {feed, {1, 1, seq}, object_id(ObjectType::blob, bytes_of(feed.str()))};
    change.reported = std::move(reported);
    change.retracted = std::move(retracted);
    REQUIRE(state->apply({&change, 1}));
  };
  say(region, 1, {outcome(1), outcome(2, lamp, 19'999), outcome(3, robot)});
  say(other, 1, {outcome(1)});
  state.reset();
  state = State::open(folder / "state.sqlite").value();
  const auto rows = state->outcomes({lamp, "", std::nullopt}).value();
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].outcome == outcome(2, lamp, 19'999));
  CHECK(rows[1].feed == region);
  CHECK(rows[2].feed == other);
  CHECK(state->outcomes({std::nullopt, "bois-blancs", std::nullopt})->size() == 3);
  CHECK(state->outcomes({std::nullopt, "bois", std::nullopt})->empty());
  CHECK(state->outcomes({robot, "bois-blancs", 3})->size() == 1);
  CHECK(state->outcomes({lamp, "bois-blancs", 3})->empty());
  CHECK(state->outcomes_in(region).value() == std::vector<OutcomeKey>{{lamp, 1}, {lamp, 2}, {robot, 3}});

  auto again = outcome(1);
  again.facts.sessions = 9;
  say(region, 2, {again}, {{lamp, 2}});
  CHECK(state->outcomes({lamp, "bois-blancs", std::nullopt})->size() == 1);
  CHECK(state->outcomes({lamp, "bois-blancs", 1})->front().outcome.facts.sessions == 9);
  REQUIRE(state->lose_feed(region));
  CHECK(state->outcomes({std::nullopt, "", std::nullopt})->size() == 1);
}

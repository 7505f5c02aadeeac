#include "store/crypto/hash.hpp"
#include "store/state/state.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

namespace outcomes_test {
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
  const auto rows = state->outcomes({lamp, "", std::nullopt, std::nullopt, 0}).value();
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].outcome == outcome(2, lamp, 19'999));
  CHECK(rows[1].feed == region);
  CHECK(rows[2].feed == other);
  CHECK(state->outcomes({std::nullopt, "bois-blancs", std::nullopt, std::nullopt, 0})->size() == 3);
  CHECK(state->outcomes({std::nullopt, "bois", std::nullopt, std::nullopt, 0})->empty());
  CHECK(state->outcomes({robot, "bois-blancs", 3, std::nullopt, 0})->size() == 1);
  CHECK(state->outcomes({lamp, "bois-blancs", 3, std::nullopt, 0})->empty());
  CHECK(state->outcomes_in(region).value() == std::vector<OutcomeKey>{{lamp, 1}, {lamp, 2}, {robot, 3}});

  // A page at a time, in the same order.
  std::vector<OutcomeRow> paged;
  OutcomeQuery page;
  page.limit = 1;
  for (;;) {
    const auto next = state->outcomes(page).value();
    if (next.empty()) break;
    REQUIRE(next.size() == 1);
    paged.push_back(next.front());
    const auto& [feed, last] = next.front();
    page.after = OutcomePlace{last.facts.first_day, feed, last.number, last.kit};
  }
  const auto all = state->outcomes({}).value();
  REQUIRE(paged.size() == all.size());
  for (std::size_t i = 0; i < all.size(); ++i) CHECK((paged[i].feed == all[i].feed && paged[i].outcome == all[i].outcome));
  OutcomeQuery of_kit{lamp, "bois-blancs", std::nullopt, OutcomePlace{all[0].outcome.facts.first_day, all[0].feed, 2, lamp}, 5};
  CHECK(state->outcomes(of_kit)->size() == 1);
  CHECK(state->kits_with_outcomes().value() == std::vector<KitId>{lamp, robot});

  auto again = outcome(1);
  again.facts.sessions = 9;
  say(region, 2, {again}, {{lamp, 2}});
  CHECK(state->outcomes({lamp, "bois-blancs", std::nullopt, std::nullopt, 0})->size() == 1);
  CHECK(state->outcomes({lamp, "bois-blancs", 1, std::nullopt, 0})->front().outcome.facts.sessions == 9);
  REQUIRE(state->lose_feed(region));
  CHECK(state->outcomes({std::nullopt, "", std::nullopt, std::nullopt, 0})->size() == 1);
}

}  // namespace outcomes_test

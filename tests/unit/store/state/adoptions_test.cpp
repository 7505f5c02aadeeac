#include "store/crypto/hash.hpp"
#include "store/state/state.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

namespace adoptions_test {
using namespace essaimage;
using namespace essaimage::store;

namespace {

const FeedId region{"bois-blancs", Audience{}};
const FeedId other{"wazemmes", Audience{}};

ObjectId object(const std::string& name) { return object_id(ObjectType::blob, bytes_of(name)); }

}  // namespace

TEST_CASE("an adoption comes out as it went in, is replaced by feed, and goes with its feed") {
  const test::TempFolder folder;
  auto state = State::open(folder / "state.sqlite").value();
  const KitId kit{"loos", "lampe"}, second{"loos", "robot"};
  const auto adopt = [&](const FeedId& feed, std::uint64_t seq, std::vector<Adoption> adopted, std::vector<KitId> unadopted = {}) {
    State::FeedChange change;
    change.head = {feed, {1, 1, seq}, object(feed.str())};
    change.adopted = std::move(adopted);
    change.unadopted = std::move(unadopted);
    REQUIRE(state->apply({&change, 1}));
  };
  const Adoption first{kit, 3, object("tree"), {1'700'000'000}, "chaque mardi"};
  adopt(region, 1, {first, {second, 1, {}, {}, ""}});
  adopt(other, 1, {{kit, 2, {}, {}, ""}});
  state.reset();
  state = State::open(folder / "state.sqlite").value();
  auto rows = state->adoptions_of(kit).value();
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].feed == region);
  CHECK(rows[0].adoption.kit == kit);
  CHECK(rows[0].adoption.kit_version == 3);
  CHECK(rows[0].adoption.tree == object("tree"));
  CHECK(rows[0].adoption.adopted == Timestamp{1'700'000'000});
  CHECK(rows[0].adoption.note == "chaque mardi");
  CHECK(state->adoptions_in(region).value() == std::vector{kit, second});
  CHECK(state->is_adopted(kit, "wazemmes").value());
  CHECK_FALSE(state->is_adopted(kit, "wazem").value());
  CHECK_FALSE(state->is_adopted(second, "wazemmes").value());
  CHECK(state->is_adopted(second, "").value());

  adopt(region, 2, {{kit, 4, {}, {}, ""}}, {second});
  rows = state->adoptions_of(kit).value();
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].adoption.kit_version == 4);
  CHECK(state->adoptions_in(region).value() == std::vector{kit});
  REQUIRE(state->lose_feed(region));
  CHECK(state->adoptions_of(kit).value().size() == 1);
  CHECK(state->adoptions_in(region).value().empty());
}

}  // namespace adoptions_test

#include "daemon/core/settings.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/core/harness.hpp"

namespace full_node_test {
using namespace essaimage;
using namespace essaimage::core;

TEST_CASE("the federation's node, when it is full, hears of each territory all the same") {
  Bench bench(0);
  // Nobody of Lens or Douai yet; one of Valenciennes; one of no territory; all others of Lille.
  for (std::size_t i = 1; i < settings::links_max; ++i) bench.add_member(i, {"lille"});
  bench.add_member(0, {});
  bench.add_member(1, {"valenciennes"});
  bench.add_member(600, {"lens"});
  bench.add_member(601, {"lens"});
  bench.add_member(602, {"valenciennes"});
  bench.add_member(603, {});
  bench.add_member(604, {"douai", "lille"});
  bench.start();
  LinkId link = 0;
  for (std::size_t i = 1; i < settings::links_max; ++i) bench.on(input::LinkUp{++link, sim::transport_key(i), false, {}});
  bench.on(input::LinkUp{++link, sim::transport_key(603), false, {}});
  const LinkId of_no_territory = link;
  const auto comes = [&](std::size_t member, const Message& first) {
    bench.on(input::LinkUp{++link, sim::transport_key(member), false, {}});
    bench.receive(link, first);
    return !bench.closed(link);
  };
  /// Of those that were there, since the last look.
  const auto sent_away = [&] {
    std::vector<LinkId> links;
    for (LinkId id = 1; id <= settings::links_max; ++id) {
      if (bench.closed(id)) links.push_back(id);
    }
    return links;
  };
  const message::Hello hello{1, 1, bench.federation(), "peer"};
  REQUIRE(sent_away().empty());
  CHECK(comes(600, hello));
  bench.on(input::SyncNow{});  // it tells what it holds: then others may join
  bench.receive(link, message::Reconcile{bench.sent<message::Reconcile>(link).at(0).round, false, {}});
  CHECK(sent_away() == std::vector<LinkId>{of_no_territory});
  CHECK_FALSE(comes(601, hello));  // Lens has somebody now
  CHECK_FALSE(comes(602, hello));
  CHECK(sent_away().empty());
  CHECK(comes(604, hello));
  const auto of_lille = sent_away();
  REQUIRE(of_lille.size() == 1);
  CHECK(of_lille[0] != 1);  // the only one of Valenciennes
  SECTION("and whoever was given a new key, and knows nobody else, joins") {
    message::Join join;
    join.federation = bench.federation();
    CHECK(comes(602, join));
    CHECK(bench.sent<message::JoinReply>(link).at(0).accepted);
    CHECK(sent_away().size() == 1);
    bench.receive(link, hello);
    CHECK_FALSE(bench.closed(link));
  }
  SECTION("and whoever it sent away may come back when there is room") {
    bench.on(input::LinkDown{10, {}});
    CHECK(comes(603, hello));
  }
}

}  // namespace full_node_test

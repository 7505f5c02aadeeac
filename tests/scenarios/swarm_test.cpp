// Big media among many: how fast the last one has it, and what it costs the first. The lines are narrow, as at home.

#include "tests/sim/checkers.hpp"
#include "tests/support/catch.hpp"

namespace swarm_test {
using namespace essaimage;
using namespace essaimage::sim;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

const Audience region;
constexpr std::uint64_t megabit = 125'000;  ///< bytes

/// Nodes that all reach each other, each behind a line of its own.
struct Swarm {
  World world;
  std::size_t source = 1;

  Swarm(std::uint64_t seed, std::size_t nodes, std::uint64_t upload) : world(seed, nodes) {
    std::map<std::size_t, std::set<std::string>> members;
    std::set<std::size_t> reachable;
    for (std::size_t i = 0; i < nodes; ++i) {
      members[i] = i == 0 ? std::set<std::string>{} : std::set<std::string>{"lille"};
      reachable.insert(i);
    }
    world.make_federation(members, reachable);
    world.network.conditions = {5, 15, 0, 0, 0, 0};
    world.start_all();
    settle(seconds(120));
    for (std::size_t i = 0; i < nodes; ++i) world.network.upload[i] = upload;
  }
  void settle(Duration within) {
    REQUIRE(world.run_until([&] { return not_converged(world).empty() && not_level(world).empty(); }, within));
  }
  MemoryStores& stores() const { return dynamic_cast<MemoryStores&>(world.stores()); }

  Head publish(std::size_t node, std::size_t chunks, std::uint32_t chunk_bytes) {
    stores().next_media(node, std::vector<std::uint32_t>(chunks, chunk_bytes));
    REQUIRE(world.publish(node, {region}, 1));
    return world.acknowledged.back();
  }
  bool whole(std::size_t node, const FeedId& feed) const {
    const SimStore& store = *world.node(node).store;
    const auto named = store.named(feed);
    return !named.empty() && std::all_of(named.begin(), named.end(), [&](const auto& media) { return store.is_whole(feed, media); });
  }
  /// Seconds until all of these have all media of that feed.
  double seconds_until_whole(const FeedId& feed, const std::vector<std::size_t>& nodes, Duration within) {
    const Instant began = world.now();
    const bool done =
        world.run_until([&] { return std::all_of(nodes.begin(), nodes.end(), [&](std::size_t node) { return whole(node, feed); }); },
                        within, milliseconds(50));
    CHECK(done);
    return static_cast<double>((world.now() - began).count()) / 1000;
  }
  std::vector<std::size_t> others() const {
    std::vector<std::size_t> nodes;
    for (std::size_t i = 0; i < world.size(); ++i) {
      if (i != source) nodes.push_back(i);
    }
    return nodes;
  }
  ~Swarm() {
    check_stores(world);
    for (const std::string& violation : world.violations) {
      CAPTURE(violation);
      CHECK(violation.empty());
    }
  }
};

}  // namespace

TEST_CASE("a swarm has a big file hardly later than the source could send it once") {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    Swarm swarm(seed, 9, 8 * megabit);
    constexpr std::size_t chunks = 640;
    constexpr std::uint32_t chunk_bytes = 32'768;
    const double once = static_cast<double>(chunks * chunk_bytes) / (8 * megabit);
    const std::uint64_t sent_before = swarm.world.network.sent_bytes(1);
    const Head head = swarm.publish(1, chunks, chunk_bytes);
    const double took = swarm.seconds_until_whole(head.feed, swarm.others(), seconds(400));
    const double copies = static_cast<double>(swarm.world.network.sent_bytes(1) - sent_before) / (chunks * chunk_bytes);
    CAPTURE(seed, once, took, copies);
    CHECK(took <= 1.5 * once);
    CHECK(copies <= 1.5);
  }
}

TEST_CASE("an announcement does not wait behind media, however narrow the line") {
  Swarm swarm(4, 3, megabit);
  const Head film = swarm.publish(1, 400, 32'768);
  const Head other = swarm.publish(2, 400, 32'768);
  swarm.world.run_for(seconds(10));
  std::vector<std::int64_t> waited;
  for (int i = 0; i < 20; ++i) {
    swarm.world.run_for(milliseconds(700));
    REQUIRE(swarm.world.publish(1, {{Audience::Kind::territory, "lille"}}, 0));
    const Head news = swarm.world.acknowledged.back();
    const Instant began = swarm.world.now();
    CHECK(swarm.world.run_until([&] { return swarm.world.held(2, news.feed) >= news.order; }, seconds(20), milliseconds(5)));
    waited.push_back((swarm.world.now() - began).count());
  }
  std::sort(waited.begin(), waited.end());
  CAPTURE(waited);
  CHECK(waited[waited.size() / 2] <= 500);
  CHECK(waited.back() <= 1'500);
  swarm.seconds_until_whole(film.feed, {0, 2}, seconds(900));
  swarm.seconds_until_whole(other.feed, {0, 1}, seconds(900));
}

TEST_CASE("the end of a file does not wander between two slow holders") {
  Swarm swarm(6, 3, 80 * megabit);
  swarm.world.crash(2);
  constexpr std::size_t chunks = 5;
  constexpr std::uint32_t chunk_bytes = 262'144;
  constexpr std::uint64_t slow = 15'000;
  const Head head = swarm.publish(1, chunks, chunk_bytes);
  swarm.seconds_until_whole(head.feed, {0}, seconds(60));
  swarm.world.network.upload[0] = swarm.world.network.upload[1] = slow;
  swarm.world.start(2);
  const double took = swarm.seconds_until_whole(head.feed, {2}, seconds(600));
  CAPTURE(took);
  CHECK(took <= 1.6 * static_cast<double>(chunks * chunk_bytes) / (2 * slow));
}

TEST_CASE("what has a deadline is there in time behind a narrow line that much else waits for, and the rest comes after it") {
  const bool due = GENERATE(true, false);
  Swarm swarm(8, 3, megabit);
  swarm.world.crash(2);
  constexpr std::uint32_t chunk_bytes = 32'768;
  constexpr std::size_t film_chunks = 100, other_chunks = 300;
  const Head other = swarm.publish(0, other_chunks, chunk_bytes / 2);  // smaller, and so it would come first
  const Head film = swarm.publish(1, film_chunks * 2, chunk_bytes);
  swarm.seconds_until_whole(film.feed, {0}, seconds(300));
  swarm.seconds_until_whole(other.feed, {1}, seconds(300));
  swarm.world.crash(1);  // all comes through one line
  if (due) swarm.stores().make_due(2, film.feed);
  swarm.world.start(2);
  const double alone = static_cast<double>(film_chunks * 2 * chunk_bytes) / megabit;
  const double took = swarm.seconds_until_whole(film.feed, {2}, seconds(900));
  const double both = took + swarm.seconds_until_whole(other.feed, {2}, seconds(900));
  CAPTURE(due, alone, took, both);
  CHECK((took <= 1.4 * alone) == due);
  CHECK(both <= 1.5 * static_cast<double>(film_chunks * 2 * chunk_bytes + other_chunks * chunk_bytes / 2) / megabit);
  swarm.world.start(1);
}

}  // namespace swarm_test

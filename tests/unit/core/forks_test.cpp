// Proofs of forks of feeds that have gone on since.
#include "tests/support/catch.hpp"
#include "tests/unit/core/harness.hpp"

namespace forks_test {
using namespace essaimage;
using namespace essaimage::core;

TEST_CASE("a proof about an epoch that was left is kept of our own feed alone: those who saw it wait for us") {
  Bench bench;
  bench.start();
  const LinkId from = bench.open(2);
  for (const std::size_t centre : {1, 3}) {
    const FeedId feed = Bench::region(centre);
    sim::SimCommit later{feed, {1, 2, 1}, {}, {}, 0, 0, 0};
    const auto raw = std::make_shared<const Bytes>(sim::encode_commit(later, sim::signing_key(centre)));
    bench.on(input::HeadChanged{{feed, later.order, sim::commit_id(*raw)}, raw, false});
    bench.receive(from, message::ForkProof{Bench::commit(feed, 4, centre), Bench::commit(feed, 4, centre, 99)});
  }
  const auto kept = bench.wanted<effect::KeepFork>();
  REQUIRE(kept.size() == 1);
  CHECK(kept[0].feed == Bench::region(1));
}

}  // namespace forks_test

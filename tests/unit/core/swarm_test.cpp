// Which chunks are asked of whom, when and how much of it: rarest first, the end game, limits and rest.
#include "daemon/core/flow.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/core/media_bench.hpp"

namespace swarm_test {
using namespace essaimage;
using namespace essaimage::core;
using std::chrono::seconds;

TEST_CASE("a guide does not wait for a piece of a film") {
  Bench bench;
  const LinkId link = start_with_holder(bench, need(1, 100, 50'000));
  CHECK(bench.sent<message::FetchChunks>(link).size() == Flow().runs());
  bench.on(input::MediaNeeded{need(2, 3, 1'000)});
  tell_complete(bench, link, 2);
  const auto guide = bench.sent<message::FetchChunks>(link);
  REQUIRE(guide.size() == 1);
  CHECK(guide[0].media == media(2));
}

TEST_CASE("what came through one feed says nothing of what another one still needs") {
  Bench bench;
  const LinkId link = start_with_holder(bench, need(1, 1, 1'000));
  const auto run = bench.sent<message::FetchChunks>(link).at(0);
  bench.receive(link, message::Slice{run.request, 0, true, bytes_of_size(1'000)});
  const JobId job = bench.wanted<effect::WriteRun>().at(0).job;
  bench.on(input::SliceTaken{job, {}});
  // Whole for that feed within the same operation, and needed for another one: told before the run's own completion.
  const FeedId other = Bench::territory(2, "lille");
  bench.on(input::MediaNeeded{need(1, 1, 1'000, other)});
  bench.on(input::ChunksStored{job, media(1), 0, 1, {}});
  bench.receive(link, message::MediaHave{other, {{media(1), true, {}, {}}}});
  const auto again = bench.sent<message::FetchChunks>(link);
  REQUIRE(again.size() == 1);
  CHECK(again[0].feed == other);
}

TEST_CASE("the chunks that the fewest have come first") {
  Bench bench;
  bench.start();
  const LinkId whole = bench.open(2);
  bench.on(input::MediaNeeded{need(1, 16, 30'000)});
  const LinkId first = bench.open(3), second = bench.open(4);
  bench.on(input::Tick{});
  bench.receive(first, message::MediaHave{media_feed, {{media(1), false, {0xff, 0x7f}, list(1)}}});
  bench.receive(second, message::MediaHave{media_feed, {{media(1), false, {0xfb, 0x7f}, list(1)}}});
  const auto of_parts = bench.sent<message::FetchChunks>(first);
  REQUIRE_FALSE(of_parts.empty());
  tell_complete(bench, whole, 1);
  const auto of_whole = bench.sent<message::FetchChunks>(whole);
  REQUIRE_FALSE(of_whole.empty());
  CHECK(of_whole[0].first == 15);  // which nobody else has
  SECTION("and who has all is no reason to think a chunk common") {
    bench.receive(first, message::MediaHave{media_feed, {{media(1), true, {}, {}}}});
    CHECK(bench.replica().status(bench.now()).media.at(0).holders.size() == 3);
  }
}

TEST_CASE("who has nothing else to bring takes over what a much slower peer still owes") {
  Bench bench;
  bench.start();
  const LinkId slow = bench.open(2), fast = bench.open(3);
  bench.on(input::MediaNeeded{need(1, 1, 100'000)});
  tell_complete(bench, slow, 1);
  const auto of_slow = bench.sent<message::FetchChunks>(slow);
  REQUIRE(of_slow.size() == 1);
  std::uint64_t trickled = 0;
  const auto trickle = [&] {
    bench.receive(slow, message::Slice{of_slow[0].request, trickled, false, bytes_of_size(2'000)});
    trickled += 2'000;
    bench.pass(seconds(1));
  };
  for (int second = 0; second < 4; ++second) trickle();
  CHECK(bench.sent<message::Cancel>(slow).empty());
  bench.receive(fast, message::MediaHave{media_feed, {{media(1), true, {}, {}}}});
  trickle();
  CHECK(bench.sent<message::Cancel>(slow).size() == 1);
  const auto taken_over = bench.sent<message::FetchChunks>(fast);
  REQUIRE(taken_over.size() == 1);
  CHECK(taken_over[0].media == media(1));
}

TEST_CASE("while media rest, none are asked for and what is under way is given up; text goes on") {
  Bench bench;
  const LinkId link = start_with_holder(bench, need(1, 3, 1'000));
  CHECK(bench.sent<message::FetchChunks>(link).size() == 1);
  bench.on(input::Traffic{{}, {}, false});
  CHECK(bench.sent<message::Cancel>(link).size() == 1);
  CHECK(bench.sent<message::FetchChunks>(link).empty());
  bench.receive(link, message::FetchChunks{9, media_feed, media(2), list(2), 0, 1, 1'000, {}});
  CHECK(bench.sent<message::Unavailable>(link).size() == 1);
  bench.announced(link, Bench::commit(media_feed, 1, 2));
  bench.on(input::Traffic{{}, {}, true});
  CHECK(bench.sent<message::FetchChunks>(link).size() == 1);
}

TEST_CASE("no more media is asked for than the admin's limit allows") {
  Bench bench;
  bench.start();
  bench.on(input::Traffic{{}, 40'000, true});
  const LinkId link = bench.open(2);
  bench.on(input::MediaNeeded{need(1, 400, 10'000)});
  tell_complete(bench, link, 1);
  std::map<std::uint64_t, std::uint64_t> given;
  const auto note = [&] {
    for (const auto& run : bench.sent<message::FetchChunks>(link)) given[run.request] = run.credit_bytes;
    for (const auto& more : bench.sent<message::Credit>(link)) given[more.request] = more.total;
  };
  note();
  std::map<std::uint64_t, std::uint64_t> arrived;
  for (int second = 0; second < 10; ++second) {
    for (const auto& [request, total] : std::map(given)) {
      if (arrived[request] == total) continue;
      bench.receive(link, message::Slice{request, arrived[request], false, bytes_of_size(total - arrived[request])});
      arrived[request] = total;
    }
    for (const auto& write : bench.wanted<effect::WriteRun>()) bench.on(input::SliceTaken{write.job, {}});
    bench.pass(seconds(1));
    note();
  }
  std::uint64_t all = 0;
  for (const auto& [request, total] : given) all += total;
  CHECK(all <= 11 * 40'000 + 40'000);
  CHECK(all >= 40'000);
}

TEST_CASE("that a peer has not told yet what it holds is told, until it has") {
  Bench bench;
  bench.start();
  const LinkId link = bench.open(2);
  bench.on(input::MediaNeeded{need(1, 3, 1'000)});
  CHECK(bench.status().media.at(0).asking);
  bench.receive(link, message::MediaHave{media_feed, {{media(1), false, {}, {}}}});
  CHECK_FALSE(bench.status().media.at(0).asking);
}

TEST_CASE("a peer that refuses much at once is asked again for what it was known to hold") {
  Bench bench;
  const LinkId link = start_with_holder(bench, need(1, 40, 100'000));
  for (int round = 0; round < 3; ++round) {
    std::vector<message::FetchChunks> asked;
    for (int second = 0; second < 30 && asked.size() < 2; ++second) {
      for (const auto& run : bench.sent<message::FetchChunks>(link)) asked.push_back(run);
      bench.pass(seconds(1));
    }
    REQUIRE(asked.size() == 2);
    for (const auto& run : asked) bench.receive(link, message::Unavailable{run.request});
  }
}

TEST_CASE("a peer that refuses is asked whether it has it still, and what it has no longer is left to others") {
  Bench bench;
  const LinkId link = start_with_holder(bench, need(1, 3, 1'000));
  bench.on(input::MediaNeeded{need(2, 3, 2'000)});
  tell_complete(bench, link, 2);
  bench.sent<message::MediaQuery>(link);
  for (const auto& run : bench.sent<message::FetchChunks>(link)) bench.receive(link, message::Unavailable{run.request});
  std::set<Sha256> asked;
  for (int second = 0; second < 3; ++second) {
    bench.pass(seconds(1));
    for (const auto& query : bench.sent<message::MediaQuery>(link)) asked.insert(query.media.begin(), query.media.end());
  }
  CHECK(asked == std::set{media(1), media(2)});
  bench.receive(link, message::MediaHave{media_feed, {{media(1), false, {}, {}}, {media(2), true, {}, {}}}});
  for (int second = 0; second < 30; ++second) {
    bench.pass(seconds(1));
    for (const auto& run : bench.sent<message::FetchChunks>(link)) CHECK(run.media == media(2));
  }
}

TEST_CASE("who brings a media file is told, and who refuses to") {
  Bench bench;
  const LinkId link = start_with_holder(bench, need(1, 3, 1'000));
  const auto peer = [&] {
    const auto peers = bench.status().peers;
    return *std::find_if(peers.begin(), peers.end(), [](const auto& each) { return each.slug == Bench::slug(2); });
  };
  const auto first = bench.sent<message::FetchChunks>(link).at(0);
  CHECK(bench.status().media.at(0).from == std::vector<std::string>{Bench::slug(2)});
  CHECK_FALSE(peer().refuses_media);
  bench.receive(link, message::Unavailable{first.request});
  CHECK(peer().refuses_media);
  CHECK(bench.status().media.at(0).from.empty());
  // It is asked once more: that is no bringing yet, its first bytes are.
  std::vector<message::FetchChunks> asked;
  for (int second = 0; second < 60 && asked.empty(); ++second) {
    bench.pass(seconds(1));
    asked = bench.sent<message::FetchChunks>(link);
  }
  REQUIRE(asked.size() == 1);
  const auto& again = asked[0];
  CHECK(bench.status().media.at(0).from.empty());
  bench.receive(link, message::Slice{again.request, 0, true, bytes_of_size(3'000)});
  CHECK(bench.status().media.at(0).from.size() == 1);
  const auto write = bench.wanted<effect::WriteRun>().at(0);
  bench.on(input::SliceTaken{write.job, {}});
  bench.on(input::ChunksStored{write.job, media(1), 0, 3, {}});
  CHECK_FALSE(peer().refuses_media);
}

}  // namespace swarm_test

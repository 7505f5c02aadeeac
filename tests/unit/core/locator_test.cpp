#include "daemon/core/settings.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/core/harness.hpp"

namespace locator_test {
using namespace essaimage;
using namespace essaimage::core;
using std::chrono::seconds;

namespace {

const FeedId feed = Bench::region(2);

Sha256 media(std::uint8_t n) {
  Sha256 id;
  id.bytes.fill(n);
  return id;
}

void tell(Bench& bench, LinkId link, std::uint8_t n, bool complete) {
  bench.receive(link, message::MediaHave{feed, {{media(n), complete, {}, {}}}});
}

using Holders = std::vector<std::vector<std::string>>;

}  // namespace

TEST_CASE("who holds a media file whole is asked of all who may hold its feed, and told when all have answered") {
  Bench bench;
  bench.add_member(4, {"lens"});
  bench.start();
  const LinkId second = bench.open(2), third = bench.open(3), lens = bench.open(4);
  const FeedId lille = Bench::territory(2, "lille");
  bench.on(input::Locate{7, {{lille, media(1)}, {lille, media(2)}}});
  const auto query = bench.sent<message::MediaQuery>(second);
  REQUIRE(query.size() == 1);
  CHECK(query[0].feed == lille);
  CHECK(query[0].media == std::vector<Sha256>{media(1), media(2)});
  CHECK(bench.sent_count(third) == 1);
  CHECK(bench.sent_count(lens) == 0);
  bench.receive(second, message::MediaHave{lille, {{media(1), true, {}, {}}, {media(2), true, {}, {}}}});
  CHECK(bench.wanted<effect::Located>().empty());
  bench.receive(third, message::MediaHave{lille, {{media(2), false, {}, {}}, {media(1), true, {}, {}}}});
  const auto located = bench.wanted<effect::Located>();
  REQUIRE(located.size() == 1);
  CHECK(located[0].job == 7);
  CHECK(located[0].all_answered);
  CHECK(located[0].holders == Holders{{"centre-2", "centre-3"}, {"centre-2"}});
}

TEST_CASE("who is silent for three seconds, or goes away, does not count") {
  Bench bench;
  bench.start();
  const LinkId second = bench.open(2);
  bench.open(3);
  const LinkId fourth = bench.open(4);
  bench.on(input::Locate{1, {{feed, media(1)}}});
  tell(bench, second, 1, true);
  bench.on(input::LinkDown{fourth, "away"});
  bench.pass(seconds(2));
  CHECK(bench.wanted<effect::Located>().empty());
  bench.pass(seconds(1));
  const auto located = bench.wanted<effect::Located>();
  REQUIRE(located.size() == 1);
  CHECK_FALSE(located[0].all_answered);
  CHECK(located[0].holders == Holders{{"centre-2"}});
}

TEST_CASE("where nobody can be asked the answer comes at once, and so it does when too much is asked") {
  Bench bench;
  bench.start();
  bench.on(input::Locate{1, {{feed, media(1)}}});
  auto located = bench.wanted<effect::Located>();
  REQUIRE(located.size() == 1);
  CHECK(located[0].all_answered);
  CHECK(located[0].holders == Holders{{}});
  const LinkId link = bench.open(2);
  bench.on(input::Locate{2, std::vector<MediaPlace>(settings::locate_media_max + 1, {feed, media(1)})});
  located = bench.wanted<effect::Located>();
  REQUIRE(located.size() == 1);
  CHECK_FALSE(located[0].all_answered);
  for (JobId job = 3; job < 3 + settings::locates_max; ++job) bench.on(input::Locate{job, {{feed, media(1)}}});
  CHECK(bench.sent<message::MediaQuery>(link).size() == settings::locates_max);
  bench.on(input::Locate{99, {{feed, media(1)}}});
  located = bench.wanted<effect::Located>();
  REQUIRE(located.size() == 1);
  CHECK(located[0].job == 99);
  CHECK_FALSE(located[0].all_answered);
  // Each question has its answer.
  for (std::size_t i = 0; i < settings::locates_max; ++i) tell(bench, link, 1, true);
  CHECK(bench.wanted<effect::Located>().size() == settings::locates_max);
}

TEST_CASE("what comes late or again of media that were located is no idle talk") {
  Bench bench;
  bench.start();
  const LinkId link = bench.open(2);
  bench.on(input::Locate{1, {{feed, media(1)}}});
  bench.pass(settings::locate_within);
  CHECK(bench.wanted<effect::Located>().size() == 1);
  // Far more than the burst of idle talk that closes a link.
  for (int i = 0; i < 60'000; ++i) tell(bench, link, 1, false);
  CHECK_FALSE(bench.closed(link));
  tell(bench, link, 1, true);
  // But of what is whole nothing more is to be told.
  bool closed = false;
  for (int i = 0; i < 60'000 && !closed; ++i) {
    tell(bench, link, 1, true);
    closed = bench.closed(link);
  }
  CHECK(closed);
}

TEST_CASE("the answer to a locate is kept from the planner, which has its own") {
  Bench bench;
  bench.start();
  const LinkId link = bench.open(2);
  bench.on(input::Locate{1, {{feed, media(1)}}});
  MediaNeed need;
  need.media = media(1);
  need.bytes = 1000;
  need.chunk_list.bytes.fill(1);
  need.chunk_bytes = {1000};
  need.held = {false};
  need.feeds = {feed};
  bench.on(input::MediaNeeded{need});
  CHECK(bench.sent<message::MediaQuery>(link).size() == 2);
  tell(bench, link, 1, true);
  CHECK(bench.wanted<effect::Located>().size() == 1);
  CHECK(bench.sent<message::FetchChunks>(link).empty());
  tell(bench, link, 1, true);
  CHECK(bench.sent<message::FetchChunks>(link).size() == 1);
}

}  // namespace locator_test

#include "daemon/core/flow.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/core/media_bench.hpp"

namespace media_test {
using namespace essaimage;
using namespace essaimage::core;
using std::chrono::seconds;

TEST_CASE("media are asked of every peer that may hold the feed, and of no other") {
  Bench bench;
  bench.add_member(4, {"lens"});
  bench.start();
  const LinkId lille = bench.open(2), lens = bench.open(4);
  bench.on(input::MediaNeeded{need(1, 2, 1000, Bench::territory(2, "lille"))});
  const auto query = bench.sent<message::MediaQuery>(lille);
  REQUIRE(query.size() == 1);
  CHECK(query[0].feed == Bench::territory(2, "lille"));
  CHECK(query[0].media == std::vector<Sha256>{media(1)});
  CHECK(bench.sent_count(lens) == 0);
}

TEST_CASE("a file that several feeds name is asked for through each of them in turn") {
  Bench bench;
  bench.start();
  const LinkId link = bench.open(2);
  MediaNeed lacks = need(1, 2, 1'000);
  lacks.held[0] = true;
  const FeedId narrow = Bench::territory(2, "lille");
  lacks.feeds.push_back(narrow);
  bench.on(input::MediaNeeded{lacks});
  auto query = bench.sent<message::MediaQuery>(link);
  REQUIRE(query.size() == 1);
  CHECK(query[0].feed == media_feed);
  const bool some = GENERATE(false, true);  // nothing, or only what is here
  CAPTURE(some);
  bench.receive(link, message::MediaHave{media_feed, {{media(1), false, some ? Bytes{1} : Bytes{}, some ? list(1) : ObjectId{}}}});
  query = bench.sent<message::MediaQuery>(link);
  REQUIRE(query.size() == 1);
  CHECK(query[0].feed == narrow);
  SECTION("the second holds it") {
    bench.receive(link, message::MediaHave{narrow, {{media(1), true, {}, {}}}});
    const auto runs = bench.sent<message::FetchChunks>(link);
    REQUIRE(runs.size() == 1);
    CHECK(runs[0].feed == narrow);
  }
  SECTION("neither does") {
    bench.receive(link, message::MediaHave{narrow, {{media(1), false, {}, {}}}});
    CHECK(bench.sent<message::MediaQuery>(link).empty());
    bench.pass(settings::round_interval * 2);
    CHECK(bench.sent<message::MediaQuery>(link).size() >= 1);
  }
}

TEST_CASE("small media come before big ones, in runs under credit") {
  Bench bench;
  bench.start();
  const LinkId link = bench.open(2);
  bench.on(input::MediaNeeded{need(1, 100, 50'000)});
  bench.on(input::MediaNeeded{need(2, 3, 1'000)});
  bench.forget();
  // Both are told before anything is fetched.
  bench.receive(link, message::MediaHave{media_feed, {{media(1), true, {}, {}}, {media(2), true, {}, {}}}});
  const auto runs = bench.sent<message::FetchChunks>(link);
  REQUIRE(runs.size() == Flow().runs());
  CHECK(runs[0].media == media(2));
  CHECK(runs[0].count == 3);
  CHECK(runs[1].media == media(1));
  std::uint64_t credit = 0;
  for (const auto& run : runs) credit += run.credit_bytes;
  CHECK(credit <= settings::window_min);
}

TEST_CASE("media that have a deadline come before all others, whatever their size, as long as they have it") {
  Bench bench;
  bench.start();
  const LinkId link = bench.open(2);
  auto film = need(1, 400, 50'000);
  film.due = true;
  bench.on(input::MediaNeeded{film});
  for (std::uint8_t n = 2; n < 6; ++n) bench.on(input::MediaNeeded{need(n, 3, 1'000)});
  bench.forget();
  message::MediaHave all{media_feed, {}};
  for (std::uint8_t n = 1; n < 6; ++n) all.items.push_back({media(n), true, {}, {}});
  const auto only_film = [](const auto& runs) { return std::ranges::all_of(runs, [](const auto& run) { return run.media == media(1); }); };

  SECTION("what can wait is not begun while some of it is to be asked for") {
    bench.receive(link, all);
    const auto runs = bench.sent<message::FetchChunks>(link);
    REQUIRE(runs.size() == Flow().runs());
    CHECK(only_film(runs));
  }
  SECTION("a deadline that comes later changes the order of what is not begun") {
    film.due = false;
    bench.on(input::MediaNeeded{film});
    film.due = true;
    bench.receive(link, message::MediaHave{media_feed, {all.items[0]}});
    bench.forget();
    bench.on(input::MediaNeeded{film});
    bench.receive(link, all);
    CHECK(only_film(bench.sent<message::FetchChunks>(link)));
  }
  SECTION("when it is over the small ones come first again") {
    film.due = false;
    bench.on(input::MediaNeeded{film});
    bench.receive(link, all);
    const auto runs = bench.sent<message::FetchChunks>(link);
    REQUIRE_FALSE(runs.empty());
    CHECK(runs[0].media == media(2));
  }
  SECTION("what nobody holds of it keeps nothing else from coming") {
    all.items[0] = {media(1), false, {}, {}};
    bench.receive(link, all);
    const auto runs = bench.sent<message::FetchChunks>(link);
    REQUIRE_FALSE(runs.empty());
    CHECK(runs[0].media == media(2));
  }
  SECTION("nothing of it is asked for twice, and all of it is forgotten when it is not needed") {
    bench.receive(link, all);
    bench.on(input::MediaUnneeded{media(1)});
    CHECK(bench.sent<message::Cancel>(link).size() == Flow().runs());
    for (std::uint8_t n = 2; n < 6; ++n) bench.on(input::MediaUnneeded{media(n)});
    bench.forget();
    bench.pass(settings::round_interval * 2);
    CHECK(bench.sent<message::MediaQuery>(link).empty());
    CHECK(bench.status().level);
  }
}

TEST_CASE("what lacks is asked for against an older file through the feed for which that is held, and through no other") {
  Bench bench;
  MediaNeed lacks = need(1, 3, 1'000);
  lacks.base = MediaBase{media_feed, media(7)};
  const LinkId link = start_with_holder(bench, lacks);
  CHECK(bench.sent<message::FetchChunks>(link).at(0).base == media(7));
  Bench other;
  lacks.base->feed = {"somebody", {}};
  const LinkId elsewhere = start_with_holder(other, lacks);
  CHECK(other.sent<message::FetchChunks>(elsewhere).at(0).base.is_zero());
}

TEST_CASE("what was asked for against a file that is lost is asked for anew at once, without it") {
  Bench bench;
  MediaNeed lacks = need(1, 3, 1'000);
  lacks.base = MediaBase{media_feed, media(7)};
  const LinkId link = start_with_holder(bench, lacks);
  const auto run = bench.sent<message::FetchChunks>(link).at(0);
  bench.receive(link, message::Slice{run.request, 0, false, bytes_of_size(500)});
  CHECK(bench.wanted<effect::WriteRun>().at(0).base == media(7));
  lacks.base.reset();
  bench.forget();
  bench.on(input::MediaNeeded{lacks});
  CHECK(bench.sent<message::Cancel>(link).size() == 1);
  const auto again = bench.sent<message::FetchChunks>(link);
  REQUIRE(again.size() == 1);
  CHECK(again[0].base.is_zero());
  // The same need once more changes nothing.
  bench.forget();
  bench.on(input::MediaNeeded{lacks});
  CHECK(bench.sent<message::Cancel>(link).empty());
}

TEST_CASE("a run is written as it comes, and its chunks are settled one by one") {
  Bench bench;
  const LinkId link = start_with_holder(bench, need(1, 3, 1'000));
  const auto run = bench.sent<message::FetchChunks>(link).at(0);
  bench.receive(link, message::Slice{run.request, 0, true, bytes_of_size(3'000)});
  const auto write = bench.wanted<effect::WriteRun>();
  REQUIRE(write.size() == 1);
  CHECK(write[0].last);
  CHECK(write[0].feed == media_feed);
  CHECK(write[0].media == media(1));
  bench.on(input::SliceTaken{write[0].job, {}});
  bench.on(input::ChunksStored{write[0].job, media(1), 0, 2, {}});
  CHECK(bench.status().media.at(0).here_bytes == 2'000);
  CHECK_FALSE(bench.status().level);
  bench.on(input::ChunksStored{write[0].job, media(1), 2, 1, {}});
  bench.on(input::MediaComplete{media(1)});
  CHECK(bench.status().media.empty());
  CHECK(bench.events(Event::Kind::media_completed).size() == 1);
}

TEST_CASE("the store is asked again about media of which every chunk was stored, and that it does not call whole") {
  Bench bench;
  const LinkId link = start_with_holder(bench, need(1, 3, 1'000));
  const auto run = bench.sent<message::FetchChunks>(link).at(0);
  bench.receive(link, message::Slice{run.request, 0, true, bytes_of_size(3'000)});
  const JobId job = bench.wanted<effect::WriteRun>().at(0).job;
  bench.on(input::SliceTaken{job, {}});
  bench.on(input::ChunksStored{job, media(1), 0, 3, {}});
  bench.pass(settings::answer_within / 2);
  CHECK(bench.wanted<effect::TellMedia>().empty());
  CHECK_FALSE(bench.status().level);
  bench.pass(settings::answer_within);
  const auto asked = bench.wanted<effect::TellMedia>();
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].media == media(1));
  // One chunk had crossed with what the store told: it comes again.
  MediaNeed lacks = need(1, 3, 1'000);
  lacks.held = {true, false, true};
  bench.forget();
  bench.on(input::MediaNeeded{lacks});
  const auto again = bench.sent<message::FetchChunks>(link);
  REQUIRE(again.size() == 1);
  CHECK(again[0].first == 1);
  CHECK(again[0].count == 1);
  bench.pass(settings::answer_within * 2);
  CHECK(bench.wanted<effect::TellMedia>().empty());
}

TEST_CASE("a bad chunk is fetched elsewhere, and what was good stays") {
  Bench bench;
  const LinkId bad = start_with_holder(bench, need(1, 3, 1'000));
  const auto run = bench.sent<message::FetchChunks>(bad).at(0);
  const LinkId good = bench.open(3);
  bench.on(input::Tick{});
  tell_complete(bench, good, 1);
  bench.forget();
  bench.receive(bad, message::Slice{run.request, 0, true, bytes_of_size(3'000)});
  const JobId job = bench.wanted<effect::WriteRun>().at(0).job;
  bench.on(input::SliceTaken{job, {}});
  bench.on(input::ChunksStored{job, media(1), 0, 2, {}});
  bench.on(input::ChunksStored{job, media(1), 2, 1, fail(Errc::chunk_bad)});
  CHECK(bench.events(Event::Kind::peer_misbehaved).size() == 1);
  CHECK(bench.sent<message::FetchChunks>(bad).empty());
  const auto again = bench.sent<message::FetchChunks>(good);
  REQUIRE(again.size() == 1);
  CHECK(again[0].first == 2);
  CHECK(again[0].count == 1);
}

TEST_CASE("a cut costs only what had not become whole") {
  Bench bench;
  const LinkId first = start_with_holder(bench, need(1, 10, 3'000));
  const auto run = bench.sent<message::FetchChunks>(first).at(0);
  CHECK(run.count == 10);
  bench.receive(first, message::Slice{run.request, 0, false, bytes_of_size(7'500)});
  const JobId job = bench.wanted<effect::WriteRun>().at(0).job;
  bench.on(input::SliceTaken{job, {}});
  bench.on(input::ChunksStored{job, media(1), 0, 2, {}});
  bench.on(input::LinkDown{first, "cut"});
  CHECK(bench.wanted<effect::DropRun>().size() == 1);
  const LinkId second = bench.open(3);
  bench.pass(seconds(1));
  tell_complete(bench, second, 1);
  std::uint64_t asked = 0;
  for (const auto& again : bench.sent<message::FetchChunks>(second)) asked += again.count;
  CHECK(asked == 8);
}

TEST_CASE("chunks come from several peers that hold different ones") {
  Bench bench;
  bench.start();
  const LinkId a = bench.open(2), b = bench.open(3);
  bench.on(input::MediaNeeded{need(1, 16, 1'000)});
  bench.receive(a, message::MediaHave{media_feed, {{media(1), false, {0x0f, 0x00}, list(1)}}});
  bench.receive(b, message::MediaHave{media_feed, {{media(1), false, {0x00, 0xf0}, list(1)}}});
  const auto of_a = bench.sent<message::FetchChunks>(a), of_b = bench.sent<message::FetchChunks>(b);
  std::set<std::uint32_t> asked;
  for (const auto& runs : {of_a, of_b}) {
    for (const auto& run : runs) {
      for (std::uint32_t i = 0; i < run.count; ++i) CHECK(asked.insert(run.first + i).second);
    }
  }
  CHECK(asked == std::set<std::uint32_t>{0, 1, 2, 3, 12, 13, 14, 15});
}

TEST_CASE("a question is answered from the store, under the feed's current tree") {
  Bench bench;
  bench.start();
  const LinkId link = bench.open(2);
  bench.hold(media_feed, 1, Bench::commit(media_feed, 1, 2));
  bench.on(input::MediaNeeded{need(3, 16, 1'000)});
  bench.forget();
  bench.receive(link, message::MediaQuery{media_feed, {media(1), media(2), media(3)}});
  const auto lookup = bench.wanted<effect::FindMedia>();
  REQUIRE(lookup.size() == 1);
  CHECK(lookup[0].feed == media_feed);
  bench.on(input::MediaFound{lookup[0].job, {media(1)}});
  const auto answer = bench.sent<message::MediaHave>(link);
  REQUIRE(answer.size() == 1);
  REQUIRE(answer[0].items.size() == 3);
  CHECK(answer[0].items[0].complete);
  CHECK_FALSE(answer[0].items[1].complete);
  CHECK(answer[0].items[1].chunks.empty());

  SECTION("and again when more has arrived, at most every two seconds") {
    for (std::uint32_t i = 0; i < 4; ++i) bench.on(input::ChunksStored{99, media(3), i, 1, {}});
    CHECK(bench.sent<message::MediaHave>(link).empty());
    bench.pass(seconds(3));
    const auto more = bench.sent<message::MediaHave>(link);
    REQUIRE(more.size() == 1);
    CHECK(more[0].items.at(0).chunks == Bytes{0x0f, 0x00});
    CHECK(more[0].items.at(0).list == list(3));
    bench.on(input::MediaComplete{media(3)});
    const auto whole = bench.sent<message::MediaHave>(link);
    REQUIRE(whole.size() == 1);
    CHECK(whole[0].items.at(0).complete);
  }
}

TEST_CASE("a question about a feed that the peer may not hold is answered with nothing, and not looked up") {
  Bench bench;
  bench.add_member(4, {"lens"});
  bench.start();
  const LinkId lens = bench.open(4);
  bench.on(input::MediaNeeded{need(1, 2, 10, Bench::territory(2, "lille"))});
  bench.on(input::ChunksStored{99, media(1), 0, 1, {}});
  bench.receive(lens, message::MediaQuery{Bench::territory(2, "lille"), {media(1)}});
  CHECK(bench.wanted<effect::FindMedia>().empty());
  const auto answer = bench.sent<message::MediaHave>(lens);
  REQUIRE(answer.size() == 1);
  CHECK_FALSE(answer[0].items.at(0).complete);
  CHECK(answer[0].items.at(0).chunks.empty());
}

TEST_CASE("our own full disk stops asking, and is not the peer's fault") {
  Bench bench;
  const LinkId link = start_with_holder(bench, need(1, 3, 1'000));
  const auto run = bench.sent<message::FetchChunks>(link).at(0);
  bench.receive(link, message::Slice{run.request, 0, true, bytes_of_size(3'000)});
  bench.on(input::SliceTaken{bench.wanted<effect::WriteRun>().at(0).job, fail(Errc::disk_full)});
  bench.pass(seconds(2));
  CHECK(bench.sent<message::FetchChunks>(link).empty());
  CHECK_FALSE(bench.closed(link));
  CHECK(bench.events(Event::Kind::peer_misbehaved).empty());
  bench.pass(settings::retry_min * 2);
  CHECK_FALSE(bench.sent<message::FetchChunks>(link).empty());
}

TEST_CASE("a disk that fails many runs at once rests as for one, and no longer once somebody asks") {
  Bench bench;
  bench.start();
  const LinkId link = bench.open(2);
  for (std::uint8_t i = 1; i <= 3; ++i) {
    bench.on(input::MediaNeeded{need(i, 1, 1'000)});
    tell_complete(bench, link, i);
  }
  const auto runs = bench.sent<message::FetchChunks>(link);
  REQUIRE(runs.size() == 3);
  for (const auto& run : runs) bench.receive(link, message::Slice{run.request, 0, true, bytes_of_size(1'000)});
  for (const auto& write : bench.wanted<effect::WriteRun>()) bench.on(input::SliceTaken{write.job, fail(Errc::disk_full)});
  bench.pass(seconds(2));
  CHECK(bench.sent<message::FetchChunks>(link).empty());
  SECTION("it passes") { bench.pass(settings::retry_min * 2); }
  SECTION("sync") { bench.on(input::SyncNow{}); }
  CHECK_FALSE(bench.sent<message::FetchChunks>(link).empty());
}

TEST_CASE("who told of a part is asked again, in case the news of the rest went astray") {
  Bench bench;
  bench.start();
  const LinkId link = bench.open(2);
  bench.on(input::MediaNeeded{need(1, 3, 1'000)});
  bench.sent<message::MediaQuery>(link);
  bench.receive(link, message::MediaHave{media_feed, {{media(1), false, {0x06}, list(1)}}});
  CHECK(bench.sent<message::MediaQuery>(link).empty());
  bench.pass(settings::round_interval + seconds(1));
  CHECK(bench.sent<message::MediaQuery>(link).size() == 1);
}

TEST_CASE("an author may name one media file by several chunk lists: chunks count by one of them") {
  Bench bench;
  bench.start();
  const LinkId link = bench.open(2);
  bench.on(input::MediaNeeded{need(1, 3, 1'000)});
  SECTION("what is held by another list is of no use") {
    bench.receive(link, message::MediaHave{media_feed, {{media(1), false, {0x07}, list(9)}}});
    CHECK(bench.sent<message::FetchChunks>(link).empty());
  }
  SECTION("a run says by which it counts, and one that does not end costs no ban") {
    tell_complete(bench, link, 1);
    const auto run = bench.sent<message::FetchChunks>(link).at(0);
    CHECK(run.list == list(1));
    bench.receive(link, message::Slice{run.request, 0, false, bytes_of_size(3'000 + limits::run_overhead_bytes)});
    CHECK_FALSE(bench.closed(link));
    CHECK(bench.sent<message::Cancel>(link).size() == 1);
    bench.pass(seconds(2));
    CHECK(bench.sent<message::FetchChunks>(link).empty());  // not before its back-off is over
  }
  SECTION("another list begins it anew") {
    tell_complete(bench, link, 1);
    CHECK(bench.sent<message::FetchChunks>(link).size() == 1);
    MediaNeed other = need(1, 3, 1'000);
    other.chunk_list = list(9);
    bench.on(input::MediaNeeded{other});
    CHECK(bench.sent<message::Cancel>(link).size() == 1);
    tell_complete(bench, link, 1);
    CHECK(bench.sent<message::FetchChunks>(link).at(0).list == list(9));
  }
}

}  // namespace media_test

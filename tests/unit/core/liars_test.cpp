// Peers that promise and do not keep it: none of them stops what others would bring.

#include "daemon/core/settings.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/core/harness.hpp"

namespace liars_test {
using namespace essaimage;
using namespace essaimage::core;
using std::chrono::seconds;

namespace {

const FeedId feed = Bench::region(2);
const FeedId federation = Bench::region(0);

/// Tells heads without proof, as a reconciliation does.
void claim(Bench& bench, LinkId link, std::vector<Head> heads) {
  message::Reconcile told{1, true, {}};
  told.ranges.push_back({"", message::Range::Kind::list, {}, std::move(heads), true});
  bench.receive(link, told);
}

Head head(const FeedId& of, std::uint64_t seq, std::size_t author) { return Bench::head(of, seq, Bench::commit(of, seq, author)); }

/// Sends a byte every 19 seconds for so long, or until the fetch is cancelled. True if it was.
bool drip(Bench& bench, LinkId link, std::uint64_t request, Duration at_most) {
  std::uint64_t offset = 0;
  for (Duration done{}; done < at_most; done += seconds(19)) {
    bench.receive(link, message::Slice{request, offset++, false, Bench::slice_of(1)});
    for (const auto& append : bench.wanted<effect::AppendPack>()) bench.on(input::SliceTaken{append.job, {}});
    for (const auto& write : bench.wanted<effect::WriteRun>()) bench.on(input::SliceTaken{write.job, {}});
    bench.pass(seconds(19));
    if (!bench.sent<message::Cancel>(link).empty()) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("a claim of the federation's feed without proof holds up no other feed") {
  Bench bench;
  bench.start();
  const LinkId liar = bench.open(2), honest = bench.open(3);
  claim(bench, liar, {head(federation, 1'000'000, 0)});
  CHECK(bench.sent<message::FetchFeed>(liar).size() == 1);
  bench.receive(honest, message::Announce{Bench::commit(feed, 1, 2)});
  CHECK(bench.sent<message::FetchFeed>(honest).size() == 1);
}

TEST_CASE("proven news of the federation hold up the others, for a minute at most") {
  Bench bench;
  bench.start();
  const LinkId slow = bench.open(2), honest = bench.open(3);
  const auto news = Bench::commit(federation, 9, 0);
  const auto request = bench.offered(slow, news, 10'000'000);
  bench.receive(honest, message::Announce{Bench::commit(feed, 1, 2)});
  CHECK(bench.sent<message::FetchFeed>(honest).empty());
  std::uint64_t offset = 0;
  const std::size_t size = settings::progress_bytes;
  for (int i = 0; i < 4; ++i) {  // fast enough to go on
    bench.receive(slow, message::Slice{request, offset, false, Bench::slice_of(size)});
    for (const auto& append : bench.wanted<effect::AppendPack>()) bench.on(input::SliceTaken{append.job, {}});
    offset += size;
    bench.pass(seconds(16));
  }
  CHECK(bench.sent<message::Cancel>(slow).empty());
  CHECK(bench.sent<message::FetchFeed>(honest).size() == 1);
}

TEST_CASE("slices are no answer while the offer is missing") {
  Bench bench;
  bench.start();
  const LinkId liar = bench.open(2);
  claim(bench, liar, {head(feed, 9, 2)});
  const auto request = bench.sent<message::FetchFeed>(liar).at(0).request;
  bench.pass(seconds(10));
  bench.receive(liar, message::Slice{request, 0, false, Bench::slice_of(1000)});
  bench.pass(seconds(11));
  CHECK(bench.sent<message::Cancel>(liar).size() == 1);
  CHECK(bench.events(Event::Kind::peer_misbehaved).size() == 1);
}

TEST_CASE("who lets drops fall after its offer is left within a minute, and costs other feeds nothing") {
  Bench bench;
  bench.start();
  const LinkId liar = bench.open(2), honest = bench.open(3);
  const auto raw = Bench::commit(feed, 1, 2);
  const auto request = bench.announced(liar, raw);
  bench.receive(honest, message::Announce{raw});
  bench.receive(liar, message::FeedOffer{request, raw, 10'000'000});
  CHECK(drip(bench, liar, request, seconds(60)));
  CHECK(bench.sent<message::FetchFeed>(honest).size() == 1);
}

TEST_CASE("a pack of which everything came but its end is given up") {
  Bench bench;
  bench.start();
  const LinkId liar = bench.open(2);
  const auto raw = Bench::commit(feed, 1, 2);
  const auto request = bench.offered(liar, raw, limits::slice_bytes_max);
  bench.receive(liar, message::Slice{request, 0, false, Bench::slice_of(limits::slice_bytes_max)});
  bench.pass(settings::answer_within + seconds(1));
  CHECK(bench.sent<message::Cancel>(liar).size() == 1);
}

TEST_CASE("a link that failed waits, whatever it claims next") {
  Bench bench;
  bench.start();
  const LinkId liar = bench.open(2);
  claim(bench, liar, {head(feed, 100, 2)});
  const auto request = bench.sent<message::FetchFeed>(liar).at(0).request;
  bench.receive(liar, message::Unavailable{request});
  claim(bench, liar, {head(feed, 101, 2)});
  CHECK(bench.sent<message::FetchFeed>(liar).empty());
  SECTION("nor does it help to take the claim back") {
    bench.receive(liar, message::Reconcile{2, true, {{"", message::Range::Kind::list, {}, {}, false}}});
    claim(bench, liar, {head(feed, 102, 2)});
    CHECK(bench.sent<message::FetchFeed>(liar).empty());
  }
  bench.pass(settings::retry_min * 2);
  CHECK(bench.sent<message::FetchFeed>(liar).size() == 1);
}

TEST_CASE("an honest lower head comes before the higher claim of who failed") {
  Bench bench;
  bench.start();
  const LinkId liar = bench.open(2);
  claim(bench, liar, {head(feed, 100, 2)});
  bench.pass(settings::answer_within + seconds(1));
  bench.sent<message::FetchFeed>(liar);
  const LinkId other = bench.open(3);
  const auto raw = Bench::commit(feed, 1, 2);
  bench.receive(other, message::Announce{raw});
  const auto first = bench.sent<message::FetchFeed>(other);
  REQUIRE(first.size() == 1);
  bench.pass(settings::retry_min * 2);  // the liar's back-off is over
  bench.receive(other, message::Unavailable{first[0].request});
  CHECK(bench.sent<message::FetchFeed>(liar).size() == 1);  // nobody else is there
  const LinkId third = bench.open(4);
  bench.receive(third, message::Announce{raw});
  bench.pass(settings::answer_within + seconds(1));
  CHECK(bench.sent<message::FetchFeed>(third).size() == 1);
}

TEST_CASE("a proven head is preferred to a higher claim") {
  Bench bench;
  bench.start();
  const LinkId liar = bench.open(2), honest = bench.open(3);
  claim(bench, liar, {head(feed, 5, 2)});
  const auto request = bench.sent<message::FetchFeed>(liar).at(0).request;
  bench.receive(honest, message::Announce{Bench::commit(feed, 3, 2)});
  const LinkId third = bench.open(4);
  claim(bench, third, {head(feed, 100, 2)});
  bench.receive(liar, message::Unavailable{request});
  CHECK(bench.sent<message::FetchFeed>(third).empty());
  CHECK(bench.sent<message::FetchFeed>(honest).size() == 1);
}

TEST_CASE("a run of media that drips is given up, and asked of another") {
  Bench bench;
  bench.start();
  const LinkId liar = bench.open(2);
  MediaNeed need;
  need.media.bytes.fill(1);
  need.chunk_bytes = {500'000};
  need.bytes = 500'000;
  need.held = {false};
  need.feeds = {feed};
  bench.on(input::MediaNeeded{need});
  bench.receive(liar, message::MediaHave{feed, {{need.media, true, {}, {}}}});
  const auto request = bench.sent<message::FetchChunks>(liar).at(0).request;
  CHECK(drip(bench, liar, request, seconds(60)));
}

TEST_CASE("what belongs to no request is paid for") {
  Bench bench;
  bench.start();
  const LinkId link = bench.open(2);
  Message message;
  SECTION("slices") { message = message::Slice{77, 0, false, Bench::slice_of(1000)}; }
  SECTION("credit") { message = message::Credit{77, 65536}; }
  SECTION("offers") { message = message::FeedOffer{77, Bench::commit(feed, 1, 2), 100}; }
  SECTION("media that nobody asked for") { message = message::MediaHave{feed, {{{}, true, {}, {}}}}; }
  for (int i = 0; i < 200; ++i) bench.receive(link, message);
  CHECK(bench.events(Event::Kind::peer_misbehaved).empty());  // what is under way when a request ends
  for (int i = 0; i < 40'000 && bench.events(Event::Kind::peer_misbehaved).size() < 100; ++i) {
    bench.receive(link, message);
  }
  CHECK(bench.closed(link));
}

TEST_CASE("a transfer in drops is paid for") {
  Bench bench;
  bench.start();
  const LinkId link = bench.open(2);
  const auto raw = Bench::commit(feed, 1, 2);
  bench.receive(link, message::Announce{raw});
  const auto fetch = bench.sent<message::FetchFeed>(link).at(0);
  bench.receive(link, message::FeedOffer{fetch.request, raw, 1'000'000});
  bool closed = false;
  for (std::uint64_t i = 0; i < fetch.credit_bytes && !closed; ++i) {
    bench.receive(link, message::Slice{fetch.request, i, false, Bench::slice_of(1)});
    closed = bench.closed(link);
  }
  CHECK(closed);
}

TEST_CASE("credit in drops is paid for") {
  Bench bench;
  bench.start();
  const LinkId link = bench.open(2);
  const FeedId own = Bench::region(1);
  const auto raw = Bench::commit(own, 1, 1);
  bench.hold(own, 1, raw, true);
  bench.receive(link, message::FetchFeed{1, own, {}, 0});
  bench.on(input::SourceOpened{bench.wanted<effect::OpenPack>().at(0).job, std::uint64_t{1'000'000}, raw});
  bool closed = false;
  for (int i = 0; i < 40'000 && !closed; ++i) {
    bench.receive(link, message::Credit{1, 1});
    closed = bench.closed(link);
  }
  CHECK(closed);
}

}  // namespace liars_test

#include "daemon/core/settings.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/core/harness.hpp"

namespace serving_test {
using namespace essaimage;
using namespace essaimage::core;
using std::chrono::seconds;

namespace {

const FeedId own = Bench::region(1);

SharedBytes bytes_of_size(std::size_t size) { return std::make_shared<const Bytes>(size, 1); }

/// Lets the store read what the core asks for, until it asks for nothing more. Returns the bytes sent on the link.
std::uint64_t serve(Bench& bench, LinkId link) {
  std::uint64_t sent = 0;
  for (;;) {
    const auto reads = bench.wanted<effect::ReadSource>();
    if (reads.empty()) return sent;
    for (const auto& read : reads) {
      bench.on(input::SourceRead{read.job, read.offset, bytes_of_size(read.bytes_max)});
    }
    for (const auto& slice : bench.sent<message::Slice>(link)) sent += slice.bytes->size();
  }
}

}  // namespace

TEST_CASE("a feed is served as an offer and slices, never more than the credit") {
  Bench bench;
  bench.start();
  const LinkId link = bench.open(2);
  const auto raw = Bench::commit(own, 1, 1);
  bench.hold(own, 1, raw, true);
  bench.receive(link, message::FetchFeed{5, own, {}, 100'000});
  const auto open = bench.wanted<effect::OpenPack>();
  REQUIRE(open.size() == 1);
  bench.on(input::SourceOpened{open[0].job, std::uint64_t{300'000}, raw});
  const auto offer = bench.sent<message::FeedOffer>(link);
  REQUIRE(offer.size() == 1);
  CHECK(offer[0].request == 5);
  CHECK(offer[0].pack_bytes == 300'000);
  CHECK(serve(bench, link) == 100'000);
  bench.receive(link, message::Credit{5, 150'000});
  CHECK(serve(bench, link) == 50'000);
  bench.receive(link, message::Credit{5, 150'000});  // once more is no more
  CHECK(serve(bench, link) == 0);
  bench.receive(link, message::Credit{5, 1'000'000});
  CHECK(serve(bench, link) == 150'000);
  CHECK(bench.wanted<effect::CloseSource>().size() == 1);
}

TEST_CASE("nothing is read while the bulk channel is full") {
  Bench bench;
  bench.start();
  const LinkId link = bench.open(2);
  const auto raw = Bench::commit(own, 1, 1);
  bench.hold(own, 1, raw, true);
  bench.receive(link, message::FetchFeed{1, own, {}, 1'000'000});
  bench.on(input::Writable{link, Channel::bulk, false});
  bench.on(input::SourceOpened{bench.wanted<effect::OpenPack>().at(0).job, std::uint64_t{200'000}, raw});
  CHECK(bench.wanted<effect::ReadSource>().empty());
  bench.on(input::Writable{link, Channel::bulk, true});
  CHECK(serve(bench, link) == 200'000);
}

TEST_CASE("not held, not allowed and nothing newer are answered alike") {
  Bench bench;
  bench.start();
  const LinkId link = bench.open(2);
  const FeedId lens = Bench::territory(0, "lens");
  bench.roster().members.at(Bench::slug(1)).territories = {"lille", "lens"};
  bench.on(input::RosterChanged{bench.roster_now()});
  bench.hold(lens, 1, Bench::commit(lens, 1, 0));
  const auto raw = Bench::commit(own, 1, 1);
  bench.hold(own, 1, raw, true);
  bench.forget();
  bench.receive(link, message::FetchFeed{1, lens, {}, 65536});                          // not allowed
  bench.receive(link, message::FetchFeed{2, Bench::territory(5, "lille"), {}, 65536});  // not held
  bench.receive(link, message::FetchFeed{3, own, sim::commit_id(*raw), 65536});         // nothing newer
  bench.receive(link, message::FetchChunks{4, lens, {}, {}, 0, 1, 65536, {}});
  CHECK(bench.sent<message::Unavailable>(link).size() == 4);
  CHECK(bench.sent_count(link) == 0);
  CHECK(bench.wanted<effect::OpenPack>().empty());
  CHECK(bench.wanted<effect::OpenRun>().empty());
}

TEST_CASE("who leaves the audience while it is served gets no more") {
  Bench bench;
  bench.start();
  const LinkId link = bench.open(2);
  const FeedId lille = Bench::territory(1, "lille");
  const auto raw = Bench::commit(lille, 1, 1);
  bench.hold(lille, 1, raw, true);
  bench.receive(link, message::FetchFeed{1, lille, {}, 1'000'000});
  bench.on(input::SourceOpened{bench.wanted<effect::OpenPack>().at(0).job, std::uint64_t{500'000}, raw});
  const auto read = bench.wanted<effect::ReadSource>();
  REQUIRE(read.size() == 1);
  bench.roster().members.at(Bench::slug(2)).territories.clear();
  bench.on(input::RosterChanged{bench.roster_now()});
  bench.on(input::SourceRead{read[0].job, 0, bytes_of_size(read[0].bytes_max)});
  CHECK(bench.sent<message::Slice>(link).empty());
  CHECK(bench.sent<message::Unavailable>(link).size() == 1);
  CHECK(bench.wanted<effect::CloseSource>().size() == 1);
}

TEST_CASE("a head that the store does not know is answered with the whole feed") {
  Bench bench;
  bench.start();
  const LinkId link = bench.open(2);
  bench.hold(own, 2, Bench::commit(own, 2, 1), true);
  bench.receive(link, message::FetchFeed{1, own, sim::commit_id(*Bench::commit(own, 1, 1, 5)), 65536});
  const auto first = bench.wanted<effect::OpenPack>();
  REQUIRE(first.size() == 1);
  CHECK_FALSE(first[0].have.is_zero());
  bench.on(input::SourceOpened{first[0].job, fail(Errc::not_found), nullptr});
  const auto second = bench.wanted<effect::OpenPack>();
  REQUIRE(second.size() == 1);
  CHECK(second[0].have.is_zero());
  CHECK(bench.sent<message::Unavailable>(link).empty());
}

TEST_CASE("open sources are bounded for each peer and in all, the rest waits or is refused") {
  Bench bench;
  bench.start();
  bench.hold(own, 1, Bench::commit(own, 1, 1), true);
  bench.forget();
  std::size_t opened = 0;
  for (std::size_t peer = 2; peer < 6; ++peer) {
    const LinkId link = bench.open(peer);
    for (std::uint64_t request = 1; request <= 100; ++request) {
      bench.receive(link, message::FetchFeed{request, own, {}, 65536});
    }
    const std::size_t here = bench.wanted<effect::OpenPack>().size();
    CHECK(here <= settings::sources_per_link);
    CHECK(bench.sent<message::Unavailable>(link).size() == 100 - settings::queued_per_link);
    opened += here;
  }
  CHECK(opened <= settings::sources_max);
}

TEST_CASE("what is cancelled while the store opens it counts until the store has answered") {
  Bench bench;
  bench.start();
  bench.hold(own, 1, Bench::commit(own, 1, 1), true);
  LinkId link = bench.open(2);
  bench.forget();
  std::uint64_t request = 0;
  for (int i = 0; i < 1000; ++i) {
    const ObjectId random = sim::commit_id(Bytes(1, static_cast<std::uint8_t>(i)));
    bench.receive(link, message::FetchFeed{++request, own, random, 65536});
    bench.receive(link, message::Cancel{request});
    if (i % 100 == 99) bench.pass(seconds(1));
  }
  const auto opened = bench.wanted<effect::OpenPack>();
  CHECK(opened.size() == settings::sources_per_link);
  CHECK(bench.wanted<effect::CloseSource>().size() == opened.size());
  bench.receive(link, message::FetchFeed{++request, own, {}, 65536});
  CHECK(bench.wanted<effect::OpenPack>().empty());
  SECTION("the store answers") { bench.on(input::SourceOpened{opened.at(0).job, std::uint64_t{10}, nullptr}); }
  SECTION("the store has not opened it") { bench.on(input::SourceOpened{opened.at(0).job, fail(Errc::cancelled), nullptr}); }
  CHECK(bench.wanted<effect::OpenPack>().size() == 1);
}

TEST_CASE("a request that is repeated is ignored") {
  Bench bench;
  bench.start();
  const LinkId link = bench.open(2);
  bench.hold(own, 1, Bench::commit(own, 1, 1), true);
  bench.receive(link, message::FetchFeed{7, own, {}, 65536});
  bench.receive(link, message::FetchFeed{7, own, {}, 65536});
  bench.receive(link, message::FetchFeed{3, own, {}, 65536});
  CHECK(bench.wanted<effect::OpenPack>().size() == 1);
}

TEST_CASE("a source without credit is closed after a minute, and with its link") {
  Bench bench;
  bench.start();
  const LinkId link = bench.open(2);
  const auto raw = Bench::commit(own, 1, 1);
  bench.hold(own, 1, raw, true);
  bench.receive(link, message::FetchFeed{1, own, {}, 0});
  bench.on(input::SourceOpened{bench.wanted<effect::OpenPack>().at(0).job, std::uint64_t{1000}, raw});
  SECTION("idle") {
    bench.pass(seconds(62));
    CHECK(bench.sent<message::Unavailable>(link).size() == 1);
  }
  SECTION("link down") { bench.on(input::LinkDown{link, "cut"}); }
  CHECK(bench.wanted<effect::CloseSource>().size() == 1);
}

TEST_CASE("no link waits for the end of another one's queue") {
  Bench bench;
  for (std::size_t i = 6; i < 40; ++i) bench.add_member(i, {"lille"});
  bench.start();
  const auto raw = Bench::commit(own, 1, 1);
  bench.hold(own, 1, raw, true);
  // Eight links ask for so much that no more may be open; then another one asks.
  for (std::size_t peer = 2; peer < 10; ++peer) {
    const LinkId link = bench.open(peer);
    for (std::uint64_t i = 1; i <= 20; ++i) bench.receive(link, message::FetchChunks{i, own, {}, {}, 0, 1, 1'000, {}});
  }
  const LinkId last = bench.open(12);
  bench.receive(last, message::FetchChunks{1, own, Sha256{{7}}, {}, 0, 1, 1'000, Sha256{{8}}});
  bench.forget();
  // The first link gives up one of those that are open.
  bench.on(input::SourceOpened{1, fail(Errc::not_found), {}});
  const auto open = bench.wanted<effect::OpenRun>();
  REQUIRE(open.size() == 1);
  CHECK(open[0].media == Sha256{{7}});
  CHECK(open[0].base == Sha256{{8}});
}

TEST_CASE("under a limit, text comes first and links in turn") {
  Bench bench;
  bench.start();
  bench.on(input::Traffic{40'000, {}, true});
  const LinkId a = bench.open(2), b = bench.open(3);
  const auto raw = Bench::commit(own, 1, 1);
  bench.hold(own, 1, raw, true);
  const auto ask = [&](LinkId link, std::uint64_t request) {
    bench.receive(link, message::FetchChunks{request, own, {}, {}, 0, 1, 10'000'000, {}});
    bench.on(input::SourceOpened{bench.wanted<effect::OpenRun>().at(0).job, std::uint64_t{10'000'000}, {}});
  };
  ask(a, 1);
  ask(b, 1);
  std::map<LinkId, std::uint64_t> sent;
  const auto serve_second = [&] {
    for (int i = 0; i < 30; ++i) {
      bench.wait(std::chrono::milliseconds(33));
      for (const auto& read : bench.wanted<effect::ReadSource>()) {
        bench.on(input::SourceRead{read.job, read.offset, bytes_of_size(read.bytes_max)});
      }
      for (const LinkId link : {a, b}) {
        for (const auto& slice : bench.sent<message::Slice>(link)) sent[link] += slice.bytes->size();
      }
    }
  };
  for (int i = 0; i < 10; ++i) serve_second();
  CHECK(sent[a] + sent[b] >= 350'000);
  CHECK(sent[a] + sent[b] <= 410'000);
  CHECK(sent[a] <= sent[b] + 20'000);
  CHECK(sent[b] <= sent[a] + 20'000);
  // A pack of b, asked for last of all.
  bench.receive(b, message::FetchFeed{2, own, {}, 1'000'000});
  bench.on(input::SourceOpened{bench.wanted<effect::OpenPack>().at(0).job, std::uint64_t{30'000}, raw});
  const auto before = sent;
  serve_second();
  CHECK(sent[b] - before.at(b) >= 25'000);
}

}  // namespace serving_test

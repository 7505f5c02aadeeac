#include "daemon/core/uplink.hpp"

#include "daemon/core/settings.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/core/harness.hpp"

namespace uplink_test {
using namespace essaimage;
using namespace essaimage::core;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

/// One node that sends bulk without end over a line that carries so much, to a peer whose clock is anything.
struct Line {
  sim::SimNotary notary;
  Context context{notary};
  Uplink uplink{context};
  Link* link = nullptr;
  double queued = 0;         ///< bytes in front of the line
  double carries = 125'000;  ///< a second
  double credit = 200'000;   ///< peers let no more be under way
  std::uint64_t sent = 0;
  std::int64_t worst_ms = 0;

  Line() {
    context.now = Instant{5'000'000};
    link = &context.links.add({1, sim::transport_key(2), true, "sim://2", false}, context.now);
    link->phase = Link::Phase::open;
    uplink.link_opened(*link);
    run(seconds(2), false);  // the line is seen empty first
  }
  std::int64_t waits_ms() const { return static_cast<std::int64_t>(queued * 1000 / carries); }

  void run(Duration length, bool bulk = true) {
    for (Duration passed{}; passed < length; passed += milliseconds(10)) {
      context.now = context.now + milliseconds(10);
      queued = std::max(0.0, queued - carries / 100);
      const auto wake = uplink.wake_at();
      if (wake && *wake <= context.now) uplink.tick();
      if (passed.count() % 1000 == 0) uplink.tick();
      while (bulk && queued < credit && uplink.take(*link, uplink.slice_bytes_max())) {
        queued += static_cast<double>(uplink.slice_bytes_max());
        sent += uplink.slice_bytes_max();
      }
      answer();
      worst_ms = std::max(worst_ms, waits_ms());
    }
  }
  /// Pings travel 20 ms and behind what is queued; the peer's clock is 1,234,567 ms ahead.
  void answer() {
    while (!context.effects.empty()) {
      const auto* send = std::get_if<effect::Send>(&context.effects.front());
      if (const auto* ping = send != nullptr ? std::get_if<message::Ping>(&send->message) : nullptr) {
        pongs.push_back({context.now + Duration(waits_ms() + 40), {ping->token, context.now.ms + waits_ms() + 20 + 1'234'567}});
      }
      context.effects.pop_front();
    }
    while (!pongs.empty() && pongs.front().first <= context.now) {
      uplink.pong(*link, pongs.front().second);
      pongs.pop_front();
    }
  }
  std::deque<std::pair<Instant, message::Pong>> pongs;
};

}  // namespace

TEST_CASE("the delay of a queue is what is above the least seen, whatever the clocks say") {
  QueueDelay delay;
  Instant now{0};
  CHECK(delay.now().count() == 0);
  delay.sample(-5'000, seconds(9), now);
  delay.sample(-4'900, seconds(9), now);
  CHECK(delay.now().count() == 0);  // the least of the last few
  for (int i = 0; i < 3; ++i) delay.sample(-4'800, seconds(9), now);
  CHECK(delay.now().count() == 200);
  SECTION("a clock that drifts is followed") {
    for (std::int64_t minute = 1; minute <= 30; ++minute) {
      now = now + minutes(1);
      for (int i = 0; i < 3; ++i) delay.sample(-5'000 + minute * 2, seconds(9), now);
    }
    CHECK(delay.now().count() <= 20);
  }
  SECTION("a clock that jumped is no queue: no message is longer on its way than there and back") {
    for (int i = 0; i < 3; ++i) delay.sample(55'000, milliseconds(250), now);
    CHECK(delay.now().count() == 0);
    for (int i = 0; i < 3; ++i) delay.sample(55'150, milliseconds(250), now);
    CHECK(delay.now().count() == 150);
  }
  SECTION("what was seen too long ago to compare with is no queue either, nor less than none") {
    delay.sample(-4'500, seconds(9), now + minutes(11));
    CHECK(delay.now().count() == 0);
  }
  SECTION("also where samples are rare") {
    for (std::int64_t minute = 3; minute <= 300; minute += 3) {
      now = now + minutes(3);
      delay.sample(-5'000 + minute * 2, seconds(9), now);
    }
    CHECK(delay.now().count() <= 20);
  }
}

TEST_CASE("a full line is found, kept full, and kept short") {
  Line line;
  line.run(seconds(30));
  CHECK(line.uplink.rate());
  line.sent = 0;
  line.worst_ms = 0;
  line.run(seconds(60));
  const double used = static_cast<double>(line.sent) / (60 * line.carries);
  CAPTURE(used, line.worst_ms);
  CHECK(used >= 0.9);
  CHECK(line.worst_ms <= 400);
  SECTION("when the line gets wider, that is found too") {
    line.carries *= 4;
    line.credit *= 4;
    line.run(seconds(60));
    line.sent = 0;
    line.run(seconds(30));
    CHECK(static_cast<double>(line.sent) / (30 * line.carries) >= 0.85);
  }
  SECTION("and forgotten when there is nothing to send") {
    line.run(seconds(60), false);
    line.context.now = line.context.now + seconds(1);
    CHECK(line.uplink.take(*line.link, 1000));
    line.run(seconds(40), false);
    CHECK_FALSE(line.uplink.rate());
  }
}

TEST_CASE("the admin's limit holds from the first byte, and a LAN is not limited") {
  Line line;
  line.uplink.set_limit(50'000);
  line.run(seconds(20));
  CHECK(line.sent <= 20 * 50'000 + limits::slice_bytes_max);
  CHECK(line.sent >= 19 * 50'000);
  line.link->lan = true;
  for (int i = 0; i < 100; ++i) CHECK(line.uplink.take(*line.link, limits::slice_bytes_max));
}

TEST_CASE("a lost ping does not slow the line for ever") {
  Line line;
  line.carries = 1e9;
  line.run(seconds(2));
  line.pongs.clear();
  line.context.now = line.context.now + settings::probe_lost_after + seconds(1);
  line.run(seconds(60));
  const auto rate = line.uplink.rate();
  CHECK((!rate || *rate > 1'000'000));
}

}  // namespace uplink_test

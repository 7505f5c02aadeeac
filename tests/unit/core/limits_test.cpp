#include "daemon/core/conduct.hpp"
#include "daemon/core/flow.hpp"
#include "daemon/core/limiter.hpp"
#include "daemon/core/settings.hpp"
#include "tests/sim/universe.hpp"
#include "tests/support/catch.hpp"

namespace limits_test {
using namespace essaimage;
using namespace essaimage::core;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("a bucket gives its burst at once and its rate afterwards") {
  TokenBucket bucket(10, 2);
  const Instant now{5000};
  for (int i = 0; i < 10; ++i) CHECK(bucket.take(1, now));
  CHECK_FALSE(bucket.take(1, now));
  CHECK_FALSE(bucket.take(1, now + milliseconds(400)));
  CHECK(bucket.take(1, now + milliseconds(500)));
  CHECK_FALSE(bucket.take(1, now + milliseconds(600)));
  int later = 0;
  while (bucket.take(1, now + seconds(3600))) ++later;
  CHECK(later == 10);
}

TEST_CASE("points fade, and bans double") {
  Conduct conduct;
  const TransportKey peer = sim::transport_key(2);
  Instant now{0};
  CHECK_FALSE(conduct.blame(peer, 60, now));
  now = now + seconds(60);
  CHECK_FALSE(conduct.blame(peer, 60, now));
  CHECK(conduct.blame(peer, 60, now));
  CHECK(conduct.banned(peer, now));
  CHECK(conduct.banned_until(peer, now) == now + settings::ban);
  now = now + settings::ban;
  CHECK_FALSE(conduct.banned(peer, now));
  CHECK(conduct.blame(peer, 100, now));
  CHECK(conduct.banned_until(peer, now) == now + 2 * settings::ban);
  CHECK_FALSE(conduct.banned(sim::transport_key(3), now));
}

TEST_CASE("the records of conduct are bounded, and running bans stay") {
  Conduct conduct;
  CHECK(conduct.blame(sim::transport_key(1), 100, Instant{0}));
  for (std::size_t i = 2; i < 2 * settings::records_max; ++i) {
    conduct.blame(sim::transport_key(i), 1, Instant{static_cast<std::int64_t>(i)});
  }
  CHECK(conduct.banned(sim::transport_key(1), Instant{1000}));
}

TEST_CASE("the window follows what a link carries") {
  Flow flow;
  CHECK(flow.window() == settings::window_min);
  SECTION("a fast link opens it to the maximum") {
    Instant now{0};
    for (int i = 0; i < 2000; ++i) {
      flow.received(64 * 1024, now);
      if (i % 16 == 0) now = now + milliseconds(1);
    }
    CHECK(flow.window() == settings::window_max);
  }
  SECTION("of a line of 1 Mbit/s it is half a second, and few requests share it") {
    Instant now{0};
    for (int i = 0; i < 100; ++i) {
      flow.received(64 * 1024, now);
      now = now + milliseconds(524);
    }
    CHECK(flow.window() >= 60'000);
    CHECK(flow.window() <= 65'000);
    CHECK(flow.runs() == 3);
  }
  SECTION("a slow one keeps it at the minimum") {
    Instant now{0};
    for (int i = 0; i < 100; ++i) {
      flow.received(4 * 1024, now);
      now = now + milliseconds(500);
    }
    CHECK(flow.window() == settings::window_min);
    CHECK(flow.runs() == 2);
  }
}

TEST_CASE("credit keeps the share under way and never exceeds what is expected") {
  CreditAccount account;
  account.given = 65'536;
  CHECK(account.due(131'072, 1'000'000) == 65'536);
  account.given = 131'072;
  CHECK(account.due(131'072, 1'000'000) == 0);
  account.received = 65'536;
  account.storing.push_back(65'536);
  CHECK(account.due(131'072, 1'000'000) == 0);
  account.stored();
  CHECK(account.taken == 65'536);
  CHECK(account.due(131'072, 1'000'000) == 65'536);
  CHECK(account.due(131'072, 140'000) == 140'000 - 131'072);
  CHECK(account.due(131'072, 131'072) == 0);
}

}  // namespace limits_test

#include "daemon/shell/upkeep.hpp"

#include "daemon/shell/store_jobs.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/shell/fake_library.hpp"

namespace upkeep_test {
using namespace essaimage;
using namespace essaimage::shell;
using namespace essaimage::test;

namespace {

/// A library that is tended while time goes on; nothing is confirmed at first.
struct Tended {
  FakeLibrary library;
  std::unique_ptr<Log> log = Log::none();
  StoreJobs jobs{library, *log, [](core::Input) {}, Worker::Runs::within_post};
  Upkeep upkeep;
  Instant now;
  bool confirmed = false;

  explicit Tended(Upkeep::Told told = {}) : upkeep(library, jobs, {}, std::move(told)) {}
  void turn(std::chrono::seconds later) {
    now = now + later;
    upkeep.turn(now, [this] { return confirmed; });
  }
};

}  // namespace

TEST_CASE("Caches are given back once a burst of work is over, and only then") {
  Tended node;
  node.confirmed = true;
  const auto half_a_minute_later = [&] {
    node.turn(std::chrono::seconds(30));
    return node.library.released.load();
  };
  CHECK(half_a_minute_later() == 0);
  CHECK(half_a_minute_later() == 0);
  node.upkeep.saw(core::input::ChunksStored{}, node.now);
  CHECK(half_a_minute_later() == 0);
  node.upkeep.saw(core::input::HeadChanged{}, node.now);
  CHECK(half_a_minute_later() == 0);
  CHECK(half_a_minute_later() == 1);
  CHECK(half_a_minute_later() == 1);
}

TEST_CASE("What the federation decided is followed when its feed or our own has news, and once a minute, as soon as that makes no fork") {
  std::vector<KitId> told;
  Tended node([&](const store::PassedOn& passed) { told.push_back(passed.kit); });
  node.library.curates.passes_on = {{{"moulins", "lampe"}, 1, {}, {}}};
  const auto follows = [&](std::chrono::seconds later) {
    node.turn(later);
    return node.library.curates.follows.load();
  };
  const auto news_of = [&](const std::string& centre) {
    core::input::HeadChanged changed;
    changed.head.feed.centre = centre;
    node.upkeep.saw(changed, node.now);
  };
  CHECK(follows(std::chrono::seconds(1)) == 0);
  node.confirmed = true;
  CHECK(follows(std::chrono::seconds(1)) == 1);
  CHECK(told == std::vector<KitId>{{"moulins", "lampe"}});
  CHECK(follows(std::chrono::seconds(1)) == 1);
  news_of("fives");
  CHECK(follows(std::chrono::seconds(1)) == 1);
  news_of(node.library.identity().federation_slug);
  CHECK(follows(std::chrono::seconds(1)) == 2);
  news_of("moulins");
  CHECK(follows(std::chrono::seconds(1)) == 3);
  CHECK(follows(std::chrono::seconds(59)) == 3);
  CHECK(follows(std::chrono::seconds(1)) == 4);
}

TEST_CASE("Rules for mirrors are applied at the start and when the roster changes, once that makes no fork") {
  Tended node;
  const auto applied = [&] {
    node.turn(std::chrono::minutes(5));
    return node.library.no_mirrors.applied;
  };
  CHECK(applied() == 0);
  node.confirmed = true;
  CHECK(applied() == 1);
  CHECK(applied() == 1);
  node.upkeep.saw(core::input::RosterChanged{}, node.now);
  CHECK(applied() == 2);
  CHECK(applied() == 2);
}

TEST_CASE("The federation's node looks once an hour whether the time is to be signed, once that makes no fork; others never do") {
  Tended federation, other;
  federation.library.make_federation();
  const auto beats = [&](std::chrono::minutes later) {
    for (auto* each : {&federation, &other}) each->turn(later);
    CHECK(other.library.beats == 0);
    return federation.library.beats.load();
  };
  CHECK(beats(std::chrono::minutes(1)) == 0);
  federation.confirmed = other.confirmed = true;
  CHECK(beats(std::chrono::minutes(1)) == 1);
  CHECK(beats(std::chrono::minutes(59)) == 1);
  CHECK(beats(std::chrono::minutes(1)) == 2);
}

TEST_CASE("Withdrawals are looked at once a minute, soon after news, and signed once that makes no fork") {
  Tended node;
  const auto settled_after = [&](std::chrono::seconds later) {
    node.turn(later);
    return node.library.fake_withdrawals().settled.load();
  };
  CHECK(settled_after(std::chrono::seconds(1)) == 0);  // it has not joined
  node.library.join();
  CHECK(settled_after(std::chrono::seconds(1)) == 1);
  CHECK(node.library.fake_withdrawals().signed_too == 0);
  node.confirmed = true;
  CHECK(settled_after(std::chrono::seconds(5)) == 2);
  CHECK(node.library.fake_withdrawals().signed_too == 1);
  CHECK(settled_after(std::chrono::seconds(59)) == 2);
  CHECK(settled_after(std::chrono::seconds(1)) == 3);
  node.upkeep.saw(core::input::HeadChanged{}, node.now);
  CHECK(settled_after(std::chrono::seconds(4)) == 3);
  CHECK(settled_after(std::chrono::seconds(1)) == 4);
}

}  // namespace upkeep_test

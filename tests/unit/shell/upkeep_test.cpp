#include "daemon/shell/upkeep.hpp"

#include "daemon/shell/store_jobs.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/shell/fake_library.hpp"

using namespace essaimage;
using namespace essaimage::shell;
using namespace essaimage::test;

TEST_CASE("Caches are given back once a burst of work is over, and only then") {
  FakeLibrary library;
  const auto log = Log::none();
  StoreJobs jobs(library, *log, [](core::Input) {}, Worker::Runs::within_post);
  Upkeep upkeep(library, jobs, {});
  Instant now;
  const auto half_a_minute_later = [&] {
    now = now + std::chrono::seconds(30);
    upkeep.turn(now, [] { return true; });
    return library.released.load();
  };
  CHECK(half_a_minute_later() == 0);
  CHECK(half_a_minute_later() == 0);
  upkeep.saw(core::input::ChunksStored{}, now);
  CHECK(half_a_minute_later() == 0);
  upkeep.saw(core::input::HeadChanged{}, now);
  CHECK(half_a_minute_later() == 0);
  CHECK(half_a_minute_later() == 1);
  CHECK(half_a_minute_later() == 1);
}

TEST_CASE("What the federation decided is followed when its feed or our own has news, and once a minute, as soon as that makes no fork") {
  FakeLibrary library;
  library.curates.passes_on = {{{"moulins", "lampe"}, 1, {}, {}}};
  const auto log = Log::none();
  StoreJobs jobs(library, *log, [](core::Input) {}, Worker::Runs::within_post);
  std::vector<KitId> told;
  Upkeep upkeep(library, jobs, {}, [&](const store::PassedOn& passed) { told.push_back(passed.kit); });
  Instant now;
  bool confirmed = false;
  const auto follows = [&](std::chrono::seconds later) {
    now = now + later;
    upkeep.turn(now, [&] { return confirmed; });
    return library.curates.follows.load();
  };
  const auto news_of = [&](const std::string& centre) {
    core::input::HeadChanged changed;
    changed.head.feed.centre = centre;
    upkeep.saw(changed, now);
  };
  CHECK(follows(std::chrono::seconds(1)) == 0);
  confirmed = true;
  CHECK(follows(std::chrono::seconds(1)) == 1);
  CHECK(told == std::vector<KitId>{{"moulins", "lampe"}});
  CHECK(follows(std::chrono::seconds(1)) == 1);
  news_of("fives");
  CHECK(follows(std::chrono::seconds(1)) == 1);
  news_of(library.identity().federation_slug);
  CHECK(follows(std::chrono::seconds(1)) == 2);
  news_of("moulins");
  CHECK(follows(std::chrono::seconds(1)) == 3);
  CHECK(follows(std::chrono::seconds(59)) == 3);
  CHECK(follows(std::chrono::seconds(1)) == 4);
}

TEST_CASE("Rules for mirrors are applied at the start and when the roster changes, once that makes no fork") {
  FakeLibrary library;
  const auto log = Log::none();
  StoreJobs jobs(library, *log, [](core::Input) {}, Worker::Runs::within_post);
  Upkeep upkeep(library, jobs, {});
  Instant now;
  bool confirmed = false;
  const auto applied = [&] {
    now = now + std::chrono::minutes(5);
    upkeep.turn(now, [&] { return confirmed; });
    return library.no_mirrors.applied;
  };
  CHECK(applied() == 0);
  confirmed = true;
  CHECK(applied() == 1);
  CHECK(applied() == 1);
  upkeep.saw(core::input::RosterChanged{}, now);
  CHECK(applied() == 2);
  CHECK(applied() == 2);
}

TEST_CASE("The federation's node looks once an hour whether the time is to be signed, once that makes no fork; others never do") {
  FakeLibrary library, other;
  library.make_federation();
  const auto log = Log::none();
  StoreJobs jobs(library, *log, [](core::Input) {}, Worker::Runs::within_post);
  StoreJobs others(other, *log, [](core::Input) {}, Worker::Runs::within_post);
  Upkeep upkeep(library, jobs, {}), elsewhere(other, others, {});
  Instant now;
  bool confirmed = false;
  const auto beats = [&](std::chrono::minutes later) {
    now = now + later;
    for (auto* each : {&upkeep, &elsewhere}) each->turn(now, [&] { return confirmed; });
    CHECK(other.beats == 0);
    return library.beats.load();
  };
  CHECK(beats(std::chrono::minutes(1)) == 0);
  confirmed = true;
  CHECK(beats(std::chrono::minutes(1)) == 1);
  CHECK(beats(std::chrono::minutes(59)) == 1);
  CHECK(beats(std::chrono::minutes(1)) == 2);
}

TEST_CASE("Withdrawals are looked at once a minute, soon after news, and signed once that makes no fork") {
  FakeLibrary library;
  const auto log = Log::none();
  StoreJobs jobs(library, *log, [](core::Input) {}, Worker::Runs::within_post);
  Upkeep upkeep(library, jobs, {});
  Instant now;
  bool confirmed = false;
  const auto settled_after = [&](std::chrono::seconds later) {
    now = now + later;
    upkeep.turn(now, [&] { return confirmed; });
    return library.fake_withdrawals().settled.load();
  };
  CHECK(settled_after(std::chrono::seconds(1)) == 0);  // it has not joined
  library.join();
  CHECK(settled_after(std::chrono::seconds(1)) == 1);
  CHECK(library.fake_withdrawals().signed_too == 0);
  confirmed = true;
  CHECK(settled_after(std::chrono::seconds(5)) == 2);
  CHECK(library.fake_withdrawals().signed_too == 1);
  CHECK(settled_after(std::chrono::seconds(59)) == 2);
  CHECK(settled_after(std::chrono::seconds(1)) == 3);
  upkeep.saw(core::input::HeadChanged{}, now);
  CHECK(settled_after(std::chrono::seconds(4)) == 3);
  CHECK(settled_after(std::chrono::seconds(1)) == 4);
}

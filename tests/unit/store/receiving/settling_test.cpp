// Media that came are put into their places while others come.
#include <condition_variable>
#include <mutex>
#include <thread>

#include "tests/support/catch.hpp"
#include "tests/unit/store/members.hpp"

namespace essaimage::test::settling_test {
namespace {

/// All of it, in one run.
void bring(TestNode& from, TestNode& to, const MediaNeed& need) {
  const auto count = static_cast<std::uint32_t>(need.held.size());
  const auto source = from.library().open_run(need.feeds[0], need.media, need.chunk_list, 0, count, {});
  REQUIRE(source);
  const auto reception = to.library().receive_run(need.feeds[0], need.media, 0, count, {});
  REQUIRE(reception);
  const auto stored = (*reception)->append(*(*source)->read(0, 8'000'000));
  REQUIRE(stored);
  REQUIRE(stored->count == count);
}

/// Holds up whoever changes the library until it is let go.
struct Gate {
  std::mutex mutex;
  std::condition_variable changed;
  bool reached = false, open = false, in_time = false;

  void hold_up() {
    std::unique_lock lock(mutex);
    reached = true;
    changed.notify_all();
    in_time = changed.wait_for(lock, std::chrono::seconds(60), [&] { return open; });
  }
  void wait_reached() {
    std::unique_lock lock(mutex);
    REQUIRE(changed.wait_for(lock, std::chrono::seconds(60), [&] { return reached; }));
  }
  void let_go() {
    const std::lock_guard lock(mutex);
    open = true;
    changed.notify_all();
  }
};

}  // namespace

TEST_CASE("a media file comes, and is looked up, while another one is put into its place") {
  Members m;
  m.a->publish_one("k", {{"a.jpg", photo(200'000, 1)}, {"b.jpg", photo(200'000, 2)}});
  REQUIRE(fetch_feed(*m.a, *m.b, m.a->feed()));
  const auto needs = m.b->library().needs().value();
  REQUIRE(needs.size() == 2);
  m.b->library().settle_by([] {});
  bring(*m.a, *m.b, needs[0]);
  Gate gate;
  m.b->library().listen([&](const store::Change& change) {
    const auto* complete = std::get_if<store::change::MediaComplete>(&change);
    if (complete != nullptr && complete->media == needs[0].media) gate.hold_up();
  });
  std::jthread settling([&] { m.b->library().settle_media(); });
  gate.wait_reached();
  bring(*m.a, *m.b, needs[1]);
  CHECK(m.b->find("a/k")->media_total == 2);
  gate.let_go();
  settling.join();
  CHECK(gate.in_time);
  m.b->library().settle_media();
  CHECK(m.b->find("a/k")->is_whole());
  CHECK(m.b->library().verify({})->empty());
}

TEST_CASE("what is here of a media file is told once more to who asks, but while it waits to be settled") {
  Members m;
  m.a->publish_one("a", {{"a.jpg", photo(200'000, 1)}});
  REQUIRE(fetch_feed(*m.a, *m.b, m.a->feed()));
  const auto need = m.b->library().needs().value().at(0);
  const auto told = [&] {
    m.b->changes.clear();
    m.b->library().tell_media(need.media);
    return m.b->changes.size() == 1 ? std::optional(m.b->changes[0]) : std::nullopt;
  };
  const auto needed = told();
  REQUIRE(needed);
  CHECK(std::get<store::change::MediaNeeded>(*needed).need.media == need.media);
  m.b->library().settle_by([] {});
  bring(*m.a, *m.b, need);
  CHECK_FALSE(told());
  CHECK_FALSE(m.b->library().media().has(need.media));
  m.b->library().settle_media();
  const auto complete = told();
  REQUIRE(complete);
  CHECK(std::holds_alternative<store::change::MediaComplete>(*complete));
}

}  // namespace essaimage::test::settling_test

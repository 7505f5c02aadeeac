// Deadlines: kept, told with each need, and over when their time is.
#include <atomic>
#include <thread>

#include "proto/limits.hpp"
#include "store/deadlines.hpp"
#include "store/disk/files.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/store/members.hpp"

namespace deadlines_test {
using namespace essaimage;
using namespace essaimage::store;
using namespace essaimage::test;

namespace {

const KitId film{"a", "film"}, plan{"a", "plan"};

void fetch_texts(TestNode& from, TestNode& to) { REQUIRE(fetch_feed(from, to, from.feed())); }

/// Of the media that are needed, which are due.
std::map<std::uint64_t, bool> due_by_size(TestNode& node) {
  std::map<std::uint64_t, bool> list;
  const auto needs = node.library().needs();
  REQUIRE(needs);
  for (const auto& need : *needs) list[need.bytes] = need.due;
  return list;
}

std::size_t told_due(const TestNode& node) {
  std::size_t count = 0;
  for (const auto& change : node.changes) {
    const auto* needed = std::get_if<change::MediaNeeded>(&change);
    count += needed != nullptr && needed->need.due;
  }
  return count;
}

}  // namespace

TEST_CASE("what has a deadline is pinned, its media are due until then, and a crash forgets neither") {
  Members m;
  m.a->publish_one("film", {{"film.mp4", photo(300'000, 1)}});
  m.a->publish_one("plan", {{"plan.bin", photo(20'000, 2)}});
  m.b->policy.media = HoldPolicy::Media::none;
  REQUIRE((m.b->close(), m.b->open()));
  fetch_texts(*m.a, *m.b);
  CHECK(due_by_size(*m.b).empty());
  auto& deadlines = m.b->library().deadlines();
  const Timestamp by{m.b->now.seconds + 3'600};
  REQUIRE(deadlines.set(film, by));
  CHECK(m.b->find("a/film")->choice.kind == KitChoice::Kind::pinned);
  CHECK(due_by_size(*m.b) == std::map<std::uint64_t, bool>{{300'000, true}});
  CHECK(told_due(*m.b) > 0);
  REQUIRE(m.b->library().choose(plan, KitChoice::Kind::pinned));
  CHECK(due_by_size(*m.b) == std::map<std::uint64_t, bool>{{20'000, false}, {300'000, true}});

  REQUIRE((m.b->close(), m.b->open()));
  CHECK(m.b->library().deadlines().of(film) == by);
  CHECK(due_by_size(*m.b).at(300'000));

  m.b->now = by;
  m.b->changes.clear();
  const auto over = m.b->library().deadlines().end_past();
  REQUIRE(over);
  REQUIRE(over->size() == 1);
  CHECK(over->front().kit == film);
  CHECK(m.b->library().deadlines().all().empty());
  CHECK_FALSE(due_by_size(*m.b).at(300'000));
  CHECK(m.b->changes.size() == 1);  // the core hears of it
  CHECK(m.b->find("a/film")->choice.kind == KitChoice::Kind::pinned);
}

TEST_CASE("a deadline's pin goes a day after it, and leaves what its admin chose before") {
  Members m;
  m.a->publish_one("film", {{"film.mp4", photo(300'000, 1)}});
  m.a->publish_one("plan", {{"plan.bin", photo(20'000, 2)}});
  m.a->publish_one("notice", {{"notice.bin", photo(10'000, 3)}});
  m.b->policy.media = HoldPolicy::Media::none;
  REQUIRE((m.b->close(), m.b->open()));
  fetch_texts(*m.a, *m.b);
  const KitId notice{"a", "notice"};
  const auto choice = [&](const char* kit) { return m.b->find(kit)->choice; };
  const auto deadlines = [&]() -> Deadlines& { return m.b->library().deadlines(); };
  const auto end = [&] { REQUIRE(m.b->library().deadlines().end_past()); };
  REQUIRE(m.b->library().choose(plan, KitChoice::Kind::fetched));
  const auto fetched = choice("a/plan");
  const Timestamp by{m.b->now.seconds + 3'600};
  for (const auto& kit : {film, plan, notice}) REQUIRE(deadlines().set(kit, by));
  REQUIRE(m.b->library().choose(notice, KitChoice::Kind::pinned));  // for itself, too
  REQUIRE((m.b->close(), m.b->open()));
  m.b->now.seconds = by.seconds + 86'399;
  end();
  CHECK(choice("a/film").kind == KitChoice::Kind::pinned);
  CHECK_FALSE(deadlines().is_empty());
  REQUIRE((m.b->close(), m.b->open()));
  m.b->now.seconds += 1;
  end();
  CHECK(choice("a/film").kind == KitChoice::Kind::none);
  CHECK(choice("a/plan") == fetched);
  CHECK(choice("a/notice").kind == KitChoice::Kind::pinned);
  CHECK(due_by_size(*m.b) == std::map<std::uint64_t, bool>{{20'000, false}, {10'000, false}});
  CHECK(deadlines().is_empty());

  // One more deadline within the day keeps it; who forgets it is rid of the pin as well; what was pinned before stays so.
  REQUIRE(deadlines().set(film, {m.b->now.seconds + 60}));
  m.b->now.seconds += 100;
  end();
  REQUIRE(deadlines().set(film, {m.b->now.seconds + 200'000}));
  m.b->now.seconds += 90'000;
  end();
  CHECK(choice("a/film").kind == KitChoice::Kind::pinned);
  REQUIRE(deadlines().forget(film));
  CHECK(choice("a/film").kind == KitChoice::Kind::none);
  REQUIRE(deadlines().set(notice, {m.b->now.seconds + 60}));
  REQUIRE(deadlines().forget(notice));
  CHECK(choice("a/notice").kind == KitChoice::Kind::pinned);
  // Who takes the pin off is asked no more, and who dropped it once loses nothing by itself.
  REQUIRE(deadlines().set(film, {m.b->now.seconds + 60}));
  REQUIRE(m.b->library().choose(film, KitChoice::Kind::dropped));
  m.b->now.seconds += 90'000;
  end();
  CHECK(choice("a/film").kind == KitChoice::Kind::dropped);
  REQUIRE(deadlines().set(film, {m.b->now.seconds + 60}));
  REQUIRE(deadlines().forget(film));
  CHECK(choice("a/film").kind == KitChoice::Kind::none);
}

TEST_CASE("a new version of a kit that has a deadline is due as well") {
  Members m;
  m.a->publish_one("film", {{"film.mp4", photo(300'000, 1)}});
  fetch_texts(*m.a, *m.b);
  REQUIRE(m.b->library().deadlines().set(film, {m.b->now.seconds + 60}));
  m.a->publish_one("film", {{"film.mp4", photo(310'000, 3)}});
  fetch_texts(*m.a, *m.b);
  CHECK(due_by_size(*m.b) == std::map<std::uint64_t, bool>{{310'000, true}});
}

TEST_CASE("a deadline is for a kit that is known and a time to come, and can be changed and forgotten") {
  Members m;
  m.a->publish_one("film", {{"film.mp4", photo(300'000, 1)}});
  fetch_texts(*m.a, *m.b);
  auto& deadlines = m.b->library().deadlines();
  CHECK(deadlines.set(plan, {m.b->now.seconds + 60}).error().code == Errc::not_found);
  CHECK(deadlines.set(film, m.b->now).error().code == Errc::deadline_past);
  CHECK(deadlines.forget(film).error().code == Errc::deadline_none);
  CHECK(m.b->find("a/film")->choice.kind == KitChoice::Kind::none);  // nothing was done
  REQUIRE(deadlines.set(film, {m.b->now.seconds + 60}));
  REQUIRE(deadlines.set(film, {m.b->now.seconds + 120}));
  CHECK(deadlines.all().size() == 1);
  REQUIRE(deadlines.forget(film));
  CHECK_FALSE(due_by_size(*m.b).at(300'000));
  // Of an own kit, too, which needs no pin.
  REQUIRE(m.a->library().deadlines().set(film, {m.a->now.seconds + 60}));
  CHECK(m.a->find("a/film")->choice.kind == KitChoice::Kind::none);
}

TEST_CASE("deadlines are carried over from a damaged index as far as it can be read") {
  Members m;
  KitFiles files{{"film.mp4", photo(300'000, 1)}};
  for (int i = 0; i < 20; ++i) files["guide-" + std::to_string(i) + ".txt"] = std::string(20'000, 'x');
  m.a->publish_one("film", files);
  fetch_texts(*m.a, *m.b);
  const Timestamp by{m.b->now.seconds + 60};
  REQUIRE(m.b->library().deadlines().set(film, by));
  const auto file = m.b->layout().state();
  m.b->close();
  auto bytes = read_file(file, 1'000'000'000).value();
  std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(bytes.size() / 2), bytes.end(), std::uint8_t{0xAB});
  REQUIRE(replace_file(file, bytes));
  REQUIRE(replace_file(file.string() + ".suspect", {}));
  REQUIRE(m.b->open());
  CHECK(std::filesystem::exists(file.string() + ".damaged"));
  REQUIRE(m.b->library().deadlines().of(film));
  CHECK(*m.b->library().deadlines().of(film) == by);
}

TEST_CASE("a deadline that somebody extends while others end is kept") {
  Members m;
  m.a->publish_one("film", {{"film.mp4", photo(300'000, 1)}});
  m.a->publish_one("plan", {{"plan.bin", photo(20'000, 2)}});
  fetch_texts(*m.a, *m.b);
  auto& deadlines = m.b->library().deadlines();
  REQUIRE(deadlines.set(film, {m.b->now.seconds + 60}));
  REQUIRE(deadlines.set(plan, {m.b->now.seconds + 70}));
  m.b->now.seconds += 100;
  const Timestamp later{m.b->now.seconds + 3'600};
  std::thread other;
  std::atomic<bool> is_set = false;
  // What is told of the first that ends is heard before the second does.
  m.b->library().listen([&](const Change&) {
    if (other.joinable()) return;
    other = std::thread([&] { is_set = deadlines.set(plan, later).has_value(); });
    while (deadlines.of(plan) != later) std::this_thread::yield();
  });
  const auto over = deadlines.end_past();
  REQUIRE(other.joinable());
  other.join();
  REQUIRE(over);
  REQUIRE(over->size() == 1);
  CHECK(over->front().kit == film);
  CHECK(is_set);
  CHECK(deadlines.of(plan) == later);
  REQUIRE((m.b->close(), m.b->open()));
  CHECK(m.b->library().deadlines().of(plan) == later);
}

}  // namespace deadlines_test

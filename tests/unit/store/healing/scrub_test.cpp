// The slow reading of all that is held.
#include <catch2/catch.hpp>

#include "tests/unit/store/members.hpp"

namespace essaimage::test::scrub_test {
namespace {

constexpr std::int64_t day = 86'400;

/// b holds two photos and a text of a.
struct Scrubbed {
  Members m;
  TestNode& b = *m.b;
  Sha256 first, second;
  std::uint64_t read = 0;  ///< bytes

  Scrubbed() {
    m.a->publish_one("k", {{"p.jpg", photo(70'000, 1)}, {"q.jpg", photo(90'000, 2)}, {"x", to_hex(noise(3'000, 3))}});
    replicate(*m.a, b);
    const auto media = b.find("a/k")->row.media;
    first = std::min(media[0].media, media[1].media);
    second = std::max(media[0].media, media[1].media);
    REQUIRE_FALSE(*step());  // all of it is new
    REQUIRE(read == 0);
  }
  Result<bool> step(std::uint64_t bytes_max = ~std::uint64_t{0}) {
    return b.library().scrub_next([&](std::uint64_t bytes) {
      read += bytes;
      return read < bytes_max;
    });
  }
  /// Returns the number of steps.
  int scrub() {
    int steps = 1;
    while (*step()) REQUIRE(++steps < 100);
    return steps;
  }
  void pass(std::int64_t days) { b.now.seconds += days * day; }
};

void flip(const store::Path& file, std::size_t at) {
  auto bytes = read_text(file);
  bytes[at] = static_cast<char>(bytes[at] ^ 1);
  std::filesystem::permissions(file, std::filesystem::perms::owner_write, std::filesystem::perm_options::add);
  write_text(file, bytes);
}

}  // namespace

TEST_CASE("everything that is held is read once in thirty days") {
  Scrubbed s;
  s.pass(29);
  CHECK_FALSE(*s.step());
  CHECK(s.read == 0);
  s.pass(1);
  const int steps = s.scrub();
  CHECK(steps == 2 + 2 + 1);  // the feeds of the federation and of a, two photos, and the end
  CHECK(s.read > 163'000);
  CHECK(s.read < 200'000);
  s.read = 0;
  CHECK_FALSE(*s.step());
  s.pass(29);
  CHECK_FALSE(*s.step());
  CHECK(s.read == 0);
  s.pass(1);
  CHECK(s.scrub() == steps);
}

TEST_CASE("a damaged photo is found by the slow reading, and comes again") {
  Scrubbed s;
  SECTION("damaged") { flip(s.b.layout().media(s.second), 60'000); }
  SECTION("gone") { std::filesystem::remove(s.b.layout().media(s.second)); }
  s.pass(30);
  (void)s.scrub();
  CHECK(s.b.library().problems().size() == 1);
  REQUIRE(s.b.library().needs()->size() == 1);
  CHECK(s.b.library().needs()->front().media == s.second);
  CHECK(fetch_media(*s.m.a, s.b) > 0);
  CHECK(s.b.library().verify({})->empty());
}

TEST_CASE("damaged texts are found by the slow reading") {
  Scrubbed s;
  store::Path largest;
  for (const auto& entry : std::filesystem::directory_iterator(s.b.layout().packs())) {
    if (entry.path().extension() != ".pack") continue;
    if (largest.empty() || entry.file_size() > std::filesystem::file_size(largest)) largest = entry.path();
  }
  s.b.close();
  flip(largest, std::filesystem::file_size(largest) / 2);
  REQUIRE(s.b.open());
  REQUIRE_FALSE(s.b.library().is_behind());
  s.pass(30);
  (void)s.scrub();
  REQUIRE(s.b.library().is_behind());
  while (s.b.library().is_behind()) REQUIRE(s.b.library().catch_up());
  CHECK((s.b.lacks_objects(s.m.a->feed()) || s.b.lacks_objects({"fed", {}})));
  replicate(*s.m.a, s.b);
  CHECK(s.b.library().verify({})->empty());
}

TEST_CASE("a slow reading that is stopped goes on with what it had not read to its end") {
  Scrubbed s;
  s.pass(30);
  CHECK(*s.step());
  CHECK(*s.step());
  const auto texts = std::exchange(s.read, 0);
  CHECK(texts > 3'000);
  CHECK(*s.step(1));  // of the first photo, one piece
  s.read = 0;
  CHECK(*s.step());
  const auto size = std::filesystem::file_size(s.b.layout().media(s.first));
  CHECK(s.read == size);
}

TEST_CASE("a slow reading begins when somebody asks for it, and says how far it is") {
  Scrubbed s;
  auto& library = s.b.library();
  const auto before = library.scrub(false).value();
  CHECK_FALSE(before.reading);
  CHECK(before.begun == s.b.now);
  CHECK(before.due.seconds == s.b.now.seconds + 30 * day);
  CHECK_FALSE(*s.step());
  flip(s.b.layout().media(s.second), 60'000);
  s.b.now.seconds += 100;
  CHECK(library.scrub(true)->reading);
  CHECK(*s.step());
  const auto begun = library.scrub(true).value();  // one is under way
  CHECK(begun.begun == s.b.now);
  CHECK(begun.bytes > 0);
  (void)s.scrub();
  s.b.close();
  REQUIRE(s.b.open());
  const auto after = s.b.library().scrub(false).value();
  CHECK_FALSE(after.reading);
  CHECK(after.begun == s.b.now);
  CHECK(after.bytes > 163'000);
  CHECK(after.damaged == 1);
  CHECK_FALSE(*s.step());
}

TEST_CASE("what looks at a slow reading does not wait for it") {
  Scrubbed s;
  s.pass(30);
  bool looked = false;
  CHECK(*s.b.library().scrub_next([&](std::uint64_t) { return looked = s.b.library().scrub(true)->reading; }));
  CHECK(looked);
}

TEST_CASE("a slow reading goes on after a restart, and a clock that was wrong does not put it off for years") {
  Scrubbed s;
  s.pass(30);
  CHECK(*s.step());
  s.b.close();
  REQUIRE(s.b.open());
  s.read = 0;
  (void)s.scrub();
  CHECK(s.read > 160'000);
  s.pass(10'000);
  (void)s.scrub();
  s.b.close();
  REQUIRE(s.b.open());
  s.pass(-9'000);
  CHECK_FALSE(*s.step());
  s.pass(30);
  s.read = 0;
  (void)s.scrub();
  CHECK(s.read > 160'000);
}

}  // namespace essaimage::test::scrub_test

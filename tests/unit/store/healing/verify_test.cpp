// Damage: it is found, named, mended where a peer has it, and never hangs.

#include <algorithm>

#include "store/library.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/store/members.hpp"

namespace verify_test {
using namespace essaimage;
using namespace essaimage::store;
using namespace essaimage::test;

namespace {

void flip(const Path& file, std::size_t at) {
  auto content = read_text(file);
  REQUIRE(at < content.size());
  content[at] = static_cast<char>(content[at] ^ 1);
  std::filesystem::permissions(file, std::filesystem::perms::owner_write, std::filesystem::perm_options::add);
  write_text(file, content);
}

Path newest_pack(const Layout& layout) {
  Path newest;
  for (const auto& entry : std::filesystem::directory_iterator(layout.packs())) {
    if (entry.path().extension() != ".pack") continue;
    if (newest.empty() || entry.last_write_time() >= std::filesystem::last_write_time(newest)) newest = entry.path();
  }
  return newest;
}

}  // namespace

TEST_CASE("a damaged photo is found, set aside, and fetched again") {
  auto federation = TestNode::federation();
  auto a = TestNode::member(*federation, "a", {});
  auto b = TestNode::member(*federation, "b", {});
  replicate(*federation, *a);
  const auto picture = photo(70'000, 1);
  a->publish_one("k", {{"p.jpg", picture}});
  replicate(*a, *b);
  CHECK(b->library().verify({})->empty());
  const Sha256 media = b->find("a/k")->row.media[0].media;
  flip(b->layout().media(media), 40'000);

  const auto problems = b->library().verify({});
  REQUIRE(problems);
  REQUIRE(problems->size() == 1);
  CHECK(problems->front().error.code == Errc::media_bad);
  CHECK(b->library().needs()->size() == 1);
  CHECK_FALSE(b->checkout("a/k").contains("p.jpg"));
  CHECK(std::filesystem::exists(b->layout().damaged() / media.hex()));
  (void)fetch_media(*a, *b);
  CHECK(b->checkout("a/k").at("p.jpg") == picture);
  CHECK(b->library().verify({})->empty());
}

TEST_CASE("verification says what is missing or altered in the packs, wherever it is hit, and ends") {
  auto federation = TestNode::federation();
  auto a = TestNode::member(*federation, "a", {});
  a->publish_one("k", {{"x.txt", "some text that is long enough to be hit"}});
  a->close();
  const Path pack = newest_pack(a->layout());
  // The last 20 bytes are the sum of the others: each object has its own.
  const auto whole = read_text(pack);
  for (std::size_t at = 12; at < whole.size() - 20; at += whole.size() / 12) {
    INFO(at << " of " << whole.size());
    flip(pack, at);
    if (a->open()) {
      const auto problems = a->library().verify({});
      CHECK((!problems || !problems->empty()));
    }
    a->close();
    write_text(pack, whole);
  }
  write_text(pack, std::string_view(whole).substr(0, whole.size() / 2));
  if (a->open()) {
    const auto problems = a->library().verify({});
    CHECK((!problems || !problems->empty()));
  }
  a->close();
  write_text(pack, whole);
  REQUIRE(a->open());
  CHECK(a->library().verify({})->empty());
}

TEST_CASE("verification can be stopped") {
  auto federation = TestNode::federation();
  auto a = TestNode::member(*federation, "a", {});
  a->publish_one("k", {{"p.jpg", photo(2'000, 1)}});
  const auto stopped = a->library().verify([](std::uint64_t done, std::uint64_t total) {
    CHECK(done <= total);
    return false;
  });
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().code == Errc::cancelled);
}

TEST_CASE("a lost index is made again from the feeds, and what is here is held as before") {
  auto federation = TestNode::federation();
  auto a = TestNode::member(*federation, "a", {"lille"});
  auto b = TestNode::member(*federation, "b", {"lille"});
  replicate(*federation, *a);
  a->publish_one("k", {{"p.jpg", photo(3'000, 1)}}, "territory:lille");
  a->publish_one("other", {{"q.jpg", photo(3'000, 2)}});
  replicate(*a, *b);
  const auto lille = a->feed("territory:lille");
  const Sha256 media = b->find("a/k")->row.media[0].media;
  b->close();
  for (const auto* suffix : {"", "-wal", "-shm"}) {
    std::filesystem::remove(Path(b->layout().state().string() + suffix));
  }
  REQUIRE(b->open());
  CHECK(b->library().kits()->size() == 2);
  CHECK(b->find("a/k")->media_here == 1);
  CHECK(b->library().needs()->empty());
  CHECK(b->library().open_run(lille, media, b->find("a/k")->row.media[0].chunk_list, 0, 1, {}));
  CHECK(b->library().witnessed()->size() == b->library().heads().size());
}

TEST_CASE("what a crash left between the refs and the index is caught up with") {
  auto federation = TestNode::federation();
  auto a = TestNode::member(*federation, "a", {});
  a->publish_one("k", {{"x", "1"}});
  a->close();
  std::map<std::string, std::string> old_state;
  for (const auto* suffix : {"", "-wal"}) {
    const Path file = a->layout().state().string() + suffix;
    if (std::filesystem::exists(file)) old_state[suffix] = read_text(file);
  }
  REQUIRE(a->open());
  a->publish_one("k", {{"x", "2"}, {"p.jpg", photo(1'000, 3)}});
  a->publish_one("l", {{"x", "1"}});
  a->close();
  for (const auto* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(Path(a->layout().state().string() + suffix));
  for (const auto& [suffix, content] : old_state) write_text(a->layout().state().string() + suffix, content);
  REQUIRE(a->open());
  CHECK(a->library().problems().empty());
  CHECK(a->find("a/k")->row.version == 2);
  CHECK(a->find("a/k")->media_here == 1);
  CHECK(a->find("a/l"));
  const auto named = a->find("a/k")->row.media[0];
  const auto run = a->library().open_run(a->feed(), named.media, named.chunk_list, 0, 1, {});
  CHECK(run);
  CHECK(a->publish_one("k", {{"x", "3"}}).version == 3);
}

TEST_CASE("a lost index is made anew, and said") {
  auto federation = TestNode::federation();
  auto a = TestNode::member(*federation, "a", {});
  CHECK(a->library().problems().empty());
  a->publish_one("k", {{"x", "2"}, {"p.jpg", photo(1'000, 3)}});
  a->close();
  for (const auto* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(Path(a->layout().state().string() + suffix));
  REQUIRE(a->open());
  const auto problems = a->library().problems();
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].where == a->layout().state().string());
  CHECK(a->find("a/k")->media_here == 1);
  a->close();
  REQUIRE(a->open());
  CHECK(a->library().problems().empty());
}

TEST_CASE("an index that is damaged within is set aside at once, and what it had witnessed is kept where it can be read") {
  auto federation = TestNode::federation();
  auto a = TestNode::member(*federation, "a", {});
  std::map<std::string, KitFiles> kits;
  for (int i = 0; i < 200; ++i) kits["kit-" + std::to_string(i)] = {{"x", "text " + std::to_string(i)}};
  REQUIRE(a->publish(kits));
  a->close();
  const Path file = a->layout().state();
  std::string content = read_text(file);
  const std::size_t page = 4096;
  REQUIRE(content.size() > 12 * page);
  for (std::size_t at = 4 * page; at < content.size() - page; at += page) content.replace(at + 8, 2'000, 2'000, '\xa5');
  write_text(file, content);
  REQUIRE(a->open());
  CHECK(a->library().kits()->size() == 200);
  CHECK_FALSE(a->library().problems().empty());
}

TEST_CASE("one home has one owner") {
  auto federation = TestNode::federation();
  const auto second = Library::open(federation->layout(), [] { return test_start; });
  REQUIRE_FALSE(second);
  CHECK(second.error().code == Errc::home_in_use);
}

TEST_CASE("a photo that is found damaged while it is read is set aside, and fetched again") {
  Members m;
  m.a->publish_one("k", {{"p.jpg", photo(70'000, 1)}});
  replicate(*m.a, *m.b);
  const Sha256 media = m.b->find("a/k")->row.media[0].media;
  REQUIRE(m.b->library().recheck(media));
  CHECK(m.b->library().needs()->empty());
  flip(m.b->layout().media(media), 40'000);
  CHECK(m.b->library().recheck(media).error().code == Errc::media_bad);
  CHECK(m.b->library().needs()->size() == 1);
}

TEST_CASE("what a whole verification finds is known from then on, and what is mended is not") {
  Members m;
  m.a->publish_one("k", {{"x", "1"}});
  replicate(*m.a, *m.b);
  CHECK(m.b->library().problems().empty());
  const Path pack = newest_pack(m.b->layout());
  const Path aside = pack.string() + ".aside";
  m.b->close();
  std::filesystem::rename(pack, aside);
  const Path index = Path(pack).replace_extension(".idx");
  std::filesystem::rename(index, index.string() + ".aside");
  REQUIRE(m.b->open());
  CHECK_FALSE(m.b->library().verify({})->empty());
  CHECK_FALSE(m.b->library().problems().empty());
  m.b->close();
  std::filesystem::rename(aside, pack);
  std::filesystem::rename(index.string() + ".aside", index);
  REQUIRE(m.b->open());
  CHECK(m.b->library().verify({})->empty());
  CHECK(m.b->library().problems().empty());
}

TEST_CASE("what is held of a suspended author and counts no more is checked like all else, and no damage") {
  Members m;
  m.a->publish_one("k", {{"x", "one"}});
  REQUIRE(fetch_feed(*m.a, *m.b, m.a->feed()));
  // The federation never saw that feed: there is nothing to fall back to, so what was held stays.
  REQUIRE(m.federation->library().suspend("a", "for the test"));
  REQUIRE(fetch_feed(*m.federation, *m.b, m.federation->feed()));
  REQUIRE(m.b->head(m.a->feed()).order.seq == 1);
  CHECK(m.b->library().verify({})->empty());
}

}  // namespace verify_test

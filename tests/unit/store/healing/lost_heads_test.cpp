// The list of heads is lost, or is an old one, while all that it named lies here.
#include <catch2/catch.hpp>

#include "tests/unit/store/members.hpp"

namespace essaimage::test::lost_heads_test {
namespace {

/// A centre that published twice; nobody has heard of the second time.
struct Lost {
  Members m;
  TestNode& a = *m.a;
  std::string old_refs;
  Head newest;

  Lost() {
    a.publish_one("k", {{"x", "1"}});
    replicate(a, *m.b);
    old_refs = read_text(a.layout().packed_refs());
    a.publish_one("k", {{"x", "2"}});
    newest = a.head(a.feed());
    a.close();
  }
  std::size_t rollbacks() const {
    const auto problems = a.library().problems();
    return static_cast<std::size_t>(std::count_if(problems.begin(), problems.end(),
                                                  [](const store::Problem& problem) { return problem.error.code == Errc::feed_rollback; }));
  }
};

/// The pack that came last.
store::Path newest_pack(const TestNode& node) {
  store::Path latest;
  for (const auto& entry : std::filesystem::directory_iterator(node.layout().library() / "objects/pack")) {
    if (entry.path().extension() != ".pack") continue;
    if (latest.empty() || entry.last_write_time() > std::filesystem::last_write_time(latest)) latest = entry.path();
  }
  return latest;
}

void remove_newest_pack(const TestNode& node) {
  const auto pack = newest_pack(node);
  std::filesystem::remove(store::Path(pack).replace_extension(".idx"));
  std::filesystem::remove(pack);
}

/// Its chunks from there on.
void bring(TestNode& from, TestNode& to, const MediaNeed& need, std::size_t chunks, std::size_t from_chunk = 0) {
  const auto count = static_cast<std::uint32_t>(chunks), first = static_cast<std::uint32_t>(from_chunk);
  const auto source = from.library().open_run(need.feeds[0], need.media, need.chunk_list, first, count, {});
  REQUIRE(source);
  const auto reception = to.library().receive_run(need.feeds[0], need.media, first, count, {});
  REQUIRE(reception);
  const auto stored = (*reception)->append(*(*source)->read(0, 8'000'000));
  REQUIRE(stored);
  REQUIRE(stored->count == count);
}

}  // namespace

TEST_CASE("heads that the list of refs lost come back from what lies here, though no peer has them") {
  Lost lost;
  TestNode& a = lost.a;
  SECTION("removed") { std::filesystem::remove(a.layout().packed_refs()); }
  SECTION("an old one") { write_text(a.layout().packed_refs(), lost.old_refs); }
  SECTION("garbage") { write_text(a.layout().packed_refs(), "garbage\n"); }
  REQUIRE(a.open());
  CHECK(a.head(a.feed()) == lost.newest);
  CHECK(lost.rollbacks() == 0);
  CHECK_FALSE(a.library().problems().empty());
  CHECK(a.library().roster());
  CHECK(a.checkout("a/k").at("x") == "2");
  CHECK(a.library().verify({})->empty());
  a.close();
  REQUIRE(a.open());
  CHECK(a.library().problems().empty());
  CHECK(a.publish_one("k", {{"x", "3"}}).version == 3);
  replicate(a, *lost.m.b);
  CHECK(lost.m.b->checkout("a/k").at("x") == "3");
  CHECK(lost.m.b->library().frozen()->empty());
}

TEST_CASE("a head of which something lacks or is damaged does not come back") {
  Lost lost;
  TestNode& a = lost.a;
  write_text(a.layout().packed_refs(), lost.old_refs);
  const auto pack = newest_pack(a);
  SECTION("lacking") { remove_newest_pack(a); }
  SECTION("damaged") {
    auto bytes = read_text(pack);
    for (std::size_t at = 20; at + 20 < bytes.size(); ++at) bytes[at] = static_cast<char>(~bytes[at]);
    std::filesystem::permissions(pack, std::filesystem::perms::owner_all);
    write_text(pack, bytes);
  }
  REQUIRE(a.open());
  CHECK(a.head(a.feed()).order < lost.newest.order);
  CHECK(lost.rollbacks() == 1);
  CHECK(a.checkout("a/k").at("x") == "1");
}

TEST_CASE("a head that cannot be read is not taken back to its witness: it may be newer") {
  Members m;
  TestNode& a = *m.a;
  a.publish_one("k", {{"x", "1"}});
  a.close();
  const auto old_state = read_text(a.layout().state());
  REQUIRE(a.open());
  a.publish_one("k", {{"x", "2"}});
  a.close();
  for (const char* beside : {"-wal", "-shm"}) std::filesystem::remove(store::Path(a.layout().state()) += beside);
  write_text(a.layout().state(), old_state);
  const auto refs = read_text(a.layout().packed_refs());
  remove_newest_pack(a);
  REQUIRE(a.open());
  CHECK(a.head(a.feed()).order == Order{});
  CHECK(read_text(a.layout().packed_refs()) == refs);
  CHECK_FALSE(a.publish({{"k", {{"x", "other"}}}}));
}

TEST_CASE("a word of the federation that comes back is followed: a suspended centre's feed falls back to what counts") {
  Members m;
  m.a->publish_one("k", {{"x", "1"}});
  replicate(*m.a, *m.federation);
  replicate(*m.a, *m.b);
  const Head counts = m.b->head(m.a->feed());
  m.a->publish_one("k", {{"x", "2"}});
  replicate(*m.a, *m.b);
  const auto old_refs = read_text(m.b->layout().packed_refs());
  REQUIRE(m.federation->library().suspend("a", "left"));
  replicate(*m.federation, *m.b);
  REQUIRE(m.b->head(m.a->feed()) == counts);
  m.b->close();
  write_text(m.b->layout().packed_refs(), old_refs);
  REQUIRE(m.b->open());
  CHECK(m.b->library().roster()->find("a")->suspended);
  CHECK(m.b->head(m.a->feed()) == counts);
  CHECK(m.b->checkout("a/k").at("x") == "1");
  CHECK(m.b->library().verify({})->empty());
}

TEST_CASE("a text that is damaged below a lost head keeps it from coming back") {
  Members m;
  TestNode& a = *m.a;
  const auto old_refs = read_text(a.layout().packed_refs());
  a.publish_one("k", {{"x", to_hex(noise(40'000, 1))}});
  a.close();
  for (const auto& entry : std::filesystem::directory_iterator(a.layout().library() / "objects/pack")) {
    if (entry.path().extension() != ".pack" || entry.file_size() < 20'000) continue;
    auto bytes = read_text(entry.path());
    bytes[bytes.size() / 2] = static_cast<char>(~bytes[bytes.size() / 2]);
    std::filesystem::permissions(entry.path(), std::filesystem::perms::owner_all);
    write_text(entry.path(), bytes);
  }
  write_text(a.layout().packed_refs(), old_refs);
  REQUIRE(a.open());
  CHECK(a.head(a.feed()).order == Order{});
}

TEST_CASE("what does not count any more of a suspended centre does not come back") {
  Members m;
  m.a->publish_one("k", {{"x", "1"}});
  replicate(*m.a, *m.federation);
  m.a->publish_one("k", {{"x", "2"}});
  replicate(*m.a, *m.b);
  REQUIRE(m.federation->library().suspend("a", "left"));
  replicate(*m.federation, *m.b);
  const Head counts = m.b->head(m.a->feed());
  REQUIRE(counts.order == m.federation->head(m.a->feed()).order);
  m.b->close();
  REQUIRE(m.b->open());
  CHECK(m.b->head(m.a->feed()) == counts);
  CHECK(m.b->checkout("a/k").at("x") == "1");
}

TEST_CASE("the federation's node has its own word again, and goes on with it") {
  Members m;
  m.federation->close();
  std::filesystem::remove(m.federation->layout().packed_refs());
  REQUIRE(m.federation->open());
  CHECK(m.federation->library().roster()->find("b") != nullptr);
  REQUIRE(m.federation->library().suspend("b", "left"));
  replicate(*m.federation, *m.a);
  CHECK(m.a->library().roster()->find("b")->suspended);
}

TEST_CASE("a feed that was lost comes back to the media that lie here, whole and begun") {
  Members m;
  TestNode& b = *m.b;
  m.a->publish_one("k", {{"photo.jpg", photo(300'000, 1)}, {"film.mp4", photo(3'000'000, 2)}});
  REQUIRE(fetch_feed(*m.a, b, m.a->feed()));
  const auto needs = b.library().needs().value();
  REQUIRE(needs.size() == 2);
  for (const auto& need : needs) bring(*m.a, b, need, need.bytes < 1'000'000 ? need.held.size() : need.held.size() / 2);
  const auto rest = b.library().needs().value();
  REQUIRE(rest.size() == 1);
  b.close();
  remove_newest_pack(b);
  SECTION("its pack") {}
  SECTION("its pack, and the list of heads") { std::filesystem::remove(b.layout().packed_refs()); }
  REQUIRE(b.open());
  CHECK(b.library().kits()->empty());
  b.close();
  REQUIRE(b.open());
  REQUIRE(fetch_feed(*m.a, b, m.a->feed()));
  const auto again = b.library().needs().value();
  REQUIRE(again.size() == 1);
  CHECK(again.front().media == rest.front().media);
  CHECK(again.front().held == rest.front().held);
  CHECK(b.find("a/k")->media_here == 1);
}

TEST_CASE("a file that became whole just before its feed was lost comes into its place when the feed is back") {
  Members m;
  TestNode& b = *m.b;
  m.a->publish_one("k", {{"film.mp4", photo(3'000'000, 2)}});
  REQUIRE(fetch_feed(*m.a, b, m.a->feed()));
  const auto need = b.library().needs().value().at(0);
  const std::size_t half = need.held.size() / 2;
  REQUIRE(half > 0);
  bring(*m.a, b, need, half);
  b.library().settle_by([] {});  // nothing settles any more
  bring(*m.a, b, need, need.held.size() - half, half);
  b.close();
  remove_newest_pack(b);
  REQUIRE(b.open());
  REQUIRE(fetch_feed(*m.a, b, m.a->feed()));
  CHECK(b.library().needs()->empty());
  CHECK(b.find("a/k")->is_whole());
}

TEST_CASE("what came of a file that nobody names any more goes, though another feed is lost") {
  Members m;
  TestNode& b = *m.b;
  replicate(*m.federation, *m.c);
  m.a->publish_one("k", {{"film.mp4", photo(3'000'000, 2)}});
  m.c->publish_one("other", {{"x", "1"}});
  REQUIRE(fetch_feed(*m.a, b, m.a->feed()));
  REQUIRE(fetch_feed(*m.c, b, m.c->feed()));
  const auto need = b.library().needs().value().at(0);
  bring(*m.a, b, need, need.held.size() / 2);
  REQUIRE(std::filesystem::exists(b.layout().partial(need.media)));
  b.close();
  remove_newest_pack(b);  // of c
  REQUIRE(b.open());
  REQUIRE(std::filesystem::exists(b.layout().partial(need.media)));
  m.a->publish_one("k", {{"x", "no film"}});
  REQUIRE(fetch_feed(*m.a, b, m.a->feed()));
  CHECK_FALSE(std::filesystem::exists(b.layout().partial(need.media)));
}

TEST_CASE("dropping a kit leaves what a lost feed may name") {
  Members m;
  TestNode& b = *m.b;
  replicate(*m.federation, *m.c);
  const auto film = photo(300'000, 2);
  m.c->publish_one("k", {{"film.mp4", film}});
  m.a->publish_one("k", {{"film.mp4", film}});
  replicate(*m.c, b);
  replicate(*m.a, b);
  const auto media = b.library().kit({"a", "k"}).value().row.media.at(0).media;
  b.close();
  remove_newest_pack(b);  // of a
  REQUIRE(b.open());
  SECTION("it is lost") {
    REQUIRE(b.library().choose({"c", "k"}, store::KitChoice::Kind::dropped));
    CHECK(b.library().media().has(media));
  }
  SECTION("it is back, and dropped too") {
    replicate(*m.a, b);
    REQUIRE(b.library().choose({"c", "k"}, store::KitChoice::Kind::dropped));
    CHECK(b.library().media().has(media));
    REQUIRE(b.library().choose({"a", "k"}, store::KitChoice::Kind::dropped));
    CHECK_FALSE(b.library().media().has(media));
  }
}

}  // namespace essaimage::test::lost_heads_test

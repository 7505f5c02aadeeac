// What a hostile or an unlucky peer can do to a library: nothing.

#include "store/library.hpp"

#include <algorithm>

#include "proto/limits.hpp"
#include "store/feed/commit.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/store/members.hpp"

namespace replication_test {
using namespace essaimage;
using namespace essaimage::store;
using namespace essaimage::test;

namespace {

template <class T>
std::size_t count(const TestNode& node) {
  return static_cast<std::size_t>(
      std::count_if(node.changes.begin(), node.changes.end(), [](const Change& change) { return std::holds_alternative<T>(change); }));
}

}  // namespace

TEST_CASE("an older head is refused, and what is held stays") {
  Members m;
  m.a->publish_one("k", {{"x", "1"}});
  auto past = m.a->copy();
  REQUIRE(past->open());
  m.a->publish_one("k", {{"x", "2"}});
  replicate(*m.a, *m.b);
  const auto head = m.b->head(m.a->feed());
  const auto pack = past->library().open_pack(m.a->feed(), {}, false);
  REQUIRE(pack);
  const auto reception = m.b->library().receive_feed();
  REQUIRE((*reception)->append(*pack->source->read(0, 10'000'000)));
  const auto older = (*reception)->accept(m.a->feed(), pack->commit);
  REQUIRE_FALSE(older);
  CHECK(older.error().code == Errc::feed_older);
  CHECK(m.b->head(m.a->feed()) == head);
}

TEST_CASE("what is durable does not look refused because git's HEAD cannot be written, which is mended later") {
  Members m;
  const Path head = m.b->layout().library() / "HEAD";
  std::filesystem::remove(head);
  std::filesystem::create_directories(head / "in the way");
  m.a->publish_one("k", {{"x", "1"}});
  replicate(*m.a, *m.b);
  CHECK(m.b->head(m.a->feed()) == m.a->head(m.a->feed()));
  CHECK(m.b->publish({{"own", {{"x", "2"}}}}));
  CHECK(m.b->library().is_behind());
  CHECK(m.b->library().catch_up().error().code == Errc::io);
  std::filesystem::remove_all(head);
  REQUIRE(m.b->library().catch_up());
  CHECK_FALSE(m.b->library().is_behind());
  CHECK(read_text(head).starts_with("ref: refs/heads/essaimage/"));
}

TEST_CASE("a restored backup is told, and takes its own newer head from a peer before it goes on") {
  Members m;
  m.a->publish_one("k", {{"x", "1"}});
  auto backup = m.a->copy();
  m.a->publish_one("k", {{"x", "2"}, {"p.jpg", photo(4'000, 9)}});
  replicate(*m.a, *m.b);
  const FeedId feed = m.a->feed();
  m.a->close();
  REQUIRE(backup->open());
  replicate(*m.b, *backup);
  CHECK(backup->head(feed) == m.b->head(feed));
  CHECK(backup->checkout("a/k").at("x") == "2");
  CHECK(backup->publish_one("k", {{"x", "3"}}).version == 3);
  replicate(*backup, *m.b);
  CHECK(m.b->checkout("a/k").at("x") == "3");
  CHECK(m.b->library().frozen()->empty());
}

TEST_CASE("what is published again while peers were to bring it back is not waited for any more") {
  Members m;
  const auto film = photo(4'000, 9);
  m.a->publish_one("k", {{"x", "1"}});
  auto backup = m.a->copy();
  m.a->publish_one("k", {{"x", "2"}, {"p.jpg", film}});
  replicate(*m.a, *m.b);
  REQUIRE(backup->open());
  REQUIRE(fetch_feed(*m.b, *backup, m.a->feed()));
  REQUIRE(backup->library().needs()->size() == 1);
  backup->changes.clear();
  backup->publish_one("k", {{"x", "3"}, {"p.jpg", film}});
  CHECK(count<change::MediaComplete>(*backup) == 1);
  CHECK(backup->library().needs()->empty());
}

TEST_CASE("a feed that is below its witness is reported at start") {
  Members m;
  m.a->publish_one("k", {{"x", "1"}});
  replicate(*m.a, *m.b);
  const auto library = m.b->layout().library();
  const TempFolder backup;
  std::filesystem::copy(library, backup.path() / "library.git", std::filesystem::copy_options::recursive);
  m.a->publish_one("k", {{"x", "2"}});
  replicate(*m.a, *m.b);
  m.b->close();
  std::filesystem::remove_all(library);
  std::filesystem::rename(backup.path() / "library.git", library);
  REQUIRE(m.b->open());
  const auto problems = m.b->library().problems();
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].error.code == Errc::feed_rollback);
  CHECK(problems[0].where == "a/region");
  CHECK(m.b->checkout("a/k").at("x") == "1");
  replicate(*m.a, *m.b);
  CHECK(m.b->checkout("a/k").at("x") == "2");
}

TEST_CASE(
    "two clones of a home fork their feed: both commits are kept as proof, and the feed is "
    "frozen") {
  Members m;
  m.a->publish_one("k", {{"x", "1"}});
  auto clone = m.a->copy();
  REQUIRE(clone->open());
  clone->now.seconds += 1;
  m.a->publish_one("k", {{"x", "2"}});
  clone->publish_one("k", {{"x", "two"}});
  replicate(*m.a, *m.b);
  const auto ours = m.b->head(m.a->feed());
  const auto theirs = clone->head(m.a->feed());
  const auto pack = clone->library().open_pack(m.a->feed(), {}, false);
  REQUIRE(pack);
  const auto reception = m.b->library().receive_feed();
  REQUIRE((*reception)->append(*pack->source->read(0, 10'000'000)));
  const auto forked = (*reception)->accept(m.a->feed(), pack->commit);
  REQUIRE_FALSE(forked);
  CHECK(forked.error().code == Errc::feed_fork);
  CHECK(m.b->head(m.a->feed()) == ours);
  CHECK(count<change::FeedFrozen>(*m.b) == 1);
  auto frozen = m.b->library().frozen();
  REQUIRE(frozen->size() == 1);
  CHECK(frozen->front().feed == m.a->feed());

  REQUIRE(m.b->library().keep_fork(m.a->feed(), {}, pack->commit));  // told once more
  CHECK(count<change::FeedFrozen>(*m.b) == 1);
  m.b->close();
  REQUIRE(m.b->open());
  CHECK(m.b->library().frozen()->size() == 1);
  m.a->publish_one("k", {{"x", "3"}});
  CHECK_FALSE(fetch_feed(*m.a, *m.b, m.a->feed()));
  CHECK(m.b->head(m.a->feed()) == ours);
  CHECK(m.b->library().verify({})->empty());

  // The author itself, once it knows, publishes no more into that feed.
  REQUIRE(m.a->library().keep_fork(m.a->feed(), {}, *clone->library().commit_of(theirs)));
  const auto stopped = m.a->publish({{"k", {{"x", "4"}}}});
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().code == Errc::feed_fork);
}

TEST_CASE("two commits that are no fork freeze nothing") {
  Members m;
  m.a->publish_one("k", {{"x", "1"}});
  const auto first = *m.a->library().commit_of(m.a->head(m.a->feed()));
  m.a->publish_one("k", {{"x", "2"}});
  const auto second = *m.a->library().commit_of(m.a->head(m.a->feed()));
  replicate(*m.a, *m.b);
  CHECK_FALSE(m.b->library().keep_fork(m.a->feed(), first, second));
  CHECK_FALSE(m.b->library().keep_fork(m.a->feed(), first, first));
  CHECK_FALSE(m.b->library().keep_fork(m.b->feed(), {}, first));
  auto forged = *parse_commit(second);
  forged.time.seconds += 1;
  const auto bytes = sign_commit(forged, SigningSecret::generate());
  CHECK_FALSE(m.b->library().keep_fork(m.a->feed(), second, bytes));
  CHECK(m.b->library().frozen()->empty());
}

TEST_CASE("a pack of another author's feed, of a stranger, or cut short leaves nothing behind") {
  Members m;
  m.a->publish_one("k", {{"x", "1"}});
  const auto pack = m.a->library().open_pack(m.a->feed(), {}, false);
  REQUIRE(pack);
  const auto whole = *pack->source->read(0, 10'000'000);
  const auto heads = m.b->library().heads();
  const auto offer = [&](ByteView bytes, const FeedId& feed, ByteView commit) {
    const auto reception = m.b->library().receive_feed();
    REQUIRE(reception);
    const auto appended = (*reception)->append(bytes);
    return appended ? (*reception)->accept(feed, commit) : appended;
  };
  CHECK_FALSE(offer(whole, m.b->feed(), pack->commit));
  CHECK_FALSE(offer(whole, FeedId{"x", {}}, pack->commit));
  CHECK_FALSE(offer(ByteView(whole).first(whole.size() - 30), m.a->feed(), pack->commit));
  CHECK_FALSE(offer(bytes_of("PACK"), m.a->feed(), pack->commit));
  CHECK_FALSE(offer({}, m.a->feed(), pack->commit));
  auto forged = *parse_commit(pack->commit);
  const auto by_stranger = sign_commit(forged, SigningSecret::generate());
  CHECK_FALSE(offer(whole, m.a->feed(), by_stranger));
  CHECK(m.b->library().heads() == heads);
  CHECK(std::filesystem::is_empty(m.b->layout().quarantine()));
  CHECK(offer(whole, m.a->feed(), pack->commit));
}

TEST_CASE("a feed of a territory that is not ours is not taken, even if it is offered") {
  Members m;
  m.a->publish_one("k", {{"x", "1"}}, "territory:lille");
  const auto refused = fetch_feed(*m.a, *m.c, m.a->feed("territory:lille"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::audience_not_ours);
}

TEST_CASE("publishing in the region the known hash of a territory's photo does not pull it out") {
  Members m;
  const auto secret = photo(50'000, 77);
  m.a->publish_one("k", {{"p.jpg", secret}}, "territory:lille");
  replicate(*m.a, *m.b);
  const auto row = m.b->find("a/k")->row;
  REQUIRE(row.media.size() == 1);
  const ObjectId list = row.media[0].chunk_list;
  const Sha256 media = row.media[0].media;
  const auto lille = m.a->feed("territory:lille");
  CHECK(m.b->library().open_run(lille, media, list, 0, 1, {}));
  CHECK(m.b->library().find_media(lille, {media})->size() == 1);

  // C has the photo from elsewhere than Lille's feed, and names it in the region: now B is asked
  // for it there.
  m.c->publish_one("spy", {{"p.jpg", secret}});
  REQUIRE(fetch_feed(*m.c, *m.b, m.c->feed()));
  CHECK(m.b->library().find_media(m.c->feed(), {media})->empty());
  const auto run = m.b->library().open_run(m.c->feed(), media, list, 0, 1, {});
  REQUIRE_FALSE(run);
  CHECK(run.error().code == Errc::not_found);
  const auto none = m.b->library().open_run(m.c->feed(), Sha256{}, list, 0, 1, {});
  REQUIRE_FALSE(none);
  CHECK(none.error().code == run.error().code);
  // It stays needed through that feed; once C has sent it there, B may serve it there.
  REQUIRE(m.b->library().needs()->size() == 1);
  CHECK(m.b->library().needs()->front().feeds == std::vector<FeedId>{m.c->feed()});
  CHECK(fetch_media(*m.c, *m.b) > 0);
  CHECK(m.b->library().needs()->empty());
  CHECK(m.b->library().find_media(m.c->feed(), {media})->size() == 1);
}

TEST_CASE(
    "media that is on its way is resumed after a restart, and what lies here is not asked for "
    "again") {
  Members m;
  const auto film = photo(3'000'000, 5);
  m.a->publish_one("k", {{"film.mp4", film}});
  REQUIRE(fetch_feed(*m.a, *m.b, m.a->feed()));
  auto needs = *m.b->library().needs();
  REQUIRE(needs.size() == 1);
  REQUIRE(needs[0].chunk_bytes.size() > 4);
  for (std::uint32_t i = 0; i < 3; ++i) {
    const auto source = m.a->library().open_run(m.a->feed(), needs[0].media, needs[0].chunk_list, i, 1, {});
    const auto run = m.b->library().receive_run(m.a->feed(), needs[0].media, i, 1, {});
    REQUIRE((*run)->append(*(*source)->read(0, 8'000'000)));
  }
  // What is here of it is served on already.
  CHECK(m.b->library().open_run(m.a->feed(), needs[0].media, needs[0].chunk_list, 0, 3, {}));
  CHECK_FALSE(m.b->library().open_run(m.a->feed(), needs[0].media, needs[0].chunk_list, 0, 4, {}));
  m.b->close();
  REQUIRE(m.b->open());
  const auto after = *m.b->library().needs();
  REQUIRE(after.size() == 1);
  CHECK(std::count(after[0].held.begin(), after[0].held.end(), true) == 3);
  CHECK(fetch_media(*m.a, *m.b) == after[0].held.size() - 3);
  CHECK(m.b->checkout("a/k").at("film.mp4") == film);
  CHECK(count<change::MediaComplete>(*m.b) == 1);

  // The next version has a new beginning: only that is fetched.
  m.a->publish_one("k", {{"film.mp4", photo(1'000, 6) + film}});
  REQUIRE(fetch_feed(*m.a, *m.b, m.a->feed()));
  CHECK(fetch_media(*m.a, *m.b) <= 2);
  CHECK(m.b->checkout("a/k").at("film.mp4").size() == film.size() + 1'000);
}

TEST_CASE("a chunk that is not what it should be is refused, and more than the run too") {
  Members m;
  m.a->publish_one("k", {{"p.jpg", photo(2'000, 5)}});
  REQUIRE(fetch_feed(*m.a, *m.b, m.a->feed()));
  const auto need = m.b->library().needs()->front();
  Bytes wrong(limits::run_overhead_bytes + need.chunk_bytes[0], 7);
  wrong[0] = 0;
  auto run = m.b->library().receive_run(m.a->feed(), need.media, 0, 1, {});
  const auto stored = (*run)->append(wrong);
  REQUIRE_FALSE(stored);
  CHECK(stored.error().code == Errc::chunk_bad);
  run = m.b->library().receive_run(m.a->feed(), need.media, 0, 1, {});
  auto right = *(*m.a->library().open_run(m.a->feed(), need.media, need.chunk_list, 0, 1, {}))->read(0, 8'000'000);
  right.push_back(0);
  CHECK_FALSE((*run)->append(right));
  CHECK_FALSE(m.b->library().receive_run(m.a->feed(), need.media, 0, 99, {}));
  CHECK_FALSE(m.b->library().receive_run(m.b->feed(), need.media, 0, 1, {}));
}

TEST_CASE("eight peers that ask for the same pack cost one export, and its file is gone with them") {
  Members m;
  m.a->publish_one("k", {{"x", "1"}});
  std::vector<PackSource> sources;
  for (int i = 0; i < 8; ++i) sources.push_back(*m.a->library().open_pack(m.a->feed(), {}, false));
  for (auto& source : sources) CHECK(*source.source->read(0, 9'000'000) == *sources[0].source->read(0, 9'000'000));
  CHECK_FALSE(m.a->library().open_pack(FeedId{"nobody", {}}, {}, false));
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(m.a->layout().scratch())) {
    files += entry.is_regular_file() ? 1 : 0;
  }
  CHECK(files == 0);
}

}  // namespace replication_test

// When a feed is frozen, by what it is freed, and what of it survives a power cut or a damaged file.

#include "store/feed/commit.hpp"
#include "store/git/pack_writer.hpp"
#include "store/state/state.hpp"
#include "store/withdrawal/withdrawals.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/raw_parcel.hpp"
#include "tests/support/test_feed.hpp"
#include "tests/unit/store/members.hpp"

namespace forks_test {
using namespace essaimage;
using namespace essaimage::store;
using namespace essaimage::test;

namespace {

/// Commits of a node's region feed, made without its library: each with the root files alone.
struct Chain {
  TestNode& author;
  std::unique_ptr<PackWriter> writer = PackWriter::create(author.layout().scratch()).value();
  ObjectId tree = TestLibrary::add_tree(*writer, root_files());
  Bytes head = {};
  std::optional<ObjectId> parent = {};

  Bytes add(const Order& order, std::optional<std::pair<ObjectId, ObjectId>> resolves = {}, std::int64_t time = 1) {
    Commit commit;
    commit.tree = tree;
    commit.parent = parent;
    commit.time = {time};
    commit.federation = author.library().identity().federation;
    commit.feed = author.feed();
    commit.order = order;
    commit.resolves = resolves;
    head = sign_commit(commit, author.library().signing());
    parent = writer->add(ObjectType::commit, head).value();
    return head;
  }
  Status send(TestNode& to) {
    const std::string parcel = parcel_of(*writer);
    TRY(const auto reception, to.library().receive_feed());
    CHECK_OK(reception->append(bytes_of(parcel)));
    return reception->accept(author.feed(), head);
  }
};

/// `a` and its clone published two versions of one order; `b` holds the one and has the proof.
struct Forked : Members {
  FeedId feed = a->feed();
  std::unique_ptr<TestNode> copy;
  Bytes ours, theirs;
  std::pair<ObjectId, ObjectId> proof;

  Forked() {
    a->publish_one("k", {{"x", "1"}});
    copy = a->copy();
    REQUIRE(copy->open());
    copy->now.seconds += 1;
    a->publish_one("k", {{"x", "2"}});
    copy->publish_one("k", {{"x", "two"}});
    replicate(*a, *b);
    ours = *b->library().commit_of(b->head(feed));
    theirs = *copy->library().commit_of(copy->head(feed));
    proof = std::minmax({object_id(ObjectType::commit, ours), object_id(ObjectType::commit, theirs)});
    REQUIRE(b->library().keep_fork(feed, {}, theirs));
    REQUIRE(is_frozen());
  }
  bool is_frozen() const { return !b->library().frozen()->empty(); }
  Path file(const TestNode& node) const { return node.layout().forks() / "a+region.fork"; }
  void reopen() {
    b->close();
    REQUIRE(b->open());
  }
  /// The author's answer: a new epoch that resolves the fork, with one more commit behind its root.
  Status send_epoch() {
    Chain chain{*a};
    chain.add({1, 2, 1}, proof);
    chain.add({1, 2, 2});
    return chain.send(*b);
  }
  Status send_next() {
    const Head held = b->head(feed);
    Chain chain{*a};
    chain.tree = parse_commit(*b->library().commit_of(held))->tree;
    chain.writer = PackWriter::create(a->layout().scratch()).value();  // the commit alone: its tree is the parent's
    chain.parent = held.commit;
    chain.add({held.order.generation, held.order.epoch, held.order.seq + 1});
    return chain.send(*b);
  }
};

std::size_t thaws(const TestNode& node) {
  return static_cast<std::size_t>(std::count_if(node.changes.begin(), node.changes.end(), [](const Change& change) {
    const auto* frozen = std::get_if<change::FeedFrozen>(&change);
    return frozen != nullptr && !frozen->frozen;
  }));
}

}  // namespace

TEST_CASE("a feed is freed by an epoch root that resolves its fork, also when more came with it") {
  Forked f;
  REQUIRE(f.send_epoch());
  CHECK(thaws(*f.b) == 1);
  CHECK_FALSE(f.is_frozen());
  CHECK(f.send_next());
  f.reopen();
  CHECK(f.b->library().problems().empty());
  CHECK_FALSE(f.is_frozen());
  CHECK(f.send_next());
}

TEST_CASE("the author of a feed that forked goes on in a later epoch, and everybody takes it again, whichever side they hold") {
  Forked f;
  const auto& clone = f.copy;
  for (auto* node : {f.a.get(), clone.get()}) node->publish_one("k", {{"x", node == clone.get() ? "three" : "3"}});
  replicate(*clone, *f.c);  // the other side, and another proof than that of b
  REQUIRE(f.c->library().keep_fork(f.feed, {}, *f.a->library().commit_of(f.a->head(f.feed))));
  REQUIRE(f.a->library().keep_fork(f.feed, {}, *clone->library().commit_of(clone->head(f.feed))));
  REQUIRE(f.a->publish({{"k", {{"x", "4"}}}}).error().code == Errc::feed_fork);

  const auto resolved = f.a->library().resolve_forks();
  REQUIRE(resolved);
  REQUIRE(resolved->size() == 1);
  CHECK(resolved->front().forked == Order{1, 1, 3});
  CHECK(resolved->front().head == f.a->head(f.feed));
  CHECK(f.a->head(f.feed).order == Order{1, 2, 3});
  CHECK(thaws(*f.a) == 1);
  CHECK(f.a->library().resolve_forks()->empty());
  f.a->publish_one("k", {{"x", "4"}});
  for (auto* node : {f.b.get(), f.c.get(), clone.get(), f.federation.get()}) {
    replicate(*f.a, *node);
    CHECK(node->head(f.feed) == f.a->head(f.feed));
    CHECK(node->library().frozen()->empty());
    CHECK(node->checkout("a/k").at("x") == "4");
    CHECK(node->library().history({"a", "k"})->size() == 4);
  }
  f.a->close();
  REQUIRE(f.a->open());
  CHECK(f.a->library().problems().empty());
  CHECK(f.a->library().frozen()->empty());
  CHECK(f.a->library().verify({})->empty());
}

TEST_CASE("a node that was away while a fork was resolved takes the feed again, although texts were withdrawn since") {
  Forked f;
  REQUIRE(f.a->library().keep_fork(f.feed, {}, f.theirs));
  REQUIRE(f.a->library().resolve_forks());
  f.a->publish_one("autre", {{"y", "1"}, {"nom", "Zoé"}});
  REQUIRE(f.a->library().withdrawals().withdraw({{"a", "autre"}, {"nom"}, "elle le demande"}));
  REQUIRE(f.a->head(f.feed).order.epoch == 3);
  REQUIRE(f.is_frozen());
  replicate(*f.a, *f.b);
  CHECK(f.b->head(f.feed) == f.a->head(f.feed));
  CHECK_FALSE(f.is_frozen());
}

TEST_CASE("a node whose proof of a fork is lost is freed by its author's new epoch as well: nobody proves it any more") {
  Forked f;
  f.b->close();
  std::filesystem::remove(f.file(*f.b));
  REQUIRE(f.b->open());
  REQUIRE(f.is_frozen());
  REQUIRE(f.a->library().keep_fork(f.feed, {}, f.theirs));
  REQUIRE(f.a->library().resolve_forks());
  replicate(*f.a, *f.b);
  CHECK(f.b->head(f.feed) == f.a->head(f.feed));
  CHECK_FALSE(f.is_frozen());
  f.reopen();
  CHECK_FALSE(f.is_frozen());
}

TEST_CASE("an author who went on in a new epoch, not knowing of the fork, can resolve it all the same") {
  Forked f;
  REQUIRE(f.a->library().withdrawals().withdraw({{"a", "k"}, {"x"}, "elle le demande"}));
  REQUIRE(f.a->head(f.feed).order.epoch == 2);
  CHECK_FALSE(fetch_feed(*f.a, *f.b, f.feed));
  REQUIRE(f.a->library().keep_fork(f.feed, {}, f.theirs));
  f.a->close();
  REQUIRE(f.a->open());
  REQUIRE(f.a->publish({{"k2", {{"x", "4"}}}}).error().code == Errc::feed_fork);
  REQUIRE(f.a->library().resolve_forks());
  replicate(*f.a, *f.b);
  CHECK(f.b->head(f.feed) == f.a->head(f.feed));
  CHECK_FALSE(f.is_frozen());
}

TEST_CASE("a feed that forked again and again is told once, not each time more often") {
  Forked f;
  f.a->publish_one("k2", {{"x", "3"}});
  REQUIRE(f.a->library().keep_fork(f.feed, {}, f.theirs));
  REQUIRE(f.a->library().resolve_forks());
  CHECK(f.a->head(f.feed).order == Order{1, 2, 3});
  for (std::uint64_t epoch = 2; epoch < 5; ++epoch) {
    const auto clone = f.a->copy();
    REQUIRE(clone->open());
    clone->now.seconds += 1;
    f.a->publish_one("k", {{"x", "ours " + std::to_string(epoch)}});
    clone->publish_one("k", {{"x", "theirs " + std::to_string(epoch)}});
    REQUIRE(f.a->library().keep_fork(f.feed, {}, *clone->library().commit_of(clone->head(f.feed))));
    REQUIRE(f.a->library().resolve_forks());
    CHECK(f.a->head(f.feed).order == Order{1, epoch + 1, epoch + 2});
  }
}

TEST_CASE("a federation of which two copies have spoken is heard again once it has resolved the fork") {
  Members m;
  const FeedId word = m.federation->feed();
  const auto clone = m.federation->copy();
  REQUIRE(clone->open());
  for (auto* node : {m.federation.get(), clone.get()}) {
    node->now.seconds += node == clone.get() ? 100'000 : 200'000;
    REQUIRE(node->library().beat(false));
  }
  replicate(*m.federation, *m.a);
  replicate(*clone, *m.b);
  for (auto* node : {m.federation.get(), m.a.get()})
    REQUIRE(node->library().keep_fork(word, {}, *clone->library().commit_of(clone->head(word))));
  REQUIRE(m.b->library().keep_fork(word, {}, *m.federation->library().commit_of(m.federation->head(word))));
  REQUIRE(m.federation->library().suspend("c", "fermé").error().code == Errc::feed_fork);

  REQUIRE(m.federation->library().resolve_forks());
  REQUIRE(m.federation->library().suspend("c", "fermé"));
  for (auto* node : {m.a.get(), m.b.get()}) {
    REQUIRE(fetch_feed(*m.federation, *node, word));
    CHECK(node->head(word) == m.federation->head(word));
    CHECK(node->library().frozen()->empty());
    CHECK(node->library().roster()->find("c")->suspended);
  }
}

TEST_CASE("only the author resolves a fork, as far as it may speak, and with the proof") {
  Forked f;
  CHECK(f.b->library().resolve_forks()->empty());
  CHECK(f.is_frozen());
  REQUIRE(f.a->library().keep_fork(f.feed, {}, f.theirs));
  f.a->close();
  std::filesystem::remove(f.file(*f.a));
  REQUIRE(f.a->open());
  CHECK(f.a->library().resolve_forks().error().code == Errc::feed_fork);
  REQUIRE(f.a->library().keep_fork(f.feed, {}, f.theirs));
  REQUIRE(f.federation->library().suspend("a", "parti"));
  REQUIRE(fetch_feed(*f.federation, *f.a, f.federation->feed()));
  CHECK(f.a->library().resolve_forks().error().code == Errc::publish_suspended);
}

TEST_CASE("a feed that was freed stays free whatever a power cut left of its proof") {
  Forked f;
  const std::string proof = read_text(f.file(*f.b));
  REQUIRE(f.send_epoch());
  for (const bool recorded : {true, false}) {
    f.b->close();
    write_text(f.file(*f.b), proof);
    if (recorded) {
      const auto state = State::open(f.b->layout().state());
      REQUIRE((*state)->set_frozen(f.feed, true));
    }
    REQUIRE(f.b->open());
    CHECK_FALSE(f.is_frozen());
    CHECK(f.send_next());
    CHECK_FALSE(std::filesystem::exists(f.file(*f.b)));
    f.b->close();
    CHECK((*State::open(f.b->layout().state()))->frozen()->empty());
    REQUIRE(f.b->open());
  }
}

TEST_CASE("a lost or damaged proof is taken again, and the feed can then be freed") {
  Forked f;
  const bool damaged = GENERATE(false, true);
  f.b->close();
  if (damaged) write_text(f.file(*f.b), "ESSFORK1 and no more");
  else std::filesystem::remove(f.file(*f.b));
  REQUIRE(f.b->open());
  CHECK(f.is_frozen());  // nobody can be shown why; and nothing is accepted
  CHECK_FALSE(f.send_next());
  REQUIRE(f.b->library().keep_fork(f.feed, {}, f.theirs));
  CHECK(f.is_frozen());
  f.reopen();
  CHECK(f.b->library().problems().empty());
  REQUIRE(f.send_epoch());
  CHECK(f.send_next());
}

TEST_CASE("a proof of an epoch that was left freezes nothing") {
  Forked f;
  REQUIRE(f.send_epoch());
  CHECK(f.b->library().keep_fork(f.feed, f.ours, f.theirs));
  CHECK_FALSE(f.is_frozen());
  CHECK(f.send_next());
}

TEST_CASE("two commits beyond the last accepted of a suspended member freeze nothing") {
  Members m;
  m.a->publish_one("k", {{"x", "1"}});
  replicate(*m.a, *m.federation);
  replicate(*m.a, *m.b);
  const FeedId feed = m.a->feed();
  Chain one{*m.a}, two{*m.a};
  one.parent = two.parent = m.a->head(feed).commit;
  const Bytes first = one.add({1, 1, 2}, {}, 1), second = two.add({1, 1, 2}, {}, 2);
  REQUIRE(m.federation->library().suspend("a", "stolen key"));
  REQUIRE(fetch_feed(*m.federation, *m.b, m.federation->feed()));
  const auto kept = m.b->library().keep_fork(feed, first, second);
  REQUIRE_FALSE(kept);
  CHECK(kept.error().code == Errc::feed_beyond);
  CHECK(m.b->library().frozen()->empty());
}

TEST_CASE("who holds an epoch beyond what counts of a suspended member leaves it, and others fall back all the same") {
  Members m;
  for (auto* node : {m.a.get(), m.b.get()}) {
    node->publish_one("k", {{"x", "1"}});
    replicate(*node, *m.federation);
  }
  auto near = TestNode::member(*m.federation, "n", {"lille"});
  const Head a_counts = m.a->head(m.a->feed()), b_counts = m.b->head(m.b->feed());
  m.b->publish_one("bad", {{"x", "2"}});
  replicate(*m.b, *near);
  Chain chain{*m.a};
  chain.add({1, 2, 1});
  REQUIRE(chain.send(*near));
  REQUIRE(near->head(m.a->feed()).order == Order{1, 2, 1});

  REQUIRE(m.federation->library().suspend("a", "stolen key"));
  REQUIRE(m.federation->library().suspend("b", "stolen key"));
  REQUIRE(fetch_feed(*m.federation, *near, m.federation->feed()));
  CHECK(near->head(m.b->feed()) == b_counts);
  CHECK(near->head(m.a->feed()).commit.is_zero());
  CHECK_FALSE(near->find("b/bad"));
  REQUIRE(fetch_feed(*m.federation, *near, m.a->feed()));
  CHECK(near->head(m.a->feed()) == a_counts);
  near->close();
  REQUIRE(near->open());
  CHECK(near->library().problems().empty());
  CHECK(near->find("a/k"));
}

}  // namespace forks_test

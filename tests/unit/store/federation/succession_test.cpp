// A centre goes on under a new key: after it lost the old one, after a theft, after its feed forked.
#include <catch2/catch.hpp>

#include "store/feed/commit.hpp"
#include "tests/support/raw_parcel.hpp"
#include "tests/support/test_feed.hpp"
#include "tests/unit/store/members.hpp"

namespace essaimage::test::succession_test {
namespace {

/// A new home that goes on as that member.
std::unique_ptr<TestNode> succeed(TestNode& federation, const std::string& slug, bool reinstate = false) {
  store::Library::Invite invite{slug, "", {}, std::chrono::hours(1), "tcp://127.0.0.1:7373", true, reinstate};
  const auto invitation = federation.library().invite(invite);
  if (!invitation) FAIL(to_line(invitation.error()));
  auto node = TestNode::joining(*invitation);
  REQUIRE(federation.library().admit(
      store::make_join(*invitation, node->library().signing().public_key(), node->library().transport().public_key())));
  return node;
}

/// Everybody hears what everybody else has, the federation first.
void level(std::vector<TestNode*> nodes) {
  for (int round = 0; round < 2; ++round) {
    for (TestNode* to : nodes) {
      for (TestNode* from : nodes) {
        if (from != to) replicate(*from, *to);
      }
    }
  }
}

struct Story : Members {
  FeedId feed = a->feed();
  Story() {
    a->publish_one("k", {{"x", "1"}, {"p.jpg", photo(70'000, 1)}});
    a->publish_one("local", {{"x", "1"}}, "territory:lille");
    level({federation.get(), a.get(), b.get()});
    replicate(*federation, *c);
  }
  bool verified(const TestNode& node) const {
    const auto found = const_cast<TestNode&>(node).library().verify({});
    for (const auto& problem : *found) UNSCOPED_INFO(node.slug() << ": " << problem.where << " " << to_line(problem.error));
    return found->empty();
  }
};

/// A first commit of a later epoch, with the root files alone: all that a thief needs to bury a feed.
Status bury(TestNode& author, TestNode& to, std::uint64_t epoch) {
  const auto writer = store::PackWriter::create(author.layout().scratch()).value();
  store::Commit commit;
  commit.tree = TestLibrary::add_tree(*writer, root_files());
  commit.time = {1};
  commit.federation = author.library().identity().federation;
  commit.feed = author.feed();
  commit.order = {1, epoch, 1};
  const Bytes raw = store::sign_commit(commit, author.library().signing());
  REQUIRE(writer->add(store::ObjectType::commit, raw));
  TRY(const auto reception, to.library().receive_feed());
  CHECK_OK(reception->append(bytes_of(parcel_of(*writer))));
  return reception->accept(author.feed(), raw);
}

}  // namespace

TEST_CASE("a centre that lost its key goes on under a new one, with its history, and all peers follow") {
  Story s;
  s.a->close();
  const auto again = succeed(*s.federation, "a");
  TestNode& a = *again;
  CHECK(s.federation->library().roster()->find("a")->keys.size() == 2);
  CHECK(s.federation->library().roster()->find("a")->territories == std::set<std::string>{"lille"});
  level({s.federation.get(), &a, s.b.get(), s.c.get()});
  CHECK(a.checkout("a/k").at("x") == "1");
  const auto head = a.head(s.feed);
  const auto published = a.publish_one("k", {{"x", "2"}, {"p.jpg", photo(70'000, 1)}});
  CHECK(published.version == 2);
  CHECK(a.head(s.feed).order == Order{2, 1, head.order.seq + 1});
  CHECK(a.publish_one("local", {{"x", "2"}}, "territory:lille").version == 2);
  CHECK(a.publish_one("new", {{"x", "1"}}).version == 1);
  level({s.federation.get(), &a, s.b.get(), s.c.get()});
  for (TestNode* node : {s.federation.get(), s.b.get(), s.c.get()}) {
    INFO(node->slug());
    CHECK(node->checkout("a/k").at("x") == "2");
    CHECK(node->checkout("a/k", 1).at("x") == "1");
    CHECK(s.verified(*node));
  }
  CHECK(s.b->checkout("a/local").at("x") == "2");
  CHECK_FALSE(s.c->find("a/local"));
  CHECK(s.verified(a));
  a.close();
  REQUIRE(a.open());
  CHECK(a.publish_one("k", {{"x", "3"}}).version == 3);
}

TEST_CASE("what the old key makes after it was succeeded counts for nobody, and who had taken it falls back") {
  Story s;
  const auto counts = s.a->head(s.feed);
  s.a->publish_one("k", {{"x", "thief"}});
  replicate(*s.a, *s.b);
  REQUIRE(s.b->checkout("a/k").at("x") == "thief");
  const auto again = succeed(*s.federation, "a");
  replicate(*s.federation, *s.b);
  CHECK(s.b->head(s.feed) == counts);
  CHECK(s.b->checkout("a/k").at("x") == "1");
  REQUIRE(fetch_feed(*s.federation, *s.c, s.federation->feed()));
  const auto beyond = fetch_feed(*s.a, *s.c, s.feed);
  REQUIRE_FALSE(beyond);
  CHECK(beyond.error().code == Errc::feed_beyond);
  level({s.federation.get(), again.get(), s.b.get(), s.c.get()});
  again->publish_one("k", {{"x", "2"}});
  level({s.federation.get(), again.get(), s.b.get(), s.c.get()});
  for (TestNode* node : {s.b.get(), s.c.get()}) CHECK(node->checkout("a/k").at("x") == "2");
  s.b->close();
  REQUIRE(s.b->open());
  CHECK(s.b->library().problems().empty());
  CHECK(s.b->checkout("a/k").at("x") == "2");
  // The old home is told so, and cannot publish.
  replicate(*s.federation, *s.a);
  CHECK_FALSE(s.a->publish({{"k", {{"x", "thief again"}}}}));
}

TEST_CASE("a stolen key that buries a feed under the last of all epochs is undone by its author's new key") {
  Story s;
  const auto counts = s.a->head(s.feed);
  for (TestNode* node : {s.federation.get(), s.b.get()}) {
    REQUIRE(bury(*s.a, *node, 2));
    REQUIRE(bury(*s.a, *node, store::order_part_max));
    REQUIRE_FALSE(node->find("a/k"));
  }
  const auto history = s.federation->library().feed_history(s.feed, 10);
  REQUIRE(history);
  REQUIRE(history->size() == 2 + counts.order.seq);
  CHECK(history->front().head.order == Order{1, store::order_part_max, 1});
  CHECK((*history)[2].head == counts);
  // What a version has otherwise than the one before, which tells the thief's from the author's; of an epoch that cannot be told.
  CHECK((*history)[2].put == std::vector<std::string>{"k"});
  CHECK((*history)[2].removed.empty());
  CHECK(history->front().put.empty());
  CHECK(s.federation->library().suspend("a", "stolen", {{s.feed, {1, 1, 77}}}).error().code == Errc::not_found);
  CHECK(s.federation->library().suspend("a", "stolen", {{s.b->feed(), {1, 1, 1}}}).error().code == Errc::usage);
  REQUIRE(s.federation->library().suspend("a", "stolen", {{s.feed, counts.order}}));
  CHECK(s.federation->head(s.feed) == counts);
  replicate(*s.federation, *s.b);
  CHECK(s.b->head(s.feed) == counts);
  CHECK(s.b->checkout("a/k").at("x") == "1");

  store::Library::Invite invite{"a", "", {}, std::chrono::hours(1), "tcp://127.0.0.1:7373", true, false};
  CHECK(s.federation->library().invite(invite).error().code == Errc::member_suspended);
  const auto again = succeed(*s.federation, "a", true);
  CHECK_FALSE(s.federation->library().roster()->find("a")->suspended);
  level({s.federation.get(), again.get(), s.b.get(), s.c.get()});
  CHECK(again->publish_one("k", {{"x", "2"}}).version == 2);
  level({s.federation.get(), again.get(), s.b.get(), s.c.get()});
  for (TestNode* node : {s.federation.get(), s.b.get(), s.c.get()}) {
    CHECK(node->checkout("a/k").at("x") == "2");
    CHECK(s.verified(*node));
  }
  CHECK_FALSE(bury(*s.a, *s.b, store::order_part_max));
}

TEST_CASE("a new key says which side of a fork counts, and frees the feed on both") {
  Story s;
  const auto clone = s.a->copy();
  REQUIRE(clone->open());
  clone->now.seconds += 1;
  s.a->publish_one("k", {{"x", "2"}});
  clone->publish_one("k", {{"x", "two"}});
  replicate(*s.a, *s.federation);
  replicate(*clone, *s.b);
  const auto ours = *s.federation->library().commit_of(s.federation->head(s.feed));
  const auto theirs = *s.b->library().commit_of(s.b->head(s.feed));
  REQUIRE(s.federation->library().keep_fork(s.feed, {}, theirs));
  REQUIRE(s.b->library().keep_fork(s.feed, {}, ours));
  const auto again = succeed(*s.federation, "a");
  CHECK(s.federation->library().frozen()->empty());
  REQUIRE(fetch_feed(*s.federation, *s.b, s.federation->feed()));
  CHECK(s.b->library().frozen()->empty());
  CHECK(s.b->head(s.feed).order == Order{});  // the other side does not count
  CHECK(std::ranges::any_of(s.b->changes, [&](const store::Change& change) {
    const auto* left = std::get_if<store::change::FeedLeft>(&change);
    return left != nullptr && left->feed == s.feed;
  }));
  level({s.federation.get(), again.get(), s.b.get(), s.c.get()});
  CHECK(s.b->checkout("a/k").at("x") == "2");
  CHECK_FALSE(s.b->library().keep_fork(s.feed, {}, theirs));  // proves nothing any more
  CHECK(s.b->library().frozen()->empty());
  again->publish_one("k", {{"x", "3"}});
  level({s.federation.get(), again.get(), s.b.get(), s.c.get()});
  CHECK(s.b->checkout("a/k").at("x") == "3");
  s.b->close();
  REQUIRE(s.b->open());
  CHECK(s.b->library().frozen()->empty());
  CHECK(s.verified(*s.b));
}

TEST_CASE("a new key publishes on top of the last that counts of the old one, and on nothing else") {
  Story s;
  const auto again = succeed(*s.federation, "a");
  REQUIRE(fetch_feed(*s.federation, *again, s.federation->feed()));
  const auto early = again->publish({{"k", {{"x", "2"}}}});
  REQUIRE_FALSE(early);
  CHECK(early.error().code == Errc::publish_unconfirmed);
  replicate(*s.federation, *again);
  CHECK(again->publish_one("k", {{"x", "2"}}).version == 2);
}

TEST_CASE("an invitation for a new key that is on its way ends with a suspension") {
  Story s;
  auto& library = s.federation->library();
  const auto invitation = library.invite({"a", "", {}, std::chrono::hours(1), "tcp://127.0.0.1:7373", true, false});
  REQUIRE(invitation);
  REQUIRE(library.suspend("a", "stolen"));
  const auto node = TestNode::joining(*invitation);
  const auto admitted =
      library.admit(store::make_join(*invitation, node->library().signing().public_key(), node->library().transport().public_key()));
  REQUIRE_FALSE(admitted);
  CHECK(admitted.error().code == Errc::invitation_unknown);
  CHECK(library.roster()->find("a")->suspended);
  (void)succeed(*s.federation, "a", true);
  CHECK_FALSE(library.roster()->find("a")->suspended);
}

TEST_CASE("a key is replaced for members alone, and never by accident") {
  Story s;
  auto& library = s.federation->library();
  const auto code = [&](const std::string& slug, bool new_key) {
    const auto made = library.invite({slug, "Centre", {}, std::chrono::hours(1), "tcp://127.0.0.1:7373", new_key, false});
    return made ? Errc::internal : made.error().code;
  };
  CHECK(code("nobody", true) == Errc::member_unknown);
  CHECK(code("fed", true) == Errc::usage);
  CHECK(code("a", false) == Errc::member_exists);
  REQUIRE(library.suspend("b", "left"));
  CHECK(code("b", true) == Errc::member_suspended);
  CHECK(code("a", true) == Errc::internal);
  CHECK(code("a", true) == Errc::member_exists);  // that one is pending
}

}  // namespace essaimage::test::succession_test

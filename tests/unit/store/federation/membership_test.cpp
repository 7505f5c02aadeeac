// Invitations, admission and suspension, between libraries.

#include "store/library.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/test_node.hpp"

namespace membership_test {
using namespace essaimage;
using namespace essaimage::store;
using namespace essaimage::test;

namespace {

Library::Invite invite_of(const std::string& slug) {
  return {slug, "Centre " + slug, {"lille"}, std::chrono::hours(1), "tcp://127.0.0.1:7373"};
}

message::Join join_of(const Invitation& invitation) {
  return make_join(invitation, SigningSecret::generate().public_key(), TransportSecret::generate().public_key());
}

}  // namespace

TEST_CASE("the first that uses an invitation wins, and may ask again") {
  auto federation = TestNode::federation();
  const auto invitation = federation->library().invite(invite_of("mdq"));
  REQUIRE(invitation);
  const auto first = join_of(*invitation), second = join_of(*invitation);
  REQUIRE(federation->library().admit(first));
  const auto head = federation->head(federation->feed());
  CHECK(federation->library().admit(first));
  CHECK(federation->head(federation->feed()) == head);
  const auto late = federation->library().admit(second);
  REQUIRE_FALSE(late);
  CHECK(late.error().code == Errc::invitation_used);
  CHECK(federation->library().roster()->find("mdq")->current_keys().signing == first.signing);
}

TEST_CASE("an invitation that ran out, is forged, or is another federation's, admits nobody") {
  auto federation = TestNode::federation();
  const auto invitation = federation->library().invite(invite_of("mdq"));
  REQUIRE(invitation);
  auto forged = join_of(*invitation);
  forged.signing = SigningSecret::generate().public_key();
  CHECK(federation->library().admit(forged).error().code == Errc::signature_bad);

  auto invented = *invitation;
  invented.seed.fill(1);
  CHECK(federation->library().admit(join_of(invented)).error().code == Errc::invitation_unknown);

  auto other = TestNode::federation();
  const auto foreign = other->library().invite(invite_of("mdq"));
  REQUIRE(foreign);
  CHECK(federation->library().admit(join_of(*foreign)).error().code == Errc::feed_wrong_federation);

  federation->now = invitation->expires;
  CHECK(federation->library().admit(join_of(*invitation)).error().code == Errc::invitation_expired);
  CHECK(federation->library().roster()->members.size() == 1);
}

TEST_CASE("a node without the federation's keys can neither invite nor admit nor suspend") {
  auto federation = TestNode::federation();
  auto a = TestNode::member(*federation, "a", {"lille"});
  CHECK(a->library().invite(invite_of("b")).error().code == Errc::not_federation);
  CHECK(a->library().suspend("fed", "no").error().code == Errc::not_federation);
}

TEST_CASE("a short name is given once: to a member, to the federation, or to a pending invitation") {
  auto federation = TestNode::federation();
  auto a = TestNode::member(*federation, "a", {"lille"});
  const auto code = [&](const Library::Invite& invite) {
    const auto made = federation->library().invite(invite);
    REQUIRE_FALSE(made);
    return made.error().code;
  };
  CHECK(code(invite_of("a")) == Errc::member_exists);
  CHECK(code(invite_of("fed")) == Errc::member_exists);
  REQUIRE(federation->library().suspend("a", "test"));
  CHECK(code(invite_of("a")) == Errc::member_exists);
  REQUIRE(federation->library().invite(invite_of("b")));
  CHECK(code(invite_of("b")) == Errc::member_exists);
  CHECK(code(invite_of("No Slug")) == Errc::usage);
  auto wrong = invite_of("c");
  wrong.territories = {"Lille !"};
  CHECK(code(wrong) == Errc::audience_unknown);
  wrong = invite_of("c");
  wrong.valid = std::chrono::seconds(0);
  CHECK(code(wrong) == Errc::usage);
  wrong = invite_of("c");
  wrong.endpoint = "somewhere";
  CHECK(code(wrong) == Errc::usage);
}

TEST_CASE("an expired invitation is pruned with the next commit, and its name is free again") {
  auto federation = TestNode::federation();
  const auto old = federation->library().invite(invite_of("mdq"));
  REQUIRE(old);
  federation->now.seconds += 3'600;
  const auto again = federation->library().invite(invite_of("mdq"));
  REQUIRE(again);
  CHECK(federation->library().admit(join_of(*old)).error().code == Errc::invitation_unknown);
  CHECK(federation->library().admit(join_of(*again)));
}

TEST_CASE("two members cannot have the same keys") {
  auto federation = TestNode::federation();
  const auto first = federation->library().invite(invite_of("a"));
  const auto second = federation->library().invite(invite_of("b"));
  REQUIRE(second);
  const auto join = join_of(*first);
  REQUIRE(federation->library().admit(join));
  const auto clone = make_join(*second, join.signing, TransportSecret::generate().public_key());
  CHECK(federation->library().admit(clone).error().code == Errc::member_keys_taken);
}

TEST_CASE(
    "of a suspended member nothing beyond the last accepted is taken, and who has more falls "
    "back") {
  auto federation = TestNode::federation();
  auto thief = TestNode::member(*federation, "t", {"lille"});
  auto near = TestNode::member(*federation, "n", {"lille"});
  auto far = TestNode::member(*federation, "f", {"lille"});
  replicate(*federation, *thief);
  thief->publish_one("good", {{"x", "1"}});
  replicate(*thief, *federation);
  const auto accepted = thief->head(thief->feed());
  thief->publish_one("bad", {{"x", "2"}});
  replicate(*federation, *near);
  replicate(*thief, *near);
  CHECK(near->find("t/bad"));

  CHECK(federation->library().suspend("fed", "me").error().code == Errc::usage);
  CHECK(federation->library().suspend("x", "who").error().code == Errc::member_unknown);
  CHECK(federation->library().suspend("t", "two\nlines").error().code == Errc::usage);
  CHECK(federation->library().suspend("t", "M. Durand est parti").error().code == Errc::outcome_personal);
  CHECK(federation->library().suspended_since()->empty());
  REQUIRE(federation->library().suspend("t", "stolen key"));
  const auto since = federation->library().suspended_since().value().at("t");
  CHECK(since == federation->now);
  CHECK(federation->library().suspend("t", "again").error().code == Errc::member_suspended);

  replicate(*federation, *near);
  CHECK(near->head(thief->feed()) == accepted);
  CHECK_FALSE(near->find("t/bad"));
  CHECK(near->find("t/good"));
  CHECK(near->library().roster()->find("t")->suspended_why == "stolen key");
  CHECK(near->library().suspended_since() == std::map<std::string, Timestamp>{{"t", since}});
  REQUIRE(fetch_feed(*federation, *far, federation->feed()));
  const auto beyond = fetch_feed(*thief, *far, thief->feed());
  REQUIRE_FALSE(beyond);
  CHECK(beyond.error().code == Errc::feed_beyond);
  replicate(*near, *far);
  CHECK(far->head(thief->feed()) == accepted);
  CHECK(far->library().verify({})->empty());
  near->close();
  REQUIRE(near->open());
  CHECK(near->library().problems().empty());

  replicate(*federation, *thief);
  const auto refused = thief->publish({{"more", {}}});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::publish_suspended);
}

TEST_CASE("a centre's endpoints reach the others with its region feed") {
  auto federation = TestNode::federation();
  auto a = TestNode::member(*federation, "a", {"lille"});
  auto b = TestNode::member(*federation, "b", {"lille"});
  replicate(*federation, *a);
  REQUIRE(a->library().publish_centre({"tcp://192.0.2.1:7373"}));
  const auto head = a->head(a->feed());
  REQUIRE(a->library().publish_centre({"tcp://192.0.2.1:7373"}));
  CHECK(a->head(a->feed()) == head);
  CHECK_FALSE(a->library().publish_centre({"nowhere"}));
  replicate(*a, *b);
  CHECK(b->library().roster()->find("a")->endpoints == std::vector<std::string>{"tcp://192.0.2.1:7373"});
  REQUIRE(federation->library().publish_centre({"tcp://192.0.2.9:1"}));
  CHECK(federation->library().roster()->find("fed")->endpoints == std::vector<std::string>{"tcp://192.0.2.9:1"});
  replicate(*federation, *b);
  CHECK(b->library().roster()->find("fed")->endpoints == std::vector<std::string>{"tcp://192.0.2.9:1"});
  b->close();
  REQUIRE(b->open());
  CHECK(b->library().roster()->find("a")->endpoints == std::vector<std::string>{"tcp://192.0.2.1:7373"});
}

TEST_CASE("a restored federation that knows of a newer state of its feed says nothing on top of the old one") {
  auto federation = TestNode::federation();
  auto backup = federation->copy();
  REQUIRE(federation->library().invite(invite_of("mdq")));
  federation->close();
  // Everything is as it was, but for the record of what was once accepted.
  backup->close();
  for (const std::string part : {"", "-wal", "-shm"}) {
    const Path from = federation->layout().state().string() + part, to = backup->layout().state().string() + part;
    std::filesystem::remove(to);
    if (std::filesystem::exists(from)) std::filesystem::copy_file(from, to);
  }
  REQUIRE(backup->open());
  const auto head = backup->head(backup->feed());
  const auto refused = backup->library().invite(invite_of("autre"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::publish_unconfirmed);
  CHECK(backup->publish({{"k", {}}}).error().code == Errc::publish_unconfirmed);
  CHECK(backup->head(backup->feed()) == head);
}

}  // namespace membership_test

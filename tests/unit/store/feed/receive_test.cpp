// Reception: what honest peers send is accepted; what breaks a rule of commits or of packs is refused without a trace.
// What trees may hold: tree_rules_test.cpp.

#include "store/feed/receive.hpp"

#include "store/feed/commit_rules.hpp"
#include "store/transfer/parcel.hpp"
#include "tests/support/run.hpp"
#include "tests/unit/store/feed/reception.hpp"

namespace receive_test {
using namespace essaimage;
using namespace essaimage::store;
using namespace essaimage::test;

namespace {

/// Versions 2 to 4 of a kit.
void publish_three(TestLibrary& author) {
  author.commit(region, feed_with(robot, 2, {}, {{"photo.jpg", std::string("\0jpg", 4)}}));
  author.commit(region, feed_with(robot, 3, {{"guide/étape 1.md", "un"}}, {{"photo.jpg", std::string("\0jpg", 4)}}));
  author.commit(region, feed_with(robot, 4, {{"guide/étape 1.md", "deux"}}, {{"autre.jpg", std::string("\0other", 6)}}));
}

std::string whole_parcel(const TestLibrary& author, const FeedId& feed = region) {
  return take_text(export_parcel(author.objects(), author.layout().scratch(), author.head(feed).commit, ObjectId{}, ObjectId{}).value());
}

}  // namespace

TEST_CASE("a feed arrives whole, and then in steps, with the same objects as at its author") {
  TestLibrary author;
  Receiver receiver;
  author.commit(region, feed_with(robot, 1));
  REQUIRE(receiver.fetch(author, region));
  CHECK(receiver.is_clean());
  publish_three(author);
  const auto head = receiver.fetch(author, region);
  REQUIRE(head);
  CHECK(*head == author.head(region));
  CHECK(receiver.library.objects().pack_count() == 2);
  const auto fsck = git(receiver.library.layout().library(), {"fsck", "--full", "--strict", "--no-progress"});
  CHECK(fsck.output.empty());
  CHECK(git(receiver.library.layout().library(), {"rev-list", "--objects", region.ref()}).output ==
        git(author.layout().library(), {"rev-list", "--objects", region.ref()}).output);
  CHECK(receiver.is_clean());
}

TEST_CASE("a step holds only what changed") {
  TestLibrary author;
  publish_three(author);
  const auto head = author.head(region).commit;
  const auto before = *parse_commit(author.raw(head))->parent;
  const auto file = export_parcel(author.objects(), author.layout().scratch(), head, before, before).value();
  const auto pack = author.writer();
  REQUIRE(read_parcel(file, region, author.raw(head), author.objects(), *pack));
  // commit, root, kits, fan, kit, entry, files, pointer, guide folder and text, chunks folder and list, attributes
  CHECK(pack->object_count() == 13);
  CHECK(export_parcel(author.objects(), author.layout().scratch(), before, head, head).error().code == Errc::not_found);
}

TEST_CASE("a parcel that is cut off anywhere is refused, and nothing of it remains") {
  TestLibrary author;
  Receiver receiver;
  author.commit(region, feed_with(robot, 1));
  const std::string whole = whole_parcel(author);
  const Bytes commit = author.raw(author.head(region).commit);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto result = receiver.receive(region, commit, bytes_of(whole).first(size));
    const bool between_frames = size == parcel::head_bytes;
    REQUIRE(refusal(result) == (between_frames ? Errc::feed_gap : Errc::malformed));
  }
  CHECK(receiver.is_clean());
  CHECK(receiver.library.objects().pack_count() == 0);
  CHECK(receiver.receive(region, commit, bytes_of(whole)));
}

TEST_CASE("a parcel with a changed byte anywhere is refused") {
  TestLibrary author;
  Receiver receiver;
  author.commit(region, feed_with(robot, 1));
  const std::string whole = whole_parcel(author);
  const Bytes commit = author.raw(author.head(region).commit);
  for (std::size_t at = 0; at < whole.size(); at += 7) {
    std::string bad = whole;
    bad[at] = static_cast<char>(bad[at] ^ 0x10);
    CHECK_FALSE(receiver.receive(region, commit, bytes_of(bad)));
  }
  CHECK(receiver.is_clean());
}

TEST_CASE("a pack that grafts a tree of another feed is refused, though the library holds that tree") {
  TestLibrary author;
  Receiver receiver;
  author.commit(lille, feed_with(robot, 1, {{"secret.txt", "for Lille alone"}}));
  REQUIRE(receiver.fetch(author, lille));
  const ObjectId tree = parse_commit(author.raw(author.head(lille).commit))->tree;
  Commit grafted;
  grafted.tree = tree;
  grafted.federation = test_federation();
  grafted.feed = region;
  grafted.order = {1, 1, 1};
  const auto writer = receiver.library.writer();
  const Bytes raw = sign_commit(grafted, secret_of("mdq-wazemmes"));
  REQUIRE(writer->add(ObjectType::commit, raw));
  CHECK(refusal(receiver.receive(region, raw, bytes_of(parcel_of(*writer)))) == Errc::feed_gap);
  CHECK(receiver.is_clean());
}

TEST_CASE("a pack that holds more than the feed reaches is refused") {
  TestLibrary author;
  Receiver receiver;
  const auto head = author.commit(region, feed_with(robot, 1));
  const auto writer = author.writer();
  for (const auto& line : {"one", "two"}) REQUIRE(writer->add(ObjectType::blob, bytes_of(line)));
  // Everything of the feed, and two blobs of nobody.
  const auto listed = git(author.layout().library(), {"rev-list", "--objects", region.ref()}).output;
  for (std::size_t at = 0; at < listed.size(); at = listed.find('\n', at) + 1) {
    const auto object = author.objects().read(ObjectId::parse(listed.substr(at, 40)).value()).value();
    REQUIRE(writer->add(object.type, object.content));
  }
  CHECK(refusal(receiver.receive(region, author.raw(head.commit), bytes_of(parcel_of(*writer)))) == Errc::malformed);
}

TEST_CASE("a commit whose parent is missing is refused") {
  TestLibrary author;
  Receiver receiver;
  publish_three(author);
  const auto before = *parse_commit(author.raw(author.head(region).commit))->parent;
  CHECK(refusal(receiver.fetch(author, region, before)) == Errc::feed_gap);
  CHECK(receiver.is_clean());
}

TEST_CASE("forged, foreign and unknown commits are refused") {
  TestLibrary author;
  Receiver receiver;
  SECTION("signed by another member") {
    const auto writer = author.writer();
    Commit forged;
    forged.tree = TestLibrary::add_tree(*writer, feed_with(robot, 1));
    forged.federation = test_federation();
    forged.feed = region;
    forged.order = {1, 1, 1};
    const Bytes raw = sign_commit(forged, secret_of("csc-fives"));
    REQUIRE(writer->add(ObjectType::commit, raw));
    CHECK(refusal(receiver.receive(region, raw, bytes_of(parcel_of(*writer)))) == Errc::signature_bad);
  }
  SECTION("of another federation") {
    author.commit(region, feed_with(robot, 1), [](Commit& c) { c.federation.bytes[0] ^= 1; });
    CHECK(refusal(receiver.fetch(author, region)) == Errc::feed_wrong_federation);
  }
  SECTION("of a centre that is not a member") {
    const FeedId stranger{"stranger", {}};
    author.commit(stranger, feed_with({"stranger", "robot"}, 1));
    CHECK(refusal(receiver.fetch(author, stranger)) == Errc::feed_unknown_author);
  }
  SECTION("of another feed than asked for") {
    const auto head = author.commit(region, feed_with(robot, 1));
    CHECK(refusal(receiver.receive(lille, author.raw(head.commit), bytes_of(whole_parcel(author)))) == Errc::malformed);
  }
  SECTION("of an audience that its author is not part of") {
    const FeedId elsewhere{"mdq-wazemmes", {Audience::Kind::territory, "valenciennes"}};
    author.commit(elsewhere, feed_with(robot, 1));
    CHECK(refusal(receiver.fetch(author, elsewhere)) == Errc::feed_beyond);
  }
  CHECK(receiver.is_clean());
}

TEST_CASE("an order that does not follow its parent's is refused") {
  TestLibrary author;
  Receiver receiver;
  author.commit(region, feed_with(robot, 1));
  REQUIRE(receiver.fetch(author, region));
  SECTION("a seq left out") {
    author.commit(region, feed_with(robot, 2), [](Commit& c) { ++c.order.seq; });
  }
  SECTION("another epoch") {
    author.commit(region, feed_with(robot, 2), [](Commit& c) { c.order.epoch = 2; });
  }
  CHECK(refusal(receiver.fetch(author, region)) == Errc::malformed);
}

TEST_CASE("an older head is refused, also when only the witness remembers the newer one") {
  TestLibrary author, backup;
  for (auto* library : {&author, &backup}) library->commit(region, feed_with(robot, 1));
  Receiver receiver;
  publish_three(author);
  REQUIRE(receiver.fetch(author, region));
  CHECK(refusal(receiver.fetch(backup, region, ObjectId{})) == Errc::feed_older);
  CHECK(refusal(receiver.fetch(author, region, ObjectId{})) == Errc::conflict);

  Receiver restored;
  restored.witnessed = author.head(region);
  CHECK(refusal(restored.fetch(backup, region)) == Errc::feed_older);
  CHECK(restored.fetch(author, region));  // catching up to what was witnessed is no rollback
}

TEST_CASE("two commits of one order are a fork") {
  TestLibrary author, clone;
  for (auto* library : {&author, &clone}) library->commit(region, feed_with(robot, 1));
  Receiver receiver;
  author.commit(region, feed_with(robot, 2, {{"a.txt", "one"}}));
  clone.commit(region, feed_with(robot, 2, {{"a.txt", "other"}}));
  REQUIRE(receiver.fetch(author, region));
  SECTION("at the head") {
    CHECK(refusal(receiver.fetch(clone, region, ObjectId{})) == Errc::feed_fork);
    CHECK(receiver.proof.empty());  // the offered head itself is the proof
  }
  SECTION("below the head, with the proof in the pack") {
    const Bytes forked = clone.raw(clone.head(region).commit);
    clone.commit(region, feed_with(robot, 3));
    CHECK(refusal(receiver.fetch(clone, region, ObjectId{})) == Errc::feed_fork);
    CHECK(receiver.proof == forked);
  }
  SECTION("with what was witnessed") {
    Receiver restored;
    restored.witnessed = author.head(region);
    CHECK(refusal(restored.fetch(clone, region)) == Errc::feed_fork);
  }
}

TEST_CASE("a frozen feed is freed by a later epoch whose root names two commits that forked, and by nothing else") {
  TestLibrary author, clone, epoch;
  for (auto* library : {&author, &clone, &epoch}) library->commit(region, feed_with(robot, 1));
  Receiver receiver;
  const auto one = author.commit(region, feed_with(robot, 2, {{"a.txt", "one"}}));
  const auto two = clone.commit(region, feed_with(robot, 2, {{"a.txt", "other"}}));
  REQUIRE(receiver.fetch(author, region));
  receiver.fork = Order{1, 1, 2};

  author.commit(region, feed_with(robot, 3));
  CHECK(refusal(receiver.fetch(author, region)) == Errc::feed_fork);

  const auto root = [&](std::optional<std::pair<ObjectId, ObjectId>> resolves) {
    return [resolves](Commit& c) {
      c.parent.reset();
      c.order = {1, c.order.epoch + 1, 1};
      c.resolves = resolves;
    };
  };
  epoch.commit(region, feed_with(robot, 4), root({}));
  CHECK(refusal(receiver.fetch(epoch, region, ObjectId{})) == Errc::feed_fork);
  epoch.commit(region, feed_with(robot, 5), root(std::minmax(one.commit, two.commit)));
  epoch.commit(region, feed_with(robot, 6));
  for (const Order& later : {Order{1, 3, 1}, Order{1, 4, 1}}) {  // it forked again since
    receiver.fork = later;
    CHECK(refusal(receiver.fetch(epoch, region, ObjectId{})) == Errc::feed_fork);
  }
  receiver.fork = GENERATE(Order{1, 1, 2}, Order{});  // with the proof, or when it was lost
  const auto freed = receiver.fetch(epoch, region, ObjectId{});
  REQUIRE(freed);
  CHECK(freed->order == Order{1, 3, 2});
}

TEST_CASE("an epoch root replaces the history before it") {
  TestLibrary author;
  Receiver receiver;
  publish_three(author);
  REQUIRE(receiver.fetch(author, region));
  author.commit(region, feed_with(robot, 5), [](Commit& c) {
    c.parent.reset();
    c.order = {1, 2, 1};
  });
  REQUIRE(receiver.fetch(author, region, ObjectId{}));
  CHECK(receiver.library.head(region).order == Order{1, 2, 1});
  CHECK(refusal(receiver.fetch(author, region, ObjectId{})) == Errc::conflict);
}

TEST_CASE("a suspended member's feed is accepted up to its last accepted order") {
  TestLibrary author;
  Receiver receiver;
  author.commit(region, feed_with(robot, 1));
  author.commit(region, feed_with(robot, 2));
  Member& member = receiver.roster.members.at("mdq-wazemmes");
  member.suspended = true;
  CHECK(refusal(receiver.fetch(author, region)) == Errc::feed_beyond);
  member.last_accepted[region] = {1, 1, 2};
  CHECK(receiver.fetch(author, region));
  author.commit(region, feed_with(robot, 3));
  CHECK(refusal(receiver.fetch(author, region)) == Errc::feed_beyond);
}

TEST_CASE("a succession goes on behind the last valid head of the old key") {
  TestLibrary author, thief;
  for (auto* library : {&author, &thief}) library->commit(region, feed_with(robot, 1));
  Receiver receiver;
  thief.commit(region, feed_with(robot, 2, {{"a.txt", "by the thief of the key"}}));
  REQUIRE(receiver.fetch(thief, region));

  Member& member = receiver.roster.members.at("mdq-wazemmes");
  member.keys.back().last_valid[region] = author.head(region);
  MemberKeys next = member.keys.back();
  next.generation = 2;
  next.last_valid.clear();
  member.keys.push_back(next);  // the same secret serves: what is tested is the order

  SECTION("with the next seq of the same epoch") {
    author.commit(region, feed_with(robot, 2), [](Commit& c) { c.order.generation = 2; });
    REQUIRE(receiver.fetch(author, region, ObjectId{}));
    CHECK(receiver.library.head(region).order == Order{2, 1, 2});
    CHECK(refusal(receiver.fetch(thief, region, ObjectId{})) == Errc::feed_beyond);
  }
  SECTION("and frees a node that holds nothing, or the wrong side, of a feed that forked before it") {
    receiver.fork = author.head(region).order;
    author.commit(region, feed_with(robot, 2), [](Commit& c) { c.order.generation = 2; });
    Receiver empty;
    empty.roster = receiver.roster;
    empty.fork = Order{2, 1, 1};
    CHECK(refusal(empty.fetch(author, region)) == Errc::feed_fork);
    empty.fork = receiver.fork;
    CHECK(empty.fetch(author, region));
    CHECK(receiver.fetch(author, region, ObjectId{}));
  }
  SECTION("not behind another head") {
    thief.commit(region, feed_with(robot, 3), [](Commit& c) { c.order.generation = 2; });
    CHECK_FALSE(receiver.fetch(thief, region, ObjectId{}));
  }
  SECTION("not from a root, which would leave the valid history out") {
    author.commit(region, feed_with(robot, 2), [](Commit& c) {
      c.parent.reset();
      c.order = {2, 1, 1};
    });
    CHECK(refusal(receiver.fetch(author, region, ObjectId{})) == Errc::malformed);
  }
}

}  // namespace receive_test

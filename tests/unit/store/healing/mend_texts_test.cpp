// Objects of feeds are lost or damaged, while media come back by themselves: so do these.
#include <catch2/catch.hpp>
#include <csignal>

#include "store/disk/unreadable_pages.hpp"
#include "store/git/pack_parser.hpp"
#include "store/git/pack_writer.hpp"
#include "store/state/state.hpp"
#include "tests/unit/store/held.hpp"

namespace essaimage::test::mend_texts_test {
namespace {

void remove_pack(Path pack) {
  REQUIRE(std::filesystem::remove(pack));
  REQUIRE(std::filesystem::remove(pack.replace_extension(".idx")));
}

/// The head as `from` has it, and nothing that it reaches.
void put_head_alone(const TestNode& from, const TestNode& to, const FeedId& feed) {
  const auto raw = from.library().commit_of(from.head(feed));
  const auto writer = store::PackWriter::create(to.layout().scratch());
  REQUIRE(writer);
  REQUIRE((*writer)->add(store::ObjectType::commit, *raw));
  REQUIRE((*writer)->finish_into(to.layout().packs()));
}

/// It is as if no pack was recorded.
void forget_packs(const TestNode& node) {
  const auto state = store::State::open(node.layout().state());
  REQUIRE(state);
  REQUIRE((*state)->put("packs", ""));
}

/// As the daemon does every ten seconds.
void catch_up(TestNode& node) {
  for (int i = 0; i < 100 && node.library().is_behind(); ++i) REQUIRE(node.library().catch_up());
  REQUIRE_FALSE(node.library().is_behind());
}

std::size_t damages(const TestNode& node) {
  const auto problems = node.library().problems();
  return static_cast<std::size_t>(std::count_if(problems.begin(), problems.end(), [](const store::Problem& problem) {
    return problem.error.code == Errc::object_missing || problem.error.code == Errc::corrupt;
  }));
}

}  // namespace

TEST_CASE("a damaged pack leaves the library also where another one has all that was in it") {
  Held h;
  h.b.close();
  const auto objects = store::parse_pack(h.first);
  REQUIRE(objects);
  const std::string packed = read_text(h.first);
  const auto copy = store::PackWriter::create(h.b.layout().scratch()).value();
  for (const auto& object : *objects) {
    const auto part = std::string_view(packed).substr(object.offset, object.packed_bytes);
    REQUIRE(copy->add_packed(object.id, bytes_of(part)));
  }
  REQUIRE(copy->add(store::ObjectType::blob, bytes_of("and one more")));
  REQUIRE(copy->finish_into(h.b.layout().packs()));
  flip(h.first, packed.size() / 2);
  REQUIRE(store::State::open(h.b.layout().state()).value()->put("packs", "pack-gone.pack 1\n"));  // so that all feeds are looked at
  REQUIRE(h.b.open());
  catch_up(h.b);
  CHECK(std::filesystem::exists(h.b.layout().damaged() / h.first.filename()));
  CHECK_FALSE(std::filesystem::exists(h.first));
  h.check_whole();
}

TEST_CASE("a damaged pack that a right one of its name has replaced is read as it is now") {
  Held h;
  h.b.close();
  const std::string right = read_text(h.first);
  flip(h.first, right.size() / 2);
  REQUIRE(h.b.open());
  REQUIRE_FALSE(h.b.library().verify({})->empty());  // and it is mapped
  const Path fresh = h.b.layout().scratch() / "fresh";
  write_text(fresh, right);
  std::filesystem::rename(fresh, h.first);
  catch_up(h.b);
  h.check_whole();
  CHECK_FALSE(std::filesystem::exists(h.b.layout().damaged()));
}

TEST_CASE("of a feed of which older objects are lost the versions are told as far as they can be read") {
  Held h;
  h.b.close();
  remove_pack(h.first);
  REQUIRE(h.b.open());
  const auto history = h.b.library().feed_history(h.feed, 10);
  REQUIRE(history);
  REQUIRE(history->size() == 1);
  CHECK(history->front().head == h.b.head(h.feed));
  CHECK(history->front().unread == Errc::object_missing);
  catch_up(h.b);
  replicate(h.a, h.b);
  const auto healed = h.b.library().feed_history(h.feed, 10), there = h.a.library().feed_history(h.feed, 10);
  REQUIRE(healed);
  REQUIRE(healed->size() == there->size());
  CHECK(healed->front().put == std::vector<std::string>{"k"});
  for (const auto& version : *healed) CHECK_FALSE(version.unread);
}

TEST_CASE("a feed of which older objects are lost is fetched once more, whole, and goes on") {
  Held h;
  h.b.close();
  remove_pack(h.first);
  SECTION("a pack that is gone is noticed at the start") {
    REQUIRE(h.b.open());
    CHECK(damages(h.b) == 1);
  }
  SECTION("the next version shows it") {
    forget_packs(h.b);
    REQUIRE(h.b.open());
    REQUIRE_FALSE(h.b.library().is_behind());
    h.a.publish_one("k", {{"x", "3"}});
    static_cast<void>(fetch_feed(h.a, h.b, h.feed));  // what it builds on may be there; what lacks is noticed all the same
  }
  SECTION("a newcomer asks for all of it") {
    forget_packs(h.b);
    REQUIRE(h.b.open());
    CHECK(h.b.library().open_pack(h.feed, {}, false).error().code == Errc::object_missing);
  }
  SECTION("somebody asks for its history") {
    forget_packs(h.b);
    REQUIRE(h.b.open());
    CHECK_FALSE(h.b.library().history(*KitId::parse("a/k")));
  }
  SECTION("verification finds it") {
    forget_packs(h.b);
    REQUIRE(h.b.open());
    CHECK_FALSE(h.b.library().verify({})->empty());
  }
  REQUIRE(h.b.library().is_behind());
  catch_up(h.b);
  CHECK(h.b.lacks_objects(h.feed));
  CHECK(damages(h.b) > 0);
  CHECK(h.b.find("a/k"));  // what can be read stays in use
  REQUIRE(h.b.library().kits()->size() == 1);

  replicate(h.a, h.b);
  h.check_whole();
  h.receive("4");
  h.check_whole();
  // A pack that is gone is said until the next start; what was in it is back.
  h.b.close();
  REQUIRE(h.b.open());
  CHECK(damages(h.b) == 0);
  CHECK_FALSE(h.b.library().is_behind());
}

TEST_CASE("a pack that was cut short while the node was stopped is noticed at the start") {
  Held h;
  h.b.close();
  std::filesystem::permissions(h.first, std::filesystem::perms::owner_write, std::filesystem::perm_options::add);
  std::filesystem::resize_file(h.first, std::filesystem::file_size(h.first) / 2);
  REQUIRE(h.b.open());
  REQUIRE(h.b.library().is_behind());
  catch_up(h.b);
  CHECK(h.b.lacks_objects(h.feed));
  replicate(h.a, h.b);
  h.check_whole();
}

TEST_CASE("that a feed lacks objects outlives a restart, and ends by itself when they are there again") {
  Held h;
  h.b.close();
  const auto pack = read_text(h.first);
  const auto index = read_text(Path(h.first).replace_extension(".idx"));
  remove_pack(h.first);
  REQUIRE(h.b.open());
  catch_up(h.b);
  REQUIRE(h.b.lacks_objects(h.feed));
  h.b.close();
  SECTION("still lost") {
    REQUIRE(h.b.open());
    catch_up(h.b);
    CHECK(h.b.lacks_objects(h.feed));
    replicate(h.a, h.b);
  }
  SECTION("there again") {
    write_text(h.first, pack);
    write_text(Path(h.first).replace_extension(".idx"), index);
    REQUIRE(h.b.open());
    catch_up(h.b);
    CHECK_FALSE(h.b.lacks_objects(h.feed));
    CHECK(h.b.changes.size() == 1);  // HeadChanged: the core may have been told before
  }
  h.check_whole();
}

TEST_CASE("damaged texts come back from peers, and what is good beside them is kept") {
  Held h;
  h.b.publish_one("own", {{"y", "mine"}, {"noise", to_hex(noise(3'000, 99))}});
  h.b.close();
  flip(h.first, std::filesystem::file_size(h.first) / 2);
  const bool by_version = GENERATE(false, true);
  REQUIRE(h.b.open());
  if (by_version) {
    h.a.publish_one("k", {{"x", "3"}});
    static_cast<void>(fetch_feed(h.a, h.b, h.feed));  // it may build on what is damaged, or not
  }
  static_cast<void>(h.b.library().verify({}));
  catch_up(h.b);
  REQUIRE(h.b.lacks_objects(h.feed));
  CHECK_FALSE(h.b.lacks_objects(h.b.feed()));
  CHECK(std::filesystem::exists(h.b.layout().damaged() / h.first.filename()));
  CHECK_FALSE(std::filesystem::exists(h.first));
  replicate(h.a, h.b);
  h.check_whole();
  CHECK(h.b.checkout("b/own").at("y") == "mine");
}

TEST_CASE("wherever the packs of a member are hit, verification and a peer make them whole again") {
  Held h;
  h.b.publish_one("own", {{"y", "mine"}});
  replicate(h.b, h.a);
  REQUIRE(h.b.library().consolidate());
  h.b.close();
  Path largest = *packs_of(h.b).begin();
  for (const Path& pack : packs_of(h.b)) {
    if (std::filesystem::file_size(pack) > std::filesystem::file_size(largest)) largest = pack;
  }
  const bool in_index = GENERATE(false, true);
  const auto victim = in_index ? Path(largest).replace_extension(".idx") : largest;
  const auto size = std::filesystem::file_size(victim);
  const auto part = GENERATE(range(0, 12));
  INFO(victim << " at " << std::min<std::size_t>(size - 1, size * part / 11));
  flip(victim, std::min<std::size_t>(size - 1, size * part / 11));
  REQUIRE(h.b.open());
  static_cast<void>(h.b.library().verify({}));
  catch_up(h.b);
  replicate(h.a, h.b);
  h.check_whole();
  CHECK(h.b.checkout("b/own").at("y") == "mine");
}

TEST_CASE("an index that leads anywhere is made anew before it is believed, and nothing is needed from peers") {
  Held h;
  h.b.close();
  const Path index = Path(h.first).replace_extension(".idx").lexically_relative(h.b.layout().home);
  const auto size = std::filesystem::file_size(h.b.layout().home / index);
  const auto from_end = GENERATE(range(41, 120));  // of the offsets, and of the sums of objects before them
  auto b = h.b.copy();
  flip(b->layout().home / index, size - static_cast<std::size_t>(from_end));
  REQUIRE(b->open());
  CHECK(b->library().verify({})->empty());
  CHECK(b->checkout("a/k").at("x") == "2");
}

TEST_CASE("a pack that consolidation finds damaged is mended, whether a feed needs what was hit or not") {
  Held h;
  h.b.close();
  flip(h.first, std::filesystem::file_size(h.first) / 2);
  REQUIRE(h.b.open());
  REQUIRE(h.b.library().consolidate());
  CHECK_FALSE(std::filesystem::exists(h.first));
  catch_up(h.b);
  CHECK(h.b.lacks_objects(h.feed));
  replicate(h.a, h.b);
  h.check_whole();
}

TEST_CASE("a pack that is cut short under a running node is damage, and not its end") {
  struct sigaction before {};
  ::sigaction(SIGBUS, nullptr, &before);
  store::survive_unreadable_pages();
  Held h;
  h.receive(to_hex(noise(100'000, 5)));
  REQUIRE(h.b.library().release_memory());
  REQUIRE(h.b.library().history(*KitId::parse("a/k")));  // all packs are mapped now
  for (const Path& pack : packs_of(h.b)) {
    std::filesystem::permissions(pack, std::filesystem::perms::owner_write, std::filesystem::perm_options::add);
    if (std::filesystem::file_size(pack) > 60'000) std::filesystem::resize_file(pack, 4'096);
  }
  CHECK_FALSE(h.b.library().verify({})->empty());
  catch_up(h.b);
  CHECK(h.b.lacks_objects(h.feed));
  replicate(h.a, h.b);
  h.check_whole();
  ::sigaction(SIGBUS, &before, nullptr);
}

TEST_CASE("a centre whose copy of the federation's word is damaged is a member again as soon as a peer brings it") {
  Members m;
  TestNode& b = *m.b;
  const FeedId word{"fed", {}};
  b.close();
  for (const Path& pack : packs_of(b)) remove_pack(pack);
  SECTION("all is lost") {}
  SECTION("the newest commit is there, and what it says is not") { put_head_alone(*m.federation, b, word); }
  REQUIRE(b.open());
  CHECK_FALSE(b.library().roster());
  catch_up(b);
  replicate(*m.federation, b);
  REQUIRE(b.library().roster());
  CHECK(b.library().roster()->find("b") != nullptr);
  CHECK(b.library().verify({})->empty());
  m.a->publish_one("k", {{"x", "1"}});
  replicate(*m.a, b);
  CHECK(b.checkout("a/k").at("x") == "1");
}

TEST_CASE("with the index lost as well, a feed that cannot be indexed comes back with its kits") {
  Held h;
  h.b.close();
  remove_pack(h.second);  // with the head
  for (const char* part : {"", "-wal", "-shm"}) std::filesystem::remove(Path(h.b.layout().state()) += part);
  SECTION("with its head") {}
  SECTION("its newest commit alone is there") { put_head_alone(h.a, h.b, h.feed); }
  REQUIRE(h.b.open());
  catch_up(h.b);
  replicate(h.a, h.b);
  h.check_whole();
  CHECK(h.b.checkout("a/k").at("x") == "2");
}

TEST_CASE("an author whose older objects are lost goes on publishing, and has them back from a peer") {
  Held h;
  h.a.close();
  remove_pack(h.published);
  REQUIRE(h.a.open());
  catch_up(h.a);
  REQUIRE(h.a.lacks_objects(h.feed));
  h.a.publish_one("k", {{"x", "3"}});
  CHECK(h.a.lacks_objects(h.feed));  // told again: what was published builds on what lacks
  replicate(h.a, h.b);
  CHECK(h.b.checkout("a/k").at("x") == "3");
  replicate(h.b, h.a);
  CHECK_FALSE(h.a.lacks_objects(h.feed));
  CHECK(h.a.library().verify({})->empty());
  CHECK(h.a.publish_one("k", {{"x", "4"}}).version == 4);
}

TEST_CASE("while objects are lost, another history than the held one is a fork as ever") {
  Held h;
  auto other = h.a.copy();
  REQUIRE(other->open());
  h.receive("3");
  other->publish_one("k", {{"x", "other 3"}});
  other->publish_one("k", {{"x", "other 4"}});
  h.b.close();
  remove_pack(h.first);
  REQUIRE(h.b.open());
  catch_up(h.b);
  REQUIRE(h.b.lacks_objects(h.feed));
  const Head held = h.b.head(h.feed);
  const auto fetched = fetch_feed(*other, h.b, h.feed);
  REQUIRE_FALSE(fetched);
  CHECK(fetched.error().code == Errc::feed_fork);
  CHECK(h.b.library().frozen()->size() == 1);
  CHECK(h.b.head(h.feed) == held);
}

TEST_CASE("a whole feed is taken only where something lacks, and never one that is older") {
  Held h;
  const auto send_all = [&](TestNode& from) {
    const auto pack = from.library().open_pack(h.feed, {}, true);
    REQUIRE(pack);
    const auto reception = h.b.library().receive_feed();
    REQUIRE(reception);
    REQUIRE((*reception)->append(*pack->source->read(0, 10'000'000)));
    return (*reception)->accept(h.feed, pack->commit);
  };
  CHECK(send_all(h.a).error().code == Errc::conflict);
  auto old = h.a.copy();
  h.receive("3");
  h.b.close();
  remove_pack(h.first);
  REQUIRE(h.b.open());
  catch_up(h.b);
  REQUIRE(old->open());
  CHECK(send_all(*old).error().code == Errc::feed_older);
  CHECK(h.b.lacks_objects(h.feed));
  CHECK(send_all(h.a));
  h.check_whole();
}

}  // namespace essaimage::test::mend_texts_test

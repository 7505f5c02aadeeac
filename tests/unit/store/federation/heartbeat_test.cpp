// The federation's signed time: who takes it, how long it lasts, what a thief of its key can do.
#include "tests/unit/store/roles.hpp"

#include "store/crypto/hash.hpp"

namespace heartbeat_test {
using namespace essaimage;
using namespace essaimage::store;
using namespace essaimage::test;

namespace {

constexpr std::int64_t day = 86'400;

struct Beating : Roles {
  void pass(std::int64_t seconds) { fed.now.seconds += seconds; }
  std::optional<Timestamp> seen(TestNode& node) const { return view(node).heartbeat; }
};

}  // namespace

TEST_CASE("the federation's node signs the time once a day, never back, and never far beyond the last one by itself") {
  Beating r;
  CHECK(r.seen(r.fed) == test_start);
  CHECK(r.seen(r.b) == test_start);
  const auto head = r.fed.head(r.feed);
  r.pass(19 * 3'600);
  REQUIRE(r.fed.library().beat(false));
  CHECK(r.fed.head(r.feed) == head);
  r.pass(3'600);
  REQUIRE(r.fed.library().beat(false));
  CHECK(r.seen(r.fed) == r.fed.now);
  const auto last = r.fed.now;
  r.fed.now = {0};
  REQUIRE(r.fed.library().beat(false));
  CHECK(r.seen(r.fed) == last);
  // Whoever asks for it is told why nothing new is said.
  const auto behind = r.fed.library().beat(true);
  REQUIRE_FALSE(behind);
  CHECK(behind.error().code == Errc::usage);
  CHECK(behind.error().detail.find("federation role rotate heartbeat") != std::string::npos);
  CHECK(r.seen(r.fed) == last);
  r.fed.now.seconds = last.seconds + 31 * day;
  CHECK(r.fed.library().beat(false).error().code == Errc::clock_beyond);
  CHECK(r.seen(r.fed) == last);
  CHECK(r.view(r.fed).judged.clock_ignored);
  REQUIRE(r.fed.library().beat(true));
  CHECK(r.seen(r.fed) == r.fed.now);
  CHECK(r.b.library().beat(true).error().code == Errc::not_federation);
  REQUIRE(fetch_feed(r.fed, r.b, r.feed));
  CHECK(r.seen(r.b) == r.fed.now);
}

TEST_CASE("the newest signed time that was seen lasts, whatever comes later") {
  Beating r;
  r.pass(day);
  REQUIRE(r.fed.library().beat(false));
  REQUIRE(fetch_feed(r.fed, r.b, r.feed));
  const auto newest = r.fed.now;
  SECTION("an older one") { CHECK(r.offered(r.heartbeat(test_start)) == Errc::role_threshold); }
  SECTION("none at all") {
    CHECK(r.offered({{"heartbeat.toml", {}}, {"heartbeat.toml.sigs", {}}}) == Roles::taken);
    // An old one after that is taken for what it is.
    CHECK(r.offered(r.heartbeat(test_start)) == Roles::taken);
  }
  SECTION("one that nobody signed, and the rest of the news with it") {
    auto edits = r.heartbeat({newest.seconds + day});
    edits["heartbeat.toml.sigs"] = "x\n";
    CHECK(r.offered(edits) == Roles::taken);
  }
  SECTION("one by another role") {
    const auto text = encode(HeartbeatFile{1, {}, {newest.seconds + day}});
    const StatementName name{r.fed.library().identity().federation, "heartbeat.toml", 1, {}};
    const auto root = r.own("root");
    CHECK(r.offered({{name.path, text}, {name.path + ".sigs", sign_statement(name, bytes_of(text), {&root})}}) == Roles::taken);
  }
  CHECK(r.seen(r.b) == newest);
  r.b.close();
  REQUIRE(r.b.open());
  CHECK(r.seen(r.b) == newest);
  CHECK(r.view(r.b).judged.time == newest);
}

TEST_CASE("a stolen heartbeat key that names a far time is undone by root") {
  Beating r;
  // Root itself may have a last day, and so may the role whose key was stolen.
  std::vector<std::string> over{"curators"};
  SECTION("root has no last day") {}
  SECTION("root has one") { over.push_back("root"); }
  SECTION("all have one") { over = {"curators", "heartbeat", "members", "root"}; }
  for (const auto& name : over) {
    RoleChange set{name};
    set.expires = Timestamp{test_start.seconds + (name == "heartbeat" ? 4'000 : 300) * day};
    CHECK_FALSE(r.change(set));
  }
  replicate(r.fed, r.b);
  CHECK(r.offered(r.heartbeat({test_start.seconds + 3'000 * day})) == Roles::taken);
  CHECK(r.role("curators", r.b).is_over(r.view(r.b).judged.time));
  r.fed.now = test_start;
  RoleChange rotate{"heartbeat"};
  rotate.rotate = true;
  CHECK_FALSE(r.change(rotate));
  REQUIRE(r.fed.library().beat(false));
  REQUIRE(fetch_feed(r.fed, r.b, r.feed));
  CHECK(r.seen(r.b) == test_start);
  CHECK_FALSE(r.role("curators", r.b).is_over(r.view(r.b).judged.time));
  r.b.close();
  REQUIRE(r.b.open());
  CHECK(r.seen(r.b) == test_start);
}

TEST_CASE("a far time is undone by a last day of its role, too") {
  Beating r;
  CHECK(r.offered(r.heartbeat({test_start.seconds + 3'000 * day})) == Roles::taken);
  r.fed.now = test_start;
  RoleChange end{"heartbeat"};
  end.expires = Timestamp{test_start.seconds + 4'000 * day};
  CHECK_FALSE(r.change(end));
  REQUIRE(fetch_feed(r.fed, r.b, r.feed));
  CHECK(r.seen(r.b)->seconds == test_start.seconds + 3'000 * day);  // that day lies beyond it
  CHECK(r.offered(r.heartbeat(test_start, 10)) == Errc::role_threshold);
  end.expires = Timestamp{test_start.seconds + 300 * day};
  CHECK_FALSE(r.change(end));
  REQUIRE(r.fed.library().beat(false));
  REQUIRE(fetch_feed(r.fed, r.b, r.feed));
  CHECK(r.seen(r.b) == test_start);
  CHECK_FALSE(r.role("heartbeat", r.b).is_over(r.view(r.b).judged.time));
}

TEST_CASE("who hears nothing after the heartbeat's key was replaced still has a signed time, and can tell how old its word is") {
  Beating r;
  r.pass(5 * day);
  RoleChange rotate{"heartbeat"};
  rotate.rotate = true;
  SECTION("with its key here") {
    CHECK_FALSE(r.change(rotate));
    REQUIRE(fetch_feed(r.fed, r.b, r.feed));
    CHECK(r.seen(r.fed) == r.fed.now);
    CHECK(r.seen(r.b) == r.fed.now);
    r.b.now = Timestamp{0};
    CHECK(r.view(r.b).judged.time == r.fed.now);
    CHECK(r.fed.library().verify({})->empty());
    // The next one follows it.
    r.pass(day);
    REQUIRE(r.fed.library().beat(false));
    REQUIRE(fetch_feed(r.fed, r.b, r.feed));
    CHECK(r.seen(r.b) == r.fed.now);
  }
  SECTION("of root two have to sign, and the time is that of when they have") {
    r.ask_two("root");
    auto lacking = r.change(rotate);
    REQUIRE(lacking);
    REQUIRE(store::sign(*lacking, r.anne));
    r.pass(day);
    REQUIRE(r.fed.library().beat(false));
    r.pass(day);
    REQUIRE(r.fed.library().apply(*lacking));
    CHECK(r.seen(r.fed) == r.fed.now);
  }
  SECTION("a clock that is far beyond the last time signs none by itself") {
    r.pass(31 * day);
    CHECK_FALSE(r.change(rotate));
    CHECK_FALSE(r.seen(r.fed));
    CHECK(r.fed.library().beat(false).error().code == Errc::clock_beyond);
    CHECK_FALSE(r.seen(r.fed));
    REQUIRE(r.fed.library().beat(true));
    CHECK(r.seen(r.fed) == r.fed.now);
  }
}

TEST_CASE("who has no signed time that counts knows it, and why") {
  Beating r;
  const auto old = r.heartbeat(test_start);  // by the key of before
  CHECK_FALSE(r.view(r.b).time_lack);
  r.pass(5 * day);
  RoleChange set{"heartbeat"};
  set.expires = Timestamp{test_start.seconds + 300 * day};
  CHECK_FALSE(r.change(set));
  RoleChange rotate{"heartbeat"};
  rotate.rotate = true;
  CHECK_FALSE(r.change(rotate));
  Edits edits;
  TimeLack why = TimeLack::absent;
  SECTION("it was taken out") { edits = {{"heartbeat.toml", {}}, {"heartbeat.toml.sigs", {}}}; }
  SECTION("its signatures were") { edits = {{"heartbeat.toml.sigs", {}}}; }
  SECTION("it has no form") {
    edits = {{"heartbeat.toml", "x\n"}};
    why = TimeLack::form;
  }
  SECTION("it is by a key that is not the role's any more") {
    edits = old;
    why = TimeLack::key;
  }
  SECTION("it is of after the role's end") {
    edits = r.heartbeat(*set.expires);
    why = TimeLack::role_over;
  }
  CHECK(r.offered(edits) == Roles::taken);
  CHECK_FALSE(r.seen(r.b));
  CHECK(r.view(r.b).time_lack == why);
  r.b.close();
  REQUIRE(r.b.open());
  CHECK(r.view(r.b).time_lack == why);
  // The federation's node, which has signed one just now, signs it again by itself.
  CHECK(r.seen(r.fed) == r.fed.now);
  REQUIRE(r.fed.library().beat(false));
  REQUIRE(fetch_feed(r.fed, r.b, r.feed));
  CHECK(r.seen(r.b) == r.fed.now);
  CHECK_FALSE(r.view(r.b).time_lack);
}

TEST_CASE("a time that does not count lacks nothing where an earlier one does") {
  Beating r;
  CHECK(r.offered({{"heartbeat.toml", {}}, {"heartbeat.toml.sigs", {}}}) == Roles::taken);
  CHECK(r.seen(r.b) == test_start);
  CHECK_FALSE(r.view(r.b).time_lack);
}

TEST_CASE("a signed time counts up to the end of its role and no longer") {
  Beating r;
  RoleChange set{"heartbeat"};
  set.expires = Timestamp{test_start.seconds + 2 * day};
  CHECK_FALSE(r.change(set));
  CHECK(r.offered(r.heartbeat({test_start.seconds + 2 * day})) == Roles::taken);
  CHECK(r.seen(r.b) == test_start);
  CHECK(r.offered(r.heartbeat({test_start.seconds + 2 * day - 1}, 10)) == Roles::taken);
  CHECK(r.seen(r.b)->seconds == test_start.seconds + 2 * day - 1);
  r.pass(3 * day);
  CHECK(r.fed.library().beat(false).error().code == Errc::role_expired);
}

TEST_CASE("an old witness says how old the federation's word is: what is held back from a node shows") {
  Beating r;
  r.b.now.seconds += 10 * day;
  const auto view = r.view(r.b);
  CHECK(view.clock.seconds - view.heartbeat->seconds == 10 * day);
  CHECK(view.judged.time == r.b.now);
  CHECK_FALSE(view.judged.clock_ignored);
}

TEST_CASE("a last day can be taken away again") {
  Roles r;
  RoleChange set{"root"};
  set.expires = Timestamp{test_start.seconds + 300 * day};
  CHECK_FALSE(r.change(set));
  set.expires = never;
  CHECK_FALSE(r.change(set));
  CHECK_FALSE(r.role("root", r.fed).expires);
  CHECK(r.fed.library().change_role(set, nullptr).error().code == Errc::usage);  // nothing changes
  replicate(r.fed, r.b);
  CHECK_FALSE(r.role("root", r.b).expires);
}

}  // namespace heartbeat_test

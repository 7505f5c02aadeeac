// The federation's roles: who may change them, what becomes of what they said before, and what a receiver refuses.
#include "tests/unit/store/roles.hpp"

#include "store/crypto/hash.hpp"

namespace roles_test {
using namespace essaimage;
using namespace essaimage::store;
using namespace essaimage::test;

namespace {

FederationFile next_of(const std::string& text) {
  auto file = parse_federation_file(text).value();
  file.version += 1;
  file.previous = sha256(bytes_of(text));
  return file;
}

}  // namespace

TEST_CASE("a role's key is added, replaced and removed, what it said stays in force, and every member follows") {
  Roles r;
  r.decide();
  RoleChange add{"curators"};
  add.add = r.anne.public_key();
  add.note = " Anne, cle\xCC\x81 USB ";
  CHECK_FALSE(r.change(add));
  replicate(r.fed, r.b);
  CHECK(r.role("curators", r.b).notes.at(r.anne.public_key()) == "Anne, cl\xC3\xA9 USB");
  CHECK(r.fed.library().change_role(add, nullptr).error().code == Errc::role_key_known);

  const auto old = r.own("curators");
  RoleChange rotate{"curators"};
  rotate.rotate = true;
  CHECK_FALSE(r.change(rotate));
  CHECK(r.own("curators").public_key() != old.public_key());
  CHECK_FALSE(r.role("curators", r.fed).has(old.public_key()));
  replicate(r.fed, r.b);
  CHECK(r.lists(r.fed));
  CHECK(r.lists(r.b));
  CHECK(r.fed.library().retire({"a", "film"}, "dépassé"));

  RoleChange remove{"curators"};
  remove.remove = r.anne.public_key();
  CHECK_FALSE(r.change(remove));
  CHECK(r.fed.library().change_role(remove, nullptr).error().code == Errc::key_not_of_role);
  CHECK(r.fed.library().change_role({"chiefs"}, nullptr).error().code == Errc::role_unknown);
  CHECK(r.fed.library().change_role({"curators"}, nullptr).error().code == Errc::usage);
  CHECK(r.b.library().change_role(rotate, nullptr).error().code == Errc::not_federation);
  replicate(r.fed, r.b);
  CHECK(r.view(r.b).version == 4);
  CHECK(r.fed.library().verify({})->empty());
  CHECK(r.b.library().verify({})->empty());
}

TEST_CASE("new keys of root and members leave every member in place, and the node goes on with them after a restart") {
  Roles r;
  for (const std::string name : {"root", "members"}) {
    RoleChange rotate{name};
    rotate.rotate = true;
    const auto old = r.own(name).public_key();
    CHECK_FALSE(r.change(rotate));
    CHECK(r.own(name).public_key() != old);
  }
  r.fed.close();
  REQUIRE(r.fed.open());
  CHECK(r.fed.library().problems().empty());
  REQUIRE(fetch_feed(r.fed, r.b, r.feed));
  CHECK(r.b.library().roster()->members.size() == 4);
  auto late = TestNode::member(r.fed, "late", {"lille"});
  CHECK(late->library().roster()->find("late") != nullptr);
  CHECK(r.view(*late).version == 3);
}

TEST_CASE("a key made for a rotation serves though the daemon ended before it was in its place") {
  Roles r;
  RoleChange rotate{"curators"};
  rotate.rotate = true;
  const auto old = r.fed.layout().role_key("curators"), next = r.fed.layout().next_role_key("curators");
  const auto before = read_text(old);
  CHECK_FALSE(r.change(rotate));
  std::filesystem::rename(old, next);  // as a kill right after the commit leaves it
  write_text(old, before);
  std::filesystem::permissions(old, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  r.decide();
  CHECK(r.lists(r.b));
  CHECK_FALSE(r.change(rotate));
  r.decide();
  CHECK_FALSE(std::filesystem::exists(next));
}

TEST_CASE("a role is kept within its bounds") {
  Roles r;
  const auto code = [&](RoleChange wish) { return r.fed.library().change_role(wish, nullptr).error().code; };
  RoleChange remove{"members"};
  remove.remove = r.own("members").public_key();
  CHECK(code(remove) == Errc::usage);  // none would be left
  RoleChange two{"members"};
  two.threshold = 2;
  CHECK(code(two) == Errc::usage);
  RoleChange beat{"heartbeat"};
  beat.add = r.anne.public_key();
  beat.threshold = 2;
  CHECK(code(beat) == Errc::usage);
  RoleChange past{"members"};
  past.expires = test_start;
  CHECK(code(past) == Errc::usage);
  std::filesystem::remove(r.fed.layout().role_key("members"));
  RoleChange rotate{"members"};
  rotate.rotate = true;
  CHECK(code(rotate) == Errc::key_not_of_role);
  CHECK(r.view(r.fed).version == 1);
}

TEST_CASE("a receiver takes a next federation.toml that the old root and the new root have signed, and no other") {
  Roles r;
  const auto root = r.own("root");
  auto next = next_of(file_in(r.fed, r.feed, "federation.toml").value());
  next.roles["root"].keys = {r.anne.public_key()};
  const auto federation = r.fed.library().identity().federation;
  const auto offered = [&](const std::vector<const SigningSecret*>& keys) { return r.delivered(next_roles(next, federation, keys)); };
  SECTION("nobody") { CHECK(offered({}) == Errc::role_threshold); }
  SECTION("the old root alone") { CHECK(offered({&root}) == Errc::role_threshold); }
  SECTION("the new root alone") { CHECK(offered({&r.anne}) == Errc::role_threshold); }
  SECTION("strangers") { CHECK(offered({&root, &r.said}) == Errc::role_threshold); }
  SECTION("one of two of the new root") {
    next.roles["root"].keys = {r.anne.public_key(), r.said.public_key()};
    std::ranges::sort(next.roles["root"].keys);
    next.roles["root"].threshold = 2;
    CHECK(offered({&root, &r.anne}) == Errc::role_threshold);
  }
  SECTION("a version too many") {
    next.version = 3;
    CHECK(offered({&root, &r.anne}) == Errc::malformed);
  }
  SECTION("another predecessor") {
    next.previous.bytes[0] ^= 1;
    CHECK(offered({&root, &r.anne}) == Errc::malformed);
  }
  SECTION("both") {
    CHECK(offered({&root, &r.anne}) == Roles::taken);
    CHECK(r.view(r.b).version == 2);
  }
  if (r.view(r.b).version == 1) CHECK(r.role("root", r.b).has(root.public_key()));
}

TEST_CASE("federation.toml never goes back, nor does an older version become another") {
  Roles r;
  const auto root = r.own("root");
  const auto first = file_in(r.fed, r.feed, "federation.toml").value();
  const auto first_signatures = file_in(r.fed, r.feed, "federation.toml.sigs").value();
  RoleChange set{"curators"};
  set.expires = Timestamp{test_start.seconds + 1'000'000};
  CHECK_FALSE(r.change(set));
  replicate(r.fed, r.b);
  SECTION("back to version 1") {
    Edits edits{
        {"federation.toml", first}, {"federation.toml.sigs", first_signatures}, {"federation/2.toml", {}}, {"federation/2.toml.sigs", {}}};
    CHECK(r.delivered(edits) == Errc::role_threshold);
  }
  SECTION("another version 2 below a version 4, both by root") {
    const auto federation = r.fed.library().identity().federation;
    auto version = next_of(first);
    version.name = "Autre";
    Edits edits = next_roles(version, federation, {&root});
    for (int i = 0; i < 2; ++i) {
      version = next_of(encode(version));
      for (auto& [path, text] : next_roles(version, federation, {&root})) edits[path] = text;
    }
    CHECK(r.delivered(edits) == Errc::role_threshold);
  }
  CHECK(r.view(r.b).version == 2);
}

TEST_CASE("what an expired role says anew is taken by nobody, and what it said stays in force and shows as run out") {
  Roles r;
  auto file = r.decide();
  RoleChange set{"curators"};
  const Timestamp ends{test_start.seconds + 100'000};
  set.expires = ends;
  CHECK_FALSE(r.change(set));
  replicate(r.fed, r.b);
  // A day later the federation's node has signed the time, and b has no clock.
  r.fed.now = {ends.seconds + 1};
  REQUIRE(r.fed.library().beat(false));
  REQUIRE(fetch_feed(r.fed, r.b, r.feed));
  Timestamp clock{0};
  SECTION("a dead clock, at 1970") {}
  SECTION("a right clock") { clock = r.fed.now; }
  SECTION("a clock that is years ahead") { clock.seconds = r.fed.now.seconds + 10 * 366 * 86'400LL; }
  r.b.now = clock;
  CHECK(r.view(r.b).judged.time == r.fed.now);
  CHECK(r.view(r.b).judged.clock_ignored == (clock > r.fed.now));
  CHECK(r.role("curators", r.b).is_over(r.view(r.b).judged.time));
  CHECK(r.lists(r.b));
  const auto refused = r.fed.library().retire({"a", "film"}, "trop tard");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::role_expired);
  // The key still signs, whoever has it; nobody takes it.
  const auto curator = r.own("curators");
  file.previous = sha256(bytes_of(encode(file)));
  file.version += 1;
  file.reason = "volé";
  const StatementName name{r.fed.library().identity().federation, "catalogue/a/film.toml", file.version, file.previous};
  const Edits stolen{{name.path, encode(file)}, {name.path + ".sigs", sign_statement(name, bytes_of(encode(file)), {&curator})}};
  CHECK(r.offered(stolen) == Errc::role_expired);
  CHECK(r.b.library().catalogue()->find({"a", "film"})->reason == "essayé");
  // Root renews it, and it goes on.
  set.expires = Timestamp{ends.seconds + 10'000'000};
  CHECK_FALSE(r.change(set));
  CHECK(fetch_feed(r.fed, r.b, r.feed));
  CHECK(r.b.library().catalogue()->find({"a", "film"})->reason == "volé");
}

TEST_CASE("a clock that is years ahead makes no role run out early, and an expired root may renew itself") {
  Roles r;
  RoleChange set{"members"};
  set.expires = Timestamp{test_start.seconds + 40 * 86'400};
  CHECK_FALSE(r.change(set));
  replicate(r.fed, r.b);
  r.b.now.seconds += 366LL * 86'400;
  CHECK(r.view(r.b).judged.time == test_start);
  REQUIRE(r.fed.library().suspend("c", "parti"));
  CHECK(fetch_feed(r.fed, r.b, r.feed));

  RoleChange root{"root"};
  root.expires = Timestamp{test_start.seconds + 86'400};
  CHECK_FALSE(r.change(root));
  replicate(r.fed, r.b);
  r.fed.now.seconds += 2 * 86'400;
  REQUIRE(r.fed.library().beat(false));
  REQUIRE(fetch_feed(r.fed, r.b, r.feed));
  set.expires = Timestamp{test_start.seconds + 50 * 86'400};
  CHECK(r.fed.library().change_role(set, nullptr).error().code == Errc::role_expired);
  root.expires = Timestamp{test_start.seconds + 400LL * 86'400};
  CHECK_FALSE(r.change(root));
  CHECK_FALSE(r.change(set));
  CHECK(fetch_feed(r.fed, r.b, r.feed));
  CHECK(r.view(r.b).version == 5);
}

TEST_CASE("a role's key can be replaced any number of times: signatures of former keys do not add up") {
  Roles r;
  for (const std::string name : {"members", "root"}) {
    RoleChange rotate{name};
    rotate.rotate = true;
    for (int i = 0; i < 40; ++i) CHECK_FALSE(r.change(rotate));
  }
  const auto signatures = file_in(r.fed, r.feed, "members/a.toml.sigs").value();
  CHECK(std::ranges::count(signatures, '\n') < 12);
  replicate(r.fed, r.b);
  CHECK(r.b.library().roster()->members.size() == 4);
  CHECK(r.view(r.b).version == 81);
}

TEST_CASE("a key of this home that still signs is not lost to one that takes its place") {
  Roles r;
  const auto old = r.own("curators");
  RoleChange rotate{"curators"}, add{"curators"};
  rotate.rotate = true;
  CHECK_FALSE(r.change(rotate));
  const auto fresh = r.own("curators");
  // As a home is left by a request for the rotation that never came back, while the key was added by another one.
  const auto next = r.fed.layout().next_role_key("curators");
  std::filesystem::rename(r.fed.layout().role_key("curators"), next);
  REQUIRE(old.save(r.fed.layout().role_key("curators"), "old"));
  add.add = old.public_key();
  CHECK_FALSE(r.change(add));
  CHECK(r.own("curators").public_key() == old.public_key());
  CHECK(store::SigningSecret::load(next)->public_key() == fresh.public_key());
  CHECK(r.fed.library().change_role(rotate, nullptr).error().code == Errc::usage);
  RoleChange remove{"curators"};
  remove.remove = old.public_key();
  CHECK_FALSE(r.change(remove));
  CHECK(r.own("curators").public_key() == fresh.public_key());
  CHECK_FALSE(std::filesystem::exists(next));
}

TEST_CASE("an older federation.toml that becomes another is refused though the newest stays") {
  Roles r;
  RoleChange set{"curators"};
  set.expires = Timestamp{test_start.seconds + 1'000'000};
  CHECK_FALSE(r.change(set));
  replicate(r.fed, r.b);
  auto other = parse_federation_file(file_in(r.fed, r.feed, "federation/1.toml").value()).value();
  other.name = "Autre";
  CHECK(r.delivered({{"federation/1.toml", encode(other)}}) == Errc::feed_wrong_federation);
  CHECK(r.delivered({{"federation/1.toml", {}}, {"federation/1.toml.sigs", {}}}) == Errc::malformed);
}

TEST_CASE("an invitation that is changed is as new as another one: a role that is over cannot sign it") {
  Roles r;
  Library::Invite invite{"d", "D", {"lille"}, std::chrono::hours(24 * 30), "tcp://127.0.0.1:7373"};
  const auto invitation = r.fed.library().invite(invite).value();
  RoleChange set{"members"};
  set.expires = Timestamp{test_start.seconds + 100'000};
  CHECK_FALSE(r.change(set));
  replicate(r.fed, r.b);
  r.fed.now = {test_start.seconds + 100'001};
  REQUIRE(r.fed.library().beat(false));
  REQUIRE(fetch_feed(r.fed, r.b, r.feed));
  const auto key = SigningSecret::from_seed(invitation.seed).public_key();
  const std::string path = "invitations/" + key.hex() + ".toml";
  auto file = parse_invitation_file(file_in(r.fed, r.feed, path).value()).value();
  file.territories = {"lens"};
  const auto members = r.own("members");
  const StatementName name{r.fed.library().identity().federation, path, 1, {}};
  CHECK(r.delivered({{path, encode(file)}, {path + ".sigs", sign_statement(name, bytes_of(encode(file)), {&members})}}) ==
        Errc::role_expired);
}

TEST_CASE("a clock that is years ahead ends no invitation") {
  Roles r;
  Library::Invite invite{"d", "D", {"lille"}, std::chrono::hours(24 * 7), "tcp://127.0.0.1:7373"};
  REQUIRE(r.fed.library().beat(false));
  const auto invitation = r.fed.library().invite(invite).value();
  const auto key = SigningSecret::from_seed(invitation.seed).public_key();
  r.fed.now.seconds += 10 * 366 * 86'400LL;
  REQUIRE(r.fed.library().suspend("c", "parti"));
  CHECK(file_in(r.fed, r.feed, "invitations/" + key.hex() + ".toml"));
  invite.slug = "e";
  CHECK(r.fed.library().invite(invite)->expires.seconds == test_start.seconds + 7 * 86'400);
}

}  // namespace roles_test

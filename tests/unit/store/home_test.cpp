#include "store/home.hpp"

#include <sys/stat.h>

#include "store/federation/roster_reader.hpp"
#include "store/feed/commit.hpp"
#include "store/feed/refs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/run.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/test_node.hpp"

namespace home_test {
using namespace essaimage;
using namespace essaimage::store;

namespace {

constexpr Timestamp start{1'790'000'000};

unsigned mode_of(const Path& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777U;
}

}  // namespace

TEST_CASE("a federation's home holds its keys, its word, its own membership and its first commit") {
  const test::TempFolder folder;
  const Layout layout{folder / "fed"};
  const auto identity = create_federation_home(layout, {"Fédération du Nord", "", {"tcp://127.0.0.1:7373"}}, "# config\n", start);
  REQUIRE(identity);
  CHECK(identity->slug == "federation-du-nord");
  CHECK(identity->is_federation());
  CHECK(test::read_text(layout.config()) == "# config\n");
  CHECK(mode_of(layout.home) == 0700);
  CHECK(mode_of(layout.keys()) == 0700);
  CHECK(mode_of(layout.signing_key()) == 0600);
  CHECK(mode_of(layout.role_key("root")) == 0600);
  CHECK(mode_of(layout.state()) == 0600);

  const auto loaded = load_identity(layout);
  REQUIRE(loaded);
  CHECK(loaded->federation == identity->federation);
  CHECK(loaded->name == "Fédération du Nord");
  CHECK(load_invitation(layout)->has_value() == false);

  const auto objects = ObjectDb::open(layout.library() / "objects");
  REQUIRE(objects);
  const auto refs = Refs::open(layout);
  REQUIRE(refs);
  const FeedId feed{identity->slug, {}};
  const auto raw = (*objects)->read((*refs)->snapshot()->at(feed), ObjectType::commit);
  REQUIRE(raw);
  const auto commit = parse_commit(*raw);
  REQUIRE(commit);
  CHECK(commit->order == Order{1, 1, 1});
  CHECK(commit->time == start);
  CHECK(signature_holds(*commit));
  const auto roster = read_roster(**objects, commit->tree, identity->federation);
  REQUIRE(roster);
  REQUIRE(roster->members.size() == 1);
  CHECK(roster->find(identity->slug)->current_keys().signing == commit->key);
  CHECK(roster->federation_name == "Fédération du Nord");
}

TEST_CASE("a home is made once, and never into somebody's folder") {
  const test::TempFolder folder;
  const Layout layout{folder / "fed"};
  std::filesystem::create_directories(layout.home);
  std::filesystem::create_directories(layout.home / ".making" / "keys");  // of an attempt that was cut
  REQUIRE(create_federation_home(layout, {"Nord", "nord", {}}, "", start));
  const auto again = create_federation_home(layout, {"Nord", "nord", {}}, "", start);
  REQUIRE_FALSE(again);
  CHECK(again.error().code == Errc::home_exists);

  const Layout used{folder / "used"};
  std::filesystem::create_directories(used.home);
  test::write_text(used.home / "letter.txt", "mine");
  CHECK(create_federation_home(used, {"Nord", "nord", {}}, "", start).error().code == Errc::home_exists);
  CHECK(load_identity(used).error().code == Errc::home_missing);
}

TEST_CASE("a federation without a right slug, name or endpoint is refused before anything is made") {
  const test::TempFolder folder;
  const Layout layout{folder / "fed"};
  for (const auto& wrong : {NewFederation{"", "", {}}, NewFederation{"Nord", "No", {}}, NewFederation{"a\nb", "ab", {}},
                            NewFederation{"Nord", "nord", {"127.0.0.1:1"}}}) {
    CHECK_FALSE(create_federation_home(layout, wrong, "", start));
  }
  CHECK_FALSE(std::filesystem::exists(layout.home));
}

TEST_CASE("a joining home keeps its invitation") {
  const test::TempFolder folder;
  const Layout layout{folder / "centre"};
  Invitation invitation;
  invitation.federation.bytes.fill(4);
  invitation.federation_slug = "nord";
  invitation.slug = "mdq";
  invitation.name = "Maison de quartier";
  invitation.endpoint = "tcp://127.0.0.1:7373";
  invitation.expires = start;
  const auto identity = create_joining_home(layout, invitation, "");
  REQUIRE(identity);
  CHECK_FALSE(identity->is_federation());
  CHECK(identity->federation == invitation.federation);
  CHECK(mode_of(layout.invitation()) == 0600);
  const auto kept = load_invitation(layout);
  REQUIRE(kept);
  REQUIRE(kept->has_value());
  CHECK(to_text(**kept) == to_text(invitation));
}

TEST_CASE("stock git finds a new federation's repository without fault") {
  const test::TempFolder folder;
  const Layout layout{folder / "fed"};
  REQUIRE(create_federation_home(layout, {"Nord", "nord", {}}, "", start));
  const auto fsck = test::git(layout.library(), {"fsck", "--full", "--strict"});
  CHECK(fsck.exit_code == 0);
  CHECK(fsck.output.empty());
  const auto log = test::git(layout.library(), {"-c", "gpg.format=ssh", "-c",
                                                "gpg.ssh.allowedSignersFile=" + layout.allowed_signers().string(), "log", "--format=%G?"});
  CHECK(log.output == "G\n");
}

TEST_CASE("a home whose making was cut off while it moved in is finished, and never thrown away") {
  const test::TempFolder folder;
  const Layout layout{folder / "fed"};
  const NewFederation federation{"Fédération du Nord", "", {"tcp://127.0.0.1:7373"}};
  const auto identity = create_federation_home(layout, federation, "# config\n", start);
  REQUIRE(identity);
  const auto key = test::read_text(layout.signing_key());
  // As a power cut leaves it: some pieces are in their places, the others and identity.toml are not.
  const Path making = layout.home / ".making";
  std::filesystem::create_directories(making);
  std::filesystem::rename(layout.keys(), making / "keys");
  std::filesystem::rename(layout.identity(), making / "identity.toml");
  CHECK(load_identity(layout).error().code == Errc::home_missing);

  SECTION("by the command that made it") {
    const auto again = create_federation_home(layout, federation, "# config\n", start);
    REQUIRE_FALSE(again);
    CHECK(again.error().code == Errc::home_exists);
  }
  SECTION("by the daemon's start") { REQUIRE(finish_making(layout)); }
  REQUIRE(load_identity(layout));
  CHECK(load_identity(layout)->federation == identity->federation);
  CHECK(test::read_text(layout.signing_key()) == key);
  CHECK_FALSE(std::filesystem::exists(making));
  REQUIRE(finish_making(layout));
}

TEST_CASE("of a making that was cut off at its very end nothing is left by the daemon's start") {
  const test::TempFolder folder;
  const Layout layout{folder / "fed"};
  REQUIRE(create_federation_home(layout, {"Nord", "nord", {}}, "", start));
  std::filesystem::create_directories(layout.home / ".making/keys");
  REQUIRE(finish_making(layout));
  CHECK_FALSE(std::filesystem::exists(layout.home / ".making"));
  CHECK(load_identity(layout));
}

TEST_CASE("temporary files of the home and of its keys are swept when it is opened") {
  const test::TempFolder folder;
  const Layout layout{folder / "fed"};
  REQUIRE(create_federation_home(layout, {"Nord", "nord", {}}, "", start));
  const std::vector<Path> left{layout.home / "state.sqlite.suspect.1-1.essaimage-tmp", layout.keys() / "invitation.1-2.essaimage-tmp"};
  for (const auto& path : left) test::write_text(path, "half");
  REQUIRE(Library::open(layout, [] { return start; }));
  for (const auto& path : left) CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("what was half written when the making was cut off is begun again") {
  const test::TempFolder folder;
  const Layout layout{folder / "fed"};
  test::write_text(layout.home / ".making/keys/signing", "half");
  REQUIRE(finish_making(layout));
  const NewFederation federation{"Fédération du Nord", "", {"tcp://127.0.0.1:7373"}};
  REQUIRE(create_federation_home(layout, federation, "# config\n", start));
  REQUIRE(load_identity(layout));
}

TEST_CASE("an identity that is not as it was written is said, whatever is wrong with it") {
  const test::TempFolder folder;
  const Layout layout{folder / "fed"};
  REQUIRE(create_federation_home(layout, {"Nord", "nord", {}}, "", start));
  const std::string right = test::read_text(layout.identity());
  for (const std::string& wrong : {std::string("garbage"), std::string(), right + "more = 1\n", right.substr(0, 30),
                                   "slug = 3\n" + right.substr(right.find('\n') + 1)}) {
    INFO(wrong);
    test::write_text(layout.identity(), wrong);
    CHECK(load_identity(layout).error().code == Errc::home_damaged);
    CHECK(Library::open(layout, [] { return start; }).error().code == Errc::home_damaged);
  }
  test::write_text(layout.identity(), right);
  CHECK(load_identity(layout));
}

TEST_CASE("a home with another home's key does not open, and names the file") {
  auto federation = test::TestNode::federation();
  auto a = test::TestNode::member(*federation, "a", {});
  auto b = test::TestNode::member(*federation, "b", {});
  a->close();
  b->close();
  for (const bool signing : {true, false}) {
    const auto file = [&](const test::TestNode& node) { return signing ? node.layout().signing_key() : node.layout().transport_key(); };
    const std::string right = test::read_text(file(*a));
    test::write_text(file(*a), test::read_text(file(*b)));
    const auto opened = a->open();
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == Errc::key_foreign);
    CHECK(opened.error().detail == file(*a).string());
    test::write_text(file(*a), right);
  }
  CHECK(a->open());
}

TEST_CASE("a home that nobody admitted takes a new invitation, and no other home does") {
  auto federation = test::TestNode::federation();
  const auto invite = [&](const std::string& slug) {
    return federation->library().invite({slug, slug, {}, std::chrono::hours(1), "tcp://127.0.0.1:7373"}).value();
  };
  const test::TempFolder folder;
  const Layout layout{folder / "home"};
  REQUIRE(create_joining_home(layout, invite("a"), ""));
  const std::string keys = test::read_text(layout.signing_key());
  Invitation newer = load_invitation(layout)->value();
  newer.expires.seconds += 3600;
  REQUIRE(renew_invitation(layout, newer));
  CHECK(to_text(load_invitation(layout)->value()) == to_text(newer));
  CHECK(test::read_text(layout.signing_key()) == keys);
  CHECK(renew_invitation(layout, invite("b")).error().code == Errc::home_exists);
  {
    const auto running = Library::open(layout, [] { return start; });
    REQUIRE(running);
    CHECK(renew_invitation(layout, newer).error().code == Errc::home_in_use);
  }
  auto member = test::TestNode::member(*federation, "c", {});
  member->close();
  Invitation for_member = newer;
  for_member.slug = "c";
  CHECK(renew_invitation(member->layout(), for_member).error().code == Errc::home_exists);
  CHECK(to_text(load_invitation(layout)->value()) == to_text(newer));
}

}  // namespace home_test

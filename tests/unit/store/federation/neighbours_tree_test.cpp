// Successions by neighbours, as every member and every newcomer judges them from the federation's tree alone, whoever made that tree.
#include "store/crypto/hash.hpp"
#include "tests/unit/store/neighbours.hpp"

namespace neighbours_tree_test {
using namespace essaimage;
using namespace essaimage::store;
using namespace essaimage::test;

namespace {

constexpr Errc taken = Neighbours::taken;

/// What two of a's neighbours could sign.
SuccessionFile next_key(const Neighbours& n, const std::string& slug = "a") {
  SuccessionFile file;
  file.version = n.member(slug, n.fed).keys.size() + 1;
  file.previous = sha256(bytes_of(*file_in(n.fed, n.word, "members/" + slug + ".toml")));
  file.slug = slug;
  file.signing = SigningSecret::generate().public_key();
  file.transport = TransportSecret::generate().public_key();
  return file;
}

/// A member that comes late, and has seen nothing but the newest tree.
Errc newcomer_says(Neighbours& n) {
  const auto invitation = n.fed.library().invite({"late", "Late", {"lille"}, std::chrono::hours(1), "tcp://127.0.0.1:7373"});
  if (!invitation) return invitation.error().code;
  const auto node = TestNode::joining(*invitation);
  REQUIRE(n.fed.library().admit(Neighbours::join_of(*invitation, *node)));
  const auto fetched = fetch_feed(n.fed, *node, n.word);
  if (!fetched) UNSCOPED_INFO(to_line(fetched.error()));
  return fetched ? taken : fetched.error().code;
}

}  // namespace

TEST_CASE("a succession counts by as many distinct neighbours as the member's file asks for, and by nobody else") {
  Neighbours n;
  const auto file = next_key(n);
  const auto by = [&](const std::vector<const TestNode*>& nodes) {
    std::vector<const SigningSecret*> keys;
    for (const auto* node : nodes) keys.push_back(&n.key(*node));
    return n.delivered(n.stated(file, keys));
  };
  CHECK(by({}) == Errc::role_threshold);
  CHECK(by({&n.b}) == Errc::role_threshold);
  CHECK(by({&n.b, &n.a}) == Errc::role_threshold);    // its own old key
  CHECK(by({&n.b, &n.fed}) == Errc::role_threshold);  // the federation's node
  const auto members = SigningSecret::load(n.fed.layout().role_key("members")).value();
  CHECK(n.delivered(n.stated(file, {&n.key(n.b), &members})) == Errc::role_threshold);
  CHECK(by({&n.b, &n.d}) == taken);
}

TEST_CASE("a succession for another member, key, naming or federation counts nowhere") {
  Neighbours n;
  const std::vector<const SigningSecret*> all{&n.key(n.b), &n.key(n.c), &n.key(n.d)};
  auto file = next_key(n);
  SECTION("after another file: an older naming, or another key") { file.previous.bytes[0] ^= 1; }
  SECTION("a generation too many") { file.version += 1; }
  SECTION("a generation that is there") { file.version += 0, file.previous = {}, file.previous.bytes[3] = 9; }
  SECTION("of a member that has named nobody") { file = next_key(n, "b"); }
  SECTION("of the federation") { file = next_key(n, "fed"); }
  SECTION("a key that another has") { file.signing = n.key(n.c).public_key(); }
  CHECK(n.delivered(n.stated(file, all)) != taken);
}

TEST_CASE("a succession that is moved, or signed for elsewhere, is refused") {
  Neighbours n;
  const auto file = next_key(n);
  auto edits = n.stated(file, {&n.key(n.b), &n.key(n.d)});
  const auto text = *edits.at("successions/a/2.toml"), signatures = *edits.at("successions/a/2.toml.sigs");
  CHECK(n.delivered({{"successions/a/3.toml", text}, {"successions/a/3.toml.sigs", signatures}}) == Errc::malformed);
  CHECK(n.delivered({{"successions/b/2.toml", text}, {"successions/b/2.toml.sigs", signatures}}) == Errc::role_threshold);
  CHECK(n.delivered({{"successions/nobody/2.toml", text}, {"successions/nobody/2.toml.sigs", signatures}}) == Errc::malformed);
  CHECK(n.delivered({{"successions/a/2.toml", text}}) == Errc::malformed);
  StatementName name{n.fed.library().identity().federation, "successions/a/2.toml", 2, file.previous};
  name.federation.bytes[0] ^= 1;
  const auto foreign = sign_statement(name, bytes_of(text), {&n.key(n.b), &n.key(n.d)});
  CHECK(n.delivered({{"successions/a/2.toml", text}, {"successions/a/2.toml.sigs", foreign}}) == Errc::role_threshold);
}

TEST_CASE("an old succession is no succession of a member whose file was changed since") {
  Neighbours n;
  const auto file = next_key(n);
  n.name("a", {"b", "d"});  // b and d are neighbours before and after
  replicate(n.fed, n.b);
  CHECK(n.delivered(n.stated(file, {&n.key(n.b), &n.key(n.d)})) == Errc::role_threshold);
  CHECK(n.delivered(n.stated(next_key(n), {&n.key(n.b), &n.key(n.d)})) == taken);
}

TEST_CASE("a suspended neighbour counts for nobody, in whatever tree") {
  Neighbours n;
  REQUIRE(n.fed.library().suspend("c", "stolen"));
  replicate(n.fed, n.b);
  const auto file = next_key(n);
  CHECK(n.delivered(n.stated(file, {&n.key(n.b), &n.key(n.c)})) == Errc::role_threshold);
  CHECK(n.delivered(n.stated(file, {&n.key(n.b), &n.key(n.d)})) == taken);
}

TEST_CASE("what a neighbour signed while it could counts still when it has gone, also for who comes later") {
  Neighbours n;
  n.name("b", {"c", "d"});
  n.succeed("a", {&n.b, &n.d});
  SECTION("suspended") {
    REQUIRE(n.fed.library().suspend("d", "left"));
    CHECK(n.member("d", n.fed).current_keys().vouched.size() == 1);
  }
  SECTION("under a new key by the members role") {
    const auto invitation = n.fed.library().invite({"d", "", {}, std::chrono::hours(1), "tcp://127.0.0.1:7373", true, false}).value();
    n.homes.push_back(TestNode::joining(invitation));
    REQUIRE(n.fed.library().admit(Neighbours::join_of(invitation, *n.homes.back())));
  }
  SECTION("suspended, and back under a new key") {
    REQUIRE(n.fed.library().suspend("d", "left"));
    const auto invitation = n.fed.library().invite({"d", "", {}, std::chrono::hours(1), "tcp://127.0.0.1:7373", true, true}).value();
    n.homes.push_back(TestNode::joining(invitation));
    REQUIRE(n.fed.library().admit(Neighbours::join_of(invitation, *n.homes.back())));
    CHECK(n.member("d", n.fed).keys.front().vouched.size() == 1);
  }
  SECTION("under a new key by neighbours of its own") {
    n.name("d", {"b", "c"});
    n.succeed("d", {&n.b, &n.c});
  }
  replicate(n.fed, n.b);
  CHECK(n.member("a", n.b).keys.size() == 2);
  CHECK(newcomer_says(n) == taken);
  // Not so what the old key signs now.
  replicate(n.fed, n.c);
  CHECK(n.delivered(n.stated(next_key(n, "b"), {&n.key(n.c), &n.key(n.d)}), &n.c) == Errc::role_threshold);
}

TEST_CASE("a neighbour with two keys is one neighbour") {
  Neighbours n;
  n.succeed("a", {&n.b, &n.d});
  n.name("d", {"b", "c"});
  TestNode& anew = n.succeed("d", {&n.b, &n.c});
  replicate(n.fed, n.b);
  // Both keys of d count for this one: the old one for what it had signed, the new one for whatever it signs.
  const auto text = *file_in(n.fed, n.word, "successions/a/2.toml");
  const auto by = [&](const std::vector<const SigningSecret*>& keys) {
    auto edits = n.stated(parse_succession_file(text).value(), keys);
    edits.erase("successions/a/2.toml");  // it is there
    return n.delivered(edits);
  };
  CHECK(by({&n.key(n.d), &n.key(anew)}) == Errc::role_threshold);
  CHECK(by({&n.key(n.c), &n.key(anew)}) == taken);
}

TEST_CASE("two that are each other's neighbours lose their keys in turn, and who comes later sees through it") {
  Neighbours n;
  n.name("b", {"a", "c"});
  TestNode& a2 = n.succeed("a", {&n.b, &n.c});
  TestNode& b2 = n.succeed("b", {&a2, &n.c});
  TestNode& a3 = n.succeed("a", {&b2, &n.d});
  n.succeed("b", {&a3, &n.c});
  CHECK(n.member("a", n.fed).keys.size() == 3);
  CHECK(n.member("b", n.fed).keys.size() == 3);
  CHECK(newcomer_says(n) == taken);
  replicate(n.fed, n.d);
  CHECK(n.member("b", n.d).keys.size() == 3);
  CHECK(n.d.library().verify({})->empty());
  // A key in the middle, stolen later, is worth nothing.
  auto forged = next_key(n, "a");
  forged.version = 4;
  forged.previous = sha256(bytes_of(*file_in(n.fed, n.word, "successions/a/3.toml")));
  const auto of_b = sha256(bytes_of(*file_in(n.fed, n.word, "successions/b/3.toml")));
  // Ending that key of a without vouching for what it had given b is not possible.
  CHECK(n.delivered(n.stated(forged, {&n.key(n.d), &n.key(n.c)}), &n.d) == Errc::role_threshold);
  forged.vouched = {of_b};
  CHECK(n.delivered(n.stated(forged, {&n.key(b2), &n.key(n.c)}), &n.d) == Errc::role_threshold);
  CHECK(n.delivered(n.stated(forged, {&n.key(n.d), &n.key(n.c)}), &n.d) == taken);
}

TEST_CASE("two that vouch for each other's new keys alone are believed by nobody") {
  Neighbours n;
  n.name("b", {"a", "c"});
  replicate(n.fed, n.d);
  const auto a2 = SigningSecret::generate(), b2 = SigningSecret::generate();
  auto of_a = next_key(n, "a"), of_b = next_key(n, "b");
  of_a.signing = a2.public_key();
  of_b.signing = b2.public_key();
  auto edits = n.stated(of_a, {&b2, &n.key(n.c)});
  edits.merge(n.stated(of_b, {&a2, &n.key(n.c)}));
  CHECK(n.delivered(edits, &n.d) == Errc::role_threshold);
}

TEST_CASE("a succession that is in force does not vanish, nor become another one") {
  Neighbours n;
  n.succeed("a", {&n.b, &n.d});
  replicate(n.fed, n.b);
  CHECK(n.delivered({{"successions/a/2.toml", std::nullopt}, {"successions/a/2.toml.sigs", std::nullopt}}) == Errc::role_threshold);
  auto other = parse_succession_file(*file_in(n.fed, n.word, "successions/a/2.toml")).value();
  other.transport = TransportSecret::generate().public_key();
  CHECK(n.delivered(n.stated(other, {&n.key(n.b), &n.key(n.d)})) == Errc::role_threshold);
  // Not even by the members role, from a file that does not know of it.
  auto file = parse_member_file(*file_in(n.fed, n.word, "members/a.toml")).value();
  file.previous = sha256(bytes_of(encode(file)));
  file.version += 1;
  const auto members = SigningSecret::load(n.fed.layout().role_key("members")).value();
  const StatementName name{n.fed.library().identity().federation, "members/a.toml", file.version, file.previous};
  CHECK(n.delivered({{"members/a.toml", encode(file)},
                     {"members/a.toml.sigs", sign_statement(name, bytes_of(encode(file)), {&members})},
                     {"successions/a/2.toml", std::nullopt},
                     {"successions/a/2.toml.sigs", std::nullopt}}) == Errc::role_threshold);
}

}  // namespace neighbours_tree_test

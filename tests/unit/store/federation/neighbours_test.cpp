// A centre's lost or stolen key is replaced by neighbours that it named before: what that gives, and what is refused at the
// federation's node.
#include "tests/unit/store/neighbours.hpp"

namespace neighbours_test {
using namespace essaimage;
using namespace essaimage::store;
using namespace essaimage::test;

namespace {
constexpr Errc taken = Neighbours::taken;
}

TEST_CASE("two of three neighbours give a centre its new key without the members role, with its history, and all follow") {
  Neighbours n;
  n.a.close();
  // Its keys are on a stick in a drawer.
  std::filesystem::remove(n.fed.layout().role_key("members"));
  TestNode& again = n.succeed("a", {&n.b, &n.d});
  CHECK(n.member("a", n.fed).keys.size() == 2);
  CHECK(n.member("a", n.fed).current_keys().by_neighbours == std::set<std::string>{"b", "d"});
  CHECK(n.member("a", n.fed).territories == std::set<std::string>{"lille"});
  CHECK(n.fed.library().requests()->empty());
  level({&n.fed, &again, &n.b, &n.c, &n.d});
  CHECK(again.checkout("a/k").at("x") == "1");
  const auto head = again.head(n.feed);
  CHECK(again.publish_one("k", {{"x", "2"}, {"p.jpg", photo(70'000, 1)}}).version == 2);
  CHECK(again.head(n.feed).order == Order{2, 1, head.order.seq + 1});
  CHECK(again.publish_one("local", {{"x", "2"}}, "territory:lille").version == 2);
  level({&n.fed, &again, &n.b, &n.c, &n.d});
  for (TestNode* node : {&n.fed, &n.b, &n.c, &n.d}) {
    INFO(node->slug());
    CHECK(node->checkout("a/k").at("x") == "2");
    CHECK(node->checkout("a/k", 1).at("x") == "1");
    CHECK(node->library().verify({})->empty());
    node->close();
    REQUIRE(node->open());
    CHECK(n.member("a", *node).keys.size() == 2);
  }
  CHECK(n.b.checkout("a/local").at("x") == "2");
}

TEST_CASE("what the old key makes after its neighbours replaced it counts for nobody, from the last that they named on") {
  Neighbours n;
  const auto counts = n.a.head(n.feed);
  n.a.publish_one("k", {{"x", "thief"}});
  level({&n.a, &n.fed, &n.b});
  REQUIRE(n.b.checkout("a/k").at("x") == "thief");
  CHECK(n.may_ask("a", {{n.feed, {1, 1, 77}}}).error().code == Errc::not_found);
  CHECK(n.may_ask("a", {{n.b.feed(), {1, 1, 1}}}).error().code == Errc::usage);
  TestNode& again = n.begin_anew("a", {{n.feed, counts.order}});
  auto request = n.request_of("a");
  CHECK(n.file_of(request).last_valid.at(n.feed) == counts);
  CHECK(n.file_of(request).last_valid.size() == 2);  // the territory's feed, which c and d do not hold, counts as it is
  REQUIRE(Neighbours::sign(request, n.c));
  REQUIRE(Neighbours::sign(request, n.d));
  REQUIRE(n.applied(request) == taken);
  for (TestNode* node : {&n.b, &n.c}) replicate(n.fed, *node);
  CHECK(n.fed.head(n.feed) == counts);
  CHECK(n.b.head(n.feed) == counts);
  CHECK(n.b.checkout("a/k").at("x") == "1");
  n.a.publish_one("k", {{"x", "thief again"}});
  CHECK(fetch_feed(n.a, n.c, n.feed).error().code == Errc::feed_beyond);
  level({&n.fed, &again, &n.b, &n.c});
  CHECK(again.publish_one("k", {{"x", "2"}}).version == 2);
  replicate(n.fed, n.a);
  CHECK_FALSE(n.a.publish({{"k", {{"x", "thief"}}}}));
}

TEST_CASE("who can be a neighbour, and how many have to sign") {
  Neighbours n;
  const auto refused = Errc::neighbours_refused;
  CHECK(n.naming("nobody", {"b", "c"}, 2) == Errc::member_unknown);
  CHECK(n.naming("fed", {"b", "c"}, 2) == refused);
  CHECK(n.naming("a", {"a", "b", "c"}, 2) == refused);
  CHECK(n.naming("a", {"b", "fed"}, 2) == refused);
  CHECK(n.naming("a", {"b", "nobody"}, 2) == refused);
  CHECK(n.naming("a", {"b", "c"}, 0) == refused);
  CHECK(n.naming("a", {"b", "c"}, 1) == refused);
  CHECK(n.naming("a", {"b", "c"}, 3) == refused);
  CHECK(n.naming("a", {"b"}, 2) == refused);
  CHECK(n.naming("a", {"b", "c", "d"}, 2) == Errc::usage);  // as it is
  std::set<std::string> many;
  for (int i = 0; i < 17; ++i) many.insert("m" + std::to_string(i));
  CHECK(n.naming("a", many, 2) == refused);
  CHECK(n.b.library().name_neighbours("a", {"c", "d"}, 2).error().code == Errc::not_federation);
  REQUIRE(n.fed.library().suspend("c", "left"));
  CHECK(n.naming("b", {"a", "c"}, 2) == refused);
  CHECK(n.naming("a", {"b", "d"}, 2) == taken);
  CHECK(n.member("a", n.fed).neighbours == std::set<std::string>{"b", "d"});
  CHECK(n.naming("a", {}, 0) == taken);
  CHECK(n.member("a", n.fed).neighbours_needed == 0);
  CHECK(n.may_ask("a").error().code == Errc::neighbours_too_few);
}

TEST_CASE("without the members role's signature nobody's neighbours change: a thief of its key names none of his own") {
  Neighbours n;
  std::filesystem::remove(n.fed.layout().role_key("members"));
  CHECK(n.naming("a", {"c", "d"}, 2) == Errc::role_threshold);
  auto file = parse_member_file(*file_in(n.fed, n.word, "members/a.toml")).value();
  file.previous = sha256(bytes_of(encode(file)));
  file.version += 1;
  file.member.neighbours = {"c", "d"};
  const StatementName name{n.fed.library().identity().federation, "members/a.toml", file.version, file.previous};
  const auto signatures = sign_statement(name, bytes_of(encode(file)), {&n.key(n.a), &n.key(n.c), &n.key(n.d)});
  CHECK(n.delivered({{"members/a.toml", encode(file)}, {"members/a.toml.sigs", signatures}}) == Errc::role_threshold);
}

TEST_CASE("one neighbour is too few, and nobody else can sign") {
  Neighbours n;
  n.begin_anew("a");
  auto request = n.request_of("a");
  CHECK(n.applied(request) == Errc::signatures_lacking);
  CHECK(Neighbours::sign(request, n.a).error().code == Errc::key_not_of_role);    // the old key
  CHECK(Neighbours::sign(request, n.fed).error().code == Errc::key_not_of_role);  // the federation's node
  REQUIRE(Neighbours::sign(request, n.b));
  CHECK(Neighbours::sign(request, n.b).error().code == Errc::request_signed);
  const auto lacking = n.fed.library().apply(request);
  REQUIRE_FALSE(lacking);
  CHECK(lacking.error().code == Errc::signatures_lacking);
  CHECK(lacking.error().detail == "neighbours: 1 of 2");
  // A request that says it needs one only, or that others may sign it, changes nothing.
  auto wrong = request;
  wrong.neighbours->threshold = 1;
  CHECK(n.applied(wrong) == Errc::signatures_lacking);
  const auto& own = n.key(n.a).public_key();
  wrong.neighbours->keys.push_back(own);
  wrong.neighbours->notes[own] = "e";
  std::sort(wrong.neighbours->keys.begin(), wrong.neighbours->keys.end());
  REQUIRE(Neighbours::sign(wrong, n.a));
  CHECK(n.applied(wrong) == Errc::signatures_lacking);
  CHECK(n.member("a", n.fed).keys.size() == 1);
}

TEST_CASE("what is signed is the new key and what counts of the old one, and nothing else goes with it") {
  Neighbours n;
  n.begin_anew("a");
  auto request = n.request_of("a");
  for (const auto* by : {&n.b, &n.c}) REQUIRE(Neighbours::sign(request, *by));
  auto other = request;
  auto file = n.file_of(request);
  SECTION("another key") { file.signing = SigningSecret::generate().public_key(); }
  SECTION("another feed's head") { file.last_valid.begin()->second.order.seq += 1; }
  other.statements.front().content = encode(file);
  if (other.statements.front().content != request.statements.front().content) CHECK(n.applied(other) == Errc::signatures_lacking);
  SECTION("territories, a name or a member beside it") {
    auto text = request.statements.front().content;
    text.insert(text.find("signing"), "territories = [\"lens\"]\n");
    other.statements.front().content = text;
    CHECK(parse_request(encode(other)).error().code == Errc::request_malformed);
    other = request;
    other.statements.push_back({"members/a.toml", 2, {}, *file_in(n.fed, n.word, "members/a.toml"), {}, {}});
    CHECK(parse_request(encode(other)).error().code == Errc::request_malformed);
    other = request;
    other.neighbours.reset();
    CHECK(parse_request(encode(other)).error().code == Errc::request_malformed);
  }
  CHECK(n.applied(request) == taken);
}

TEST_CASE("of two new keys at once the first that is applied counts, and an old one is not applied again") {
  Neighbours n;
  n.begin_anew("a");
  auto first = n.request_of("a");
  TestNode& second_home = n.begin_anew("a");  // the line went astray: the last invitation counts alone
  auto second = n.request_of("a");
  CHECK(n.file_of(first).signing != n.file_of(second).signing);
  for (auto* request : {&first, &second}) {
    REQUIRE(Neighbours::sign(*request, n.b));
    REQUIRE(Neighbours::sign(*request, n.d));
  }
  REQUIRE(n.applied(second) == taken);
  CHECK(n.applied(second) == Errc::request_in_force);
  CHECK(n.applied(first) == Errc::request_superseded);
  CHECK(n.member("a", n.fed).current_keys().signing == n.key(second_home).public_key());
  // And not after the next one either.
  n.succeed("a", {&n.c, &n.d});
  CHECK(n.member("a", n.fed).keys.size() == 3);
  CHECK(n.applied(first) == Errc::request_superseded);
  CHECK(n.applied(second) == Errc::request_in_force);
  replicate(n.fed, n.b);
  CHECK(n.member("a", n.b).keys.size() == 3);
}

TEST_CASE("an invitation to ask the neighbours serves one centre once, until it has run out") {
  Neighbours n;
  const auto lost = n.may_ask("a"), invitation = n.may_ask("a");
  REQUIRE(invitation);
  auto& library = n.fed.library();
  const auto home = TestNode::joining(*invitation), other = TestNode::joining(*invitation);
  CHECK(library.admit(Neighbours::join_of(*lost, *home)).error().code == Errc::invitation_unknown);
  CHECK(library.admit(Neighbours::join_of(*invitation, n.b)).error().code == Errc::member_keys_taken);
  CHECK(library.admit(Neighbours::join_of(*invitation, *home)).error().code == Errc::signatures_lacking);
  CHECK(library.admit(Neighbours::join_of(*invitation, *home)).error().code == Errc::signatures_lacking);
  CHECK(library.admit(Neighbours::join_of(*invitation, *other)).error().code == Errc::invitation_used);
  auto request = n.request_of("a");
  n.fed.now = invitation->expires;
  CHECK(library.admit(Neighbours::join_of(*invitation, *home)).error().code == Errc::invitation_expired);
  REQUIRE(Neighbours::sign(request, n.b));
  REQUIRE(Neighbours::sign(request, n.c));
  REQUIRE(n.applied(request) == taken);
  CHECK(library.admit(Neighbours::join_of(*invitation, *other)).error().code == Errc::invitation_unknown);
  CHECK_FALSE(std::filesystem::exists(n.fed.layout().asked_succession("a")));
}

TEST_CASE("a suspended neighbour does not sign, nor can neighbours undo a suspension") {
  Neighbours n;
  n.begin_anew("a");
  auto request = n.request_of("a");
  for (const auto* by : {&n.b, &n.c}) REQUIRE(Neighbours::sign(request, *by));
  REQUIRE(n.fed.library().suspend("c", "stolen"));
  CHECK(n.applied(request) == Errc::signatures_lacking);
  auto fresh = n.request_of("a");
  CHECK(fresh.neighbours->keys.size() == 2);
  CHECK(Neighbours::sign(fresh, n.c).error().code == Errc::key_not_of_role);
  REQUIRE(Neighbours::sign(fresh, n.d));
  SECTION("two that can are enough") {
    REQUIRE(Neighbours::sign(fresh, n.b));
    CHECK(n.applied(fresh) == taken);
  }
  SECTION("a member that is suspended itself stays so") {
    REQUIRE(Neighbours::sign(fresh, n.b));
    REQUIRE(n.fed.library().suspend("a", "stolen"));
    CHECK(n.applied(fresh) == Errc::member_suspended);
    CHECK(n.may_ask("a").error().code == Errc::member_suspended);
  }
  SECTION("too few are left") {
    REQUIRE(n.fed.library().suspend("d", "left"));
    CHECK(n.applied(fresh) == Errc::neighbours_too_few);
    CHECK(n.may_ask("a").error().code == Errc::neighbours_too_few);
  }
}

TEST_CASE("the members role goes on from what neighbours gave, and overrules it") {
  Neighbours n;
  const auto counts = n.fed.head(n.feed);
  SECTION("a change of its territories, its neighbours or the roles keeps the key that they gave") {
    TestNode& again = n.succeed("a", {&n.b, &n.d});
    const auto key = n.key(again).public_key();
    Library::RoleChange rotate{"members"};
    rotate.rotate = true;
    REQUIRE(n.fed.library().change_role(rotate, nullptr));
    CHECK(n.member("a", n.fed).current_keys().signing == key);
    replicate(n.fed, n.c);
    CHECK(n.member("a", n.c).current_keys().signing == key);
    CHECK(n.member("a", n.c).current_keys().by_neighbours.size() == 2);
    n.name("a", {"b", "c"});  // the members role has taken it up
    CHECK_FALSE(file_in(n.fed, n.word, "successions/a/2.toml"));
    replicate(n.fed, n.c);
    CHECK(n.member("a", n.c).current_keys().signing == key);
    CHECK(n.member("a", n.c).current_keys().by_neighbours.empty());
    CHECK(n.member("a", n.c).keys.front().last_valid.at(n.feed) == counts);
    n.succeed("a", {&n.b, &n.c});
    replicate(n.fed, n.c);
    CHECK(n.member("a", n.c).keys.size() == 3);
  }
  SECTION("where two neighbours took the centre over, its own people get it back, and what those published is gone") {
    TestNode& taken_over = n.succeed("a", {&n.b, &n.d});
    level({&n.fed, &taken_over, &n.c});
    taken_over.publish_one("k", {{"x", "not ours"}});
    level({&n.fed, &taken_over, &n.c});
    REQUIRE(n.c.checkout("a/k").at("x") == "not ours");
    REQUIRE(n.fed.library().suspend("a", "taken over", {{n.feed, counts.order}}));
    replicate(n.fed, n.c);
    CHECK(n.c.checkout("a/k").at("x") == "1");
    const auto invitation = n.fed.library().invite({"a", "", {}, std::chrono::hours(1), "tcp://127.0.0.1:7373", true, true}).value();
    const auto again = TestNode::joining(invitation);
    REQUIRE(n.fed.library().admit(Neighbours::join_of(invitation, *again)));
    level({&n.fed, again.get(), &n.c});
    CHECK(n.member("a", n.c).keys.size() == 3);
    CHECK(n.c.checkout("a/k").at("x") == "1");
    CHECK(again->publish_one("k", {{"x", "ours"}}).version == 2);
    level({&n.fed, again.get(), &n.c});
    CHECK(n.c.checkout("a/k").at("x") == "ours");
    CHECK(n.c.library().verify({})->empty());
    n.fed.close();
    REQUIRE(n.fed.open());
    CHECK(n.member("a", n.fed).keys.size() == 3);
  }
}

TEST_CASE("what the members role was asked before neighbours gave a key would undo it, and is superseded; and the other way round") {
  Neighbours n;
  const auto anne = SigningSecret::generate();
  Library::RoleChange two{"members"};
  two.add = anne.public_key();
  two.threshold = 2;
  std::optional<SigningRequest> roles, naming;
  REQUIRE(n.fed.library().change_role(two, &roles));
  REQUIRE(roles);
  REQUIRE(sign(*roles, anne));
  REQUIRE(n.applied(*roles) == taken);
  REQUIRE(n.fed.library().name_neighbours("a", {"b", "c"}, 2, &naming));
  REQUIRE(naming);
  REQUIRE(sign(*naming, anne));
  n.begin_anew("a");
  auto request = n.request_of("a");
  REQUIRE(Neighbours::sign(request, n.b));
  REQUIRE(Neighbours::sign(request, n.c));
  SECTION("neighbours first") {
    REQUIRE(n.applied(request) == taken);
    CHECK(n.applied(*naming) == Errc::request_superseded);
    CHECK(n.member("a", n.fed).keys.size() == 2);
  }
  SECTION("the members role first: the request was for another naming") {
    REQUIRE(n.applied(*naming) == taken);
    CHECK(n.applied(request) == Errc::request_superseded);
    CHECK(n.member("a", n.fed).keys.size() == 1);
  }
}

}  // namespace neighbours_test

// Requests for signatures: what one key cannot make effective, and what is refused when it is applied.
#include "store/crypto/hash.hpp"
#include "store/federation/federation_change.hpp"
#include "tests/unit/store/roles.hpp"

namespace requests_test {
using namespace essaimage;
using namespace essaimage::store;
using namespace essaimage::test;

namespace {

const KitId film{"a", "film"};

/// As it goes from hand to hand.
SigningRequest carried(const SigningRequest& request) { return parse_request(encode(request)).value(); }

}  // namespace

TEST_CASE("with two of two root keys a change is a request until both have signed, also where both lie on sticks") {
  Roles r;
  r.ask_two("root");
  CHECK(r.role("root", r.fed).threshold == 2);
  CHECK(r.view(r.fed).signers.size() == 2);
  RoleChange wish{"curators"};
  wish.add = r.said.public_key();
  const auto own = r.own("root");
  bool on_sticks = false;
  SECTION("one lies here") {}
  SECTION("both lie elsewhere") {
    std::filesystem::remove(r.fed.layout().role_key("root"));
    on_sticks = true;
  }
  CHECK(r.fed.library().change_role(wish, nullptr).error().code == Errc::role_threshold);
  auto request = r.change(wish);
  REQUIRE(request);
  CHECK(r.view(r.fed).version == 2);
  auto lacking = r.fed.library().apply(*request);
  REQUIRE_FALSE(lacking);
  CHECK(lacking.error().code == Errc::signatures_lacking);
  CHECK(lacking.error().detail == (on_sticks ? "root: 0 of 2" : "root: 1 of 2"));
  if (on_sticks) REQUIRE(sign(*request, own));
  CHECK(sign(*request, own).error().code == Errc::request_signed);
  CHECK(sign(*request, r.said).error().code == Errc::key_not_of_role);
  *request = carried(*request);
  REQUIRE(sign(*request, r.anne));
  CHECK(r.fed.library().apply(carried(*request)));
  CHECK(r.fed.library().apply(*request).error().code == Errc::request_in_force);
  replicate(r.fed, r.b);
  CHECK(r.role("curators", r.b).has(r.said.public_key()));
  CHECK(r.b.library().apply(*request).error().code == Errc::not_federation);
}

TEST_CASE("two of three curators decide: one makes the request, another signs, and one alone is not enough") {
  Roles r;
  r.decide();
  RoleChange add{"curators"};
  add.add = r.said.public_key();
  CHECK_FALSE(r.change(add));
  r.ask_two("curators");
  replicate(r.fed, r.b);
  CHECK(r.role("curators", r.b).keys.size() == 3);
  CHECK(r.role("curators", r.b).threshold == 2);
  CHECK(r.lists(r.b));  // what was in force is so still: the second key signed it with the change
  std::optional<SigningRequest> request;
  REQUIRE(r.fed.library().retire(film, "dépassé", &request));
  REQUIRE(request);
  CHECK(r.lists(r.fed));
  CHECK(r.fed.library().apply(*request).error().code == Errc::signatures_lacking);
  REQUIRE(sign(*request, r.said));
  REQUIRE(r.fed.library().apply(*request));
  replicate(r.fed, r.b);
  CHECK_FALSE(r.lists(r.b));
}

TEST_CASE("of two requests about one kit the one that is applied first counts, and the other is superseded") {
  Roles r;
  r.decide();
  r.ask_two("curators");
  std::optional<SigningRequest> retire, accept;
  REQUIRE(r.fed.library().retire(film, "dépassé", &retire));
  REQUIRE(r.fed.library().accept({film, {}, "toujours bon", {}, {}, {}, {}, 1}, &accept));
  for (auto* request : {&*retire, &*accept}) REQUIRE(sign(*request, r.anne));
  REQUIRE(r.fed.library().apply(*accept));
  CHECK(r.fed.library().apply(*retire).error().code == Errc::request_superseded);
  CHECK(r.fed.library().apply(*accept).error().code == Errc::request_in_force);
  CHECK(r.lists(r.fed));
  // And not once more later, when another decision lies between.
  REQUIRE(r.fed.library().retire(film, "fini", &retire));
  REQUIRE(sign(*retire, r.anne));
  REQUIRE(r.fed.library().apply(*retire));
  CHECK(r.fed.library().apply(*accept).error().code == Errc::request_superseded);
  CHECK_FALSE(r.lists(r.fed));
}

TEST_CASE("a signature counts for its own federation, path, version and content alone") {
  Roles r;
  r.decide();
  r.ask_two("curators");
  std::optional<SigningRequest> request;
  REQUIRE(r.fed.library().retire(film, "dépassé", &request));
  REQUIRE(sign(*request, r.anne));
  const auto code = [&](const SigningRequest& other) { return r.fed.library().apply(other).error().code; };
  SigningRequest other = *request;
  auto& statement = other.statements.front();
  auto file = parse_catalogue_file(statement.content).value();
  SECTION("another federation") {
    other.federation.bytes[0] ^= 1;
    CHECK(code(other) == Errc::request_wrong_federation);
  }
  SECTION("signed for another federation") {
    auto foreign = *request;
    foreign.federation.bytes[0] ^= 1;
    foreign.statements.front().signatures.clear();
    for (const auto& secret : {r.own("curators"), r.anne}) REQUIRE(sign(foreign, secret));
    statement.signatures = foreign.statements.front().signatures;
    CHECK(code(other) == Errc::signatures_lacking);
  }
  SECTION("another content") {
    file.reason = "autre raison";
    statement.content = encode(file);
    CHECK(code(other) == Errc::signatures_lacking);
  }
  SECTION("another kit") {
    file.kit.slug = "autre";
    file.version = 1;
    file.previous = {};
    statement = {"catalogue/a/autre.toml", 1, {}, encode(file), statement.signatures};
    CHECK(code(other) == Errc::signatures_lacking);
  }
  SECTION("a later version") {
    REQUIRE(r.fed.library().apply(*request));
    file.version += 1;
    file.previous = sha256(bytes_of(statement.content));
    statement = {statement.path, file.version, file.previous, encode(file), statement.signatures};
    CHECK(code(other) == Errc::signatures_lacking);
  }
  SECTION("one key twice is one") {
    REQUIRE(r.fed.library().retire(film, "seul", &request));
    CHECK(sign(*request, r.own("curators")).error().code == Errc::request_signed);
    request->statements.front().signatures += request->statements.front().signatures;
    CHECK_FALSE(r.fed.library().apply(*request));
    CHECK_FALSE(parse_request(encode(*request)));
  }
}

TEST_CASE("members by two keys: an invitation, a joining and a suspension each wait for the second one") {
  Roles r;
  r.ask_two("members");
  replicate(r.fed, r.b);
  CHECK(r.b.library().roster()->members.size() == 4);
  std::optional<SigningRequest> request;
  const auto invitation = r.fed.library().invite({"d", "D", {"lille"}, std::chrono::hours(1), "tcp://127.0.0.1:7373"}, &request);
  REQUIRE(invitation);
  REQUIRE(request);
  CHECK(encode(*request).find(to_text(*invitation)) == std::string::npos);
  const auto d = TestNode::joining(*invitation);
  const auto join = make_join(*invitation, d->library().signing().public_key(), d->library().transport().public_key());
  CHECK(r.fed.library().admit(join).error().code == Errc::invitation_unknown);
  REQUIRE(sign(*request, r.anne));
  REQUIRE(r.fed.library().apply(*request));

  CHECK(r.fed.library().admit(join).error().code == Errc::signatures_lacking);
  const auto other = make_join(*invitation, r.said.public_key(), TransportSecret::generate().public_key());
  CHECK(r.fed.library().admit(other).error().code == Errc::invitation_used);  // the first that asked wins
  r.fed.close();
  REQUIRE(r.fed.open());
  CHECK(r.fed.library().admit(join).error().code == Errc::signatures_lacking);
  auto pending = r.fed.library().requests().value();
  REQUIRE(pending.size() == 1);
  REQUIRE(sign(pending.at("d"), r.anne));
  REQUIRE(r.fed.library().apply(pending.at("d")));
  CHECK(r.fed.library().requests()->empty());
  CHECK(r.fed.library().admit(join));
  replicate(r.fed, *d);
  CHECK(d->library().roster()->find("d") != nullptr);

  REQUIRE(r.fed.library().suspend("c", "parti", {}, &request));
  CHECK_FALSE(r.fed.library().roster()->find("c")->suspended);
  REQUIRE(sign(*request, r.anne));
  REQUIRE(r.fed.library().apply(*request));
  CHECK(r.fed.library().roster()->find("c")->suspended);
  replicate(r.fed, r.b);
  CHECK(r.b.library().roster()->find("c")->suspended);
}

TEST_CASE("a request for other members' keys is superseded by who joined since, and by another one that came first") {
  Roles r;
  r.ask_two("root");
  RoleChange rotate{"members"};
  rotate.rotate = true;
  auto request = r.change(rotate);
  REQUIRE(request);
  auto again = r.change(rotate);  // the same new key: whichever is applied, this home has it
  REQUIRE(again);
  CHECK(again->statements.front().content == request->statements.front().content);
  REQUIRE(sign(*request, r.anne));
  auto late = TestNode::member(r.fed, "late", {});
  const auto refused = r.fed.library().apply(*request);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::request_superseded);
  CHECK(refused.error().detail.starts_with("members/late.toml"));

  request = r.change(rotate);
  RoleChange set{"curators"};
  set.expires = Timestamp{test_start.seconds + 1'000'000};
  auto other = r.change(set);
  for (auto* each : {&*request, &*other}) REQUIRE(sign(*each, r.anne));
  REQUIRE(r.fed.library().apply(*request));
  CHECK(r.fed.library().apply(*other).error().code == Errc::request_superseded);
  CHECK_FALSE(std::filesystem::exists(r.fed.layout().next_role_key("members")));
  REQUIRE(r.fed.library().suspend("c", "parti"));
  replicate(r.fed, r.b);
  CHECK(r.b.library().roster()->find("c")->suspended);
}

TEST_CASE("a request whose role has run out since is refused") {
  Roles r;
  r.decide();
  RoleChange set{"curators"};
  set.expires = Timestamp{test_start.seconds + 100'000};
  CHECK_FALSE(r.change(set));
  r.ask_two("curators");
  std::optional<SigningRequest> request;
  REQUIRE(r.fed.library().retire(film, "dépassé", &request));
  REQUIRE(sign(*request, r.anne));
  r.fed.now.seconds += 100'000;
  CHECK(r.fed.library().apply(*request).error().code == Errc::role_expired);
  // Nor is anybody asked to sign in vain.
  std::optional<SigningRequest> vain;
  CHECK(r.fed.library().retire(film, "trop tard", &vain).error().code == Errc::role_expired);
  CHECK_FALSE(vain);
  CHECK(r.lists(r.fed));
}

TEST_CASE("signatures by strangers in a request are not published, nor handed on, and no later change fails for them") {
  Roles r;
  r.decide();
  r.ask_two("curators");
  std::optional<SigningRequest> request;
  REQUIRE(r.fed.library().retire(film, "dépassé", &request));
  auto& statement = request->statements.front();
  for (int i = 0; i < 30; ++i) {
    const auto stranger = SigningSecret::generate();
    const auto more = sign_statement(request->name(statement), bytes_of(statement.content), {&stranger});
    statement.signatures = merge_signatures(statement.signatures, more).value();
  }
  const auto lines = [](const std::string& text) { return std::ranges::count(text, '\n'); };
  const auto stuffed = *request;
  REQUIRE(sign(*request, r.anne));
  CHECK(lines(statement.signatures) < 20);  // two
  // By hand, without essaimage's own signing.
  auto by_hand = carried(stuffed);
  auto& asked = by_hand.statements.front();
  const auto ours = sign_statement(by_hand.name(asked), bytes_of(asked.content), {&r.anne});
  asked.signatures = merge_signatures(ours, asked.signatures).value();
  REQUIRE(r.fed.library().apply(carried(by_hand)));
  CHECK(lines(file_in(r.fed, r.feed, "catalogue/a/film.toml.sigs").value()) < 20);
  RoleChange remove{"curators"};
  remove.remove = r.anne.public_key();
  remove.threshold = 1;
  CHECK_FALSE(r.change(remove));
  replicate(r.fed, r.b);
  CHECK_FALSE(r.lists(r.b));
}

TEST_CASE("more signatures than a reader takes are never put together") {
  const StatementName name{{}, "catalogue/a/film.toml", 1, {}};
  std::string all;
  for (int i = 0; i < 32; ++i) {
    const auto key = SigningSecret::generate();
    all = merge_signatures(all, sign_statement(name, {}, {&key})).value();
  }
  const auto key = SigningSecret::generate();
  CHECK(merge_signatures(all, sign_statement(name, {}, {&key})).error().code == Errc::malformed);
}

TEST_CASE("an old request does not bring back an invitation that a suspension took away") {
  Roles r;
  r.ask_two("members");
  std::optional<SigningRequest> old, later, suspension, again;
  const auto new_key = [&](std::optional<SigningRequest>& request, bool reinstate) {
    const auto made = r.fed.library().invite({"c", "", {}, std::chrono::hours(1), "tcp://127.0.0.1:7373", true, reinstate}, &request);
    REQUIRE(made);
    REQUIRE(sign(*request, r.anne));
  };
  new_key(old, false);
  new_key(later, false);  // never applied in time
  REQUIRE(r.fed.library().apply(carried(*old)));
  REQUIRE(r.fed.library().suspend("c", "volé", {}, &suspension));
  REQUIRE(sign(*suspension, r.anne));
  REQUIRE(r.fed.library().apply(*suspension));
  for (const auto* request : {&old, &later}) {
    const auto refused = r.fed.library().apply(carried(**request));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::request_superseded);
    // Nor without what it says of the member.
    auto bare = **request;
    std::erase_if(bare.statements, [](const auto& each) { return each.path.starts_with("members/"); });
    CHECK(r.fed.library().apply(bare).error().code == Errc::request_superseded);
  }
  new_key(again, true);
  REQUIRE(r.fed.library().apply(carried(*again)));
  CHECK(r.fed.library().apply(carried(*again)).error().code == Errc::request_in_force);
  CHECK(r.fed.library().roster()->find("c")->suspended);
  replicate(r.fed, r.b);
}

TEST_CASE("a centre that waits for signatures while the members role changes is signed for by the new role") {
  Roles r;
  r.ask_two("members");
  std::optional<SigningRequest> request;
  const auto invitation = r.fed.library().invite({"d", "D", {"lille"}, std::chrono::hours(1), "tcp://127.0.0.1:7373"}, &request);
  REQUIRE(sign(*request, r.anne));
  REQUIRE(r.fed.library().apply(*request));
  const auto d = TestNode::joining(*invitation);
  const auto join = make_join(*invitation, d->library().signing().public_key(), d->library().transport().public_key());
  CHECK(r.fed.library().admit(join).error().code == Errc::signatures_lacking);
  for (const bool rotate : {false, true}) {
    RoleChange wish{"members"};
    wish.rotate = rotate;
    if (!rotate) wish.add = r.said.public_key();
    if (!rotate) wish.remove = r.anne.public_key();
    auto change = r.change(wish);
    if (!change) continue;  // what Saïd signed with the change before is enough
    REQUIRE(sign(*change, r.said));
    REQUIRE(r.fed.library().apply(*change));
  }
  auto pending = r.fed.library().requests().value().at("d");
  CHECK(demands_of(pending)->front().signers == std::vector{r.own("members").public_key()});
  REQUIRE(sign(pending, r.said));
  REQUIRE(r.fed.library().apply(pending));
  CHECK(r.fed.library().admit(join));
}

TEST_CASE("how much a request grows by its signatures is known before anybody is asked for them") {
  Roles r;
  r.ask_two("members");
  r.ask_two("root");
  RoleChange wish{"members"};
  wish.add = r.said.public_key();
  wish.threshold = 3;
  auto request = r.change(wish);
  REQUIRE(request);
  const auto foretold = size_when_signed(*request, demands_of(*request).value());
  CHECK(foretold > encode(*request).size());
  for (const auto* key : {&r.anne, &r.said}) REQUIRE(sign(*request, *key));
  CHECK(encode(*request).size() <= foretold);
  CHECK(r.fed.library().apply(*request));
}

}  // namespace requests_test

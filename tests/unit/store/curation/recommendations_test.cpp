// What the curators recommend in territories: for whom it counts, what a receiver refuses, and how it follows the curators' keys.
#include "store/crypto/hash.hpp"
#include "store/curation.hpp"
#include "store/federation/paths.hpp"
#include "store/withdrawal/withdrawals.hpp"
#include "tests/unit/store/roles.hpp"

namespace recommendations_test {
using namespace essaimage;
using namespace essaimage::store;
using namespace essaimage::test;
using Decision = CatalogueFile::Decision;

namespace {

const KitId film{"a", "film"};
const std::string path = "catalogue/a/film.toml";

Library::Acceptance words(const KitId& kit = film) {
  Library::Acceptance words{kit, {}, "essayé", {"santé"}};
  words.conditions = {"à partir de 12 ans"};
  words.reviewer = "coordination numérique";
  return words;
}

/// A kit of a in lille, recommended there, at b too.
struct Recommended {
  Roles r;
  TestNode &fed = r.fed, &b = r.b, &c = *r.m.c;
  FeedId lille = fed.feed("territory:lille");
  CatalogueFile file;
  explicit Recommended(const std::string& audience = "territory:lille") {
    r.m.a->publish_one("film", {{"x", "1"}}, audience);
    replicate(*r.m.a, fed);
    auto said = fed.library().curation().review(Decision::recommended, words(), "", nullptr);
    if (!said) FAIL(to_line(said.error()));
    REQUIRE(said->size() == 1);
    file = said->front();
    replicate(fed, b);
    replicate(fed, c);
  }
  static const CatalogueFile* in(const TestNode& node, const std::string& territory = "lille") {
    const auto all = node.library().curation().recommendations();
    const auto it = all.find(territory);
    return it == all.end() ? nullptr : it->second->find(film);
  }
  std::string sign(const CatalogueFile& said, const SigningSecret& key) const { return signed_by(fed, path, said, {&key}); }
  Edits with(const CatalogueFile& said, const SigningSecret& key) const { return signed_edits(fed, path, said, {&key}); }
  CatalogueFile next() const { return next_of(file, Decision::advised_against); }
};

}  // namespace

TEST_CASE("a recommendation is read in its territory alone, survives a restart, and is replaced by one that names it") {
  Recommended d;
  REQUIRE(Recommended::in(d.b));
  const auto& said = *Recommended::in(d.b);
  CHECK(said.decision == Decision::recommended);
  CHECK(said.territory == "lille");
  CHECK(said.reviewer == "coordination numérique");
  CHECK(said.conditions == std::vector<std::string>{"à partir de 12 ans"});
  CHECK(said.reviewed.seconds == test_start.seconds - test_start.seconds % 86'400);
  CHECK(Recommended::in(d.c) == nullptr);
  CHECK(d.b.library().catalogue()->find(film) == nullptr);  // the region has decided nothing
  d.b.close();
  REQUIRE(d.b.open());
  CHECK(Recommended::in(d.b));
  CHECK(d.fed.head(d.fed.feed("territory:lille")).order.seq == 1);

  auto other = words();
  auto refused = d.fed.library().curation().review(Decision::advised_against, other, "", nullptr);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::catalogue_decided);
  CHECK(refused.error().detail.find("--after 1") != std::string::npos);
  other.after = 1;
  REQUIRE(d.fed.library().curation().review(Decision::advised_against, other, "lille", nullptr));
  replicate(d.fed, d.b);
  CHECK(Recommended::in(d.b)->version == 2);
  CHECK_FALSE(Recommended::in(d.b)->lists());
  CHECK(d.b.library().verify({})->empty());
}

TEST_CASE("a kit of the region is recommended in each of its centre's territories, or in the one that is named") {
  Recommended d("region");
  CHECK(Recommended::in(d.b));
  auto& curation = d.fed.library().curation();
  CHECK(curation.review(Decision::recommended, words(), "valenciennes", nullptr).error().code == Errc::catalogue_not_territory);
  CHECK(curation.review(Decision::recommended, words({"a", "autre"}), "", nullptr).error().code == Errc::not_found);
  CHECK(d.b.library().curation().review(Decision::recommended, words(), "", nullptr).error().code == Errc::not_federation);
  auto person = words();
  person.reviewer = "Madame Dupont";
  person.after = 1;
  CHECK(curation.review(Decision::recommended, person, "lille", nullptr).error().code == Errc::reviewer_person);
  auto later = words();
  later.after = 1;
  later.reviewed = Timestamp{test_start.seconds + 2 * 86'400};
  CHECK(curation.review(Decision::recommended, later, "lille", nullptr).error().code == Errc::usage);
}

TEST_CASE("who accepts takes over the themes and conditions of who has recommended that version") {
  Recommended d("region");
  const auto file = d.fed.library().accept({film, {}, "pour tous"});
  REQUIRE(file);
  CHECK(file->themes == std::vector<std::string>{"santé"});
  CHECK(file->conditions == std::vector<std::string>{"à partir de 12 ans"});
  CHECK(file->reviewer == "curators");
  d.r.m.a->publish_one("film", {{"x", "2"}});
  replicate(*d.r.m.a, d.fed);
  CHECK(d.fed.library().accept({film, {}, "pour tous"})->conditions.empty());  // another version
}

TEST_CASE("of two curators who decide about one version at once, who comes second is refused, and has to name what it replaces") {
  Recommended d("region");
  auto& curation = d.fed.library().curation();
  REQUIRE(curation.decide(Decision::accepted, {film, {}, "oui"}, nullptr));
  const auto second = curation.decide(Decision::declined, {film, {}, "non"}, nullptr);
  REQUIRE_FALSE(second);
  CHECK(second.error().code == Errc::catalogue_decided);
  CHECK(second.error().detail.find("\"oui\"; --after 1") != std::string::npos);
  CHECK(d.fed.library().catalogue()->find(film)->reason == "oui");
  Library::Acceptance knowing{film, {}, "non"};
  knowing.after = 2;
  CHECK(curation.decide(Decision::declined, knowing, nullptr).error().code == Errc::catalogue_decided);
  knowing.after = 1;
  REQUIRE(curation.decide(Decision::declined, knowing, nullptr));
  CHECK_FALSE(d.fed.library().catalogue()->lists(film));
  CHECK(curation.decide(Decision::retired, {film, {}, "fini"}, nullptr).error().code == Errc::catalogue_decided);
}

TEST_CASE("a territory's statement says nothing in another territory's feed nor in the region's, whoever signed it") {
  Recommended d;
  const auto curator = d.r.own("curators");
  FeedId feed = d.fed.feed();
  TestNode* reader = &d.b;
  auto said = d.file;
  SECTION("in the region's") {}
  SECTION("another territory's in this one's") {
    feed = d.lille;
    said = d.next();
    said.territory = "valenciennes";
    d.r.m.b->close();
    REQUIRE(d.r.m.b->open());
    const auto other = KitId{"a", "autre"};
    said.kit = other;
    said.version = 1;
    said.previous = {};
    const std::string place = "catalogue/a/autre.toml";
    const StatementName name{d.fed.library().identity().federation, place, 1, {}};
    edit_feed(d.fed, feed, {{place, encode(said)}, {place + ".sigs", sign_statement(name, bytes_of(encode(said)), {&curator})}});
    REQUIRE(fetch_feed(d.fed, *reader, feed));
    CHECK(d.b.library().curation().recommendations().at("lille")->find(other) == nullptr);
    CHECK(Recommended::in(d.b));
    return;
  }
  edit_feed(d.fed, feed, d.with(said, curator));
  REQUIRE(fetch_feed(d.fed, *reader, feed));
  CHECK(d.b.library().catalogue()->find(film) == nullptr);
  CHECK(Recommended::in(d.b));
}

TEST_CASE("a receiver refuses a territory's feed that takes back what was recommended") {
  Recommended d;
  const auto curator = d.r.own("curators"), stranger = SigningSecret::generate();
  Edits edits;
  SECTION("another content of the same version") {
    auto same = d.file;
    same.reason = "autre";
    edits = d.with(same, curator);
  }
  SECTION("a next version that names another predecessor") {
    auto next = d.next();
    next.previous.bytes[0] ^= 1;
    edits = d.with(next, curator);
  }
  SECTION("gone") { edits = {{path, std::nullopt}, {path + ".sigs", std::nullopt}}; }
  SECTION("a next version that a stranger signed") { edits = d.with(d.next(), stranger); }
  SECTION("of another territory, as a next version") {
    auto next = d.next();
    next.territory = "valenciennes";
    edits = d.with(next, curator);
  }
  edit_feed(d.fed, d.lille, edits);
  const auto taken = fetch_feed(d.fed, d.b, d.lille);
  REQUIRE_FALSE(taken);
  CHECK(taken.error().code == Errc::role_threshold);
  REQUIRE(Recommended::in(d.b));
  CHECK(Recommended::in(d.b)->version == 1);
}

TEST_CASE("no other centre's feed, and no feed of a mirror, holds a catalogue") {
  Recommended d;
  const auto curator = d.r.own("curators");
  d.r.m.a->publish_one("autre", {{"x", "1"}}, "territory:lille");
  const auto feed = d.r.m.a->feed("territory:lille");
  edit_feed(*d.r.m.a, feed, d.with(d.file, curator));
  const auto taken = fetch_feed(*d.r.m.a, d.b, feed);
  REQUIRE_FALSE(taken);
  CHECK(taken.error().code == Errc::feed_content);
}

TEST_CASE("other curators sign anew what is recommended, and a request for a recommendation works as any other") {
  Recommended d;
  d.r.ask_two("curators");
  CHECK(Recommended::in(d.fed));
  replicate(d.fed, d.b);
  CHECK(Recommended::in(d.b));
  auto next = words();
  next.after = 1;
  std::optional<SigningRequest> request;
  CHECK(d.fed.library().curation().review(Decision::advised_against, next, "lille", nullptr).error().code == Errc::role_threshold);
  REQUIRE(d.fed.library().curation().review(Decision::advised_against, next, "lille", &request));
  REQUIRE(request);
  CHECK(Recommended::in(d.fed)->version == 1);
  *request = parse_request(encode(*request)).value();
  CHECK(request->statements.front().audience == Audience{Audience::Kind::territory, "lille"});
  REQUIRE(sign(*request, d.r.anne));
  REQUIRE(d.fed.library().apply(*request));
  CHECK(Recommended::in(d.fed)->version == 2);
  CHECK(d.fed.library().apply(*request).error().code == Errc::request_in_force);
  replicate(d.fed, d.b);
  CHECK(Recommended::in(d.b)->decision == Decision::advised_against);
}

TEST_CASE("what a territory recommends decides for the policy of the catalogue there, and nowhere else") {
  Members m;
  for (auto* node : {m.b.get(), m.c.get()}) {
    node->close();
    node->policy.media = HoldPolicy::Media::catalogue;
    REQUIRE(node->open());
  }
  m.a->publish_one("film", {{"p.jpg", photo(50'000, 1)}});
  for (auto* node : {m.federation.get(), m.b.get(), m.c.get()}) replicate(*m.a, *node);
  CHECK(m.b->library().needs()->empty());
  REQUIRE(m.federation->library().curation().review(Decision::recommended, words(), "", nullptr));
  for (auto* node : {m.b.get(), m.c.get()}) replicate(*m.federation, *node);
  CHECK(m.b->find("a/film")->is_whole());
  CHECK_FALSE(m.c->find("a/film")->is_whole());
  CHECK(m.c->library().needs()->empty());
}

TEST_CASE("the history tells whatever was said about a kit, by whom, and what of it is in force") {
  Recommended d;
  auto& a = *d.r.m.a;
  const auto at = [&](int minutes) {
    for (auto* node : {&a, &d.fed}) node->now.seconds = test_start.seconds + minutes * 60;
  };
  at(1);
  REQUIRE(a.library().curation().propose({film, {}, Proposal::To::region, "prêt"}));
  replicate(a, d.fed);
  at(2);
  REQUIRE(d.fed.library().accept({film, {}, "bon"}));
  at(3);
  REQUIRE(a.library().curation().take_back(film));
  replicate(a, d.fed);
  at(4);
  REQUIRE(d.fed.library().retire(film, "fini"));
  const auto history = d.fed.library().curation().history(film);
  REQUIRE(history);
  std::vector<std::string> told;
  for (const auto& event : history->events) {
    const auto what = event.said                                     ? std::string(str(event.said->decision))
                      : event.kind == CatalogueEvent::Kind::proposed ? "proposed"
                                                                     : "taken back";
    told.push_back(event.feed.str() + " " + what + (event.in_force ? " *" : ""));
  }
  CHECK(told == std::vector<std::string>{"fed/territory/lille recommended *", "a/territory/lille proposed", "fed/region accepted",
                                         "a/territory/lille taken back", "fed/region retired *"});
  CHECK_FALSE(history->cut);
  replicate(d.fed, d.c);
  CHECK(d.c.library().curation().history(film)->events.size() == 2);  // of the region alone
}

TEST_CASE("after the curators' time who holds nothing of a territory yet takes what was recommended, and who holds it nothing new") {
  Recommended d;
  RoleChange set{"curators"};
  set.expires = Timestamp{test_start.seconds + 100'000};
  bool rotated = false;
  SECTION("the same keys") {}
  SECTION("keys that signed it anew meanwhile") { set.rotate = rotated = true; }
  CHECK_FALSE(d.r.change(set));
  d.fed.now = {set.expires->seconds + 1};
  REQUIRE(d.fed.library().beat(false));
  REQUIRE(fetch_feed(d.fed, d.b, d.fed.feed()));
  CHECK((Recommended::in(d.b) == nullptr) == rotated);
  if (rotated) REQUIRE(fetch_feed(d.fed, d.b, d.lille));
  CHECK(Recommended::in(d.b));
  const auto late = TestNode::member(d.fed, "d", {"lille"});
  REQUIRE(fetch_feed(d.fed, *late, d.lille));
  CHECK(Recommended::in(*late));
  edit_feed(d.fed, d.lille, d.with(d.next(), d.r.own("curators")));
  for (auto* node : {&d.b, late.get()}) {
    const auto taken = fetch_feed(d.fed, *node, d.lille);
    REQUIRE_FALSE(taken);
    CHECK(taken.error().code == Errc::role_expired);
    CHECK(Recommended::in(*node)->version == 1);
  }
}

TEST_CASE("the curators' keys can change while a territory's feed is frozen, in which nothing is in force any more then") {
  Recommended d;
  const auto clone = d.fed.copy();
  REQUIRE(clone->open());
  clone->now.seconds += 1;
  auto again = words();
  again.after = 1;
  for (auto* node : {&d.fed, clone.get()}) REQUIRE(node->library().curation().review(Decision::recommended, again, "lille", nullptr));
  REQUIRE(d.fed.library().keep_fork(d.lille, {}, clone->library().commit_of(clone->head(d.lille)).value()));
  RoleChange rotate{"curators"};
  rotate.rotate = true;
  CHECK_FALSE(d.r.change(rotate));
  CHECK(Recommended::in(d.fed) == nullptr);
  const auto problems = d.fed.library().problems();
  CHECK(std::ranges::count(problems, d.lille.str(), &Problem::where) > 0);
  REQUIRE(fetch_feed(d.fed, d.b, d.fed.feed()));
  CHECK(d.r.role("curators", d.b).keys == d.r.role("curators", d.fed).keys);
}

TEST_CASE("a change of keys signs each statement anew once, however many territories have a catalogue") {
  Recommended d;
  REQUIRE(d.fed.library().withdrawals().withdraw_media({{sha256(bytes_of("photo"))}, "volée"}, nullptr));
  RoleChange two{"withdrawals"};
  two.add = d.r.anne.public_key();
  two.note = "Anne";
  two.threshold = 2;
  const auto lacking = d.r.change(two);
  REQUIRE(lacking);
  std::set<std::pair<std::string, Audience>> places;
  for (const auto& each : lacking->statements) CHECK(places.emplace(each.path, each.audience).second);
  d.r.ask_two("withdrawals");
  CHECK(d.r.role("withdrawals", d.fed).threshold == 2);
}

}  // namespace recommendations_test

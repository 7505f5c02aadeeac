// Proposals between libraries, and what follows of them: a kit goes to the region by its centre's consent, once, in the very tree.
#include "store/curation.hpp"
#include "store/curation/consent.hpp"
#include "store/withdrawal/withdrawals.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/store/edited_feed.hpp"

namespace proposals_test {
using namespace essaimage;
using namespace essaimage::store;
using namespace essaimage::test;
using To = Proposal::To;

namespace {

const KitId lamp{"a", "lampe"};
const std::string path = "proposals/lampe.toml";

/// A kit of a that lille alone knows, at the federation too.
struct Local {
  Members m;
  TestNode &a = *m.a, &fed = *m.federation;
  FeedId lille = a.feed("territory:lille");
  Local() { publish("1"); }
  void publish(const std::string& text) {
    a.publish_one("lampe", {{"x", text}, {"p.jpg", photo(50'000, text.size())}}, "territory:lille");
    replicate(a, fed);
  }
  Status propose(To to = To::region, std::optional<std::uint64_t> version = {}) {
    const auto done = a.library().curation().propose({lamp, version, to, "prêt"});
    replicate(a, fed);
    return done ? Status{} : Status(tl::unexpected(done.error()));
  }
  void accept(std::optional<std::uint64_t> version = {}) {
    const auto file = fed.library().accept({lamp, version, "bon"});
    if (!file) FAIL(to_line(file.error()));
    REQUIRE(fetch_feed(fed, a, fed.feed()));
  }
  std::size_t follow() const {
    const auto done = m.a->library().curation().follow_decisions();
    REQUIRE(done);
    return done->size();
  }
  bool noted(Errc code, const std::string& where) const {
    const auto problems = m.a->library().problems();
    return std::ranges::any_of(problems, [&](const Problem& each) { return each.error.code == code && each.where == where; });
  }
  /// Its centre's node knows of two states of one number of it.
  void fork_lille() {
    const auto clone = a.copy();
    REQUIRE(clone->open());
    clone->now.seconds += 1;
    clone->publish_one("lampe", {{"x", "zwei"}}, "territory:lille");
    publish("22");
    theirs = clone->library().commit_of(clone->head(lille)).value();
    REQUIRE(a.library().keep_fork(lille, {}, theirs));
  }
  Bytes theirs;
  bool is_in_region() const {
    const auto kit = m.a->find("a/lampe");
    return kit && std::ranges::find(kit->audiences, Audience{}) != kit->audiences.end();
  }
  std::vector<std::string> known(const TestNode& node) const {
    std::vector<std::string> rows;
    const auto proposals = node.library().curation().proposals(lamp);
    REQUIRE(proposals);
    for (const auto& row : *proposals)
      rows.push_back(row.feed.audience.str() + " " + std::to_string(row.proposal.kit_version) + " " + std::string(str(row.proposal.to)));
    return rows;
  }
};
using Rows = std::vector<std::string>;

}  // namespace

TEST_CASE("a proposal is told to those who may know the kit, replaces the one before, and is taken back") {
  Local l;
  REQUIRE(l.propose(To::territory));
  CHECK(l.known(l.fed) == Rows{"territory:lille 1 territory"});
  replicate(l.fed, *l.m.c);
  CHECK(l.known(*l.m.c).empty());
  const auto head = l.a.head(l.lille);
  REQUIRE(l.propose(To::territory));
  CHECK(l.a.head(l.lille) == head);  // it says that already
  l.publish("22");
  REQUIRE(l.propose(To::region, 1));
  CHECK(l.known(l.fed) == Rows{"territory:lille 1 region"});
  CHECK(file_in(l.a, l.lille, path));
  l.a.close();
  for (const char* const file : {"state.sqlite", "state.sqlite-wal", "state.sqlite-shm"}) std::filesystem::remove(l.a.layout().home / file);
  REQUIRE(l.a.open());
  CHECK(l.known(l.a) == Rows{"territory:lille 1 region"});
  // With the kit to a wider audience.
  l.a.publish_one("lampe", {{"x", "333"}}, "region");
  REQUIRE(l.propose(To::region));
  CHECK(l.known(l.fed) == Rows{"region 3 region"});
  REQUIRE(l.a.library().curation().take_back(lamp));
  replicate(l.a, l.fed);
  CHECK(l.known(l.fed).empty());
  CHECK(l.a.library().curation().take_back(lamp).error().code == Errc::proposal_none);
  CHECK(l.a.library().verify({})->empty());
}

TEST_CASE("kits of others, unknown ones and versions, and notes of two lines are not proposed") {
  Local l;
  auto& curation = l.a.library().curation();
  CHECK(l.m.b->library().curation().propose({lamp, {}, To::region, ""}).error().code == Errc::proposal_not_own);
  CHECK(l.m.b->library().curation().take_back(lamp).error().code == Errc::proposal_not_own);
  CHECK(curation.propose({{"a", "autre"}, {}, To::region, ""}).error().code == Errc::not_found);
  CHECK(curation.propose({lamp, 2, To::region, ""}).error().code == Errc::not_found);
  CHECK(curation.propose({lamp, {}, To::region, "a\nb"}).error().code == Errc::usage);
  CHECK(l.known(l.a).empty());
}

TEST_CASE("a receiver refuses a proposal in another form, at another place, or of another centre's kit, with its feed") {
  Local l;
  REQUIRE(l.propose());
  const auto good = file_in(l.a, l.lille, path).value();
  Edits edits;
  SECTION("not in its byte form") { edits[path] = good + "\n"; }
  SECTION("of another kit") { edits["proposals/autre.toml"] = good; }
  SECTION("of another centre's kit") { edits["proposals/k.toml"] = encode(Proposal{{"b", "k"}, 1, {}, To::region, test_start, ""}); }
  SECTION("signed as a statement") { edits[path + ".sigs"] = "x\n"; }
  SECTION("in a folder") { edits["proposals/a/lampe.toml"] = good; }
  SECTION("too large") { edits[path] = good + "# " + std::string(70'000, 'x') + "\n"; }
  edit_feed(l.a, l.lille, edits);
  const auto taken = fetch_feed(l.a, l.fed, l.lille);
  REQUIRE_FALSE(taken);
  CHECK(taken.error().code == Errc::feed_content);
  CHECK(l.known(l.fed) == Rows{"territory:lille 1 region"});
}

TEST_CASE("without its centre's consent to that very version a kit of a territory is neither accepted nor declined") {
  Local l;
  const auto refused = [&](std::optional<std::uint64_t> version = {}) {
    for (const auto decision : {CatalogueFile::Decision::accepted, CatalogueFile::Decision::declined}) {
      const auto file = l.fed.library().curation().decide(decision, {lamp, version, "bon"}, nullptr);
      REQUIRE_FALSE(file);
      CHECK(file.error().code == Errc::catalogue_no_consent);
    }
  };
  refused();
  REQUIRE(l.propose(To::territory));
  refused();
  REQUIRE(l.propose(To::region));
  l.publish("22");
  refused();  // the newest is another tree
  REQUIRE(l.fed.library().accept({lamp, 1, "bon"}));
  REQUIRE(l.a.library().curation().take_back(lamp));
  replicate(l.a, l.fed);
  refused(1);
}

TEST_CASE("what was accepted by consent follows into the region in the same tree, with its media, once") {
  Local l;
  REQUIRE(l.propose());
  CHECK(l.follow() == 0);
  l.accept();
  const auto tree = l.a.find("a/lampe")->row.kit_tree;
  CHECK_FALSE(l.is_in_region());
  SECTION("at once") {}
  SECTION("after a restart") {
    l.a.close();
    REQUIRE(l.a.open());
  }
  l.a.now.seconds += 60;
  CHECK(l.follow() == 1);
  CHECK(l.is_in_region());
  CHECK(l.a.find("a/lampe")->row.kit_tree == tree);
  CHECK(l.a.find("a/lampe")->row.version == 1);
  const auto passed = l.a.library().curation().passed_on(lamp).value();
  REQUIRE((passed && passed->tree == tree));
  CHECK(l.a.library().history(lamp).value().front().told_at == l.a.now);  // though it was made before
  CHECK(passed->time == l.a.now);
  CHECK(l.follow() == 0);
  l.a.close();
  REQUIRE(l.a.open());
  CHECK(l.follow() == 0);
  // A centre of another territory has it, whole.
  replicate(l.fed, *l.m.c);
  replicate(l.a, *l.m.c);
  REQUIRE(l.m.c->find("a/lampe"));
  CHECK(l.m.c->find("a/lampe")->is_whole());
  CHECK(l.m.c->find("a/lampe")->row.kit_tree == tree);
  CHECK(l.a.library().verify({})->empty());
  CHECK(l.m.c->library().verify({})->empty());
  // Later versions go where the kit is: the region is its widest audience now.
  l.a.publish_one("lampe", {{"x", "22"}});
  CHECK(l.follow() == 0);
}

TEST_CASE("nothing follows that was taken back, retired or replaced meanwhile") {
  Local l;
  REQUIRE(l.propose());
  l.accept();
  SECTION("taken back") { REQUIRE(l.a.library().curation().take_back(lamp)); }
  SECTION("retired") {
    REQUIRE(l.fed.library().retire(lamp, "trop tôt"));
    REQUIRE(fetch_feed(l.fed, l.a, l.fed.feed()));
  }
  SECTION("proposed in another version") {
    l.publish("22");
    REQUIRE(l.propose());
  }
  SECTION("proposed to the territory alone") { REQUIRE(l.propose(To::territory)); }
  CHECK(l.follow() == 0);
  CHECK_FALSE(l.is_in_region());
}

TEST_CASE("an older version does not follow behind a newer one that is in the region already") {
  ConsentFacts facts;
  const ObjectId tree = object_id(ObjectType::blob, bytes_of("1")), other = object_id(ObjectType::blob, bytes_of("2"));
  facts.proposals = {{{"a", {Audience::Kind::territory, "lille"}}, {lamp, 2, tree, To::region, test_start, ""}}};
  Catalogue decisions;
  auto& file = decisions.decisions[lamp].file;
  file.kit = lamp;
  file.tree = tree;
  CHECK(due_for_region(facts, decisions).size() == 1);
  facts.in_region[lamp] = 1;
  CHECK(due_for_region(facts, decisions).size() == 1);
  facts.in_region[lamp] = 2;
  CHECK(due_for_region(facts, decisions).empty());
  facts.in_region.clear();
  facts.passed_on[lamp] = tree;
  CHECK(due_for_region(facts, decisions).empty());
  facts.passed_on[lamp] = other;
  CHECK(due_for_region(facts, decisions).size() == 1);
  file.tree = other;
  CHECK(due_for_region(facts, decisions).empty());
  file.tree = tree;
  file.decision = CatalogueFile::Decision::declined;
  CHECK(due_for_region(facts, decisions).empty());
  file.decision = CatalogueFile::Decision::accepted;
  facts.proposals.front().feed.audience = {};
  CHECK(due_for_region(facts, decisions).empty());
}

TEST_CASE("after a version has followed into the region, newer ones stay for whom they were published to, until a person says more") {
  Local l;
  l.publish("22");
  REQUIRE(l.propose(To::region, 2));
  l.publish("333");
  l.accept(2);
  REQUIRE(l.follow() == 1);
  const auto region = l.a.head(l.a.feed());
  const auto again = l.a.publish_one("lampe", {{"x", "333"}, {"p.jpg", photo(50'000, 3)}});
  CHECK(again.audience.str() == "territory:lille");
  CHECK(again.unchanged);
  CHECK(l.a.publish_one("lampe", {{"x", "4"}}).audience.str() == "territory:lille");
  CHECK(l.a.publish_one("lampe", {{"x", "5"}}, "territory:lille").version == 5);
  CHECK(l.a.head(l.a.feed()) == region);
  CHECK(l.a.publish_one("lampe", {{"x", "6"}}, "region").version == 6);
  CHECK(l.a.publish_one("lampe", {{"x", "7"}}).audience == Audience{});
  CHECK(l.a.publish({{"lampe", {{"x", "8"}}}}, "territory:lille").error().code == Errc::publish_narrower);
}

TEST_CASE("a proposal goes with what it proposes when its author withdraws that, and nothing withdrawn follows by an older one") {
  Local l;
  REQUIRE(l.propose());
  l.accept();
  l.publish("22");
  Withdrawals::Wish wish{lamp, {}, "le consentement est retiré"};
  SECTION("a photo") { wish.files = {"p.jpg"}; }
  SECTION("a text") { wish.files = {"x"}; }
  SECTION("the kit") {}
  SECTION("earlier versions") { wish.earlier = true; }
  const auto proposal = file_in(l.a, l.lille, path).value();
  REQUIRE(l.a.library().withdrawals().withdraw(wish));
  CHECK_FALSE(file_in(l.a, l.lille, path));
  CHECK(l.known(l.a).empty());
  edit_feed(l.a, l.lille, {{path, proposal}});  // no essaimage would write that
  CHECK(l.known(l.a) == Rows{"territory:lille 1 region"});
  CHECK(l.follow() == 0);
  CHECK_FALSE(l.is_in_region());
  CHECK(l.noted(Errc::media_withdrawn, "a/lampe@1"));
}

TEST_CASE("a proposal of a version that has nothing of what is withdrawn stays") {
  Local l;
  l.a.publish_one("lampe", {{"x", "22"}}, "territory:lille");
  REQUIRE(l.propose());
  REQUIRE(l.a.library().withdrawals().withdraw({lamp, {"p.jpg"}, "le consentement est retiré"}));
  replicate(l.a, l.fed);
  CHECK(l.known(l.fed) == Rows{"territory:lille 2 region"});
  l.accept();
  CHECK(l.follow() == 1);
}

TEST_CASE("a kit that cannot follow keeps no other from it: of one the federation has withdrawn a photo meanwhile") {
  Local l;
  const KitId first{"a", "atelier"};
  l.a.publish_one("atelier", {{"q.jpg", photo(60'000, 9)}}, "territory:lille");
  REQUIRE(l.a.library().curation().propose({first, {}, To::region, ""}));
  REQUIRE(l.propose());
  REQUIRE(l.fed.library().accept({first, {}, "bon"}));
  l.accept();
  const auto files = l.a.library().files(first, std::nullopt).value();
  const auto media = std::ranges::find(files, std::string("q.jpg"), &KitFile::path)->media;
  REQUIRE(l.fed.library().withdrawals().withdraw_media({{media}, "volée"}, nullptr));
  REQUIRE(fetch_feed(l.fed, l.a, l.fed.feed()));
  CHECK(l.follow() == 1);
  CHECK(l.is_in_region());
  CHECK(l.noted(Errc::media_withdrawn, "a/atelier@1"));
  const auto kit = l.a.find("a/atelier");
  CHECK(kit->audiences == std::vector{l.lille.audience});
  CHECK(l.a.library().curation().propose({first, {}, To::region, "encore"}).error().code == Errc::media_withdrawn);
  Library::Acceptance again{first, {}, "encore"};
  again.after = 1;
  CHECK(l.fed.library().accept(again).error().code == Errc::media_withdrawn);
}

TEST_CASE("a version with withdrawn files is neither accepted nor recommended") {
  Local l;
  l.a.publish_one("lampe", {{"x", "22"}, {"p.jpg", photo(50'000, 2)}}, "region");
  REQUIRE(l.a.library().withdrawals().withdraw({lamp, {"p.jpg"}, "le consentement est retiré"}));
  replicate(l.a, l.fed);
  auto& curation = l.fed.library().curation();
  CHECK(l.fed.library().accept({lamp, 2, "bon"}).error().code == Errc::media_withdrawn);
  Library::Acceptance words{lamp, 2, "essayé"};
  words.reviewer = "coordination";
  CHECK(curation.review(CatalogueFile::Decision::recommended, words, "lille", nullptr).error().code == Errc::media_withdrawn);
  CHECK(curation.review(CatalogueFile::Decision::advised_against, words, "lille", nullptr));
  CHECK(curation.decide(CatalogueFile::Decision::declined, {lamp, 2, "non"}, nullptr));
  CHECK(l.fed.library().accept({lamp, {}, "bon"}));
}

TEST_CASE("a request for a decision is not applied once its centre has taken the proposal back, or withdrawn what it proposed") {
  Local l;
  REQUIRE(l.propose());
  const auto second = SigningSecret::generate();
  Library::RoleChange two{"curators"};
  two.add = second.public_key();
  two.note = "Anne";
  two.threshold = 2;
  REQUIRE(l.fed.library().change_role(two, nullptr));
  auto decision = CatalogueFile::Decision::accepted;
  auto refusal = Errc::catalogue_no_consent;
  SECTION("accepted") {}
  SECTION("declined") { decision = CatalogueFile::Decision::declined; }
  SECTION("withdrawn") { refusal = Errc::media_withdrawn; }
  std::optional<SigningRequest> request;
  REQUIRE(l.fed.library().curation().decide(decision, {lamp, {}, "bon"}, &request));
  REQUIRE(request);
  REQUIRE(sign(*request, second));
  const auto proposal = file_in(l.a, l.lille, path).value();
  if (refusal == Errc::media_withdrawn) REQUIRE(l.a.library().withdrawals().withdraw({lamp, {"p.jpg"}, "le consentement est retiré"}));
  else REQUIRE(l.a.library().curation().take_back(lamp));
  replicate(l.a, l.fed);
  const auto applied = l.fed.library().apply(*request);
  REQUIRE_FALSE(applied);
  CHECK(applied.error().code == refusal);
  CHECK(l.fed.library().catalogue()->find(lamp) == nullptr);
  if (refusal == Errc::media_withdrawn) return;
  edit_feed(l.a, l.lille, {{path, proposal}});  // it is of another mind again
  replicate(l.a, l.fed);
  REQUIRE(l.fed.library().apply(*request));
  CHECK(l.fed.library().catalogue()->find(lamp)->decision == decision);
}

TEST_CASE("by a proposal in a feed that forked nothing is decided and nothing follows, and who takes it back hears that it stays") {
  Local l;
  REQUIRE(l.propose());
  SECTION("known to the federation") {
    l.fork_lille();
    REQUIRE(l.fed.library().keep_fork(l.lille, {}, l.theirs));
    CHECK(l.fed.library().accept({lamp, 1, "bon"}).error().code == Errc::catalogue_no_consent);
  }
  SECTION("known to the centre alone") {
    l.accept();
    l.fork_lille();
    CHECK(l.follow() == 0);
    CHECK_FALSE(l.is_in_region());
    CHECK(l.a.library().curation().take_back(lamp).error().code == Errc::feed_fork);
  }
  SECTION("beside another one") {
    l.fork_lille();
    l.a.publish_one("lampe", {{"x", "333"}}, "region");
    REQUIRE(l.a.library().curation().propose({lamp, {}, To::region, ""}));
    REQUIRE(l.known(l.a) == Rows{"region 3 region", "territory:lille 1 region"});
    CHECK(l.a.library().curation().take_back(lamp).error().code == Errc::feed_fork);
    CHECK(l.known(l.a) == Rows{"territory:lille 1 region"});
  }
}

TEST_CASE("of two contents under one number the decision is about the one that the region knows") {
  Local l;
  const auto clone = l.a.copy();
  REQUIRE(clone->open());
  l.a.publish_one("lampe", {{"x", "22"}}, "region");
  const auto tree = l.a.find("a/lampe")->row.kit_tree;
  REQUIRE(clone->publish_one("lampe", {{"x", "zwei"}}, "territory:lille").version == 2);
  l.a.publish_one("lampe", {{"x", "333"}}, "region");
  REQUIRE(fetch_feed(l.a, l.fed, l.a.feed()));
  REQUIRE(fetch_feed(*clone, l.fed, l.lille));
  const auto file = l.fed.library().accept({lamp, 2, "bon"});
  REQUIRE(file);
  CHECK(file->tree == tree);
}
}  // namespace proposals_test

// Mirrors, between libraries: who shares what while a mirror runs and after it has ended, and what the rules of a home take.
#include <algorithm>
#include <fstream>

#include "store/federation/paths.hpp"
#include "store/mirrors.hpp"
#include "store/withdrawal/withdrawals.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/store/edited_feed.hpp"

namespace mirror_test {
using namespace essaimage;
using namespace essaimage::store;
using namespace essaimage::test;

namespace {

const std::string numerique = "mirror:numerique";

/// Lille (a, b), Valenciennes (c) and Lens (d); the first two are linked.
struct Linked {
  Members m;
  TestNode& fede = *m.federation;
  TestNode &a = *m.a, &b = *m.b, &c = *m.c;
  std::unique_ptr<TestNode> own_d = TestNode::member(fede, "d", {"lens"});
  TestNode& d = *own_d;
  MirrorFile file;

  Linked() {
    file = fede.library().mirrors().begin({"numerique", "Inclusion numérique", {"lille", "valenciennes"}}, nullptr).value();
    tell();
  }
  /// Everybody hears what the federation has said, but not `away`.
  void tell(const TestNode* away = nullptr) {
    for (auto* node : {&a, &b, &c, &d}) {
      if (node != away) replicate(fede, *node);
    }
  }
  void end() { file = fede.library().mirrors().end("numerique", "le projet est fini", nullptr).value(); }
  Errc publish_error(TestNode& node, const std::string& audience) const {
    const auto done = node.publish({{"k", {{"x", "1"}}}}, audience);
    return done ? Errc::internal : done.error().code;
  }
  Mirrors::RuleChange by_theme(const std::string& theme) const { return {"numerique", {theme}, {}, false}; }
};

std::set<std::string> audiences_of(const TestNode& node, const std::string& id) {
  std::set<std::string> audiences;
  const auto kit = node.find(id);
  if (!kit) return audiences;
  for (const auto& each : kit->audiences) audiences.insert(each.str());
  return audiences;
}

Errc code(const Result<MirrorFile>& result) { return result ? Errc::internal : result.error().code; }

KitFiles themed(const std::string& title, const std::string& theme, const std::string& text = "1") {
  return {{"kit.toml", manifest_of(title, "themes = [\"" + theme + "\"]\n")}, {"x", text}};
}

}  // namespace

TEST_CASE("centres of linked territories share a mirror's feeds, the federation holds them, and others see nothing") {
  Linked l;
  const auto kit = l.a.publish_one("robot", {{"x", "1"}, {"p.bin", photo(60'000, 1)}}, numerique);
  CHECK(kit.audience.str() == numerique);
  for (auto* node : {&l.fede, &l.b, &l.c}) {
    replicate(l.a, *node);
    REQUIRE(node->find("a/robot"));
    CHECK(node->find("a/robot")->is_whole());
  }
  replicate(l.a, l.d);
  CHECK_FALSE(l.d.find("a/robot"));
  CHECK(fetch_feed(l.a, l.d, {"a", kit.audience}).error().code == Errc::audience_not_ours);
  CHECK(l.publish_error(l.d, numerique) == Errc::audience_not_ours);
  CHECK(l.publish_error(l.a, "mirror:nord") == Errc::mirror_unknown);
}

TEST_CASE("what is said of a mirror's kit goes to those who may know it; the catalogue is of the region alone") {
  Linked l;
  l.a.publish_one("robot", {{"x", "1"}}, numerique);
  for (auto* node : {&l.fede, &l.b, &l.c}) replicate(l.a, *node);
  const auto adopted = l.c.library().adopt({"a", "robot"}, "").value();
  CHECK(adopted.feed.str() == "c/mirror/numerique");
  replicate(l.c, l.a);
  CHECK(l.a.library().adoptions({"a", "robot"}).value().size() == 1);
  const auto decided = l.fede.library().accept({{"a", "robot"}, {}, "bien", {}});
  CHECK(decided.error().code == Errc::catalogue_no_consent);
}

TEST_CASE("only the federation links territories, which have members, and a running mirror once") {
  Linked l;
  CHECK(code(l.a.library().mirrors().begin({"autre", "", {"lille", "lens"}}, nullptr)) == Errc::not_federation);
  auto& mirrors = l.fede.library().mirrors();
  CHECK(code(mirrors.begin({"numerique", "", {"lille", "valenciennes"}}, nullptr)) == Errc::mirror_exists);
  CHECK(code(mirrors.begin({"numerique", "Autre", {"lille", "lens"}}, nullptr)) == Errc::mirror_exists);
  CHECK(code(mirrors.change({"numerique", "", {"lille", "valenciennes"}}, nullptr)) == Errc::usage);
  CHECK(code(mirrors.change({"numerique", "", {"lille", "dunkerque"}}, nullptr)) == Errc::mirror_territory);
  CHECK(code(mirrors.change({"numerik", "", {"lille", "lens"}}, nullptr)) == Errc::mirror_unknown);
  CHECK(code(mirrors.begin({"autre", "", {"lille", "dunkerque"}}, nullptr)) == Errc::mirror_territory);
  CHECK(code(mirrors.begin({"autre", "", {"lille"}}, nullptr)) == Errc::usage);
  CHECK(code(mirrors.begin({"Autre", "", {"lille", "lens"}}, nullptr)) == Errc::usage);
  CHECK(code(mirrors.end("autre", "x", nullptr)) == Errc::mirror_unknown);
  REQUIRE(mirrors.end("numerique", "x", nullptr));
  CHECK(code(mirrors.end("numerique", "x", nullptr)) == Errc::mirror_ended);
}

TEST_CASE("after the end of a mirror its authors and the federation hold what was published, and nothing is shared any more") {
  Linked l;
  const auto kit = l.a.publish_one("robot", {{"x", "1"}}, numerique);
  for (auto* node : {&l.fede, &l.b, &l.c}) replicate(l.a, *node);
  l.end();
  CHECK(l.file.last_accepted == std::map<std::string, Order>{{"a", {1, 1, 1}}});
  l.tell();
  for (auto* node : {&l.a, &l.fede}) CHECK(node->checkout("a/robot").at("x") == "1");
  for (auto* node : {&l.b, &l.c}) CHECK_FALSE(node->find("a/robot"));
  CHECK(l.publish_error(l.a, numerique) == Errc::mirror_ended);
  CHECK(l.a.publish({{"robot", {{"x", "2"}}}}).error().code == Errc::mirror_ended);  // where it is
  CHECK(l.c.library().adopt({"a", "robot"}, "").error().code == Errc::not_found);
  CHECK(l.a.library().open_pack({"a", kit.audience}, {}, true).error().code == Errc::not_found);
  // A newcomer of a linked territory is told of nothing.
  const auto e = TestNode::member(l.fede, "e", {"valenciennes"});
  replicate(l.fede, *e);
  replicate(l.a, *e);
  CHECK_FALSE(e->find("a/robot"));
  // The same kit goes on elsewhere.
  CHECK(l.a.publish_one("robot", {{"x", "2"}}, "territory:lille").version == 2);
}

TEST_CASE("what nobody told the federation of before the end does not count, wherever it is held") {
  Linked l;
  l.a.publish_one("robot", {{"x", "1"}}, numerique);
  for (auto* node : {&l.fede, &l.b, &l.c}) replicate(l.a, *node);
  l.a.publish_one("robot", {{"x", "2"}}, numerique);
  replicate(l.a, l.b);  // it and its author have version 2
  l.end();
  l.tell();
  for (int start = 0; start < 2; ++start) {
    CHECK(l.a.find("a/robot")->row.version == 1);
    CHECK(l.a.checkout("a/robot").at("x") == "1");
    CHECK(l.a.library().problems().empty());
    l.a.close();
    REQUIRE(l.a.open());
  }
}

TEST_CASE("a feed that the federation never heard of stays as it is where it is held, and is no damage") {
  Linked l;
  l.c.publish_one("lampe", {{"x", "1"}}, numerique);
  l.end();
  CHECK(l.file.last_accepted.empty());
  l.tell();
  CHECK(l.c.checkout("c/lampe").at("x") == "1");
  CHECK(l.c.library().verify([](auto, auto) { return true; }).value().empty());
  REQUIRE(l.fede.library().mirrors().begin({"numerique", "", {"lille", "valenciennes"}}, nullptr));
  l.tell();
  l.c.publish_one("lampe", {{"x", "2"}}, numerique);
  replicate(l.c, l.a);
  CHECK(l.a.checkout("c/lampe").at("x") == "2");
}

TEST_CASE("a mirror that is begun again goes on from what counted, also at whom was away since before its end") {
  Linked l;
  l.a.publish_one("robot", {{"x", "1"}}, numerique);
  for (auto* node : {&l.fede, &l.b, &l.c}) replicate(l.a, *node);
  l.a.publish_one("robot", {{"x", "2"}}, numerique);
  replicate(l.a, l.b);  // b is away from now on, with a version that came too late
  l.end();
  l.tell(&l.b);
  const auto again = l.fede.library().mirrors().begin({"numerique", "", {"lille", "valenciennes"}}, nullptr).value();
  CHECK(again.version == 3);
  CHECK(again.name == "Inclusion numérique");
  CHECK(again.last_accepted == l.file.last_accepted);
  l.tell(&l.b);
  CHECK(l.a.publish_one("robot", {{"x", "3"}}, numerique).version == 2);
  const auto head = l.a.head(l.a.feed(numerique));
  CHECK(head.order == Order{1, 2, 1});
  l.tell();
  CHECK(l.b.find("a/robot")->row.version == 1);  // fell back
  for (auto* node : {&l.fede, &l.b, &l.c}) {
    replicate(l.a, *node);
    CHECK(node->head(head.feed) == head);
    CHECK(node->checkout("a/robot").at("x") == "3");
  }
  // And once more.
  CHECK(l.a.publish_one("robot", {{"x", "4"}}, numerique).version == 3);
  CHECK(l.a.head(head.feed).order == Order{1, 2, 2});
  l.end();
  CHECK(l.file.last_accepted.at("a") == Order{1, 2, 1});
  l.tell();
  CHECK(l.a.head(head.feed) == head);
}

TEST_CASE("nobody takes a tree in which a mirror has vanished, goes back or is not signed") {
  Linked l;
  const auto feed = l.fede.feed();
  const auto path = std::string("mirrors/numerique.toml");
  auto other = l.file;
  const auto offer = [&](const Edits& edits) {
    edit_feed(l.fede, feed, edits);
    const auto status = fetch_feed(l.fede, l.c, feed);
    return status ? Errc::internal : status.error().code;
  };
  SECTION("vanished") { CHECK(offer({{path, std::nullopt}, {path + ".sigs", std::nullopt}}) == Errc::role_threshold); }
  const auto read = [&](const Edits& edits) {
    edit_feed(l.fede, feed, edits);
    const auto objects = ObjectDb::open(l.fede.layout().library() / "objects").value();
    const auto commit = parse_commit(objects->read(l.fede.head(feed).commit, ObjectType::commit).value()).value();
    return read_federation_word(*objects, commit.tree, l.fede.library().identity().federation).error().code;
  };
  SECTION("another content without a signature") {
    other.name = "X";
    CHECK(read({{path, encode(other)}}) == Errc::role_threshold);
  }
  SECTION("of another place") {
    CHECK(read({{"mirrors/autre.toml", encode(other)}, {"mirrors/autre.toml.sigs", file_in(l.fede, feed, path + ".sigs")}}) ==
          Errc::malformed);
  }
  SECTION("the same version, signed, with another content") {
    other.territories.insert("lens");
    const auto key = SigningSecret::load(l.fede.layout().role_key("members")).value();
    const StatementName name{l.fede.library().identity().federation, path, other.version, other.previous};
    CHECK(offer({{path, encode(other)}, {path + ".sigs", sign_statement(name, bytes_of(encode(other)), {&key})}}) == Errc::role_threshold);
  }
  SECTION("not in its byte form") { CHECK(read({{path, encode(other) + "\n"}}) == Errc::malformed); }
}

TEST_CASE("where the members' role needs two keys, linking is a request") {
  Linked l;
  const auto second = SigningSecret::from_seed(Bytes(32, 7));
  std::optional<SigningRequest> lacking;
  REQUIRE(l.fede.library().change_role({"members", second.public_key(), {}, "Anne", false, 2, {}}, &lacking));
  REQUIRE(lacking);  // what is in force is signed anew by both, the mirror among it
  CHECK(std::ranges::count(lacking->statements, "mirrors/numerique.toml", &RequestedStatement::path) == 1);
  REQUIRE(sign(*lacking, second));
  REQUIRE(l.fede.library().apply(*lacking));
  l.tell();
  CHECK(l.c.library().mirrors().find("numerique").value().runs());
  std::optional<SigningRequest> request;
  REQUIRE(l.fede.library().mirrors().end("numerique", "fini", &request));
  REQUIRE(request);
  CHECK(l.fede.library().mirrors().find("numerique").value().runs());
  REQUIRE(sign(*request, second));
  REQUIRE(l.fede.library().apply(*request));
  CHECK_FALSE(l.fede.library().mirrors().find("numerique").value().runs());
}

TEST_CASE("a rule publishes the same tree into the mirror, at once and with each later version, and takes nothing else") {
  Linked l;
  l.a.publish_one("robot", themed("Robot", "Inclusion numérique"), "territory:lille");
  l.a.publish_one("jardin", themed("Jardin", "nature"), "territory:lille");
  l.a.publish_one("radio", themed("Radio", "inclusion numérique"));  // everybody has it
  auto& mirrors = l.a.library().mirrors();
  REQUIRE(mirrors.change_rule(l.by_theme("inclusion numerique")));
  const auto copies = mirrors.apply_rules().value();
  REQUIRE(copies.size() == 1);
  CHECK(copies[0].by_rule);
  CHECK(audiences_of(l.a, "a/robot") == std::set<std::string>{"territory:lille", numerique});
  CHECK(audiences_of(l.a, "a/jardin") == std::set<std::string>{"territory:lille"});
  CHECK(audiences_of(l.a, "a/radio") == std::set<std::string>{"region"});
  CHECK(mirrors.apply_rules().value().empty());
  const auto done =
      l.a.publish({{"robot", themed("Robot", "Inclusion numérique", "2")}, {"jardin", themed("Jardin", "nature", "2")}}).value();
  REQUIRE(done.size() == 3);
  CHECK(done[2].by_rule);
  CHECK(done[2].version == 2);
  replicate(l.a, l.c);
  CHECK(l.c.find("a/robot")->row.version == 2);
  CHECK(l.c.find("a/robot")->row.kit_tree == l.a.find("a/robot")->row.kit_tree);
  CHECK_FALSE(l.c.find("a/jardin"));
  replicate(l.a, l.d);
  CHECK_FALSE(l.d.find("a/robot"));
}

TEST_CASE("media that a rule takes come to the other territory") {
  Linked l;
  auto files = themed("Robot", "numérique");
  files["p.bin"] = photo(90'000, 3);
  l.a.publish_one("robot", files, "territory:lille");
  REQUIRE(l.a.library().mirrors().change_rule({"numerique", {}, {"robot"}, false}));
  REQUIRE(l.a.library().mirrors().apply_rules().value().size() == 1);
  replicate(l.a, l.c);
  CHECK(l.c.find("a/robot")->is_whole());
}

TEST_CASE("when a rule goes, or its mirror, a kit goes on in its territory, and no wider") {
  Linked l;
  auto& mirrors = l.a.library().mirrors();
  REQUIRE(mirrors.change_rule(l.by_theme("numérique")));
  REQUIRE(l.a.publish({{"robot", themed("Robot", "numérique")}}, "territory:lille").value().size() == 2);
  const auto publish_again = [&](const std::string& text) { return l.a.publish({{"robot", themed("Robot", "numérique", text)}}).value(); };
  SECTION("the rule") {
    REQUIRE(mirrors.change_rule({"numerique", {}, {}, true}));
    l.a.close();
    REQUIRE(l.a.open());
    const auto done = publish_again("2");
    REQUIRE(done.size() == 1);
    CHECK(done[0].audience.str() == "territory:lille");
    CHECK(l.a.publish_one("robot", themed("Robot", "numérique", "3"), numerique).audience.str() == numerique);  // a person says so
    CHECK(publish_again("4")[0].audience.str() == numerique);
  }
  SECTION("the mirror, and the rule works again with it") {
    l.end();
    l.tell();
    const auto done = publish_again("2");
    REQUIRE(done.size() == 1);
    CHECK(done[0].audience.str() == "territory:lille");
    REQUIRE(l.fede.library().mirrors().begin({"numerique", "", {"lille", "valenciennes"}}, nullptr));
    l.tell();
    CHECK(l.a.library().mirrors().apply_rules().value().size() == 1);
    replicate(l.a, l.c);
    CHECK(l.c.find("a/robot")->row.version == 2);
  }
  SECTION("the theme of the kit") {
    const auto done = l.a.publish({{"robot", themed("Robot", "nature", "2")}}).value();
    REQUIRE(done.size() == 1);
    CHECK(done[0].audience.str() == "territory:lille");
  }
}

TEST_CASE("rules that cannot be read stop publishing, for nobody knows what they would widen") {
  Linked l;
  REQUIRE(l.a.library().mirrors().change_rule(l.by_theme("numérique")));
  std::ofstream(l.a.layout().mirror_rules(), std::ios::app) << "x";
  CHECK(l.publish_error(l.a, "territory:lille") == Errc::mirror_rules_damaged);
  CHECK(l.a.library().mirrors().apply_rules().error().code == Errc::mirror_rules_damaged);
}

TEST_CASE("themes without a form in ASCII are told apart") {
  MirrorRule rule;
  rule.themes = {"طبخ", "Santé"};
  CHECK(rule.takes("k", {"SANTE"}));
  CHECK(rule.takes("k", {"طبخ"}));
  CHECK_FALSE(rule.takes("k", {"فنون", "саду"}));
  CHECK_FALSE(rule.takes("k", {}));
}

TEST_CASE("a rule is for mirrors that run, of this centre's territories, and names something") {
  Linked l;
  const auto refused = [](TestNode& node, const Mirrors::RuleChange& change) {
    return node.library().mirrors().change_rule(change).error().code;
  };
  CHECK(refused(l.a, {"nord", {"x"}, {}, false}) == Errc::mirror_unknown);
  CHECK(refused(l.d, {"numerique", {"x"}, {}, false}) == Errc::audience_not_ours);
  CHECK(refused(l.a, {"numerique", {}, {}, false}) == Errc::usage);
  CHECK(l.a.library().mirrors().change_rule({"numerique", {"x"}, {}, true}).value().is_off());
}

TEST_CASE("a feed of a mirror that has ended does not keep its author from withdrawing what others have") {
  Linked l;
  l.a.publish_one("robot", {{"x", "1"}, {"p.bin", photo(60'000, 1)}}, "territory:lille");
  l.a.publish_one("robot", {{"x", "1"}, {"p.bin", photo(60'000, 1)}}, numerique);
  replicate(l.a, l.fede);
  replicate(l.a, l.b);
  l.end();
  l.tell();
  const auto rows = l.a.library().withdrawals().withdraw({KitId{"a", "robot"}, {"p.bin"}, "consentement retiré"});
  if (!rows) FAIL(to_line(rows.error()));
  REQUIRE(rows->size() == 1);
  CHECK(rows->front().feed.audience.str() == "territory:lille");
}

TEST_CASE("a rule takes nothing into a mirror that was withdrawn, and the kit again once it is without that") {
  Linked l;
  auto files = themed("Robot", "numérique");
  files["p.bin"] = photo(90'000, 3);
  l.a.publish_one("robot", files, "territory:lille");
  l.a.publish_one("zoo", themed("Zoo", "numérique"), "territory:lille");
  const auto list = l.a.library().files({"a", "robot"}, std::nullopt).value();
  const auto media = std::ranges::find(list, std::string("p.bin"), &KitFile::path)->media;
  REQUIRE(l.fede.library().withdrawals().withdraw_media({{media}, "volée"}, nullptr));
  l.tell();
  auto& mirrors = l.a.library().mirrors();
  REQUIRE(mirrors.change_rule(l.by_theme("numérique")));
  const auto copies = mirrors.apply_rules().value();
  REQUIRE(copies.size() == 1);
  CHECK(copies[0].id.slug == "zoo");
  CHECK(audiences_of(l.a, "a/robot") == std::set<std::string>{"territory:lille"});
  CHECK(l.a.publish({{"robot", themed("Robot", "numérique")}}).value().size() == 2);
  CHECK(audiences_of(l.a, "a/robot") == std::set<std::string>{"territory:lille", numerique});
}

}  // namespace mirror_test

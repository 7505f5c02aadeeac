// What becomes of a mirror while it runs and when it ends: other territories, many centres, texts and kits that are withdrawn.
#include <algorithm>

#include "proto/limits.hpp"
#include "store/curation.hpp"
#include "store/federation/paths.hpp"
#include "store/mirrors.hpp"
#include "tests/unit/store/withdrawn.hpp"

namespace mirror_change_test {
using namespace essaimage;
using namespace essaimage::test;

namespace {

const std::string numerique = "mirror:numerique";
const KitId robot{"a", "robot"};

/// Lille (a, b), Valenciennes (c) and Lens (d); the first two are linked.
struct Linked {
  Members m;
  TestNode& fede = *m.federation;
  TestNode &a = *m.a, &b = *m.b, &c = *m.c;
  std::unique_ptr<TestNode> own_d = TestNode::member(fede, "d", {"lens"});
  TestNode& d = *own_d;
  FeedId feed{"a", {Audience::Kind::mirror, "numerique"}};

  Linked() { between({"lille", "valenciennes"}); }
  std::vector<TestNode*> members() { return {&a, &b, &c, &d}; }
  MirrorFile between(const std::set<std::string>& territories) {
    auto& mirrors = fede.library().mirrors();
    const auto held = mirrors.find("numerique");
    const store::Mirrors::Begin wish{"numerique", "", territories};
    const auto file = held && held->runs() ? mirrors.change(wish, nullptr) : mirrors.begin(wish, nullptr);
    if (!file) FAIL(to_line(file.error()));
    tell();
    return *file;
  }
  MirrorFile end() {
    const auto file = fede.library().mirrors().end("numerique", "le projet est fini", nullptr).value();
    tell();
    return file;
  }
  void tell() {
    for (auto* node : members()) replicate(fede, *node);
  }
  /// Everybody hears everybody, through the federation's node.
  void spread_all() {
    for (int round = 0; round < 2; ++round) {
      for (auto* node : members()) replicate(*node, fede);
      tell();
    }
  }
  void settle_all() {
    for (auto* node : {&a, &b, &c, &d, &fede}) settle(*node);
  }
  Withdrawals& of_a() { return a.library().withdrawals(); }
};

ObjectId text_of_robot(const TestNode& node) {
  const auto files = node.library().files(robot, std::nullopt).value();
  return std::ranges::find(files, std::string("guide.md"), &KitFile::path)->blob;
}

}  // namespace

TEST_CASE("a running mirror gets a territory more, whose centres take what the others have, and are taken from") {
  Linked l;
  l.a.publish_one("robot", {{"x", "1"}}, numerique);
  const auto head = l.a.head(l.feed);
  const auto file = l.between({"lille", "valenciennes", "lens"});
  CHECK(file.version == 2);
  CHECK(file.runs());
  CHECK(file.name == "numerique");
  CHECK(file.last_accepted.empty());
  l.d.publish_one("velo", {{"x", "1"}}, numerique);
  l.spread_all();
  for (auto* node : l.members()) {
    CHECK(node->head(l.feed) == head);
    CHECK(node->find("a/robot"));
    CHECK(node->find("d/velo"));
  }
  CHECK(l.a.publish_one("robot", {{"x", "2"}}, numerique).version == 2);
  CHECK(l.a.head(l.feed).order == Order{1, 1, 2});  // nothing begins again for those who stay
}

TEST_CASE("a territory that leaves a running mirror shares nothing more, and the others agree on what counts of it") {
  Linked l;
  l.between({"lille", "valenciennes", "lens"});
  const FeedId of_d{"d", {Audience::Kind::mirror, "numerique"}};
  l.d.publish_one("velo", {{"x", "1"}}, numerique);
  l.a.publish_one("robot", {{"x", "1"}}, numerique);
  l.spread_all();
  l.d.publish_one("velo", {{"x", "2"}}, numerique);
  replicate(l.d, l.c);  // the federation has not heard of it
  const auto file = l.between({"lille", "valenciennes"});
  CHECK(file.last_accepted == std::map<std::string, Order>{{"d", {1, 1, 1}}});
  CHECK(l.c.head(of_d).order == Order{1, 1, 1});
  CHECK(l.c.find("d/velo")->row.version == 1);
  CHECK(l.d.publish({{"velo", {{"x", "3"}}}}, numerique).error().code == Errc::audience_not_ours);
  l.a.publish_one("robot", {{"x", "2"}}, numerique);
  l.spread_all();
  CHECK(l.b.find("a/robot")->row.version == 2);
  CHECK(l.c.find("a/robot")->row.version == 2);
  CHECK_FALSE(l.d.find("a/robot"));
  CHECK(l.d.find("d/velo"));
  // It comes back, and goes on from what counted, also where a later version came too late.
  l.between({"lille", "valenciennes", "lens"});
  l.d.publish_one("velo", {{"x", "4"}}, numerique);
  CHECK(l.d.head(of_d).order == Order{1, 2, 1});
  l.spread_all();
  for (auto* node : {&l.a, &l.b, &l.c, &l.fede}) {
    CHECK(node->head(of_d) == l.d.head(of_d));
    CHECK(node->checkout("d/velo").at("x") == "4");
  }
}

TEST_CASE("a mirror of 2,300 centres with long names can be ended, and everybody takes that") {
  Linked l;
  constexpr std::size_t centres = 2'300;
  const auto feed = l.fede.feed();
  const std::string path = "mirrors/numerique.toml";
  auto file = l.fede.library().mirrors().find("numerique").value();
  const auto before = file_in(l.fede, feed, path).value();
  file.version += 1;
  file.previous = sha256(bytes_of(before));
  file.ended = test_start;
  file.ended_why = "le projet est fini";
  for (std::size_t i = 0; i < centres; ++i) {
    auto slug = "centre-social-de-" + std::to_string(i);
    slug += std::string(limits::slug_bytes_max - slug.size(), 'x');
    file.last_accepted[slug] = {1, 12, 1'000'000 + i};
  }
  const auto text = encode(file);
  REQUIRE(text.size() > limits::statement_bytes_max);
  const auto key = SigningSecret::load(l.fede.layout().role_key("members")).value();
  const StatementName name{l.fede.library().identity().federation, path, file.version, file.previous};
  edit_feed(l.fede, feed, {{path, text}, {path + ".sigs", sign_statement(name, bytes_of(text), {&key})}});
  const auto taken = fetch_feed(l.fede, l.c, feed);
  if (!taken) FAIL(to_line(taken.error()));
  const auto held = l.c.library().mirrors().find("numerique").value();
  CHECK_FALSE(held.runs());
  CHECK(held.last_accepted.size() == centres);
  // It can be begun again, and ended once more.
  replicate(l.fede, l.a);
  CHECK(l.fede.library().mirrors().begin({"numerique", "", {"lille", "valenciennes"}}, nullptr).value().last_accepted.size() == centres);
  CHECK(l.fede.library().mirrors().end("numerique", "M. Durand est parti", nullptr).error().code == Errc::outcome_personal);
  CHECK(l.fede.library().mirrors().end("numerique", "fini", nullptr).value().last_accepted.size() == centres);
  // And signed by two keys.
  std::optional<SigningRequest> lacking;
  REQUIRE(
      l.fede.library().change_role({"members", SigningSecret::from_seed(Bytes(32, 7)).public_key(), {}, "Anne", false, 2, {}}, &lacking));
  REQUIRE(lacking);
  CHECK(parse_request(encode(*lacking)));
}

TEST_CASE("what a mirror had before it began again is withdrawn as well") {
  Linked l;
  l.a.publish_one("robot", {{"x", "1"}, {"moi.jpg", portrait}, {"guide.md", "par Mme Exemple\n"}}, numerique);
  const auto media = media_of(l.a, "a/robot", "moi.jpg");
  const auto blob = text_of_robot(l.a);
  l.spread_all();
  l.a.publish_one("robot", {{"x", "2"}, {"guide.md", "corrigé\n"}}, numerique);
  l.spread_all();
  l.end();
  l.between({"lille", "valenciennes"});
  l.a.publish_one("robot", {{"x", "3"}, {"guide.md", "corrigé\n"}}, numerique);
  l.spread_all();
  CHECK(l.a.head(l.feed).order == Order{1, 2, 1});
  for (auto* node : {&l.a, &l.fede}) REQUIRE(has(*node, media));
  const auto rows = l.of_a().withdraw(wish({"moi.jpg"}, robot));
  if (!rows) FAIL(to_line(rows.error()));
  CHECK(rows->front().withdrawal.versions == Numbers({1}));
  l.spread_all();
  l.settle_all();
  for (auto* node : {&l.a, &l.b, &l.c, &l.fede}) CHECK_FALSE(has(*node, media));
  // Texts likewise; the other versions of before stay.
  auto earlier = wish({"guide.md"}, robot);
  earlier.earlier = true;
  const auto texts = l.of_a().withdraw(earlier);
  if (!texts) FAIL(to_line(texts.error()));
  CHECK(texts->front().withdrawal.epoch == 3);
  l.spread_all();
  l.settle_all();
  l.spread_all();
  for (auto* node : {&l.a, &l.b, &l.c, &l.fede}) {
    CHECK_FALSE(in_any_pack(*node, blob));
    CHECK(node->checkout("a/robot").at("x") == "3");
    CHECK(node->library().verify({})->empty());
  }
  for (std::uint64_t number : {1, 2}) CHECK(view_of(l.a, "a", number).is_done());
}

TEST_CASE("a text that was withdrawn at the very end of a mirror stays withdrawn, and its feed goes on when the mirror does") {
  Linked l;
  l.a.publish_one("robot", {{"x", "1"}, {"guide.md", "par Mme Exemple\n"}}, numerique);
  l.spread_all();
  const auto blob = text_of_robot(l.a);
  REQUIRE(l.of_a().withdraw(wish({"guide.md"}, robot)));
  const auto head = l.a.head(l.feed);
  replicate(l.a, l.b);  // the federation and c have not heard of it
  const bool collected = GENERATE(true, false);
  if (collected)
    for (auto* node : {&l.a, &l.b}) settle(*node, false);
  CHECK(l.end().last_accepted.at("a") == Order{1, 1, 1});
  for (auto* node : {&l.a, &l.b, &l.c}) settle(*node, false);
  for (int start = 0; start < 2; ++start) {
    CHECK(l.a.head(l.feed) == head);
    CHECK(l.a.checkout("a/robot").count("guide.md") == 0);
    CHECK_FALSE(in_any_pack(l.a, blob));
    CHECK(l.a.library().verify({})->empty());
    l.a.close();
    REQUIRE(l.a.open());
    CHECK(l.a.library().problems().empty());
  }
  CHECK_FALSE(view_of(l.a, "a", 1).is_done());
  CHECK(in_any_pack(l.fede, blob));
  REQUIRE(l.fede.library().mirrors().begin({"numerique", "", {"lille", "valenciennes"}}, nullptr));
  replicate(l.fede, l.a);
  replicate(l.a, l.fede);
  CHECK(l.fede.head(l.feed) == head);
  l.a.publish_one("robot", {{"x", "2"}}, numerique);
  CHECK(l.a.head(l.feed).order == Order{1, 2, 3});
  l.spread_all();
  l.settle_all();
  l.spread_all();
  for (auto* node : {&l.a, &l.b, &l.c, &l.fede}) {
    CHECK(node->head(l.feed) == l.a.head(l.feed));
    CHECK(node->checkout("a/robot").at("x") == "2");
    CHECK_FALSE(in_any_pack(*node, blob));
  }
  CHECK(view_of(l.a, "a", 1).is_done());
}

TEST_CASE("who may not hold a mirror's feeds any more lets go of what others published there, and of nothing else") {
  Linked l;
  const std::string both = photo(90'000, 7);
  l.a.publish_one("robot", {{"x", "1"}, {"guide.md", "un guide\n"}, {"moi.jpg", portrait}, {"deux.jpg", both}}, numerique);
  l.a.publish_one("velo", {{"deux.jpg", both}});
  l.c.publish_one("lampe", {{"x", "1"}, {"plan.bin", other_photo}}, numerique);
  l.spread_all();
  l.a.publish_one("robot", {{"x", "2"}, {"guide.md", "un guide\n"}, {"deux.jpg", both}},
                  numerique);  // the photo is in an earlier one alone
  l.spread_all();
  const auto photo_id = sha256(bytes_of(portrait)), both_id = sha256(bytes_of(both)), own_id = sha256(bytes_of(other_photo));
  const auto text = text_of_robot(l.a);
  for (const auto& media : {photo_id, both_id, own_id}) REQUIRE(has(l.c, media));
  REQUIRE(l.fede.library().mirrors().end("numerique", "fini", nullptr));
  const bool at_once = GENERATE(true, false);
  if (at_once) {
    l.tell();
  } else {  // as after a crash between the refs and the rest
    l.c.close();
    const auto index = read_text(l.c.layout().state());
    REQUIRE(l.c.open());
    l.tell();
    l.c.close();
    for (const char* const rest : {"state.sqlite-wal", "state.sqlite-shm"}) std::filesystem::remove(l.c.layout().home / rest);
    write_text(l.c.layout().state(), index);
    const auto place = l.c.layout().media(photo_id);
    std::filesystem::create_directories(place.parent_path());
    write_text(place, portrait);
    REQUIRE(l.c.open());
  }
  for (int start = 0; start < 2; ++start) {
    CHECK(l.c.head(l.feed) == Head{});
    CHECK_FALSE(l.c.find("a/robot"));
    CHECK_FALSE(has(l.c, photo_id));
    CHECK(has(l.c, both_id));
    CHECK(l.c.checkout("a/velo").at("deux.jpg") == both);
    CHECK(l.c.checkout("c/lampe").at("plan.bin") == other_photo);
    CHECK(l.c.library().problems().empty());
    CHECK(l.c.library().needs()->empty());
    settle(l.c, false);
    CHECK_FALSE(in_any_pack(l.c, text));
    CHECK(l.c.library().verify({})->empty());
    l.c.close();
    REQUIRE(l.c.open());
  }
  for (auto* node : {&l.a, &l.fede}) {
    CHECK(node->checkout("a/robot").at("x") == "2");
    CHECK(has(*node, photo_id));
  }
  // What is withdrawn now is gone at everybody who is counted: the federation, and the author.
  REQUIRE(l.of_a().withdraw(wish({"deux.jpg"}, {"a", "velo"})));
  l.spread_all();
  l.settle_all();
  l.spread_all();
  CHECK(view_of(l.a, "a", 1).is_done());
  CHECK_FALSE(has(l.c, both_id));
  // It is begun again, and all comes back.
  l.between({"lille", "valenciennes"});
  l.spread_all();
  CHECK(l.c.checkout("a/robot").at("x") == "2");
}

TEST_CASE("a suspended centre lets go of nothing") {
  Linked l;
  l.a.publish_one("robot", {{"x", "1"}}, numerique);
  l.spread_all();
  REQUIRE(l.fede.library().suspend("c", "clé volée"));
  l.tell();
  l.end();
  CHECK(l.c.find("a/robot"));
}

TEST_CASE("of earlier versions alone: where everybody has a newer one elsewhere, all that a narrower feed has is earlier") {
  Members m;
  m.a->publish_one("lampe", {{"x", "1"}, {"moi.jpg", portrait}}, "territory:lille");
  m.a->publish_one("lampe", {{"x", "22"}, {"plan.bin", other_photo}}, "region");
  spread(m);
  const auto files = m.a->library().files(lamp, 1).value();
  const auto media = std::ranges::find(files, std::string("moi.jpg"), &KitFile::path)->media;
  REQUIRE(has(*m.b, media));
  auto earlier = wish({});
  earlier.earlier = true;
  const auto rows = m.a->library().withdrawals().withdraw(earlier);
  if (!rows) FAIL(to_line(rows.error()));
  REQUIRE(rows->size() == 1);
  CHECK(rows->front().feed.audience.str() == "territory:lille");
  CHECK(rows->front().withdrawal.versions == Numbers({1}));
  spread(m);
  for (auto* node : {m.a.get(), m.b.get(), m.federation.get()}) {
    settle(*node);
    CHECK_FALSE(has(*node, media));
    CHECK(node->find("a/lampe")->row.version == 2);
    CHECK(node->find("a/lampe")->audiences == std::vector{Audience{}});
    CHECK(node->checkout("a/lampe").at("x") == "22");
    CHECK(node->library().files(lamp, 1).error().code == Errc::not_found);
  }
}

TEST_CASE("a rule takes what is newer in its territory than what a decision brought to the region") {
  Linked l;
  l.a.publish_one("robot", {{"x", "1"}}, "territory:lille");
  REQUIRE(l.a.library().curation().propose({robot, 1, Proposal::To::region, "prêt"}));
  replicate(l.a, l.fede);
  REQUIRE(l.fede.library().accept({robot, 1, "bon"}));
  l.a.publish_one("robot", {{"x", "2"}}, "territory:lille");
  l.tell();
  REQUIRE(l.a.library().curation().follow_decisions().value().size() == 1);
  l.a.publish_one("velo", {{"x", "1"}}, "territory:lille");
  l.a.publish_one("velo", {{"x", "1"}}, "region");  // everybody has it
  REQUIRE(l.a.library().mirrors().change_rule({"numerique", {}, {"velo"}, false}));
  CHECK(l.a.library().mirrors().apply_rules().value().empty());
  REQUIRE(l.a.library().mirrors().change_rule({"numerique", {}, {"robot"}, false}));
  const auto copies = l.a.library().mirrors().apply_rules().value();
  REQUIRE(copies.size() == 1);
  CHECK(copies[0].version == 2);
  l.spread_all();
  CHECK(l.c.find("a/robot")->row.version == 2);
  CHECK(l.d.find("a/robot")->row.version == 1);
}

TEST_CASE("a mirror may say why it was begun, whom that does not name, and says it anew each time") {
  Linked l;
  CHECK(l.fede.library().mirrors().find("numerique")->begun_why.empty());
  l.end();
  auto& mirrors = l.fede.library().mirrors();
  const auto begin = [&](const std::string& why, bool anyway = false) {
    return mirrors.begin({"numerique", "", {"lille", "valenciennes"}, why, anyway}, nullptr);
  };
  CHECK(begin("demandé par Mme Dupont").error().code == Errc::outcome_personal);
  CHECK(begin("deux\nlignes\x01").error().code == Errc::usage);
  CHECK(begin("deux quartiers, un même besoin")->begun_why == "deux quartiers, un même besoin");
  CHECK(mirrors.change({"numerique", "Autre nom", {}}, nullptr)->begun_why == "deux quartiers, un même besoin");
  CHECK(mirrors.end("numerique", "fini", nullptr)->begun_why == "deux quartiers, un même besoin");
  l.tell();
  CHECK(l.c.library().mirrors().find("numerique")->begun_why == "deux quartiers, un même besoin");
  CHECK(begin("")->begun_why.empty());
  l.end();
  CHECK(begin("demandé par Mme Dupont", true)->begun_why == "demandé par Mme Dupont");
}

}  // namespace mirror_change_test

// Withdrawal, between libraries: what an author takes back goes everywhere, and each holder signs that it has.
#include <fstream>
#include <functional>

#include "tests/unit/store/withdrawn.hpp"

namespace withdrawal_test {
using namespace essaimage;
using namespace essaimage::test;

TEST_CASE("a photo that its author withdraws goes at every holder, and each of them signs that it has") {
  Lamp l;
  const auto rows = l.m.a->library().withdrawals().withdraw(wish({"photos/"}));
  REQUIRE(rows);
  REQUIRE(rows->size() == 1);
  CHECK(rows->front().withdrawal.media == std::vector{l.media});
  CHECK(rows->front().withdrawal.versions == Numbers({1}));
  CHECK(rows->front().withdrawal.epoch == 0);
  CHECK(l.m.a->find("a/lampe")->row.version == 2);
  CHECK(l.m.a->checkout("a/lampe").size() == 3);
  spread(l.m);
  for (auto* node : l.all()) {
    CHECK(has(*node, l.media));
    settle(*node);
    CHECK_FALSE(has(*node, l.media));
    CHECK(node->library().find_media(l.m.a->feed(), {l.media})->empty());
    CHECK(node->library().needs()->empty());
    CHECK(node->library().verify({})->empty());
    // Earlier versions name it still, and say why it is not here.
    const auto files = node->library().files(lamp, 1).value();
    const auto file = std::ranges::find(files, std::string("photos/moi.jpg"), &KitFile::path);
    REQUIRE(file->withdrawn);
    CHECK(file->withdrawn->why == "le consentement est retiré");
    CHECK(file->withdrawn->name == "a/1");
    CHECK(node->library().read_file(*file, 0, 10).error().code == Errc::media_withdrawn);
  }
  spread(l.m);
  for (auto* node : l.all()) {
    const auto view = view_of(*node, "a", 1);
    CHECK(receipts(view) == "a 1/0, b 1/0, c 1/0, fed 1/0");
    CHECK(view.is_done());
    const auto head = node->head(node->feed());
    settle(*node);
    CHECK(node->head(node->feed()) == head);  // nothing more to sign
    node->close();
    REQUIRE(node->open());
    settle(*node);
    CHECK(node->head(node->feed()) == head);
  }
}

TEST_CASE("of a kit in two audiences the version that was newer is so after a withdrawal too") {
  Members m;
  m.a->publish_one("lampe", {{"x", "1"}, {"photos/moi.jpg", portrait}}, "territory:lille");
  m.a->publish_one("lampe", {{"x", "22"}, {"photos/moi.jpg", portrait}}, "region");
  REQUIRE(m.a->library().withdrawals().withdraw(wish({"photos/"})));
  CHECK(m.a->find("a/lampe")->row.audience == Audience{});
  CHECK(m.a->find("a/lampe")->row.version == 4);
  CHECK(m.a->checkout("a/lampe").at("x") == "22");
}

TEST_CASE("who never had the file signs too, and who is away does both when it is back") {
  Lamp l;
  l.m.c->close();
  REQUIRE(l.m.a->library().withdrawals().withdraw(wish({"photos/moi.jpg"})));
  auto late = TestNode::member(*l.m.federation, "d", {"lille"});
  replicate(*l.m.a, *l.m.b);
  replicate(*l.m.a, *l.m.federation);
  replicate(*l.m.federation, *late);
  for (auto* node : {l.m.a.get(), l.m.b.get(), l.m.federation.get(), late.get()}) settle(*node);
  replicate(*late, *l.m.a);
  for (auto* node : {l.m.b.get(), l.m.federation.get()}) replicate(*node, *l.m.a);
  CHECK(receipts(view_of(*l.m.a, "a", 1)) == "a 1/0, b 1/0, d 0/0, fed 1/0");
  CHECK(view_of(*l.m.a, "a", 1).last_heard.size() == 0);  // c never said anything in a feed of its own
  REQUIRE(l.m.c->open());
  settle(*l.m.c);
  CHECK(has(*l.m.c, l.media));
  replicate(*l.m.federation, *l.m.c);
  settle(*l.m.c, false);
  CHECK_FALSE(has(*l.m.c, l.media));
  CHECK(l.m.c->head(l.m.c->feed()) == Head{});  // nothing is signed before it makes no fork
  l.m.c->close();
  REQUIRE(l.m.c->open());
  settle(*l.m.c);
  replicate(*l.m.c, *l.m.a);
  CHECK(view_of(*l.m.a, "a", 1).is_done());
  CHECK(receipts(view_of(*l.m.a, "a", 1)) == "a 1/0, b 1/0, c 1/0, d 0/0, fed 1/0");
}

TEST_CASE("what another kit names stays, until that names it no more") {
  Lamp l;
  l.m.b->publish_one("affiche", {{"photo.jpg", portrait}});
  spread(l.m);
  REQUIRE(l.m.a->library().withdrawals().withdraw(wish({"photos/moi.jpg"})));
  spread(l.m);
  for (auto* node : l.all()) settle(*node);
  spread(l.m);
  for (auto* node : l.all()) CHECK(has(*node, l.media));
  CHECK(receipts(view_of(*l.m.a, "a", 1)) == "a 0/1, b 0/1, c 0/1, fed 0/1");
  CHECK(l.m.c->checkout("b/affiche").at("photo.jpg") == portrait);
  l.m.b->publish_one("affiche", {{"x", "1"}});
  spread(l.m);
  for (auto* node : l.all()) settle(*node);
  spread(l.m);
  for (auto* node : l.all()) CHECK_FALSE(has(*node, l.media));
  CHECK(receipts(view_of(*l.m.a, "a", 1)) == "a 1/0, b 1/0, c 1/0, fed 1/0");
}

TEST_CASE("a withdrawal of what only others published touches nothing") {
  Lamp l;
  l.m.b->publish_one("k", {{"x", "1"}});
  spread(l.m);
  // b has never published this file: no essaimage would write that.
  Withdrawal said{{"b", "k"}, 1, test_start, "à moi", {}, Numbers({1}), false, false, 0, {l.media}};
  edit_feed(*l.m.b, l.m.b->feed(), {{"withdrawals/1.toml", encode(said)}});
  l.m.a->publish_one("lampe", {{"x", "sans photo"}});  // it lies in an earlier version alone by now
  spread(l.m);
  for (auto* node : l.all()) {
    settle(*node);
    CHECK(has(*node, l.media));
  }
}

TEST_CASE("withdrawals and receipts in another form or place are refused with the feed that says them") {
  Lamp l;
  REQUIRE(l.m.a->library().withdrawals().withdraw(wish({"photos/moi.jpg"})));
  settle(*l.m.a);
  spread(l.m);
  const auto feed = l.m.a->feed();
  const auto good = file_in(*l.m.a, feed, "withdrawals/1.toml").value();
  const auto receipt = file_in(*l.m.a, feed, "receipts/a/1.toml").value();
  auto others = good;
  others.replace(others.find("\"a\""), 3, "\"b\"");
  Edits edits;
  SECTION("not in its byte form") { edits["withdrawals/1.toml"] = good + "\n"; }
  SECTION("of another number") { edits["withdrawals/2.toml"] = good; }
  SECTION("of another's kit") { edits["withdrawals/1.toml"] = others; }
  SECTION("a number in another form") { edits["withdrawals/01.toml"] = good; }
  SECTION("below a folder") { edits["withdrawals/a/1.toml"] = good; }
  SECTION("as the federation's") { edits["withdrawals/" + l.media.hex() + ".toml"] = good; }
  SECTION("a receipt not in its byte form") { edits["receipts/a/1.toml"] = receipt + "# x\n"; }
  SECTION("a receipt of another number") { edits["receipts/a/2.toml"] = receipt; }
  SECTION("a receipt of another's") { edits["receipts/b/1.toml"] = receipt; }
  SECTION("a receipt beside its folder") { edits["receipts/1.toml"] = receipt; }
  edit_feed(*l.m.a, feed, edits);
  const auto taken = fetch_feed(*l.m.a, *l.m.b, feed);
  REQUIRE_FALSE(taken);
  CHECK(taken.error().code == Errc::feed_content);
}

TEST_CASE("a name in a text goes from the history of its feed, and from every pack of every holder") {
  Lamp l;
  l.m.a->publish_one("autre", {{"x", "1"}});
  l.m.a->publish_one("autre", {{"x", "2"}});
  spread(l.m);
  const auto blob = guide_of(*l.m.a);
  const auto head = l.m.a->head(l.m.a->feed());
  const auto rows = l.m.a->library().withdrawals().withdraw(wish({"guide.md"}));
  REQUIRE(rows);
  CHECK(rows->front().withdrawal.epoch == 2);
  CHECK(rows->front().withdrawal.media.empty());
  CHECK(l.m.a->head(l.m.a->feed()).order.epoch == 2);
  spread(l.m);
  for (auto* node : l.all()) {
    CHECK(in_any_pack(*node, blob));
    settle(*node);
    CHECK_FALSE(in_any_pack(*node, blob));
    CHECK_FALSE(in_any_pack(*node, head.commit));
    CHECK(has(*node, l.media));  // it stays in the kit
    CHECK(node->library().verify({})->empty());
    CHECK(node->library().files(lamp, 1).error().code == Errc::not_found);
    CHECK(node->library().files({"a", "autre"}, 1).has_value());  // other versions stay
  }
  spread(l.m);
  CHECK(receipts(view_of(*l.m.c, "a", 1)) == "a 0/0, b 0/0, c 0/0, fed 0/0");
  // It goes on from there, and a newcomer takes it.
  REQUIRE(l.m.a->publish({{"lampe", {{"photos/moi.jpg", portrait}, {"guide.md", "corrigé\n"}}}}, std::nullopt, true));
  auto late = TestNode::member(*l.m.federation, "d", {});
  spread(l.m);
  replicate(*l.m.federation, *late);
  CHECK(late->checkout("a/lampe").at("guide.md") == "corrigé\n");
  CHECK(late->library().verify({})->empty());
}

TEST_CASE("a text that a publication relied on, and that a withdrawal removed meanwhile, is asked for again") {
  Lamp l;
  const std::string guide = l.m.b->checkout("a/lampe").at("guide.md");
  const auto published = [&](const std::function<void()>& meanwhile) {
    const auto publication = l.m.b->library().publish({}).value();
    REQUIRE(publication->begin_kit("lampe-b"));
    for (const auto& [path, content] :
         {std::pair<std::string, std::string>{"guide.md", guide}, {"kit.toml", "title = \"B\"\nlicence = \"CC0-1.0\"\n"}}) {
      REQUIRE(publication->begin_file(path, false, content.size()));
      const auto bytes = bytes_of(content);
      REQUIRE(publication->write(Bytes(bytes.begin(), bytes.end())));
      REQUIRE(publication->end_file());
    }
    REQUIRE(publication->end_kit());
    meanwhile();
    return publication->commit();
  };
  const auto refused = published([&] {
    REQUIRE(l.m.a->library().withdrawals().withdraw(wish({"guide.md"})));
    spread(l.m);
    settle(*l.m.b);
  });
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::kit_file_changed);
  REQUIRE(published([] {}));
  CHECK(l.m.b->checkout("b/lampe-b").at("guide.md") == guide);
  CHECK(l.m.b->library().verify({})->empty());
}

TEST_CASE("a whole kit goes with its media, texts and versions, and its name goes on where it stopped") {
  Lamp l;
  l.m.a->publish_one("lampe", {{"photos/moi.jpg", portrait}, {"guide.md", "corrigé\n"}});
  spread(l.m);
  const auto blob = guide_of(*l.m.b);
  REQUIRE(l.m.a->library().withdrawals().withdraw(wish({})));
  spread(l.m);
  for (auto* node : l.all()) {
    settle(*node);
    CHECK_FALSE(node->find("a/lampe"));
    CHECK_FALSE(has(*node, l.media));
    CHECK_FALSE(in_any_pack(*node, blob));
    CHECK(node->library().verify({})->empty());
  }
  CHECK(l.m.a->publish({{"lampe", {{"x", "1"}}}}, std::nullopt, true).value().front().version == 3);
}

TEST_CASE("of earlier versions alone, the newest keeps what it has") {
  Lamp l;
  const auto blob = guide_of(*l.m.a);
  l.m.a->publish_one("lampe", {{"plan.bin", other_photo}, {"guide.md", "corrigé\n"}});
  auto earlier = wish({});
  earlier.earlier = true;
  REQUIRE(l.m.a->library().withdrawals().withdraw(earlier));
  spread(l.m);
  for (auto* node : l.all()) {
    settle(*node);
    CHECK_FALSE(in_any_pack(*node, blob));
    CHECK_FALSE(has(*node, l.media));
    CHECK(node->checkout("a/lampe").at("plan.bin") == other_photo);
    CHECK(node->find("a/lampe")->row.version == 2);
  }
}

TEST_CASE("a kit in two audiences is withdrawn in both, and nobody is told of what the narrower one had") {
  Members m;
  m.a->publish_one("lampe", {{"moi.jpg", portrait}}, "territory:lille");
  m.a->publish_one("lampe", {{"moi.jpg", portrait}, {"x.jpg", other_photo}}, "region");
  spread(m);
  const auto rows = m.a->library().withdrawals().withdraw(wish({"moi.jpg"}));
  REQUIRE(rows);
  REQUIRE(rows->size() == 2);
  CHECK(rows->at(0).feed.audience != rows->at(1).feed.audience);
  CHECK(m.a->find("a/lampe")->audiences.size() == 2);
  spread(m);
  for (auto* node : {m.a.get(), m.b.get(), m.c.get(), m.federation.get()}) settle(*node);
  spread(m);
  CHECK(m.c->library().withdrawals().find({})->size() == 1);
  for (std::uint64_t number : {1, 2}) CHECK(view_of(*m.a, "a", number).is_done());
}

TEST_CASE("who may withdraw what, and how it is said") {
  Lamp l;
  auto& of_a = l.m.a->library().withdrawals();
  CHECK(of_a.withdraw(wish({}, {"b", "k"})).error().code == Errc::withdraw_not_own);
  CHECK(of_a.withdraw(wish({}, {"a", "inconnu"})).error().code == Errc::not_found);
  CHECK(of_a.withdraw(wish({"rien.jpg"})).error().code == Errc::withdraw_nothing);
  CHECK(of_a.withdraw(wish({"kit.toml"})).error().code == Errc::withdraw_manifest);
  auto naming = wish({"photos/"});
  naming.why = "Mme Dupont ne veut plus";
  CHECK(of_a.withdraw(naming).error().code == Errc::outcome_personal);
  naming.why = "";
  CHECK(of_a.withdraw(naming).error().code == Errc::usage);
  CHECK(of_a.withdraw_media({{l.media}, "pourquoi"}, nullptr).error().code == Errc::not_federation);
}

TEST_CASE("what an author erased comes back by a new consent, that is by publishing it again on purpose") {
  Lamp l;
  REQUIRE(l.m.a->library().withdrawals().withdraw(wish({"photos/moi.jpg"})));
  spread(l.m);
  for (auto* node : l.all()) settle(*node);
  spread(l.m);
  const auto head = l.m.a->head(l.m.a->feed());
  // Under another name, in another kit, beside another folder: none of them is published.
  const auto refused = l.m.a->publish({{"autre", {{"x", "1"}}}, {"lampe", {{"ailleurs.jpg", portrait}}}});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::publish_withdrawn);
  CHECK(refused.error().detail.starts_with("a/lampe:ailleurs.jpg, withdrawn on 20"));
  CHECK(refused.error().detail.ends_with(": le consentement est retiré"));
  CHECK(l.m.a->head(l.m.a->feed()) == head);
  CHECK(l.m.b->publish({{"sien", {{"photo.jpg", portrait}}}}));  // an author withdraws its own alone
  REQUIRE(l.m.a->publish({{"lampe", {{"photos/moi.jpg", portrait}}}}, std::nullopt, true));
  CHECK(l.m.a->publish({{"lampe", {{"photos/moi.jpg", portrait}, {"x", "2"}}}}));  // once is enough
  for (int round = 0; round < 2; ++round) {
    spread(l.m);
    for (auto* node : l.all()) {
      settle(*node);
      CHECK(has(*node, l.media));
    }
  }
  spread(l.m);
  const auto view = view_of(*l.m.c, "a", 1);
  CHECK(receipts(view) == "a 0/1, b 0/1, c 0/1, fed 0/1");
  CHECK(view.kept_at() == 4);
  CHECK(view.named_by == std::vector{KitId{"a", "lampe"}, KitId{"b", "sien"}});
}

TEST_CASE("a text that was withdrawn comes back on purpose alone, at its path, and a whole kit under its name") {
  Lamp l;
  auto& a = *l.m.a;
  REQUIRE(a.library().withdrawals().withdraw(wish({"guide.md"})));
  CHECK(a.publish({{"lampe", {{"guide.md", "autre chose"}}}}).error().code == Errc::publish_withdrawn);
  CHECK(a.publish({{"lampe", {{"mode.md", "écrit par Mme Exemple\n"}}}}));  // nobody knows what it said
  CHECK(a.publish({{"autre", {{"guide.md", "autre chose"}}}}));
  REQUIRE(a.publish({{"lampe", {{"guide.md", "sans nom"}}}}, std::nullopt, true));
  CHECK(a.publish({{"lampe", {{"guide.md", "sans nom du tout"}}}}));
  REQUIRE(a.library().withdrawals().withdraw(wish({})));
  const auto whole = a.publish({{"lampe", {{"tout.md", "neuf"}}}});
  REQUIRE_FALSE(whole);
  CHECK(whole.error().code == Errc::publish_withdrawn);
  CHECK(whole.error().detail.starts_with("a/lampe, withdrawn on "));
  CHECK(a.publish({{"lampe", {{"tout.md", "neuf"}}}}, std::nullopt, true));
  CHECK(a.publish({{"lampe", {{"tout.md", "neuf encore"}}}}));
}

TEST_CASE("of many files that would come back the first are named") {
  Lamp l;
  REQUIRE(l.m.a->library().withdrawals().withdraw(wish({})));
  REQUIRE(l.m.a->publish({{"lampe", {{"x", "1"}}}}, std::nullopt, true));
  const auto many = l.m.a->publish({{"lampe", {{"1.jpg", portrait}, {"2.jpg", portrait}, {"3.jpg", portrait}, {"4.jpg", other_photo}}}});
  REQUIRE_FALSE(many);
  CHECK(many.error().detail.find("a/lampe:3.jpg") != std::string::npos);
  CHECK(many.error().detail.find("4.jpg") == std::string::npos);
  CHECK(many.error().detail.ends_with("; and 1 more"));
}

TEST_CASE("who is suspended cannot confirm that it has erased, unless it had before") {
  Lamp l;
  REQUIRE(l.m.federation->library().suspend("c", "volé"));
  REQUIRE(l.m.a->library().withdrawals().withdraw(wish({"photos/moi.jpg"})));
  spread(l.m);
  for (auto* node : {l.m.a.get(), l.m.b.get(), l.m.federation.get()}) settle(*node);
  spread(l.m);
  const auto view = view_of(*l.m.a, "a", 1);
  CHECK(view.members == std::set<std::string>{"a", "b", "fed"});
  CHECK(view.suspended == std::set<std::string>{"c"});
  CHECK(view.is_done());
  REQUIRE(l.m.federation->library().suspend("b", "volé"));
  spread(l.m);
  const auto after = view_of(*l.m.a, "a", 1);
  CHECK(after.suspended == std::set<std::string>{"c"});
  CHECK(receipts(after) == "a 1/0, b 1/0, fed 1/0");
}

TEST_CASE("partial files, damaged copies and files without a record go as well") {
  Lamp l;
  l.m.b->close();
  std::filesystem::create_directories(l.m.b->layout().damaged());
  std::filesystem::copy_file(l.m.b->layout().media(l.media), l.m.b->layout().damaged() / l.media.hex());
  for (const char* const file : {"state.sqlite", "state.sqlite-wal", "state.sqlite-shm"})
    std::filesystem::remove(l.m.b->layout().home / file);
  REQUIRE(l.m.b->open());
  REQUIRE(l.m.a->library().withdrawals().withdraw(wish({"photos/moi.jpg"})));
  replicate(*l.m.a, *l.m.b);
  settle(*l.m.b);
  CHECK_FALSE(has(*l.m.b, l.media));
  CHECK_FALSE(std::filesystem::exists(l.m.b->layout().damaged() / l.media.hex()));
  // A crash between the record and the file: it is found at the next start.
  l.m.b->close();
  std::filesystem::create_directories(l.m.b->layout().media(l.media).parent_path());
  std::ofstream(l.m.b->layout().media(l.media)) << portrait;
  REQUIRE(l.m.b->open());
  settle(*l.m.b);
  CHECK_FALSE(has(*l.m.b, l.media));
}

}  // namespace withdrawal_test

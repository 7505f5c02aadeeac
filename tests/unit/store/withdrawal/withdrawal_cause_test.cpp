// What goes without its author's word: what the federation withdraws for cause, and what consents covered that ran out.
#include "tests/unit/store/roles.hpp"
#include "tests/unit/store/withdrawn.hpp"

namespace withdrawal_cause_test {
using namespace essaimage;
using namespace essaimage::test;

TEST_CASE("what the federation withdraws goes from everywhere, whoever names it, until it takes that back") {
  Lamp l;
  l.m.b->publish_one("affiche", {{"photo.jpg", portrait}, {"x", "1"}});
  spread(l.m);
  auto& order = l.m.federation->library().withdrawals();
  CHECK(order.media_at(lamp, "photos/moi.jpg").value() == std::vector{l.media});
  CHECK(order.media_at(lamp, "guide.md").error().code == Errc::withdraw_text);
  CHECK(order.media_at(lamp, "rien").error().code == Errc::withdraw_nothing);
  REQUIRE(order.withdraw_media({{l.media}, "volée"}, nullptr));
  spread(l.m);
  for (auto* node : l.all()) {
    settle(*node);
    CHECK_FALSE(has(*node, l.media));
    CHECK(node->library().needs()->empty());
    CHECK(node->find("b/affiche")->is_whole());
    const auto files = node->library().files({"b", "affiche"}, std::nullopt).value();
    const auto file = std::ranges::find(files, std::string("photo.jpg"), &KitFile::path);
    REQUIRE(file->withdrawn);
    CHECK(file->withdrawn->kind == WithdrawnBy::Kind::federation);
    CHECK(file->withdrawn->why == "volée");
    CHECK(node->library().verify({})->empty());
  }
  spread(l.m);
  const auto views = l.m.c->library().withdrawals().of_federation().value();
  REQUIRE(views.size() == 1);
  CHECK(receipts(views.front()) == "a 1/0, b 1/0, c 1/0, fed 1/0");
  const auto refused = l.m.c->publish({{"k", {{"p.jpg", portrait}}}});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::media_withdrawn);

  CHECK(order.withdraw_media({{media_of(*l.m.a, "a/lampe", "plan.bin")}, "?", true}, nullptr).error().code == Errc::withdrawal_none);
  REQUIRE(order.withdraw_media({{l.media}, "par erreur", true}, nullptr));
  spread(l.m);
  const auto undone = l.m.c->library().withdrawals().of_federation()->front();
  CHECK(undone.taken_back);
  CHECK(undone.why == "volée");
  CHECK(undone.since == views.front().since);
  CHECK(undone.taken_back_why == "par erreur");
  CHECK(l.m.c->library().needs()->size() == 1);
  CHECK(l.m.c->publish({{"k", {{"p.jpg", portrait}}}}));
  spread(l.m);
  for (auto* node : l.all()) CHECK(has(*node, l.media));
  REQUIRE(order.withdraw_media({{l.media}, "encore"}, nullptr));
  CHECK(l.m.federation->library().withdrawals().of_federation()->front().taken_back == false);
}

TEST_CASE("what the federation took back its withdrawal of comes back when its author publishes the same folder") {
  Lamp l;
  auto& order = l.m.federation->library().withdrawals();
  REQUIRE(order.withdraw_media({{l.media}, "une plainte"}, nullptr));
  spread(l.m);
  for (auto* node : l.all()) {
    settle(*node);
    CHECK_FALSE(has(*node, l.media));
  }
  REQUIRE(order.withdraw_media({{l.media}, "par erreur", true}, nullptr));
  spread(l.m);
  const auto again =
      l.m.a->publish({{"lampe", {{"photos/moi.jpg", portrait}, {"plan.bin", other_photo}, {"guide.md", "écrit par Mme Exemple\n"}}}});
  REQUIRE(again);
  CHECK(again->front().unchanged);
  CHECK(has(*l.m.a, l.media));
  CHECK(l.m.a->library().find_media(l.m.a->feed(), {l.media})->size() == 1);
  spread(l.m);
  for (auto* node : l.all()) CHECK(has(*node, l.media));
}

TEST_CASE("whoever asks what was withdrawn of a kit hears what the federation withdrew of it as well, in any version") {
  Lamp l;
  const auto of_lamp = [&](TestNode& node) { return node.library().withdrawals().of_kit(lamp).value(); };
  auto& order = l.m.federation->library().withdrawals();
  CHECK(order.knows(l.media).value());
  CHECK_FALSE(order.knows(sha256(bytes_of(std::string_view("rien")))).value());
  CHECK(of_lamp(*l.m.c).empty());
  REQUIRE(order.withdraw_media({{l.media}, "une plainte"}, nullptr));
  spread(l.m);
  for (auto* node : l.all()) {
    const auto views = of_lamp(*node);
    REQUIRE(views.size() == 1);
    CHECK(views[0].why == "une plainte");
    CHECK(views[0].files == std::vector<std::string>{"a/lampe:photos/moi.jpg"});
    CHECK(views[0].named_by == std::vector<KitId>{{"a", "lampe"}});
    CHECK(node->library().withdrawals().of_kit({"a", "autre"})->empty());
  }
  CHECK(l.m.c->library().withdrawals().of_federation()->front().files == std::vector<std::string>{"a/lampe:photos/moi.jpg"});
  CHECK(l.m.c->library().withdrawals().of_own_kits()->empty());
  CHECK(l.m.a->library().withdrawals().of_own_kits()->front().files == std::vector<std::string>{"a/lampe:photos/moi.jpg"});
  l.m.a->publish_one("lampe", {{"guide.md", "sans"}});
  spread(l.m);
  CHECK(of_lamp(*l.m.c).size() == 1);
  CHECK(of_lamp(*l.m.c)[0].named_by.empty());
  CHECK(l.m.a->library().withdrawals().of_own_kits()->empty());
  CHECK(order.knows(l.media).value());
}

TEST_CASE("where consent runs out, files are given out no longer, at whatever node, and their author withdraws them") {
  Members m;
  const auto until = [](const std::string& day) {
    return manifest_of("Lampe", "[[consent]]\nfile = \"photos/\"\nrole = \"participant\"\nscope = \"region\"\nuntil = " + day +
                                    "\n[[consent]]\nfile = \"paroles.md\"\nrole = \"participant\"\nscope = \"region\"\nuntil = " + day +
                                    "\n");
  };
  const KitFiles files{{"photos/moi.jpg", portrait}, {"paroles.md", "je\n"}, {"plan.bin", other_photo}};
  const auto with = [&](const std::string& day) {
    auto kit = files;
    kit["kit.toml"] = until(day);
    return kit;
  };
  m.a->publish_one("lampe", with("2026-09-25"));  // test_start is in the night of 21 to 22 September
  m.a->publish_one("lampe", with("2026-09-26"));
  spread(m);
  const auto media = media_of(*m.a, "a/lampe", "photos/moi.jpg");
  const auto published = m.a->library().files(lamp, std::nullopt).value();
  const auto blob = std::ranges::find(published, std::string("paroles.md"), &KitFile::path)->blob;
  CHECK(m.a->library().withdrawals().ending(std::chrono::hours(24 * 30))->size() == 2);
  CHECK(m.a->library().withdrawals().ending(std::chrono::hours(24))->empty());
  CHECK(m.b->library().withdrawals().ending(std::chrono::hours(24 * 30))->empty());
  const Timestamp last{start_of_day(2026, 9, 27).value().seconds - 1};
  for (auto* node : {m.a.get(), m.b.get(), m.c.get(), m.federation.get()}) {
    node->now = last;
    settle(*node);
    CHECK(has(*node, media));
    CHECK(node->checkout("a/lampe").size() == 4);
  }
  m.c->now.seconds += 1;  // offline
  settle(*m.c);
  CHECK_FALSE(has(*m.c, media));
  CHECK(m.c->library().find_media(m.a->feed(), {media})->empty());
  CHECK(m.c->find("a/lampe")->is_whole());
  const auto at_c = m.c->library().files(lamp, std::nullopt).value();
  for (const std::string path : {"paroles.md", "photos/moi.jpg"}) {
    const auto file = std::ranges::find(at_c, path, &KitFile::path);
    REQUIRE(file->withdrawn);
    CHECK(file->withdrawn->kind == WithdrawnBy::Kind::consent);
    CHECK(m.c->library().read_file(*file, 0, 1).error().code == Errc::media_withdrawn);
  }
  m.a->now.seconds += 1;
  settle(*m.a);
  const auto view = view_of(*m.a, "a", 1);
  CHECK(view.by_author->expired);
  CHECK(view.why == "consent until 2026-09-26");
  CHECK(view.by_author->paths == std::vector<std::string>{"paroles.md", "photos/moi.jpg"});
  CHECK(view.by_author->epoch == 2);
  const auto head = m.a->head(m.a->feed());
  settle(*m.a);
  settle(*m.a);
  CHECK(view_of(*m.a, "a", 1).key.number == 1);
  CHECK(m.a->library().withdrawals().find({})->size() == 1);
  CHECK(m.a->head(m.a->feed()).order.seq <= head.order.seq + 1);  // the receipt
  spread(m);
  for (auto* node : {m.b.get(), m.federation.get(), m.c.get()}) settle(*node);
  spread(m);
  for (auto* node : {m.a.get(), m.b.get(), m.c.get(), m.federation.get()}) {
    CHECK_FALSE(has(*node, media));
    CHECK_FALSE(in_any_pack(*node, blob));
    CHECK(node->checkout("a/lampe").size() == 2);
  }
  CHECK(receipts(view_of(*m.a, "a", 1)) == "a 1/0, b 1/0, c 1/0, fed 1/0");
}

TEST_CASE("what a consent covers that has ended is not published, also where the clock is dead") {
  Members m;
  const auto kit = [](const std::string& day) {
    return std::map<std::string, KitFiles>{
        {"lampe",
         {{"moi.jpg", portrait},
          {"kit.toml",
           manifest_of("Lampe", "[[consent]]\nfile = \"moi.jpg\"\nrole = \"participant\"\nscope = \"region\"\nuntil = " + day + "\n")}}}};
  };
  const auto refused = m.a->publish(kit("2026-09-20"));  // test_start is in the night of 21 to 22 September
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::kit_consent_over);
  CHECK(refused.error().detail == "lampe/moi.jpg: until 2026-09-20");
  CHECK(m.a->publish(kit("2026-09-25")));
  m.federation->now = start_of_day(2026, 9, 27).value();
  REQUIRE(m.federation->library().beat(false));
  spread(m);
  CHECK(m.a->now < m.federation->now);
  CHECK(m.a->publish(kit("2026-09-26")).error().code == Errc::kit_consent_over);
  CHECK(m.a->publish(kit("2026-09-27")));
}

TEST_CASE("a far time by a stolen heartbeat key stops what consents cover, and erases nothing") {
  Roles r;
  constexpr std::int64_t day = 86'400;
  const auto consent = "[[consent]]\nfile = \"moi.jpg\"\nrole = \"participant\"\nscope = \"region\"\nuntil = 2030-09-25\n";
  r.m.a->publish_one("lampe", {{"moi.jpg", portrait}, {"kit.toml", manifest_of("Lampe", consent)}});
  spread(r.m);
  const auto media = media_of(*r.m.a, "a/lampe", "moi.jpg");
  const auto withheld = [&](TestNode& node) {
    const auto files = node.library().files(lamp, std::nullopt).value();
    return std::ranges::find(files, std::string("moi.jpg"), &KitFile::path)->withdrawn.has_value();
  };
  const std::vector<TestNode*> all{r.m.a.get(), r.m.b.get(), r.m.c.get(), r.m.federation.get()};
  CHECK(r.offered(r.heartbeat({test_start.seconds + 3'000 * day})) == Roles::taken);
  spread(r.m);
  for (auto* node : all) {
    settle(*node);
    CHECK(withheld(*node));
    CHECK(node->library().find_media(r.m.a->feed(), {media})->empty());
    CHECK(has(*node, media));
    node->close();
    REQUIRE(node->open());
    settle(*node);
    CHECK(has(*node, media));
  }
  CHECK(r.m.a->library().withdrawals().find({})->empty());
  SECTION("it is undone, and all is as it was") {
    r.fed.now = test_start;
    RoleChange rotate{"heartbeat"};
    rotate.rotate = true;
    CHECK_FALSE(r.change(rotate));
    REQUIRE(r.fed.library().beat(false));
    spread(r.m);
    for (auto* node : all) {
      settle(*node);
      CHECK_FALSE(withheld(*node));
      CHECK(has(*node, media));
    }
  }
  SECTION("or the clock was dead, and is set") {
    for (auto* node : all) node->now.seconds += 2'999 * day;
    settle(*r.m.c);
    CHECK_FALSE(has(*r.m.c, media));
    settle(*r.m.a);
    CHECK(view_of(*r.m.a, "a", 1).by_author->expired);
  }
}

TEST_CASE("where a clock is dead, the author's withdrawal erases what its own day cannot") {
  Roles r;
  const auto consent = "[[consent]]\nfile = \"moi.jpg\"\nrole = \"participant\"\nscope = \"region\"\nuntil = 2030-09-25\n";
  r.m.a->publish_one("lampe", {{"moi.jpg", portrait}, {"kit.toml", manifest_of("Lampe", consent)}});
  spread(r.m);
  const auto media = media_of(*r.m.a, "a/lampe", "moi.jpg");
  r.m.a->now = start_of_day(2030, 9, 26).value();
  CHECK(r.offered(r.heartbeat(r.m.a->now)) == Roles::taken);
  spread(r.m);
  settle(*r.m.a);
  settle(*r.m.c);
  CHECK(has(*r.m.c, media));
  spread(r.m);
  settle(*r.m.c);
  CHECK_FALSE(has(*r.m.c, media));
}

TEST_CASE("a consent for longer, published in time, goes before the shorter one") {
  Members m;
  const auto kit = [](const std::string& day) {
    return KitFiles{
        {"moi.jpg", portrait},
        {"kit.toml",
         manifest_of("Lampe", "[[consent]]\nfile = \"moi.jpg\"\nrole = \"participant\"\nscope = \"region\"\nuntil = " + day + "\n")}};
  };
  m.a->publish_one("lampe", kit("2026-09-25"));
  m.a->publish_one("lampe", kit("2027-09-25"));
  spread(m);
  const auto media = media_of(*m.a, "a/lampe", "moi.jpg");
  for (auto* node : {m.a.get(), m.b.get()}) {
    node->now = start_of_day(2026, 12, 1).value();
    settle(*node);
    CHECK(has(*node, media));
    CHECK_FALSE(node->library().files(lamp, 1)->front().withdrawn);
  }
  CHECK(m.a->library().withdrawals().find({})->empty());
}

}  // namespace withdrawal_cause_test

// Adoptions, between libraries: what a centre says of the kits of others, to whom, and for how long.
#include <fstream>

#include "store/federation/paths.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/store/edited_feed.hpp"

namespace adoption_test {
using namespace essaimage;
using namespace essaimage::store;
using namespace essaimage::test;

namespace {

const KitId lamp{"a", "k"};
const std::string path = "adoptions/a/k.toml";

/// "b region 1 note", as this node knows it.
std::vector<std::string> known(const TestNode& node, const KitId& id = lamp) {
  std::vector<std::string> rows;
  const auto adoptions = node.library().adoptions(id);
  REQUIRE(adoptions);
  for (const auto& row : *adoptions) {
    const auto& adoption = row.adoption;
    std::string text = row.feed.centre + " " + row.feed.audience.str() + " " + std::to_string(adoption.kit_version);
    if (!adoption.note.empty()) text += " " + adoption.note;
    rows.push_back(text);
  }
  return rows;
}

using Rows = std::vector<std::string>;

}  // namespace

TEST_CASE("an adoption is told to those who may know the kit, again for a newer version, and taken back") {
  Members m;
  m.a->publish_one("k", {{"x", "1"}});
  replicate(*m.a, *m.b);
  const auto row = m.b->library().adopt(lamp, "chaque mardi");
  REQUIRE(row);
  CHECK(row->adoption.tree == m.b->find("a/k")->row.kit_tree);
  CHECK(row->adoption.adopted == test_start);
  replicate(*m.b, *m.a);
  CHECK(known(*m.a) == Rows{"b region 1 chaque mardi"});
  const auto head = m.b->head(m.b->feed());
  m.b->now.seconds += 60;
  CHECK(m.b->library().adopt(lamp, "chaque mardi")->adoption.adopted == test_start);
  CHECK(m.b->head(m.b->feed()) == head);  // it says that already

  m.a->publish_one("k", {{"x", "2"}});
  replicate(*m.a, *m.b);
  CHECK(known(*m.b) == Rows{"b region 1 chaque mardi"});
  REQUIRE(m.b->library().adopt(lamp, ""));
  replicate(*m.b, *m.a);
  CHECK(known(*m.a) == Rows{"b region 2"});

  REQUIRE(m.b->library().unadopt(lamp));
  replicate(*m.b, *m.a);
  CHECK(known(*m.a).empty());
  CHECK(known(*m.b).empty());
  CHECK_FALSE(file_in(*m.b, m.b->feed(), "adoptions"));
  CHECK(m.b->library().unadopt(lamp).error().code == Errc::not_adopted);
  CHECK(m.b->library().verify({})->empty());
}

TEST_CASE("own kits, unknown ones and notes of two lines are refused") {
  Members m;
  m.a->publish_one("k", {{"x", "1"}});
  replicate(*m.a, *m.b);
  CHECK(m.a->library().adopt(lamp, "").error().code == Errc::own_kit_adopted);
  CHECK(m.b->library().adopt({"a", "autre"}, "").error().code == Errc::not_found);
  CHECK(m.b->library().adopt(lamp, "a\nb").error().code == Errc::usage);
  CHECK(m.b->library().adopt(lamp, "avec Mme Dupont").error().code == Errc::outcome_personal);
  CHECK(known(*m.b).empty());
  CHECK(m.b->library().adopt(lamp, "avec Mme Dupont", true));
}

TEST_CASE("an adoption survives what is published later, a restart, and the loss of the index") {
  Members m;
  m.a->publish_one("k", {{"x", "1"}});
  replicate(*m.a, *m.b);
  REQUIRE(m.b->library().adopt(lamp, ""));
  m.b->publish_one("own", {{"x", "1"}, {"p.jpg", photo(20'000, 1)}});
  REQUIRE(m.b->library().publish_centre({"tcp://127.0.0.1:7373"}));
  m.b->publish_one("own", {{"x", "2"}});
  CHECK(file_in(*m.b, m.b->feed(), path));
  replicate(*m.b, *m.a);
  for (auto* node : {m.a.get(), m.b.get()}) {
    CHECK(known(*node) == Rows{"b region 1"});
    node->close();
    REQUIRE(node->open());
    CHECK(known(*node) == Rows{"b region 1"});
    node->close();
    for (const char* const file : {"state.sqlite", "state.sqlite-wal", "state.sqlite-shm"})
      std::filesystem::remove(node->layout().home / file);
    REQUIRE(node->open());
    CHECK(known(*node) == Rows{"b region 1"});
  }
}

TEST_CASE("an index of an older essaimage is made anew without an alarm, and knows the adoptions then") {
  Members m;
  m.a->publish_one("k", {{"x", "1"}, {"p.jpg", photo(20'000, 1)}});
  replicate(*m.a, *m.b);
  REQUIRE(m.b->library().adopt(lamp, ""));
  m.b->close();
  // The version lies at offset 60 of the first page, big-endian (SQLite's file format, 1.3).
  std::fstream stream(m.b->layout().state(), std::ios::binary | std::ios::in | std::ios::out);
  stream.seekp(63);
  stream.put(1);
  stream.close();
  REQUIRE(m.b->open());
  CHECK(m.b->library().problems().empty());
  CHECK(known(*m.b) == Rows{"b region 1"});
  CHECK(m.b->find("a/k")->is_whole());
}

TEST_CASE("an adoption stays among those who may know the kit, and goes to a wider audience with it") {
  Members m;
  m.a->publish_one("k", {{"x", "1"}}, "territory:lille");
  replicate(*m.a, *m.b);
  REQUIRE(m.b->library().adopt(lamp, ""));
  CHECK_FALSE(file_in(*m.b, m.b->feed("territory:lille"), "kits"));
  CHECK(m.b->head(m.b->feed()) == Head{});  // nothing in the region
  replicate(*m.b, *m.a);
  replicate(*m.b, *m.federation);
  replicate(*m.federation, *m.c);
  CHECK(known(*m.a) == Rows{"b territory:lille 1"});
  CHECK(known(*m.federation) == Rows{"b territory:lille 1"});
  CHECK(known(*m.c).empty());

  m.a->publish_one("k", {{"x", "2"}}, "region");
  replicate(*m.a, *m.b);
  REQUIRE(m.b->library().adopt(lamp, ""));
  replicate(*m.b, *m.a);
  CHECK(known(*m.a) == Rows{"b region 2"});
  REQUIRE(m.b->library().unadopt(lamp));
  replicate(*m.b, *m.a);
  CHECK(known(*m.a).empty());
}

TEST_CASE("an adoption in another form, or at another place, is refused with the feed that says it") {
  Members m;
  m.a->publish_one("k", {{"x", "1"}});
  m.a->publish_one("l", {{"x", "1"}});
  replicate(*m.a, *m.b);
  REQUIRE(m.b->library().adopt(lamp, ""));
  REQUIRE(m.b->library().adopt({"a", "l"}, ""));
  replicate(*m.b, *m.a);
  const auto feed = m.b->feed();
  const auto good = file_in(*m.b, feed, path).value();
  Edits edits;
  SECTION("not in its byte form") { edits[path] = good + "\n"; }
  SECTION("of another kit") { edits["adoptions/a/m.toml"] = good; }
  SECTION("of another centre") { edits["adoptions/c/k.toml"] = good; }
  SECTION("of an own kit") { edits["adoptions/b/k.toml"] = encode(Adoption{{"b", "k"}, 1, {}, test_start, ""}); }
  SECTION("signed as a statement") { edits[path + ".sigs"] = "x\n"; }
  SECTION("too large") { edits[path] = good + "# " + std::string(70'000, 'x') + "\n"; }
  edit_feed(*m.b, feed, edits);
  const auto taken = fetch_feed(*m.b, *m.a, feed);
  REQUIRE_FALSE(taken);
  CHECK(taken.error().code == Errc::feed_content);
  CHECK(known(*m.a) == Rows{"b region 1"});
}

}  // namespace adoption_test

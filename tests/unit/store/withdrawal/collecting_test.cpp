// Texts that were withdrawn leave the packs of every holder, whatever it has been through, and no receipt is signed before that.
#include <fstream>

#include "store/git/pack_index.hpp"
#include "store/search.hpp"
#include "tests/unit/store/held.hpp"
#include "tests/unit/store/withdrawn.hpp"

namespace collecting_test {
using namespace essaimage;
using namespace essaimage::test;

namespace {

const std::string guide_text = "écrit par Mme Zorglubine\n";

/// b holds a text of a, which a has withdrawn since; b has not heard of it.
struct Texts {
  Members m;
  TestNode &a = *m.a, &b = *m.b;
  FeedId feed = m.a->feed();
  ObjectId blob;
  Head old;

  Texts() {
    a.publish_one("lampe", {{"guide.md", guide_text}, {"plan.md", "un plan\n"}});
    spread(m);
    blob = guide_of(b);
    old = b.head(feed);
    REQUIRE(in_any_pack(b, blob));
    const auto rows = a.library().withdrawals().withdraw(wish({"guide.md"}));
    REQUIRE(rows);
    REQUIRE(rows->front().withdrawal.epoch == 2);
  }
  void hear() { REQUIRE(fetch_feed(a, b, feed)); }
  bool b_has_signed() { return view_of(b, "a", 1).signed_by.contains("b"); }
  /// As the daemon does in time, whatever fails meanwhile.
  void upkeep() {
    for (int i = 0; i < 10; ++i) {
      static_cast<void>(b.library().withdrawals().settle(true));
      for (int round = 0; round < 100 && b.library().is_behind(); ++round) REQUIRE(b.library().catch_up());
    }
  }
  void check_gone() {
    CHECK_FALSE(in_any_pack(b, blob));
    CHECK_FALSE(in_any_pack(b, old.commit));
    CHECK(b_has_signed());
    CHECK(b.checkout("a/lampe").at("plan.md") == "un plan\n");
    CHECK(b.library().verify({})->empty());
  }
};

std::optional<pack::IndexEntry> entry_in(const Path& pack, const ObjectId& id) {
  const auto entries = pack::read_index(bytes_of(read_text(Path(pack).replace_extension(".idx")))).value();
  const auto it = std::ranges::find(entries, id, &pack::IndexEntry::id);
  return it == entries.end() ? std::nullopt : std::optional(*it);
}

void lose_index(const TestNode& node) {
  for (const char* const file : {"state.sqlite", "state.sqlite-wal", "state.sqlite-shm"})
    std::filesystem::remove(node.layout().home / file);
}

/// The list of refs does not name that feed any more.
void lose_ref(const TestNode& node, const FeedId& feed) {
  std::string kept, line;
  std::ifstream in(node.layout().packed_refs());
  while (std::getline(in, line))
    if (!line.ends_with(feed.ref())) kept += line + "\n";
  in.close();
  write_text(node.layout().packed_refs(), kept);
}

/// Files of the home in which these bytes stand, in whatever case.
std::set<std::string> files_with(const TestNode& node, const std::string& word) {
  std::set<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(node.layout().home)) {
    if (!entry.is_regular_file()) continue;
    auto bytes = read_text(entry.path());
    std::ranges::transform(bytes, bytes.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    if (bytes.find(word) != std::string::npos) files.insert(entry.path().filename().string());
  }
  return files;
}

}  // namespace

TEST_CASE("a text goes where no head of its feed was held when the new epoch came, and its receipt is signed then") {
  Texts t;
  t.b.close();
  lose_index(t.b);
  lose_ref(t.b, t.feed);
  REQUIRE(t.b.open());
  REQUIRE(t.b.head(t.feed) == Head{});
  REQUIRE(in_any_pack(t.b, t.blob));
  t.hear();
  CHECK_FALSE(t.b_has_signed());
  settle(t.b);
  t.check_gone();
}

TEST_CASE("a text goes where the index was lost between the new epoch and that") {
  Texts t;
  t.hear();
  t.b.close();
  lose_index(t.b);
  REQUIRE(t.b.open());
  settle(t.b);
  t.check_gone();
}

TEST_CASE("a text goes where an older epoch has holes or is damaged, and its receipt comes all the same") {
  Texts t;
  const auto packs = packs_of(t.b);
  t.hear();
  const auto objects = ObjectDb::open(t.b.layout().library() / "objects").value();
  const auto tree = parse_commit(objects->read(t.old.commit, ObjectType::commit).value()).value().tree;
  const auto with_it = [&](const ObjectId& id) {
    for (const auto& file : packs)
      if (const auto entry = entry_in(file, id)) return std::pair(file, *entry);
    FAIL("no pack has it");
    return std::pair(Path(), pack::IndexEntry{});
  };
  const auto [damaged, entry] = with_it(tree);
  t.b.close();
  SECTION("a flipped bit in its tree") { flip(damaged, entry.offset + 4); }
  SECTION("no bit of its tree, and none of its commit") {
    flip(damaged, entry.offset + 4);
    flip(damaged, with_it(t.old.commit).second.offset + 8);
    REQUIRE(t.b.open());
    for (int round = 0; round < 100 && t.b.library().is_behind(); ++round) REQUIRE(t.b.library().catch_up());
    REQUIRE(t.b.library().verify({}));  // what is damaged is taken out
    for (int round = 0; round < 100 && t.b.library().is_behind(); ++round) REQUIRE(t.b.library().catch_up());
    t.b.close();
  }
  SECTION("an index that is none") { write_text(Path(damaged).replace_extension(".idx"), "x"); }
  REQUIRE(t.b.open());
  t.upkeep();
  t.check_gone();
  std::error_code ignored;
  for (const auto& each : std::filesystem::directory_iterator(t.b.layout().damaged(), ignored)) CHECK(each.path().extension() != ".pack");
}

TEST_CASE("packs of which the index went while the daemon ran do not bring a withdrawn text back") {
  Texts t;
  const auto packs = packs_of(t.b);
  t.hear();
  for (const auto& file : packs)
    if (entry_in(file, t.blob)) std::filesystem::remove(Path(file).replace_extension(".idx"));
  t.upkeep();
  t.b.close();
  REQUIRE(t.b.open());
  t.upkeep();
  t.check_gone();
}

TEST_CASE("where an older epoch came back, nobody takes its texts for collected") {
  Texts t;
  t.hear();
  settle(t.b);
  t.check_gone();
  const auto collected = [&] {
    t.b.close();
    const auto text = State::open(t.b.layout().state()).value()->get(collected_epoch_key(t.feed)).value();
    REQUIRE(t.b.open());
    return text;
  };
  CHECK(collected() == "2");
  // It was a thief who withdrew: what counts is from before, and comes from whoever has it.
  REQUIRE(t.m.federation->library().suspend("a", "clé volée", {{t.feed, t.old.order}}));
  replicate(*t.m.federation, t.b);
  REQUIRE(t.b.head(t.feed) == t.old);
  REQUIRE(in_any_pack(t.b, t.blob));
  CHECK(collected() == std::nullopt);
}

TEST_CASE("an epoch that was left without a withdrawal stays") {
  Texts t;
  t.m.c->publish_one("autre", {{"x", "1"}});
  spread(t.m);
  const auto head = t.m.c->head(t.m.c->feed());
  REQUIRE(t.m.c->library().withdrawals().withdraw(wish({"x"}, {"c", "autre"})));
  // As an epoch that frees a fork: no withdrawal names it.
  const auto rows = t.m.c->library().withdrawals().find({std::nullopt, "c", 1}).value();
  REQUIRE(rows.size() == 1);
  edit_feed(*t.m.c, t.m.c->feed(), {{"withdrawals/1.toml", std::nullopt}});
  REQUIRE(fetch_feed(*t.m.c, t.b, t.m.c->feed()));
  settle(t.b);
  t.check_gone();
  CHECK(in_any_pack(t.b, head.commit));
  CHECK(t.b.library().feed_history(t.m.c->feed(), 10).value().back().head == head);
}

TEST_CASE("words of a withdrawn text are in no file of any holder's home, nor in an index that was set aside") {
  Members m;
  KitFiles files{{"guide.md", guide_text + "de la séance\n"}, {"plan.md", "un plan\n"}, {"kit.toml", manifest_of("Lampe de Zorglubine")}};
  m.a->publish_one("lampe", files);
  m.a->publish_one("velo", {{"x", "1"}});
  spread(m);
  for (auto* node : {m.a.get(), m.b.get()}) {
    REQUIRE_FALSE(files_with(*node, "zorglubine").empty());
    node->close();
    // One that is damaged in its first page.
    auto bytes = read_text(node->layout().state());
    REQUIRE(bytes.find("orglubine") != std::string::npos);
    std::fill_n(bytes.begin(), 100, 'x');
    write_text(node->layout().state(), bytes);
    REQUIRE(node->open());
    REQUIRE(files_with(*node, "zorglubine").contains("state.sqlite.damaged"));
  }
  REQUIRE(m.a->library().withdrawals().withdraw(wish({})));
  spread(m);
  for (auto* node : {m.a.get(), m.b.get()}) {
    CHECK_FALSE(files_with(*node, "zorglubine").empty());
    settle(*node);
    CHECK(files_with(*node, "zorglubine") == std::set<std::string>());
    CHECK(files_with(*node, "orglub") == std::set<std::string>());
    CHECK(node->find("a/velo"));
    KitQuery query;
    query.words = "velo";
    CHECK(node->library().search().find(query)->hits.size() == 1);
  }
}

TEST_CASE("while another feed lacks objects, nothing is collected and nothing signed; then both") {
  Lamp l;
  const auto packs = [&] {
    std::set<Path> found;
    for (const auto& entry : std::filesystem::directory_iterator(l.m.c->layout().packs()))
      if (entry.path().extension() == ".pack") found.insert(entry.path());
    return found;
  };
  const auto before = packs();
  l.m.b->publish_one("k", {{"x", "1"}});
  replicate(*l.m.b, *l.m.c);
  const auto blob = guide_of(*l.m.c);
  l.m.c->close();
  for (Path pack : packs()) {
    if (before.contains(pack)) continue;
    std::filesystem::remove(pack);
    std::filesystem::remove(pack.replace_extension(".idx"));
  }
  REQUIRE(l.m.c->open());
  for (int i = 0; i < 100 && l.m.c->library().is_behind(); ++i) REQUIRE(l.m.c->library().catch_up());
  REQUIRE(l.m.a->library().withdrawals().withdraw(wish({"guide.md"})));
  REQUIRE(fetch_feed(*l.m.a, *l.m.c, l.m.a->feed()));
  settle(*l.m.c);
  CHECK(in_any_pack(*l.m.c, blob));
  CHECK_FALSE(view_of(*l.m.c, "a", 1).signed_by.contains("c"));
  REQUIRE(fetch_feed(*l.m.b, *l.m.c, l.m.b->feed()));
  for (int i = 0; i < 100 && l.m.c->library().is_behind(); ++i) REQUIRE(l.m.c->library().catch_up());
  settle(*l.m.c);
  CHECK_FALSE(in_any_pack(*l.m.c, blob));
  CHECK(view_of(*l.m.c, "a", 1).signed_by.contains("c"));
}

}  // namespace collecting_test

// What a library needs, holds and lets go, by its policy, the admin's choices and the room there is.
#include "store/state/state.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/small_disk.hpp"
#include "tests/unit/store/members.hpp"

namespace choices_test {
using namespace essaimage;
using namespace essaimage::store;
using namespace essaimage::test;
using Kind = KitChoice::Kind;

namespace {

HoldPolicy nothing() {
  HoldPolicy policy;
  policy.media = HoldPolicy::Media::none;
  return policy;
}

Status open_with(TestNode& node, const HoldPolicy& policy) {
  node.close();
  node.policy = policy;
  return node.open();
}

template <class T>
std::size_t told(const TestNode& node) {
  return static_cast<std::size_t>(
      std::count_if(node.changes.begin(), node.changes.end(), [](const Change& each) { return std::holds_alternative<T>(each); }));
}

const KitId kit{"a", "k"};

}  // namespace

TEST_CASE("a node without media knows the kit, says why it does not hold it, and fetches it when told") {
  Members m;
  REQUIRE(open_with(*m.b, nothing()));
  m.a->publish_one("k", {{"p.jpg", photo(50'000, 1)}, {"q.jpg", photo(60'000, 2)}});
  replicate(*m.a, *m.b);
  const auto known = m.b->find("a/k");
  REQUIRE(known);
  CHECK_FALSE(known->is_whole());
  CHECK(known->not_held == KeptBack{2, 110'000});
  CHECK(known->why_not == HoldReason::policy_none);
  CHECK(m.b->library().needs()->empty());
  CHECK(told<change::MediaNeeded>(*m.b) == 0);

  REQUIRE(m.b->library().choose(kit, Kind::fetched));
  CHECK(told<change::MediaNeeded>(*m.b) == 2);
  CHECK(m.b->find("a/k")->not_held.files == 0);
  CHECK(fetch_media(*m.a, *m.b) > 0);
  CHECK(m.b->find("a/k")->is_whole());
  // A new version is another question.
  m.a->publish_one("k", {{"p.jpg", photo(50'000, 1)}, {"q.jpg", photo(60'000, 3)}});
  replicate(*m.a, *m.b);
  CHECK(m.b->find("a/k")->media_here == 1);
  CHECK(m.b->find("a/k")->not_held == KeptBack{1, 60'000});
}

TEST_CASE("a pinned kit comes with its new versions, and until it is not pinned any more") {
  Members m;
  REQUIRE(open_with(*m.b, nothing()));
  m.a->publish_one("k", {{"p.jpg", photo(50'000, 1)}});
  replicate(*m.a, *m.b);
  REQUIRE(m.b->library().choose(kit, Kind::pinned));
  m.a->publish_one("k", {{"p.jpg", photo(50'000, 2)}});
  REQUIRE(open_with(*m.b, nothing()));
  replicate(*m.a, *m.b);
  CHECK(m.b->find("a/k")->is_whole());
  CHECK(m.b->find("a/k")->choice.kind == Kind::pinned);
  REQUIRE(m.b->library().choose(kit, Kind::none));
  CHECK(m.b->find("a/k")->is_whole());  // what is here stays
  m.a->publish_one("k", {{"p.jpg", photo(50'000, 3)}});
  replicate(*m.a, *m.b);
  CHECK(m.b->find("a/k")->why_not == HoldReason::policy_none);
}

TEST_CASE("a dropped kit's media leave the disk, but for those that another kit names, and stay away") {
  Members m;
  m.a->publish_one("k", {{"own.jpg", photo(50'000, 1)}, {"shared.jpg", photo(60'000, 2)}});
  m.a->publish_one("l", {{"shared.jpg", photo(60'000, 2)}});
  replicate(*m.a, *m.b);
  REQUIRE(m.b->find("a/k")->is_whole());
  const auto removable = m.b->library().removable(kit).value();
  REQUIRE(removable.size() == 1);
  CHECK(removable[0].bytes == 50'000);
  CHECK(removable[0].feed == m.a->feed());
  REQUIRE(m.b->library().choose(kit, Kind::dropped));
  CHECK_FALSE(m.b->library().media().has(removable[0].media));
  CHECK(m.b->library().find_media(m.a->feed(), {removable[0].media})->empty());
  CHECK(m.b->find("a/l")->is_whole());
  CHECK(m.b->find("a/k")->not_held == KeptBack{1, 50'000});
  CHECK(m.b->find("a/k")->why_not == HoldReason::dropped);
  CHECK(m.b->library().verify({})->empty());

  REQUIRE(open_with(*m.b, {}));
  CHECK(m.b->library().needs()->empty());
  m.a->publish_one("k", {{"own.jpg", photo(50'000, 4)}});
  replicate(*m.a, *m.b);
  CHECK(m.b->find("a/k")->why_not == HoldReason::dropped);
  REQUIRE(m.b->library().choose(kit, Kind::none));
  CHECK(fetch_media(*m.a, *m.b) > 0);
  CHECK(m.b->find("a/k")->is_whole());
}

TEST_CASE("what a kit needs that was fetched as it was stays when another one that names it is dropped") {
  Members m;
  REQUIRE(open_with(*m.b, nothing()));
  m.a->publish_one("k", {{"p.jpg", photo(50'000, 1)}});
  m.a->publish_one("l", {{"p.jpg", photo(50'000, 1)}, {"x", "1"}});
  replicate(*m.a, *m.b);
  REQUIRE(m.b->library().choose({"a", "l"}, Kind::fetched));
  CHECK(fetch_media(*m.a, *m.b) > 0);
  m.a->publish_one("l", {{"p.jpg", photo(50'000, 1)}, {"x", "2"}});
  replicate(*m.a, *m.b);
  CHECK(m.b->library().removable(kit)->empty());
  REQUIRE(m.b->library().choose(kit, Kind::dropped));
  const auto files = m.b->library().files({"a", "l"}, 1);
  REQUIRE(files);
  CHECK(std::all_of(files->begin(), files->end(), [](const KitFile& file) { return file.here; }));
}

TEST_CASE("a kit can be dropped where the disk is full, which is when it is needed") {
  const SmallDisk disk("24m");
  if (!disk.is_there()) {
    WARN("not root, or mounting is not allowed here: not tested");
    return;
  }
  const char* before = std::getenv("TMPDIR");
  const std::string temporary = before != nullptr ? before : "";
  auto federation = TestNode::federation();
  auto author = TestNode::member(*federation, "a", {"lille"});
  ::setenv("TMPDIR", disk.path().c_str(), 1);
  auto reader = TestNode::member(*federation, "b", {"lille"});
  temporary.empty() ? ::unsetenv("TMPDIR") : ::setenv("TMPDIR", temporary.c_str(), 1);
  REQUIRE(fetch_feed(*federation, *author, federation->feed()));
  author->publish_one("k", {{"p.jpg", photo(3'000'000, 1)}, {"q.jpg", photo(2'000'000, 2)}});
  replicate(*author, *reader);
  REQUIRE(reader->find("a/k")->is_whole());
  {
    std::ofstream filler(disk.path() / "filler");
    const std::string block(4'096, 'x');
    while (filler << block << std::flush) {
    }
  }
  REQUIRE(reader->library().choose(kit, Kind::dropped));
  CHECK(reader->find("a/k")->not_held == KeptBack{2, 5'000'000});
  CHECK(reader->library().verify({})->empty());
  REQUIRE(open_with(*reader, {}));
  CHECK(reader->find("a/k")->choice.kind == Kind::dropped);
}

TEST_CASE("a drop that a crash cut short is made good at the next start") {
  Members m;
  m.a->publish_one("k", {{"p.jpg", photo(50'000, 1)}});
  replicate(*m.a, *m.b);
  const auto media = m.b->find("a/k")->row.media.at(0).media;
  m.b->close();
  {
    const auto state = State::open(m.b->layout().state());
    REQUIRE(state);
    REQUIRE((*state)->put_choice(kit, {Kind::dropped, 1}));
  }
  REQUIRE(m.b->open());
  CHECK_FALSE(m.b->library().media().has(media));
  CHECK(m.b->find("a/k")->why_not == HoldReason::dropped);
}

TEST_CASE("one's own kits are held whatever the policy says, and cannot be dropped") {
  Members m;
  m.a->publish_one("k", {{"p.jpg", photo(50'000, 1)}});
  replicate(*m.a, *m.b);
  REQUIRE(open_with(*m.a, nothing()));
  CHECK(m.a->library().choose(kit, Kind::dropped).error().code == Errc::own_kit_kept);
  CHECK(m.a->library().choose({"a", "nothing"}, Kind::pinned).error().code == Errc::not_found);
  // What got lost comes again.
  const auto media = m.a->find("a/k")->row.media.at(0).media;
  write_text(m.a->layout().media(media), "rotten");
  CHECK_FALSE(m.a->library().recheck(media));
  CHECK(fetch_media(*m.b, *m.a) > 0);
  CHECK(m.a->find("a/k")->is_whole());
}

TEST_CASE("a neighbour's kit that names a centre's own photo takes nothing of it when it is dropped") {
  Members m;
  m.b->publish_one("mine", {{"p.jpg", photo(50'000, 1)}});
  m.a->publish_one("k", {{"p.jpg", photo(50'000, 1)}});
  replicate(*m.a, *m.b);
  m.b->publish_one("mine", {{"x.md", "without the photo"}});
  REQUIRE(m.b->library().choose(kit, Kind::dropped));
  CHECK(m.b->library().media().has(m.a->find("a/k")->row.media.at(0).media));
}

TEST_CASE("what does not fit into the quota waits, the newest first, and comes when there is room") {
  Members m;
  HoldPolicy policy;
  policy.quota_bytes = 130'000;
  REQUIRE(open_with(*m.b, policy));
  const auto publish = [&](const std::string& name, std::uint64_t seed) {
    m.a->now.seconds += 60;
    m.a->publish_one(name, {{"p.jpg", photo(60'000, seed)}});
  };
  publish("k", 1);
  publish("l", 2);
  publish("m", 3);
  replicate(*m.a, *m.b);
  CHECK(m.b->find("a/m")->is_whole());
  CHECK(m.b->find("a/l")->is_whole());
  CHECK(m.b->find("a/k")->why_not == HoldReason::quota);
  CHECK(m.b->library().holding(false)->not_held.at(HoldReason::quota) == KeptBack{1, 60'000});
  CHECK(m.b->library().holding(true)->media_bytes == 120'000);
  // Dropping another makes the room.
  m.b->changes.clear();
  REQUIRE(m.b->library().choose({"a", "l"}, Kind::dropped));
  CHECK(told<change::MediaNeeded>(*m.b) == 1);
  CHECK(fetch_media(*m.a, *m.b) > 0);
  CHECK(m.b->find("a/k")->is_whole());
  REQUIRE(m.b->library().choose({"a", "l"}, Kind::none));
  CHECK(m.b->find("a/l")->why_not == HoldReason::quota);
  policy.quota_bytes = 200'000;
  REQUIRE(open_with(*m.b, policy));
  CHECK(m.b->library().needs()->size() == 1);
}

TEST_CASE("a full disk is left to other programs: media wait, and are looked at again") {
  Members m;
  HoldPolicy policy;
  policy.free_bytes_min = std::uint64_t{1} << 60;
  REQUIRE(open_with(*m.b, policy));
  m.a->publish_one("k", {{"p.jpg", photo(50'000, 1)}});
  replicate(*m.a, *m.b);
  CHECK(m.b->find("a/k")->why_not == HoldReason::disk);
  CHECK(m.b->library().needs()->empty());
  REQUIRE(m.b->library().check_room());
  CHECK(m.b->library().needs()->empty());
}

TEST_CASE("what came of a media file that nobody wants any more is removed") {
  Members m;
  m.a->publish_one("k", {{"p.jpg", photo(200'000, 1)}});
  REQUIRE(fetch_feed(*m.a, *m.b, m.a->feed()));
  const auto need = m.b->library().needs()->at(0);
  {
    const auto source = m.a->library().open_run(m.a->feed(), need.media, need.chunk_list, 0, 1, {});
    const auto reception = m.b->library().receive_run(m.a->feed(), need.media, 0, 1, {});
    REQUIRE((*reception)->append(*(*source)->read(0, 1'000'000)));
    REQUIRE(std::filesystem::exists(m.b->layout().partial(need.media)));
    m.b->changes.clear();
    REQUIRE(m.b->library().choose(kit, Kind::dropped));
  }
  CHECK(told<change::MediaUnneeded>(*m.b) == 1);
  CHECK_FALSE(std::filesystem::exists(m.b->layout().partial(need.media)));
  CHECK_FALSE(m.b->library().receive_run(m.a->feed(), need.media, 0, 1, {}));
}

TEST_CASE("a list that lies in a kit which nobody wants keeps nothing back") {
  Members m;
  m.c->publish_one("spy", {{"q.jpg", photo(60'000, 2)}});
  m.a->publish_one("k", {{"p.jpg", photo(50'000, 1)}});
  REQUIRE(fetch_feed(*m.c, *m.b, m.c->feed()));
  const auto named = m.a->find("a/k")->row.media.at(0);
  const auto lie = m.c->find("c/spy")->row;
  m.b->close();
  {
    // As if it named the photo of the other, by a list that is not of it, and came first.
    const auto state = State::open(m.b->layout().state());
    REQUIRE(state);
    KitRow row = lie;
    row.media.at(0).media = named.media;
    row.media.at(0).bytes = std::uint64_t{1} << 40;
    const State::FeedChange change{m.c->head(m.c->feed()), {row}, {}};
    REQUIRE((*state)->apply({&change, 1}));
  }
  auto policy = HoldPolicy{};
  policy.file_bytes_max = 1'000'000;
  REQUIRE(open_with(*m.b, policy));
  REQUIRE(fetch_feed(*m.a, *m.b, m.a->feed()));
  const auto needs = m.b->library().needs();
  REQUIRE(needs->size() == 1);
  CHECK(needs->at(0).chunk_list == named.chunk_list);
  CHECK(needs->at(0).feeds == std::vector<FeedId>{m.a->feed()});
  CHECK(fetch_media(*m.a, *m.b) > 0);
  CHECK(m.b->find("a/k")->is_whole());
}

TEST_CASE("choices outlive an index that is damaged") {
  TempFolder folder;
  const auto file = folder / "state.sqlite";
  {
    const auto state = State::open(file);
    REQUIRE((*state)->put_choice(kit, {Kind::fetched, 7}));
    REQUIRE((*state)->put_choice({"a", "l"}, {Kind::pinned, 1}));
    REQUIRE((*state)->put_choice({"a", "l"}, {}));
  }
  const auto again = State::open(file);
  CHECK_FALSE((*again)->rebuilt());
  CHECK(*(*again)->choices() == std::map<KitId, KitChoice>{{kit, {Kind::fetched, 7}}});
}

}  // namespace choices_test

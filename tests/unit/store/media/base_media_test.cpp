// New versions of media that travel against the older one, between two libraries.

#include <fstream>

#include "store/media/base_media.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/store/members.hpp"

namespace base_media_test {
using namespace essaimage;
using namespace essaimage::store;
using namespace essaimage::test;

namespace {

/// A plan of 2 MB in two versions, of which `b` has the first, and knows the second.
struct TwoVersions {
  Members m;
  std::string older = photo(2'000'000, 5);
  std::string newer = older;
  Sha256 base;
  MediaNeed need;

  explicit TwoVersions(const std::function<void(std::string&)>& change, const std::string& name = "plan.stl") {
    change(newer);
    m.a->publish_one("k", {{"plan.stl", older}});
    replicate(*m.a, *m.b);
    base = m.a->find("a/k")->row.media.at(0).media;
    m.a->publish_one("k", {{name, newer}});
    REQUIRE(fetch_feed(*m.a, *m.b, m.a->feed()));
    const auto needs = m.b->library().needs();
    REQUIRE(needs->size() == 1);
    need = needs->at(0);
  }

  /// Bytes on the wire for all that lacks, run by run; nothing if some of it was refused.
  std::optional<std::uint64_t> bytes_to_fetch(const Sha256& against) {
    std::uint64_t sum = 0;
    for (std::uint32_t first = 0; first < need.held.size(); ++first) {
      if (need.held[first]) continue;
      std::uint32_t count = 1;
      while (first + count < need.held.size() && !need.held[first + count]) ++count;
      const auto source = m.a->library().open_run(m.a->feed(), need.media, need.chunk_list, first, count, against);
      REQUIRE(source);
      const auto reception = m.b->library().receive_run(m.a->feed(), need.media, first, count, against);
      REQUIRE(reception);
      const auto bytes = (*source)->read(0, 8'000'000);
      REQUIRE(bytes);
      sum += bytes->size();
      const auto stored = (*reception)->append(*bytes);
      if (!stored) {
        refusal = stored.error();
        return std::nullopt;
      }
      CHECK(stored->count == count);
      first += count;
    }
    return sum;
  }

  std::uint32_t first_lacking() const {
    return static_cast<std::uint32_t>(std::find(need.held.begin(), need.held.end(), false) - need.held.begin());
  }
  /// The first chunk that lacks, as it travels.
  Bytes run_against_base() {
    const auto source = m.a->library().open_run(m.a->feed(), need.media, need.chunk_list, first_lacking(), 1, base);
    return *(*source)->read(0, 8'000'000);
  }

  std::optional<Error> refusal;
};

void flip_some(std::string& content) {
  for (std::size_t at = 1'000; at < content.size(); at += 300'000) content[at] = static_cast<char>(content[at] ^ 0x11);
}

void damage(const Path& file, std::size_t at) {
  std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekp(static_cast<std::streamoff>(at));
  stream << "rot";
}

}  // namespace

TEST_CASE("a few bytes that changed in a large file cost a few bytes") {
  TwoVersions file(flip_some);
  REQUIRE(file.need.base);
  CHECK(file.need.base->feed == file.m.a->feed());
  CHECK(file.need.base->media == file.base);
  const auto bytes = file.bytes_to_fetch(file.base);
  REQUIRE(bytes);
  CHECK(*bytes < 1'500);
  CHECK(file.m.b->checkout("a/k").at("plan.stl") == file.newer);
  CHECK(file.m.b->library().needs()->empty());
}

TEST_CASE("an insertion and a new name are no hindrance") {
  TwoVersions file([](std::string& content) { content.insert(700'000, photo(3'000, 9)); }, "plan v2.stl");
  REQUIRE(file.need.base);
  const auto bytes = file.bytes_to_fetch(file.base);
  REQUIRE(bytes);
  CHECK(*bytes < 4'000);
  CHECK(file.m.b->checkout("a/k").at("plan v2.stl") == file.newer);
}

TEST_CASE("a file that has nothing of the older one comes as it is") {
  TwoVersions file([](std::string& content) { content = photo(2'000'000, 99); });
  REQUIRE(file.need.base);
  const auto bytes = file.bytes_to_fetch(file.base);
  REQUIRE(bytes);
  CHECK(*bytes > 2'000'000);
  CHECK(*bytes < 2'000'100);
}

TEST_CASE("what the sender does not hold for that feed, or cannot read, is not built on") {
  TwoVersions file(flip_some);
  SECTION("no such file") { CHECK(file.bytes_to_fetch(Sha256{{1, 2, 3}}).value_or(0) > 20'000); }
  SECTION("one of another feed: who asks may not hold that") {
    replicate(*file.m.a, *file.m.federation);
    file.m.c->publish_one("x", {{"p.stl", file.older}}, "territory:valenciennes");
    const FeedId valenciennes = file.m.c->feed("territory:valenciennes");
    replicate(*file.m.c, *file.m.federation);
    const auto list = file.m.c->find("c/x")->row.media.at(0).chunk_list;
    const auto source = file.m.federation->library().open_run(valenciennes, file.base, list, 0, 1, file.need.media);
    REQUIRE(source);
    CHECK((*source)->read(0, 1)->at(0) != 2);
  }
  SECTION("its own copy rots") {
    damage(file.m.a->layout().media(file.base), 1'500);
    CHECK(file.bytes_to_fetch(file.base).value_or(0) > 2'500);
    CHECK(file.m.b->checkout("a/k").at("plan.stl") == file.newer);
  }
}

TEST_CASE("a base that rots where it is needed is nobody's fault, and the file then comes without it") {
  TwoVersions file(flip_some);
  damage(file.m.b->layout().media(file.base), 1'500);
  file.m.b->changes.clear();
  CHECK_FALSE(file.bytes_to_fetch(file.base));
  REQUIRE(file.refusal);
  CHECK(file.refusal->code == Errc::conflict);
  CHECK(describe(file.refusal->code, Language::english).actor != Actor::peer);
  // The daemon is told at once.
  REQUIRE_FALSE(file.m.b->changes.empty());
  const auto* again = std::get_if<change::MediaNeeded>(&file.m.b->changes.back());
  REQUIRE(again != nullptr);
  CHECK_FALSE(again->need.base);
  file.need = again->need;
  CHECK(file.bytes_to_fetch({}));
  CHECK(file.m.b->checkout("a/k").at("plan.stl") == file.newer);
}

TEST_CASE("runs that were asked for before the base was lost are nobody's fault either") {
  TwoVersions file(flip_some);
  const auto feed = file.m.a->feed();
  const std::uint32_t first = file.first_lacking();
  const Bytes run = file.run_against_base();
  REQUIRE(run[0] == 2);
  SECTION("what it was made from is not known any more") {
    file.m.b->close();
    {
      const auto state = State::open(file.m.b->layout().state());
      REQUIRE((*state)->forget_older(feed, file.need.media, file.base));
    }
    REQUIRE(file.m.b->open());
    const auto reception = file.m.b->library().receive_run(feed, file.need.media, first, 1, file.base);
    CHECK((*reception)->append(run)->count == 1);  // it is here still
  }
  SECTION("it was removed") {
    std::filesystem::remove(file.m.b->layout().media(file.base));
    for (int i = 0; i < 2; ++i) {
      const auto reception = file.m.b->library().receive_run(feed, file.need.media, first, 1, file.base);
      CHECK((*reception)->append(run).error().code == Errc::conflict);
    }
    CHECK_FALSE(file.m.b->library().needs()->at(0).base);
  }
  SECTION("its end is lost") {
    const auto path = file.m.b->layout().media(file.base);
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    std::filesystem::resize_file(path, file.older.size() - 10);
    const auto reception = file.m.b->library().receive_run(feed, file.need.media, first, 1, file.base);
    CHECK((*reception)->append(run).error().code == Errc::conflict);
    CHECK_FALSE(file.m.b->library().media().has(file.base));  // set aside
  }
}

TEST_CASE("who did not say that it has a base takes nothing against one, and from one of another feed nothing is taken") {
  TwoVersions file(flip_some);
  const auto feed = file.m.a->feed();
  const std::uint32_t first = file.first_lacking();
  const Bytes run = file.run_against_base();
  const auto unasked = file.m.b->library().receive_run(feed, file.need.media, first, 1, {});
  CHECK((*unasked)->append(run).error().code == Errc::malformed);
  // The federation has the older file for a neighbour's feed alone.
  file.m.c->publish_one("x", {{"p.stl", file.older}}, "territory:valenciennes");
  replicate(*file.m.c, *file.m.federation);
  REQUIRE(file.m.federation->library().media().has(file.base));
  REQUIRE(fetch_feed(*file.m.a, *file.m.federation, feed));
  const auto elsewhere = file.m.federation->library().receive_run(feed, file.need.media, first, 1, file.base);
  REQUIRE(elsewhere);
  CHECK((*elsewhere)->append(run).error().code == Errc::conflict);
}

TEST_CASE("what has nothing of its base is soon asked of it no more, and keeps no memory") {
  TwoVersions file([](std::string& content) { content = photo(2'000'000, 99); });
  auto& library = file.m.a->library();
  for (std::uint32_t i = 0; i < 30; ++i) {
    const auto source = library.open_run(file.m.a->feed(), file.need.media, file.need.chunk_list, i, 1, file.base);
    REQUIRE(source);
    CHECK((*source)->read(0, 1)->at(0) == 0);
  }
}

TEST_CASE("a base is known again after a restart") {
  TwoVersions file(flip_some);
  file.m.b->close();
  REQUIRE(file.m.b->open());
  const auto needs = file.m.b->library().needs();
  REQUIRE(needs->size() == 1);
  REQUIRE(needs->at(0).base);
  CHECK(needs->at(0).base->media == file.base);
}

}  // namespace base_media_test

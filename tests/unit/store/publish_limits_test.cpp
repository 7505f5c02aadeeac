// What peers would refuse is refused at the door: nothing of it is seen, and nothing stays.

#include "store/library.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/store/members.hpp"

using namespace essaimage;
using namespace essaimage::store;
using namespace essaimage::test;

namespace {

/// Texts so regular that they inflate to far more than their pack is large.
KitFiles regular_texts(std::size_t count, char letter) {
  KitFiles files;
  for (std::size_t i = 0; i < count; ++i)
    files["t" + std::to_string(i)] = std::to_string(i) + std::string(262'000, letter);
  return files;
}

std::size_t count_files(const Path& folder) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) count += entry.is_regular_file() ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("a publication whose pack would inflate too much is refused, and nothing of it stays") {
  Members m;
  const auto packs = count_files(m.a->layout().packs());
  auto files = regular_texts(150, 'a');
  files["photo.jpg"] = photo(50'000, 4);
  const auto refused = m.a->publish({{"k", files}});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::too_large);
  CHECK(m.a->head(m.a->feed()).commit.is_zero());
  CHECK(count_files(m.a->layout().packs()) == packs);
  CHECK(count_files(m.a->layout().scratch()) == 0);
  CHECK(count_files(m.a->layout().media_root()) == 0);
  CHECK_FALSE(m.a->find("a/k"));

  m.a->publish_one("k", regular_texts(50, 'a'));
  replicate(*m.a, *m.b);
  CHECK(m.b->find("a/k"));
}

TEST_CASE("what lies here already counts, where it goes to more people") {
  Members m;
  const auto one = regular_texts(60, 'a'), two = regular_texts(60, 'b');
  m.a->publish_one("one", one, "territory:lille");
  m.a->publish_one("two", two, "territory:lille");
  const auto refused = m.a->publish({{"one", one}, {"two", two}}, "region");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::too_large);
  CHECK(m.a->head(m.a->feed()).commit.is_zero());
  m.a->publish_one("one", one, "region");
  REQUIRE(fetch_feed(*m.a, *m.b, m.a->feed()));
  m.a->publish_one("two", two, "region");
  REQUIRE(fetch_feed(*m.a, *m.b, m.a->feed()));
  CHECK(m.b->find("a/two"));
}

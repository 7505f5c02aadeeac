#include "proto/ids.hpp"

#include "tests/support/catch.hpp"

namespace ids_test {
using namespace essaimage;

TEST_CASE("a slug is lower-case letters, digits and single inner hyphens") {
  CHECK(is_slug("lille"));
  CHECK(is_slug("mdq-wazemmes-2"));
  for (const auto* bad : {"", "-a", "a-", "a--b", "A", "é", "a_b", "a/b", ".", "a b"}) CHECK_FALSE(is_slug(bad));
  CHECK(is_slug(std::string(64, 'a')));
  CHECK_FALSE(is_slug(std::string(65, 'a')));
}

TEST_CASE("slug_from finds the nearest slug") {
  CHECK(slug_from("Café numérique") == "cafe-numerique");
  CHECK(slug_from("  L'Œuvre n° 3 !") == "l-oeuvre-n-3");
  CHECK(slug_from("Cafe\xCC\x81") == "cafe");
  CHECK(slug_from("日本").empty());
}

TEST_CASE("feeds and audiences parse only what they print") {
  for (const auto* text : {"a/region", "a/territory/lille", "a-b/mirror/numerique"}) {
    const auto feed = FeedId::parse(text);
    REQUIRE(feed);
    CHECK(feed->str() == text);
  }
  for (const auto* text : {"", "a", "a/", "/region", "a/regions", "a/territory", "a/territory/", "a/territory:lille", "a/territory/lille/x",
                           "A/region", "a/region/x"}) {
    CHECK_FALSE(FeedId::parse(text));
  }
  CHECK(Audience::parse("territory:lille")->path() == "territory/lille");
  CHECK_FALSE(Audience::parse("territory/lille"));
}

TEST_CASE("fixed bytes round-trip through hexadecimal") {
  const std::string hex = "00112233445566778899aabbccddeeff00112233";
  const auto id = ObjectId::parse(hex);
  REQUIRE(id);
  CHECK(id->hex() == hex);
  CHECK_FALSE(ObjectId::parse(hex.substr(2)));
  CHECK_FALSE(ObjectId::parse("0G" + hex.substr(2)));
}

}  // namespace ids_test

#include "store/kit/entry.hpp"

#include <random>

#include "tests/support/catch.hpp"

namespace entry_test {
using namespace essaimage;
using namespace essaimage::kit;

namespace {

Entry sample() { return {{"mdq-wazemmes", "bracelet"}, 3, {1'772'357'400}, "Photos \"neuves\", plan C:\\x"}; }

}  // namespace

TEST_CASE("an entry has one byte form") {
  CHECK(encode_entry(sample()) ==
        "format = 1\n"
        "centre = \"mdq-wazemmes\"\n"
        "slug = \"bracelet\"\n"
        "version = 3\n"
        "published = 2026-03-01T09:30:00Z\n"
        "note = \"Photos \\\"neuves\\\", plan C:\\\\x\"\n");
  CHECK(parse_entry(encode_entry(sample())).value() == sample());
  auto plain = sample();
  plain.note.clear();
  CHECK(encode_entry(plain).find("note") == std::string::npos);
  CHECK(parse_entry(encode_entry(plain)).value() == plain);
}

TEST_CASE("any other form of an entry is refused") {
  const std::string good = "format = 1\ncentre = \"a\"\nslug = \"b\"\nversion = 1\npublished = 2026-03-01T09:30:00Z\n";
  REQUIRE(parse_entry(good));
  const auto with = [&](const std::string& from, const std::string& to) {
    auto text = good;
    text.replace(text.find(from), from.size(), to);
    return text;
  };
  for (const auto& bad : {std::string(),
                          good + "\n",
                          good + "note = \"\"\n",
                          good + "other = 1\n",
                          good + "note = \"x\"\nnote = \"x\"\n",
                          good + "note = \"a\\nb\"\n",
                          good + "note = \"a\tb\"\n",
                          good + "note = \"e\xCC\x81\"\n",
                          good + "note = \"\xFF\"\n",
                          with("format = 1", "format = 2"),
                          with("format = 1", "format=1"),
                          with("version = 1", "version = 0"),
                          with("version = 1", "version = 01"),
                          with("version = 1", "version = +1"),
                          with("version = 1", "version = 1 "),
                          with("version = 1", "version = 1000000001"),
                          with("version = 1", "version = 99999999999999999999"),
                          with("\"a\"", "\"A\""),
                          with("\"a\"", "'a'"),
                          with("\"b\"", "\"\""),
                          with("Z\n", "z\n"),
                          with("Z\n", "Z"),
                          with("\n", "\r\n"),
                          good + "note = \"" + std::string(501, 'x') + "\"\n"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_entry(bad));
  }
}

TEST_CASE("an entry out of bounds is refused before it is written") {
  for (const auto& change : std::vector<void (*)(Entry&)>{[](Entry& e) { e.version = 0; }, [](Entry& e) { e.kit.slug = "Grand"; },
                                                          [](Entry& e) { e.published = {-1}; }, [](Entry& e) { e.note = "deux\nlignes"; },
                                                          [](Entry& e) { e.note = std::string(501, 'x'); }}) {
    auto entry = sample();
    change(entry);
    CHECK_FALSE(check_entry(entry));
  }
  CHECK(check_entry(sample()));
}

TEST_CASE("damaged entries never parse into something that prints differently") {
  std::mt19937 random(5);
  const auto good = encode_entry(sample());
  for (int i = 0; i < 3000; ++i) {
    auto text = good;
    for (auto n = 1 + random() % 3; n > 0; --n) {
      const auto at = random() % text.size();
      if (random() % 2 == 0) text[at] = static_cast<char>(random() % 256);
      else text.erase(at, random() % 4);
    }
    if (const auto entry = parse_entry(text)) REQUIRE(encode_entry(*entry) == text);
  }
}

}  // namespace entry_test

#pragma once
// A kit that two nodes hold, each version in a pack of its own: what tests of damaged and lost packs start from. One thread.

#include <set>

#include "tests/support/bytes.hpp"
#include "tests/unit/store/members.hpp"

namespace essaimage::test {

using store::Path;

inline std::set<Path> packs_of(const TestNode& node) {
  std::set<Path> packs;
  for (const auto& entry : std::filesystem::directory_iterator(node.layout().packs())) {
    if (entry.path().extension() == ".pack") packs.insert(entry.path());
  }
  return packs;
}

inline void flip(const Path& file, std::size_t at) {
  auto bytes = read_text(file);
  REQUIRE(at < bytes.size());
  bytes[at] = static_cast<char>(bytes[at] ^ 0x55);
  std::filesystem::permissions(file, std::filesystem::perms::owner_write, std::filesystem::perm_options::add);
  write_text(file, bytes);
}

/// Two versions of a kit, held by b in packs of their own.
struct Held {
  Members m;
  TestNode& a = *m.a;
  TestNode& b = *m.b;
  FeedId feed = m.a->feed();
  Path published;      ///< with the first version
  Path first, second;  ///< as they came

  Held() {
    const auto before = packs_of(a);
    first = receive("1");
    published = new_pack(a, before);
    second = receive("2");
    REQUIRE(a.find("a/k"));
    for (TestNode* node : {&a, &b}) REQUIRE(node->library().release_memory());  // and packs are recorded
  }
  static Path new_pack(const TestNode& node, const std::set<Path>& before) {
    const auto after = packs_of(node);
    REQUIRE(after.size() == before.size() + 1);
    return *std::ranges::find_if(after, [&](const Path& pack) { return !before.contains(pack); });
  }
  /// The pack that came.
  Path receive(const std::string& text) {
    const auto before = packs_of(b);
    a.publish_one("k", {{"x", text}, {"noise", to_hex(noise(3'000, std::hash<std::string>()(text)))}});
    replicate(a, b);
    return new_pack(b, before);
  }
  void check_whole() {
    CHECK(b.head(feed) == a.head(feed));
    CHECK_FALSE(b.lacks_objects(feed));
    const auto problems = b.library().verify({});
    REQUIRE(problems);
    CHECK(problems->empty());
    const auto here = b.library().history(*KitId::parse("a/k")), there = a.library().history(*KitId::parse("a/k"));
    REQUIRE(here);
    REQUIRE(there);
    CHECK(here->size() == there->size());
    CHECK_FALSE(b.library().is_behind());
  }
};

}  // namespace essaimage::test

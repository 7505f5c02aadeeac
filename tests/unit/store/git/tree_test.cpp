#include "store/git/object_db.hpp"
#include "tests/support/catch.hpp"

namespace tree_test {
using namespace essaimage;
using namespace essaimage::store;

namespace {

using Mode = TreeEntry::Mode;

ObjectId some_id(std::uint8_t byte = 7) {
  ObjectId id;
  id.bytes.fill(byte);
  return id;
}

Bytes raw(const std::vector<std::pair<std::string, std::string>>& mode_and_name) {
  Bytes content;
  for (const auto& [mode, name] : mode_and_name) {
    const std::string head = mode + " " + name;
    content.insert(content.end(), head.begin(), head.end());
    content.push_back(0);
    content.insert(content.end(), 20, 7);
  }
  return content;
}

}  // namespace

TEST_CASE("a tree is encoded in git's order and read back") {
  const Tree tree = {{Mode::tree, "a", some_id()},
                     {Mode::file, "a.b", some_id()},
                     {Mode::executable, "a0", some_id()},
                     {Mode::file, "Z", some_id()},
                     {Mode::file, "\xC3\xA9", some_id()}};
  const auto parsed = parse_tree(encode_tree(tree));
  REQUIRE(parsed);
  std::vector<std::string> names;
  for (const auto& entry : *parsed) names.push_back(entry.name);
  CHECK(names == std::vector<std::string>{"Z", "a.b", "a", "a0", "\xC3\xA9"});
  CHECK((*parsed)[2].mode == Mode::tree);
  CHECK((*parsed)[3].mode == Mode::executable);
}

TEST_CASE("trees that are not well-formed are refused") {
  REQUIRE(parse_tree(raw({{"100644", "a"}, {"100644", "b"}})));
  CHECK_FALSE(parse_tree(raw({{"100644", "b"}, {"100644", "a"}})));
  CHECK_FALSE(parse_tree(raw({{"100644", "a"}, {"100644", "a"}})));
  CHECK_FALSE(parse_tree(raw({{"100644", "a"}, {"100644", "a.b"}, {"40000", "a"}})));
  CHECK_FALSE(parse_tree(raw({{"40000", "a"}, {"100644", "a.b"}})));
  CHECK_FALSE(parse_tree(raw({{"100644", ""}})));
  CHECK_FALSE(parse_tree(raw({{"100644", "a/b"}})));
  for (const auto* mode : {"120000", "160000", "100664", "040000", "0100644", "100600", ""}) {
    INFO(mode);
    CHECK_FALSE(parse_tree(raw({{mode, "a"}})));
  }
  Bytes zero = raw({{"100644", "a"}});
  std::fill(zero.end() - 20, zero.end(), 0);
  CHECK_FALSE(parse_tree(zero));
}

TEST_CASE("a tree that is cut off anywhere is refused or shorter") {
  const Bytes whole = raw({{"100644", "a"}, {"40000", "b"}});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto parsed = parse_tree(ByteView(whole).first(size));
    CHECK((!parsed || size == 0 || size == raw({{"100644", "a"}}).size()));
  }
}

}  // namespace tree_test

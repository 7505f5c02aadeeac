#pragma once
// A federation with three centres, two of them in one territory.

#include "tests/support/bytes.hpp"
#include "tests/support/test_node.hpp"

namespace essaimage::test {

/// Media of that size: never a text. The same for the same seed.
inline std::string photo(std::size_t size, std::uint64_t seed) {
  auto bytes = noise(size, seed);
  bytes[10] = 0;
  return std::string(text_of(bytes));
}

struct Members {
  std::unique_ptr<TestNode> federation = TestNode::federation();
  std::unique_ptr<TestNode> a = TestNode::member(*federation, "a", {"lille"});
  std::unique_ptr<TestNode> b = TestNode::member(*federation, "b", {"lille"});
  std::unique_ptr<TestNode> c = TestNode::member(*federation, "c", {"valenciennes"});
  Members() {
    replicate(*federation, *a);
    replicate(*federation, *b);
  }
};

}  // namespace essaimage::test

#include "proto/nearest.hpp"

#include <array>

#include "tests/support/catch.hpp"

namespace nearest_test {
using namespace essaimage;

TEST_CASE("The distance counts letters that are missing, too many, wrong or swapped") {
  CHECK(edit_distance("publish", "publish") == 0);
  CHECK(edit_distance("publish", "pubish") == 1);
  CHECK(edit_distance("publish", "publlish") == 1);
  CHECK(edit_distance("publish", "pablish") == 1);
  CHECK(edit_distance("publish", "pulbish") == 1);
  CHECK(edit_distance("", "kit") == 3);
  CHECK(edit_distance("kit", "") == 3);
}

TEST_CASE("The nearest word is offered only when it was probably meant") {
  constexpr std::array<std::string_view, 4> words = {"publish", "peers", "status", "sync"};
  CHECK(nearest("pubilsh", words) == "publish");
  CHECK(nearest("peer", words) == "peers");
  CHECK(nearest("snyc", words) == "sync");
  CHECK(nearest("checkout", words).empty());
  CHECK(nearest(std::string(10'000, 'p'), words).empty());
}

}  // namespace nearest_test

#include "daemon/shell/names.hpp"

#include "tests/support/catch.hpp"

namespace names_test {
using namespace essaimage;
using namespace essaimage::shell;

TEST_CASE("addresses need no look-up, names do") {
  CHECK(is_numeric("tcp://127.0.0.1:7373"));
  CHECK(is_numeric("tcp://[::1]:7373"));
  CHECK_FALSE(is_numeric("tcp://localhost:7373"));
  CHECK_FALSE(is_numeric("tcp://centre.example:7373"));
}

TEST_CASE("a name becomes an address with the same port, and what has none says so") {
  const auto local = look_up("tcp://localhost:7373");
  REQUIRE(local);
  CHECK(is_numeric(*local));
  CHECK(local->ends_with(":7373"));
  const auto nowhere = look_up("tcp://nowhere.invalid:7373");
  REQUIRE_FALSE(nowhere);
  CHECK(nowhere.error().code == Errc::timed_out);
  CHECK(nowhere.error().detail.find("nowhere.invalid") != std::string::npos);
}

}  // namespace names_test

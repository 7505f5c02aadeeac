#include "store/kit/toml_guard.hpp"

#include "proto/limits.hpp"
#include "tests/support/catch.hpp"

namespace toml_guard_test {
using namespace essaimage;
using namespace essaimage::kit;

namespace {

Status guard(std::string_view text) { return guard_toml(text, limits::manifest_bytes_max, "kit.toml"); }

std::string detail(std::string_view text) {
  const auto status = guard(text);
  return status ? "accepted" : status.error().detail;
}

std::string dotted(std::size_t segments) {
  std::string key = "a";
  for (std::size_t i = 1; i < segments; ++i) key += ".a";
  return key;
}

}  // namespace

TEST_CASE("ordinary TOML passes the guard") {
  CHECK(guard(""));
  CHECK(
      guard("title = \"v1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17.18\"\n# "
            "................................\n"));
  CHECK(
      guard("a = 1.5\nb = [1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, "
            "1.5, 1.5, 1.5]\r\n"));
  CHECK(guard("text = \"\"\"\n....................... \\\" \"\" [[[[[[[[[[[[[[[[[[[[\n\"\"\"\n"));
  CHECK(guard("text = '''[[[[[[[[[[[[[[[[[[[[[[[\\'''\n"));
  CHECK(guard("a = \"\"\nb = ''\nc = \"\"\"\"\"\"\n"));
  CHECK(guard(dotted(16) + " = 1\n[" + dotted(16) + "]\n"));
}

TEST_CASE("deep keys and brackets are refused, by their line") {
  CHECK(detail("a = 1\n" + dotted(17) + " = 1\n") == "kit.toml:2: too many dots in a key");
  CHECK(detail("[" + dotted(32'000) + "]\n") == "kit.toml:1: too many dots in a key");
  CHECK(detail("a = " + std::string(17, '[')) == "kit.toml:1: too many brackets within brackets");
  CHECK(detail("a = [\n[\n[\n[\n[\n[\n[\n[\n[\n[\n[\n[\n[\n[\n[\n[\n[\n") == "kit.toml:17: too many brackets within brackets");
}

TEST_CASE("nothing hides behind the end of a string or comment") {
  const auto deep = dotted(40) + " = 1";
  CHECK_FALSE(guard("x = {k = \"\"\"a\"\"\"\", " + deep + "}\n"));
  CHECK_FALSE(guard("x = {k = \"\"\"a\"\"\"\"\", " + deep + "}\n"));
  CHECK_FALSE(guard("x = {k = '''a'''', " + deep + "}\n"));
  CHECK_FALSE(guard("x = {k = '\\', " + deep + "}\n"));
  CHECK_FALSE(guard("x = {k = \"\\\\\", " + deep + "}\n"));
  CHECK_FALSE(guard("x = {k = \"\", " + deep + "}\n"));
  CHECK_FALSE(guard("# \"\"\"\n" + deep + "\n"));
  CHECK_FALSE(guard("# a\r\n" + deep + "\n"));
  CHECK_FALSE(guard("x = \"\"\"\\\n\"\"\"\n" + deep + "\n"));
}

TEST_CASE("size, encoding and control characters are bounded") {
  CHECK(guard(std::string(limits::manifest_bytes_max, '\n')));
  CHECK(guard(std::string(limits::manifest_bytes_max + 1, '\n')).error().code == Errc::too_large);
  CHECK(detail("a = 1\n# caf\xE9\n") == "kit.toml:2: expected UTF-8");
  CHECK(detail("a = 1\n\n# caf\xE9") == "kit.toml:3: expected UTF-8");
  for (const auto& bad : {std::string("\x01"), std::string("\r"), std::string("\r\r\n"), std::string("\x7F"), std::string("\xC2\x85"),
                          std::string("\xE2\x80\xA8"), std::string(1, '\0')}) {
    CHECK(detail("a = 1\n# " + bad) == "kit.toml:2: unexpected control character");
  }
}

}  // namespace toml_guard_test

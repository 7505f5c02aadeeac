#include "proto/text.hpp"

#include "tests/support/catch.hpp"

namespace text_test {
using namespace essaimage;

TEST_CASE("code points and UTF-8 are two forms of the same text") {
  const std::string text = "aé日👍";
  CHECK(code_points(text) == U"aé日👍");
  CHECK(to_utf8(U"aé日👍") == text);
  CHECK(code_points("\xFF").empty());
}

TEST_CASE("unassigned code points are told from assigned ones") {
  CHECK(is_assigned(U'é'));
  CHECK(is_assigned(0xE000));  // private use
  CHECK_FALSE(is_assigned(0x0378));
  CHECK_FALSE(is_assigned(0xFFFE));
}

TEST_CASE("a plain line is safe to show") {
  CHECK(is_plain_line(""));
  CHECK(is_plain_line("L'été – à Lille 👍"));
  for (const auto* bad : {"a\nb", "a\tb", "\x1B[2J", "\x7F",
                          "\xC2\x9B"
                          "2J",
                          "\xE2\x80\xAE"
                          "x",
                          "\xE2\x80\xA8", "\xFF"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_plain_line(bad));
  }
  CHECK(is_plain_line("a\n\tb", true));
  CHECK_FALSE(is_plain_line("a\rb", true));
}

}  // namespace text_test

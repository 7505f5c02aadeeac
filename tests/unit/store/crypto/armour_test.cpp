#include "store/crypto/armour.hpp"

#include "tests/support/catch.hpp"

namespace armour_test {
using namespace essaimage;
using namespace essaimage::store;

TEST_CASE("base64 comes back as the bytes that it was made of") {
  for (const std::string text : {"", "a", "ab", "abc", "\xFF\xFE\xFD"}) {
    const auto back = from_base64(to_base64(bytes_of(text)));
    REQUIRE(back);
    CHECK(text_of(*back) == text);
  }
  CHECK(from_base64("++//") == Bytes{0xFB, 0xEF, 0xFF});
}

TEST_CASE("what is not canonical base64 is refused") {
  for (const std::string text : {"A", "AA", "AAA", "AAAA=", "AA==AA==", "AB==", "AAB=", "AA A", "AAA\n", "-_-_", "AAAA\n"}) {
    INFO(text);
    CHECK_FALSE(from_base64(text));
  }
}

TEST_CASE("no byte outside of its letters stands for one of them") {
  const std::string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    INFO(byte);
    CHECK(from_base64(std::string(4, c)).has_value() == (letters.find(c) != std::string::npos));
    CHECK(from_base64(std::string("AAA") + c).has_value() == (letters.find(c) != std::string::npos || c == '='));
  }
}

}  // namespace armour_test

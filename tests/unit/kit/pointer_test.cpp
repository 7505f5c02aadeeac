#include "store/kit/pointer.hpp"

#include <random>

#include "proto/limits.hpp"
#include "store/kit/classify.hpp"
#include "tests/support/catch.hpp"

namespace pointer_test {
using namespace essaimage;
using namespace essaimage::kit;

namespace {

const std::string hash(64, 'a');
const std::string start = "version https://git-lfs.github.com/spec/v1\noid sha256:" + hash + "\nsize ";

}  // namespace

TEST_CASE("a pointer is the canonical one of Git LFS") {
  const Pointer pointer{Sha256::parse(hash).value(), 12345};
  CHECK(encode_pointer(pointer) == start + "12345\n");
  CHECK(parse_pointer(start + "12345\n").value() == pointer);
  CHECK_FALSE(parse_pointer(start + "0\n"));  // an empty file is text
  CHECK(encode_pointer({pointer.media, limits::media_bytes_max}).size() < pointer_bytes_max);
}

TEST_CASE("any other form of a pointer is refused") {
  auto upper = start + "1\n";
  upper.replace(upper.find(hash), 64, std::string(64, 'A'));
  for (const auto& bad :
       {std::string(), start, start + "1", start + "01\n", start + "1\n\n", start + "-1\n", start + "1 \n", start + "x\n",
        start + "99999999999999999999\n", start + std::to_string(limits::media_bytes_max + 1) + "\n", upper,
        "version https://git-lfs.github.com/spec/v1\r\noid sha256:" + hash + "\r\nsize 1\r\n",
        "version https://git-lfs.github.com/spec/v1\next-0-x sha256:" + hash + "\noid sha256:" + hash + "\nsize 1\n",
        "version https://hawser.github.com/spec/v1\noid sha256:" + hash + "\nsize 1\n", start + "1\n" + std::string(300, ' ')}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_pointer(bad));
  }
}

TEST_CASE("damaged pointers never parse into something that prints differently") {
  std::mt19937 random(11);
  for (int i = 0; i < 3000; ++i) {
    auto text = start + std::to_string(random()) + "\n";
    const auto at = random() % text.size();
    if (random() % 2 == 0) text[at] = static_cast<char>(random() % 256);
    else text.erase(at, 1 + random() % 3);
    if (const auto pointer = parse_pointer(text)) REQUIRE(encode_pointer(*pointer) == text);
  }
}

TEST_CASE("what git-lfs would take for a pointer is recognised") {
  CHECK(looks_like_pointer(start + "1\n"));
  CHECK(looks_like_pointer("version https://git-lfs.github.com/spec/v1\nanything"));
  CHECK(looks_like_pointer("version https://hawser.github.com/spec/v1\n"));
  CHECK_FALSE(looks_like_pointer(""));
  CHECK_FALSE(looks_like_pointer("version 2 of the guide"));
  CHECK_FALSE(looks_like_pointer(start + "1\n" + std::string(1024, ' ')));
}

TEST_CASE("text is small and without NUL; the rest is media") {
  CHECK(classify("") == Content::text);
  CHECK(classify("bonjour\r\n\xFF") == Content::text);
  CHECK(classify(std::string_view("a\0b", 3)) == Content::media);
  CHECK(classify(std::string(limits::text_file_bytes_max, 'a')) == Content::text);
  CHECK(classify(std::string(limits::text_file_bytes_max + 1, 'a')) == Content::media);
  CHECK_FALSE(is_media_by_size(limits::text_file_bytes_max));
  CHECK(is_media_by_size(limits::text_file_bytes_max + 1));
}

}  // namespace pointer_test

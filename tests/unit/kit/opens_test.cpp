// Whether files begin and end as their names say.
#include <string>

#include "store/kit/opens.hpp"
#include "tests/support/catch.hpp"

namespace opens_test {
using namespace essaimage;
using namespace essaimage::kit;
using namespace std::string_literals;

namespace {

Opening look(const std::string& path, const std::string& content) {
  const ByteView all(reinterpret_cast<const std::uint8_t*>(content.data()), content.size());
  const auto head = all.first(std::min(all.size(), opens_head_bytes)), tail = all.last(std::min(all.size(), opens_tail_bytes));
  return opening_of(path, head, tail, content.size());
}

const std::string zip = "PK\x03\x04"s + std::string(26, '\0') + "mimetypeapplication/vnd.oasis.opendocument.text" +
                        std::string(9'000, 'x') + "[Content_Types].xmlPK\x05\x06"s + std::string(18, '\0');

std::string stl(std::size_t triangles) {
  std::string file(84 + 50 * triangles, '\0');
  file[80] = static_cast<char>(triangles);
  return file;
}

}  // namespace

TEST_CASE("a whole file of each kind that is known begins and ends as its name says") {
  const auto [path, content, expected] = GENERATE_COPY(table<std::string, std::string, std::string>(
      {{"a/plan.PDF", "%PDF-1.4\n" + std::string(90'000, 'x') + "\n%%EOF\n", "PDF"},
       {"x.jpg", "\xFF\xD8\xFF\xE0" + std::string(9'000, 'x') + "\xFF\xD9", "JPEG"},
       {"x.png", "\x89PNG\r\n\x1A\n" + std::string(9'000, 'x') + "IEND\xAE\x42\x60\x82", "PNG"},
       {"x.zip", zip, "ZIP"},
       {"x.odt", zip, "OpenDocument"},
       {"x.docx", zip, "Word"},
       {"x.mp4", "\0\0\0\x20"s + "ftypisom" + std::string(9'000, 'x'), "MP4"},
       {"x.stl", stl(3), "STL"},
       {"y.stl", "solid lampe\nfacet\nendsolid lampe\n", "STL"},
       {"x.svg", "<?xml version=\"1.0\"?><svg></svg>", "SVG"}}));
  CAPTURE(path);
  const auto opening = look(path, content);
  CHECK(opening.expected == expected);
  CHECK(opening.fits);
  // Cut short, as by a broken download, all but a film is told apart.
  if (expected != "MP4") CHECK_FALSE(look(path, content.substr(0, content.size() - 12)).fits);
  CHECK_FALSE(look(path, "<html>404</html>").fits);
  CHECK_FALSE(look(path, "").fits);
}

TEST_CASE("a file of an office that is shorter than its type is no such file") {
  std::string file = "PK\x05\x06" + std::string(18, '\0');
  for (; file.size() < 40; file.push_back('\0')) {
    CAPTURE(file.size());
    for (const auto* const path : {"x.odt", "x.docx", "x.zip"}) CHECK(look(path, file).expected != "");
    CHECK_FALSE(look("x.odt", file).fits);
  }
}

TEST_CASE("of kinds that are not known nothing is said") {
  for (const auto* const path : {"LISEZMOI.md", "README", "a.b/c", "x.", "x.pdfx"}) {
    CAPTURE(path);
    CHECK(look(path, "").expected.empty());
    CHECK(look(path, "").fits);
  }
}

}  // namespace opens_test

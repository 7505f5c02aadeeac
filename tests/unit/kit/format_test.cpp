// The worked example of store/FORMAT.md is made again with the code and with stock git, and
// compared with the file.
#include <map>

#include "store/crypto/hash.hpp"
#include "store/kit/attributes.hpp"
#include "store/kit/classify.hpp"
#include "store/kit/entry.hpp"
#include "store/kit/manifest.hpp"
#include "store/kit/names.hpp"
#include "store/kit/pointer.hpp"
#include "store/media/chunk_list.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/run.hpp"
#include "tests/support/temp_folder.hpp"

namespace format_test {
using namespace essaimage;
using namespace essaimage::kit;
using namespace essaimage::test;

namespace {

/// The fenced block that follows "<!-- example: <name> -->".
std::string example(const std::string& name) {
  static const std::string text = read_text(std::filesystem::path(ESSAIMAGE_SOURCE_DIR) / "store/FORMAT.md");
  const std::string mark = "<!-- example: " + name + " -->\n```\n";
  const auto at = text.find(mark);
  CAPTURE(name);
  REQUIRE(at != std::string::npos);
  const auto start = at + mark.size();
  return text.substr(start, text.find("```\n", start) - start);
}

}  // namespace

TEST_CASE("the worked example of FORMAT.md is what the code and stock git make") {
  using namespace std::string_literals;
  const std::string photo = "PNG?\0not a picture, but it has a NUL\n"s;
  REQUIRE(classify(photo) == Content::media);
  const auto media = store::sha256(bytes_of(photo));
  const std::string photo_path = "photos/groupe [1].png";

  const Entry entry{{"mdq-wazemmes", slug_of({}, "Café numérique")}, 1, parse_utc("2026-03-01T09:30:00Z").value(), "Première version"};
  const store::ChunkList chunks{0, photo.size(), {{media, static_cast<std::uint32_t>(photo.size())}}};
  CHECK(parse_manifest(example("kit.toml"))->title == "Café numérique");
  CHECK(encode_entry(entry) == example("entry.toml"));
  CHECK(encode_pointer({media, photo.size()}) == example("pointer"));
  CHECK(encode_attributes({photo_path}) == example(".gitattributes"));
  CHECK(to_hex(store::encode(chunks)) + "\n" == example("chunk list"));
  CHECK(store::sha256(bytes_of(entry.kit.slug)).hex().starts_with("8c"));

  const auto chunk_bytes = store::encode(chunks);
  const std::map<std::string, std::string> kit = {{"entry.toml", encode_entry(entry)},
                                                  {".gitattributes", encode_attributes({photo_path})},
                                                  {"chunks/" + media.hex(), std::string(text_of(chunk_bytes))},
                                                  {"files/" + to_stored_path("kit.toml"), example("kit.toml")},
                                                  {"files/" + to_stored_path("guide/Séance 1.md"), "# Séance 1\n"},
                                                  {"files/" + to_stored_path(".gitattributes"), "*.md text\n"},
                                                  {"files/" + to_stored_path(photo_path), encode_pointer({media, photo.size()})}};
  TempFolder folder;
  REQUIRE(git(folder.path(), {"init", "-q", "--bare", "."}).exit_code == 0);
  std::string stream = "commit refs/heads/kit\ncommitter a <a@b> 0 +0000\ndata 0\n";
  for (const auto& [path, content] : kit) {
    stream += "M 100644 inline " + path + "\ndata " + std::to_string(content.size()) + "\n" + content + "\n";
  }
  REQUIRE(git(folder.path(), {"fast-import", "--quiet"}, stream).exit_code == 0);
  CHECK(git(folder.path(), {"-c", "core.quotepath=off", "ls-tree", "-r", "-t", "kit"}).output == example("tree"));
  CHECK(git(folder.path(), {"rev-parse", "kit^{tree}"}).output == "f8240f6f9680b2330535f4141d133c23ba3f30b8\n");
}

}  // namespace format_test

#include "store/kit/attributes.hpp"

#include <algorithm>
#include <map>
#include <random>

#include "store/crypto/hash.hpp"
#include "store/kit/names.hpp"
#include "store/kit/pointer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/run.hpp"
#include "tests/support/temp_folder.hpp"

namespace attributes_test {
using namespace essaimage;
using namespace essaimage::kit;
using namespace essaimage::test;

namespace {

/// More than the name rules allow, so that a later, wider rule finds the quoting right already.
const std::vector<std::string>& awkward_paths() {
  static const std::vector<std::string> paths = {"plain.bin",
                                                 "with blank.bin",
                                                 "two  blanks.bin",
                                                 " leading.bin",
                                                 "trailing ",
                                                 "brackets[1].bin",
                                                 "[ab].bin",
                                                 "a]b.bin",
                                                 "star*.bin",
                                                 "**",
                                                 "dir/**/z.bin",
                                                 "why?.bin",
                                                 "say \"hi\".bin",
                                                 "apo'strophe.bin",
                                                 "#1.bin",
                                                 "number#1.bin",
                                                 "!important.bin",
                                                 "back\\slash.bin",
                                                 "\\*",
                                                 "end\\",
                                                 "été.bin",
                                                 "e\xCC\x81te\xCC\x81.bin",
                                                 "日本.bin",
                                                 "emoji👍🏽.bin",
                                                 "zero\xE2\x80\x8Cwidth.bin",
                                                 "{x,y}.bin",
                                                 "$HOME.bin",
                                                 "%25.bin",
                                                 "-dash.bin",
                                                 "~tilde.bin",
                                                 "a;b&c|d.bin",
                                                 "x filter=none.bin",
                                                 "sub [x]/f?.bin",
                                                 "name.tar.gz",
                                                 "latin\xE9.bin",
                                                 std::string(240, 'x') + ".bin"};
  return paths;
}

std::string media_of(const std::string& path) { return path + std::string(1, '\0') + path; }

/// A bare library with one kit, and media beside it, made without a working tree.
class LibraryWithMedia {
 public:
  LibraryWithMedia() {
    require(git(folder_.path(), {"init", "-q", "--bare", "library.git"}));
    add(".gitattributes", std::string(root_attributes));
    add(".lfsconfig", std::string(root_lfsconfig));
  }

  void add(const std::string& path, const std::string& content) {
    std::string quoted;
    for (const char c : path) quoted += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    stream_ += "M 100644 inline \"" + quoted + "\"\ndata " + std::to_string(content.size()) + "\n" + content + "\n";
  }

  void add_media(const std::string& path, const std::string& content, bool held) {
    const auto hash = store::sha256(bytes_of(content));
    add(path, encode_pointer({hash, content.size()}));
    const auto hex = hash.hex();
    if (held) write_text(bare() / "lfs/objects" / hex.substr(0, 2) / hex.substr(2, 2) / hex, content);
  }

  void commit() {
    require(git(bare(), {"fast-import", "--quiet"}, stream_));
    require(git(bare(), {"symbolic-ref", "HEAD", "refs/heads/essaimage/a/region"}));
  }

  RunResult clone(std::vector<std::string> options = {}) {
    options.insert(options.end(), {"clone", "-q", "file://" + bare().string(), "clone"});
    return with_lfs(folder_.path(), options);
  }
  std::string status() { return require(with_lfs(cloned(), {"status", "--porcelain"})); }
  std::filesystem::path bare() const { return folder_ / "library.git"; }
  std::filesystem::path cloned() const { return folder_ / "clone"; }

  static std::string require(const RunResult& result) {
    INFO(result.output);
    REQUIRE(result.exit_code == 0);
    return result.output;
  }

 private:
  /// What `git lfs install` sets.
  static RunResult with_lfs(const std::filesystem::path& folder, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"-c", "filter.lfs.process=git-lfs filter-process", "-c", "filter.lfs.required=true", "-c",
                                         "filter.lfs.smudge=git-lfs smudge -- %f", "-c", "filter.lfs.clean=git-lfs clean -- %f"});
    return git(folder, arguments);
  }

  TempFolder folder_;
  std::string stream_ = "commit refs/heads/essaimage/a/region\ncommitter a <a@b> 0 +0000\ndata 0\n";
};

}  // namespace

TEST_CASE("attributes are anchored and quoted, in the order of the bytes") {
  CHECK(encode_attributes({"é [1].jpg", "a.bin"}) ==
        "\"/files/a.bin\" filter=lfs diff=lfs merge=lfs -text\n"
        "\"/files/é \\\\[1].jpg\" filter=lfs diff=lfs merge=lfs -text\n");
  CHECK(encode_attributes({}).empty());
}

TEST_CASE("the media list of a kit comes back from its attributes") {
  std::vector<std::string> good;
  for (const auto& path : awkward_paths()) {
    if (from_stored_path(path)) good.push_back(path);
  }
  REQUIRE(good.size() > 20);
  auto sorted = good;
  std::sort(sorted.begin(), sorted.end());
  std::reverse(good.begin(), good.end());
  CHECK(parse_attributes(encode_attributes(good)).value() == sorted);
}

TEST_CASE("attributes in any other form are refused") {
  const auto good = encode_attributes({"a.bin", "b.bin"});
  REQUIRE(parse_attributes(good));
  const std::string line = encode_attributes({"b.bin"});
  for (const auto& bad :
       {std::string(), good + line, line + encode_attributes({"a.bin"}), good + "\n", good.substr(1), good.substr(0, good.size() - 1),
        "# by hand\n" + good, std::string("* -text\n"), std::string("\"/files/\" filter=lfs diff=lfs merge=lfs -text\n"),
        std::string("\"/files/a\\.bin\" filter=lfs diff=lfs merge=lfs -text\n"),
        std::string("\"/files/a\\\" filter=lfs diff=lfs merge=lfs -text\n"),
        std::string("\"/files/a*\" filter=lfs diff=lfs merge=lfs -text\n"),
        std::string("\"/files/../x\" filter=lfs diff=lfs merge=lfs -text\n"),
        std::string("\"/files/.gitattributes\" filter=lfs diff=lfs merge=lfs -text\n"),
        std::string("\"/files/a\" filter=lfs diff=lfs merge=lfs -text\r\n")}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_attributes(bad));
  }
}

TEST_CASE("damaged attributes never parse into something that prints differently") {
  std::mt19937 random(3);
  const auto good = encode_attributes({"a [1].bin", "d/été.bin", "%25.bin"});
  for (int i = 0; i < 3000; ++i) {
    auto text = good;
    const auto at = random() % text.size();
    if (random() % 2 == 0) text[at] = "\\\"*[/ \n.%\xE9"[random() % 10];
    else text.erase(at, 1 + random() % 3);
    if (const auto media = parse_attributes(text)) REQUIRE(encode_attributes(*media) == text);
  }
}

TEST_CASE("stock git applies the attributes to the awkward paths and to no other") {
  TempFolder folder;
  LibraryWithMedia::require(git(folder.path(), {"init", "-q", "."}));
  auto media = awkward_paths();
  media.emplace_back("tab\there.bin");
  write_text(folder / "kit/.gitattributes", encode_attributes(media));
  std::string asked;
  for (const auto& path : media) asked += "kit/files/" + path + std::string(1, '\0');
  const std::vector<std::string> others = {"brackets1.bin", "a.bin",      "stars.bin",   "dir/a/z.bin",    "whyx.bin", "other",
                                           "plain.binx",    "xplain.bin", "d/plain.bin", "back/slash.bin", "\\ab"};
  for (const auto& path : others) asked += "kit/files/" + path + std::string(1, '\0');
  const auto answer = LibraryWithMedia::require(git(folder.path(), {"check-attr", "-z", "--stdin", "filter"}, asked));
  std::map<std::string, std::string> filter;
  std::vector<std::string> words(1);
  for (const char c : answer) {
    if (c == '\0') words.emplace_back();
    else words.back().push_back(c);
  }
  for (std::size_t i = 0; i + 2 < words.size(); i += 3) filter[words[i]] = words[i + 2];
  for (const auto& path : media) {
    CAPTURE(path);
    CHECK(filter.at("kit/files/" + path) == "lfs");
  }
  for (const auto& path : others) {
    CAPTURE(path);
    CHECK(filter.at("kit/files/" + path) == "unspecified");
  }
}

TEST_CASE("a stock clone of a library has the real files, and is clean") {
  LibraryWithMedia library;
  const std::string kit = "kits/ab/k/";
  std::map<std::string, std::string> expected;
  for (const auto& path : awkward_paths()) {
    library.add_media(kit + "files/" + path, media_of(path), true);
    expected[path] = media_of(path);
  }
  const std::map<std::string, std::string> texts = {{"windows.txt", "a\r\nb\r\n"},
                                                    {"unix.txt", "a\nb\n"},
                                                    {"empty", ""},
                                                    {"lfs-lesson.md", encode_pointer({{}, 12})},
                                                    {"%2Egitattributes", "*.txt eol=crlf\n"}};
  for (const auto& [path, text] : texts) {
    library.add(kit + "files/" + path, text);
    expected[path] = text;
  }
  library.add(kit + ".gitattributes", encode_attributes(awkward_paths()));
  library.commit();
  for (const std::vector<std::string>& options :
       {std::vector<std::string>{}, {"-c", "core.autocrlf=true"}, {"-c", "core.ignorecase=true"}}) {
    std::filesystem::remove_all(library.cloned());
    LibraryWithMedia::require(library.clone(options));
    for (const auto& [path, content] : expected) {
      CAPTURE(path);
      CHECK(read_text(library.cloned() / kit / "files" / path) == content);
    }
    CHECK(library.status().empty());
  }
}

TEST_CASE("a stock clone succeeds where media are missing, and leaves their pointers") {
  LibraryWithMedia library;
  library.add_media("kits/ab/k/files/here.bin", "here", true);
  library.add_media("kits/ab/k/files/away.bin", "away", false);
  library.add("kits/ab/k/.gitattributes", encode_attributes({"here.bin", "away.bin"}));
  library.commit();
  LibraryWithMedia::require(library.clone());
  CHECK(read_text(library.cloned() / "kits/ab/k/files/here.bin") == "here");
  CHECK(parse_pointer(read_text(library.cloned() / "kits/ab/k/files/away.bin")));
  CHECK(library.status().empty());
}

}  // namespace attributes_test

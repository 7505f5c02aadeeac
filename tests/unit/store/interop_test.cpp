// A library under the eyes of stock git and git-lfs.

#include <set>

#include "store/library.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/run.hpp"
#include "tests/support/test_node.hpp"

namespace interop_test {
using namespace essaimage;
using namespace essaimage::store;
using namespace essaimage::test;

namespace {

std::string photo(std::size_t size, std::uint64_t seed) {
  auto bytes = noise(size, seed);
  bytes[10] = 0;
  return std::string(text_of(bytes));
}

/// Names that broke something somewhere, each as a text and as media.
KitFiles awkward_files() {
  KitFiles files;
  std::uint64_t seed = 1;
  for (const auto* name :
       {"a b",   "#hash",      "!bang", "[bracket]", "{brace}", "(paren)",    "dollar$",        "semi;colon",  "it's",   "comma,equal=",
        "é",     "œuvre n° 3", "日本",  "%percent",  "%25",     ".hidden",    "-dash",          "tilde~",      "caret^", "at@{u}",
        "a.b.c", "UPPER",      "&amp",  "`tick`",    "+plus",   ".gitignore", ".gitattributes", ".gitmodules", "sub.git"}) {
    files[std::string("texts/") + name] = std::string("text of ") + name + "\r\nand a line without end";
    files[std::string("media/") + name] = photo(200 + seed, seed);
    ++seed;
  }
  files["deep/er/and deeper/still/file.txt"] = "";
  files["large.txt"] = std::string(300'000, 'x');
  files["pointer.txt"] = "version https://git-lfs.github.com/spec/v1\noid sha256:" + std::string(64, '0') + "\nsize 3\n";
  files["run.sh"] = "#!/bin/sh\n";
  return files;
}

/// The two names that stand escaped in the tree.
std::string stored(const std::string& path) {
  const auto slash = path.rfind('/') + 1;
  const auto name = path.substr(slash);
  if (name == ".gitattributes" || name == ".gitmodules") return path.substr(0, slash) + "%2E" + name.substr(1);
  return name.starts_with('%') ? path.substr(0, slash) + "%25" + name.substr(1) : path;
}

KitFiles read_folder(const std::filesystem::path& folder) {
  KitFiles files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files[entry.path().lexically_relative(folder).string()] = read_text(entry.path());
  }
  return files;
}

}  // namespace

TEST_CASE("stock git and git-lfs clone a feed to exactly what was published, and find it clean") {
  auto federation = TestNode::federation();
  auto a = TestNode::member(*federation, "a", {"lille"});
  auto files = awkward_files();
  files["kit.toml"] = manifest_of("Noms difficiles");
  a->publish_one("noms", files);
  a->publish_one("petit", {{"x.txt", "1"}, {"kit.toml", manifest_of("Petit")}});
  files["texts/a b"] = "changed";
  files["media/a b"] = photo(400'000, 99);
  a->publish_one("noms", files);
  a->publish_one("autre", {{"x.txt", "1"}}, "territory:lille");
  const Path library = a->layout().library();
  const auto signers = a->layout().allowed_signers().string();

  const auto fsck = git(library, {"fsck", "--full", "--strict"});
  CHECK(fsck.exit_code == 0);
  CHECK(fsck.output.empty());
  const auto log = git(library, {"-c", "gpg.ssh.allowedSignersFile=" + signers, "log", "--all", "--format=%G? %GS"});
  CHECK(log.output.find("G a@essaimage.invalid\n") != std::string::npos);
  for (std::size_t at = 0; at < log.output.size(); at = log.output.find('\n', at) + 1) CHECK(log.output[at] == 'G');

  const TempFolder folder;
  const auto clone =
      git(folder.path(), {"-c", "filter.lfs.smudge=git-lfs smudge -- %f", "-c", "filter.lfs.process=git-lfs filter-process", "-c",
                          "filter.lfs.required=true", "clone", "-q", "file://" + library.string(), "-b", "essaimage/a/region", "c"});
  CHECK(clone.output.empty());
  REQUIRE(clone.exit_code == 0);
  KitFiles expected;
  for (const auto& [path, content] : files) expected[stored(path)] = content;
  const auto kits = folder / "c" / "kits";
  Path noms;
  for (const auto& fan : std::filesystem::directory_iterator(kits)) {
    if (std::filesystem::exists(fan.path() / "noms")) noms = fan.path() / "noms";
  }
  const auto cloned = read_folder(noms / "files");
  CHECK(cloned.size() == expected.size());
  for (const auto& [path, content] : expected) {
    INFO(path);
    REQUIRE(cloned.contains(path));
    CHECK(cloned.at(path) == content);
  }
  const auto status = git(folder / "c", {"-c", "filter.lfs.clean=git-lfs clean -- %f", "-c", "filter.lfs.process=git-lfs filter-process",
                                         "status", "--porcelain"});
  CHECK(status.exit_code == 0);
  CHECK(status.output.empty());
  CHECK(a->checkout("a/noms") == files);
}

}  // namespace interop_test

#include "store/kit/fixes.hpp"

#include <algorithm>
#include <map>

#include "store/kit/folder.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

namespace fixes_test {
using namespace essaimage;
using namespace essaimage::kit;
using namespace essaimage::test;

namespace {

std::vector<std::string> plan(const std::filesystem::path& folder) {
  std::vector<std::string> lines;
  const auto fixes = plan_fixes(folder);
  REQUIRE(fixes);
  for (const auto& fix : *fixes) lines.push_back(fix.folder + ": " + fix.from + " -> " + fix.to);
  return lines;
}

std::map<std::string, std::string> contents(const std::filesystem::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files[std::filesystem::relative(entry.path(), folder).string()] = read_text(entry.path());
  }
  return files;
}

}  // namespace

TEST_CASE("a plan mends names, deepest folders first, and leaves right ones alone") {
  TempFolder folder;
  for (const auto* path : {"ok.txt", "a:b/c?.txt", "a:b/fine.txt", "re\xCC\x81union/fin ", ".git/a:b", "CON"})
    write_text(folder / path, path);
  CHECK(plan(folder.path()) == std::vector<std::string>{"a:b: c?.txt -> c.txt", "re\xCC\x81union: fin  -> fin", ": CON -> _CON",
                                                        ": a:b -> a-b", ": re\xCC\x81union -> réunion"});
}

TEST_CASE("twins get a number, and never the name of another") {
  TempFolder folder;
  for (const auto* path :
       {"Photo.jpg", "photo.jpg", "PHOTO.jpg", "photo (2).jpg", "a:b", "a-b", "\xC3\xA9", "e\xCC\x81", "KIT.toml", "kit.toml"}) {
    write_text(folder / path, path);
  }
  CHECK(plan(folder.path()) == std::vector<std::string>{": KIT.toml -> KIT (2).toml", ": Photo.jpg -> Photo (3).jpg", ": a:b -> a-b (2)",
                                                        ": e\xCC\x81 -> é (2)", ": photo.jpg -> photo (4).jpg"});
}

TEST_CASE("applied fixes lose nothing, and leave nothing to mend") {
  TempFolder folder;
  for (const auto* path : {"kit.toml", "a:b/c?.txt", "a:b/c.txt", "A-B/x", "re\xCC\x81union/fin ", "Re\xCC\x81union/x", "CON/nul.txt",
                           "latin\xE9.txt", "deep/d:/e:/f:.txt"}) {
    write_text(folder / path, path);
  }
  const auto before = contents(folder.path());
  const auto report = apply_fixes(folder.path(), plan_fixes(folder.path()).value());
  REQUIRE(report);
  CHECK(report->failed.empty());
  CHECK(report->done.size() == 11);
  const auto after = contents(folder.path());
  REQUIRE(after.size() == before.size());
  std::vector<std::string> old_contents;
  std::vector<std::string> new_contents;
  for (const auto& [path, text] : before) old_contents.push_back(text);
  for (const auto& [path, text] : after) new_contents.push_back(text);
  std::sort(old_contents.begin(), old_contents.end());
  std::sort(new_contents.begin(), new_contents.end());
  CHECK(old_contents == new_contents);
  CHECK(after.at("deep/d-/e-/f-.txt") == "deep/d:/e:/f:.txt");
  CHECK(plan(folder.path()).empty());
  const auto scan = scan_folder(FolderHandle::open(folder.path()).value());
  CHECK_FALSE(refuses(scan->findings));
}

TEST_CASE("a fix never overwrites, and one that fails does not stop the others") {
  TempFolder folder;
  write_text(folder / "a:b", "mine");
  write_text(folder / "c:d", "other");
  const auto fixes = plan_fixes(folder.path()).value();
  write_text(folder / "a-b", "appeared meanwhile");
  const auto report = apply_fixes(folder.path(), fixes).value();
  REQUIRE(report.failed.size() == 1);
  CHECK(report.failed[0].code == Errc::kit_fix_blocked);
  CHECK(report.failed[0].detail == "a:b -> a-b: File exists");
  CHECK(read_text(folder / "a:b") == "mine");
  CHECK(read_text(folder / "a-b") == "appeared meanwhile");
  CHECK(read_text(folder / "c-d") == "other");
}

TEST_CASE("a fix stays within the folder") {
  TempFolder folder;
  write_text(folder / "outside/x:y", "x");
  write_text(folder / "kit/a", "a");
  std::filesystem::create_symlink("../outside", folder / "kit/link");
  const auto report =
      apply_fixes(folder / "kit", {{"link", "x:y", "x-y"}, {"", "../outside/x:y", "x-y"}, {"", "a", "../b"}, {"..", "kit", "k"}}).value();
  CHECK(report.failed.size() == 4);
  CHECK(std::filesystem::exists(folder / "outside/x:y"));
  CHECK(std::filesystem::exists(folder / "kit/a"));
}

}  // namespace fixes_test

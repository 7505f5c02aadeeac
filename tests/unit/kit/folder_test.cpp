#include "store/kit/folder.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "proto/limits.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

namespace folder_test {
using namespace essaimage;
using namespace essaimage::kit;
using namespace essaimage::test;

namespace {

const std::string manifest = "kind = \"method\"\ntitle = \"T\"\nlicence = \"MIT\"\n";
const Timestamp today{1'772'357'400};  // 2026-03-01

std::string lines(const Findings& findings, Severity least = Severity::note) {
  std::string text;
  for (const auto& f : findings) {
    if (f.severity < least) continue;
    text += std::string(describe(f.code, Language::english).code) + " " + f.path;
    text += (f.detail.empty() ? "" : " | " + f.detail) + (f.mendable ? " (mendable)\n" : "\n");
  }
  return text;
}

FolderCheck check(const std::filesystem::path& folder, CheckOptions options = {today, {}}) {
  auto result = check_folder(folder, options);
  REQUIRE(result);
  return std::move(*result);
}

std::vector<std::string> paths(const Scan& scan) {
  std::vector<std::string> list;
  for (const auto& file : scan.files) list.push_back(file.path);
  return list;
}

}  // namespace

TEST_CASE("a scan lists the files by the bytes of their paths, with size and executable bit") {
  TempFolder folder;
  write_text(folder / "kit.toml", manifest);
  write_text(folder / "b/z.txt", "z");
  write_text(folder / "b.txt", "b");
  write_text(folder / "é.txt", "");
  write_text(folder / "run.sh", "#!/bin/sh\n");
  ::chmod((folder / "run.sh").c_str(), 0755);
  const auto result = check(folder.path());
  CHECK(paths(result.scan) == std::vector<std::string>{"b.txt", "b/z.txt", "kit.toml", "run.sh", "é.txt"});
  CHECK(result.scan.bytes == 1 + 1 + manifest.size() + 10);
  CHECK(result.scan.find("run.sh")->state.executable);
  CHECK_FALSE(result.scan.find("b.txt")->state.executable);
  CHECK(result.scan.find("b") == nullptr);
  CHECK(result.findings.empty());
  CHECK(result.manifest->title == "T");
}

TEST_CASE("litter and empty folders are left out, and said so") {
  TempFolder folder;
  write_text(folder / "kit.toml", manifest);
  write_text(folder / ".DS_Store", "x");
  write_text(folder / ".git/config", "x");
  write_text(folder / "a/.svn/entries", "x");
  write_text(folder / "a/b/Thumbs.db", "x");
  std::filesystem::create_directories(folder / "empty/deeper");
  const auto result = check(folder.path());
  CHECK(paths(result.scan) == std::vector<std::string>{"kit.toml"});
  CHECK(result.scan.litter == std::vector<std::string>{".DS_Store", ".git/", "a/.svn/", "a/b/Thumbs.db"});
  CHECK(result.scan.empty_folders == std::vector<std::string>{"a/b/", "a/", "empty/deeper/", "empty/"});
  CHECK(lines(result.findings, Severity::warning).empty());
  CHECK(lines(result.findings).find("kit.litter a/.svn/\n") != std::string::npos);
  CHECK(lines(result.findings).find("kit.empty-folder a/b/ | holds litter alone\n") != std::string::npos);
}

TEST_CASE("what does not travel is refused") {
  TempFolder folder;
  write_text(folder / "kit.toml", manifest);
  std::filesystem::create_symlink("kit.toml", folder / "link");
  std::filesystem::create_symlink("/etc", folder / "link-to-folder");
  ::mkfifo((folder / "pipe").c_str(), 0600);
  write_text(folder / "sub/.git", "gitdir: ../.git/modules/sub");
  write_text(folder / "sub/file.txt", "x");
  write_text(folder / "nested/.git/config", "x");
  const auto result = check(folder.path());
  CHECK(lines(result.findings, Severity::refusal) ==
        "kit.symlink link\n"
        "kit.symlink link-to-folder\n"
        "kit.repository-inside nested | nested/.git\n"
        "kit.special-file pipe\n"
        "kit.repository-inside sub | sub/.git\n");
  CHECK(refuses(result.findings));
}

TEST_CASE("a submodule that was never fetched is warned of") {
  TempFolder folder;
  write_text(folder / "kit.toml", manifest);
  write_text(folder / ".gitmodules", "[submodule \"a\"]\n\tpath = parts/a\n\turl = x\n[submodule \"b\"]\n\tpath = parts/bc\n");
  std::filesystem::create_directories(folder / "parts/a");
  std::filesystem::create_directories(folder / "parts/b");
  CHECK(lines(check(folder.path()).findings, Severity::warning) == "kit.empty-folder parts/a/ | a submodule that was never fetched\n");
}

TEST_CASE("a kit.toml that is refused for itself is not said to be missing as well") {
  TempFolder folder;
  write_text(folder / "real.toml", manifest);
  std::filesystem::create_symlink("real.toml", folder / "kit.toml");
  CHECK(lines(check(folder.path()).findings) == "kit.symlink kit.toml\n");
  std::filesystem::remove(folder / "kit.toml");
  write_text(folder / "Kit.TOML", manifest);
  CHECK(lines(check(folder.path()).findings) == "kit.manifest-missing  | rename Kit.TOML to kit.toml\n");
}

TEST_CASE("an unreadable file is refused") {
  if (::geteuid() == 0) return;  // root reads everything
  TempFolder folder;
  write_text(folder / "kit.toml", manifest);
  write_text(folder / "secret.txt", "x");
  ::chmod((folder / "secret.txt").c_str(), 0);
  CHECK(lines(check(folder.path()).findings) == "kit.unreadable secret.txt\n");
}

TEST_CASE("names are refused once each, with what can be mended marked") {
  TempFolder folder;
  write_text(folder / "kit.toml", manifest);
  for (const auto* name : {"a:b.txt", "Photo.txt", "photo.txt", "re\xCC\x81union.txt", "fin ", "CON", "latin\xE9"}) {
    write_text(folder / name, "x");
  }
  CHECK(lines(check(folder.path()).findings) ==
        "name.reserved CON (mendable)\n"
        "name.character a:b.txt | : (mendable)\n"
        "name.edge fin  | ends with a blank (mendable)\n"
        "name.not-utf8 latin\xE9 (mendable)\n"
        "name.twin photo.txt | Photo.txt (mendable)\n"
        "name.decomposed re\xCC\x81union.txt (mendable)\n");
}

TEST_CASE("paths are bounded in length and depth") {
  TempFolder folder;
  write_text(folder / "kit.toml", manifest);
  const std::string name(120, 'a');
  write_text(folder / (name + "/" + name), "x");
  std::string deep;
  for (int i = 0; i < 20; ++i) deep += "d/";
  write_text(folder / (deep + "f"), "x");
  const auto text = lines(check(folder.path()).findings);
  CHECK(text.find("name.path-too-long " + name + "/" + name + " | 241 bytes, at most 220\n") != std::string::npos);
  CHECK(text.find("name.path-too-deep d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d | ") != std::string::npos);
}

TEST_CASE("the manifest is looked for, read, and its refusals are the folder's") {
  TempFolder folder;
  write_text(folder / "guide.md", "x");
  CHECK(lines(check(folder.path()).findings) == "kit.manifest-missing \n");
  write_text(folder / "kit.toml", "kind = \"method\"\n");
  const auto result = check(folder.path());
  CHECK_FALSE(result.manifest);
  CHECK(lines(result.findings) == "kit.title-missing kit.toml\nkit.licence-missing kit.toml\n");
  std::filesystem::remove(folder / "kit.toml");
  std::filesystem::create_directories(folder / "kit.toml");
  CHECK(lines(check(folder.path()).findings, Severity::refusal) == "kit.manifest-missing \n");
  CHECK(check_folder(folder / "nothing", {today, {}}).error().code == Errc::kit_not_a_folder);
  CHECK(check_folder(folder / "guide.md", {today, {}}).error().code == Errc::kit_not_a_folder);
}

TEST_CASE("the slug comes from kit.toml, else from the folder's name") {
  TempFolder folder;
  write_text(folder / "Café numérique/kit.toml", manifest);
  CHECK(check(folder / "Café numérique").slug == "cafe-numerique");
  CHECK(check(folder / "Café numérique/").slug == "cafe-numerique");
  CHECK(check(folder / "Café numérique/../Café numérique/.").slug == "cafe-numerique");
  write_text(folder / "日本/kit.toml", manifest);
  CHECK(lines(check(folder / "日本").findings) == "kit.slug-missing \n");
  write_text(folder / "日本/kit.toml", manifest + "slug = \"japon\"\n");
  CHECK(check(folder / "日本").slug == "japon");
}

TEST_CASE("consent is asked for pictures, dated, and compared with the audience") {
  TempFolder folder;
  for (const auto* path : {"photos/a.JPG", "photos/b.png", "film.mp4", "dessins/plan.png", "guide.pdf"}) write_text(folder / path, "x");
  write_text(folder / "kit.toml", manifest +
                                      "[[consent]]\nfile = \"photos/a.JPG\"\nrole = \"enfant\"\nscope = \"territory\"\n"
                                      "until = 2026-02-28\n"
                                      "[[consent]]\nfile = \"dessins/\"\nrole = \"none\"\nscope = \"public\"\n"
                                      "[[consent]]\nfile = \"gone.jpg\"\nrole = \"participant\"\nscope = \"region\"\n"
                                      "until = 2026-03-01\n");
  const std::string always =
      "kit.consent-over photos/a.JPG | until 2026-02-28\n"
      "kit.consent-missing film.mp4\n"
      "kit.consent-unused gone.jpg\n";
  CHECK(check(folder.path()).findings.front().severity == Severity::refusal);  // of gone.jpg nothing would be published
  CHECK(lines(check(folder.path()).findings) == always + "kit.consent-missing photos/b.png\n");
  CHECK(lines(check(folder.path(), {today, Audience{}}).findings) ==
        always +
            "kit.consent-narrow photos/a.JPG | territory < region\nkit.consent-missing "
            "photos/b.png\n");
  CHECK(lines(check(folder.path(), {today, Audience{Audience::Kind::territory, "lille"}}).findings) ==
        always + "kit.consent-missing photos/b.png\n");
}

}  // namespace folder_test

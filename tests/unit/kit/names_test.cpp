#include "store/kit/names.hpp"

#include <random>

#include "proto/limits.hpp"
#include "proto/text.hpp"
#include "tests/support/catch.hpp"

namespace names_test {
using namespace essaimage;
using namespace essaimage::kit;

namespace {

/// Not inlined: gcc 12 sees a copy out of bounds (-Warray-bounds) in a sum of strings whose lengths it knows.
[[gnu::noinline]] std::string repeated(char c, std::size_t count) { return std::string(count, c); }

Errc reason(const std::string& name) {
  CAPTURE(name);
  const auto status = check_name(name);
  REQUIRE_FALSE(status);
  return status.error().code;
}

std::string random_name(std::mt19937& random) {
  static const std::vector<std::string> parts = {".",
                                                 "..",
                                                 " ",
                                                 "git",
                                                 ".git",
                                                 "~1",
                                                 "~",
                                                 "%",
                                                 "%2E",
                                                 "%25",
                                                 "CON",
                                                 "nul",
                                                 "attributes",
                                                 "modules",
                                                 "é",
                                                 "e\xCC\x81",
                                                 "\xFF",
                                                 "\x01",
                                                 ":",
                                                 "?",
                                                 "*",
                                                 "\"",
                                                 "\\",
                                                 "/",
                                                 "a",
                                                 "Z",
                                                 "œ",
                                                 "com",
                                                 "1",
                                                 ".txt",
                                                 "\xCC\x81",
                                                 "\xC2\xA0",
                                                 "\xC2\xB9",
                                                 "\xE2\x80\x8C",
                                                 "\xCD\xB8",
                                                 "ss",
                                                 "i",
                                                 "İ",
                                                 "lpt",
                                                 "\xE1\x85\xA1",
                                                 "\xE2\x80\xAE",
                                                 "\xEF\xBC\x8E"};
  std::string name;
  const auto count = random() % 6;
  for (unsigned i = 0; i < count; ++i) name += parts[random() % parts.size()];
  if (random() % 20 == 0) name += std::string(random() % 300, 'x');
  if (random() % 4 == 0) {
    for (unsigned i = 0; i < 4; ++i) name.push_back(static_cast<char>(random() % 256));
  }
  return name;
}

}  // namespace

TEST_CASE("names that people give are accepted as they are") {
  for (const std::string name : {"kit.toml",
                                 "Guide d'animation.pdf",
                                 "été à l'école (v2).docx",
                                 "œuvre n° 3.jpg",
                                 ".nojekyll",
                                 "100 %.txt",
                                 "%",
                                 "a.b.c",
                                 "日本.txt",
                                 "photo👍🏽.jpg",
                                 "résumé – final.odt",
                                 "console.log",
                                 "COM10.txt",
                                 "nulle",
                                 "git",
                                 ".gitignore",
                                 ".gitattributes",
                                 ".GitModules",
                                 "a~1",
                                 "Et alors…",
                                 "x'y",
                                 "[1].bin",
                                 "#1",
                                 "!important",
                                 "-x",
                                 "می‌خواهم"}) {
    CAPTURE(name);
    CHECK(check_name(name));
    CHECK(mend_name(name) == name);
  }
}

TEST_CASE("what Windows or macOS cannot hold is refused by its reason") {
  for (const char c : std::string("<>:\"|?*\\/\x01\x1F\x7F\t\n")) {
    CHECK(reason(std::string("a") + c + "b") == Errc::name_character);
  }
  CHECK(reason("a\xC2\x85") == Errc::name_character);                 // a C1 control
  CHECK(reason("photo\xE2\x80\xAEgpj.exe") == Errc::name_character);  // right-to-left override
  CHECK(reason("a\xEF\xBF\xBE") == Errc::name_character);             // a noncharacter
  CHECK(reason("a\xCD\xB8") == Errc::name_character);                 // U+0378, unassigned
  CHECK(check_name("a\xEF\xBF\xBE").error().detail == "U+FFFE");
  CHECK(reason("\xE2\x80\x8B") == Errc::name_character);  // a zero-width space alone
  CHECK(mend_name("\xE2\x80\x8B") == "_");
  CHECK(reason("") == Errc::name_edge);
  for (const std::string name : {".", "..", "a.", "a ", " a", "a\xC2\xA0",
                                 "\xE3\x80\x80"
                                 "a",
                                 "..."}) {
    CHECK(reason(name) == Errc::name_edge);
  }
  for (const std::string name : {"CON", "con", "Nul.txt", "aux.tar.gz", "PRN", "COM1", "com9.log", "LPT0", "COM\xC2\xB9", "CONIN$",
                                 "clock$", "nul .txt", "\xEF\xBC\xA3ON"}) {
    CHECK(reason(name) == Errc::name_reserved);
  }
  CHECK(reason("e\xCC\x81") == Errc::name_decomposed);
  CHECK(reason("caf\xE9") == Errc::name_not_utf8);
  CHECK(reason("\xED\xA0\x80") == Errc::name_not_utf8);  // a surrogate
  CHECK(reason(std::string(251, 'a')) == Errc::name_too_long);
  CHECK(check_name(std::string(250, 'a')));
}

TEST_CASE("no spelling of .git passes") {
  for (const std::string name :
       {".git", ".GIT", ".Git", "git~1", "GIT~1", ".g\xE2\x80\x8Cit", "\xE2\x80\x8D.git", ".git\xEF\xBB\xBF", "\xEF\xBC\x8Egit", "gitmod~1",
        "GITATT~4", "gi7eba~1", "GI7D29~9", "g~123456", "\xE2\x80\x8C.gitmodules", "\xEF\xBC\x8Egitattributes"}) {
    CHECK(reason(name) == Errc::name_git);
    CHECK(check_name(mend_name(name)));
  }
  CHECK_FALSE(check_name(".git."));
  CHECK_FALSE(check_name(".git "));
  CHECK_FALSE(check_name(".git::$INDEX_ALLOCATION"));
}

TEST_CASE("names that fold to git's own files are stored escaped, and nothing else is") {
  CHECK(to_stored_name(".gitattributes") == "%2Egitattributes");
  CHECK(to_stored_name(".GITmodules") == "%2EGITmodules");
  CHECK(to_stored_name(".git\xE2\x80\x8Cmodules") == "%2Egit\xE2\x80\x8Cmodules");
  CHECK(to_stored_name("%2Egitattributes") == "%252Egitattributes");
  CHECK(to_stored_name("%") == "%25");
  CHECK(to_stored_name(".gitignore") == ".gitignore");
  CHECK(to_stored_path("a/.gitattributes/%b") == "a/%2Egitattributes/%25b");
  CHECK(from_stored_path("a/%2Egitattributes/%25b").value() == "a/.gitattributes/%b");
  for (const std::string bad :
       {".gitattributes", ".GitModules", "%", "%x", "%2E", "%2Ex", "%2egitattributes", "%41", "%2Egit", "%25/", "%2Egitignore", ".git"}) {
    CAPTURE(bad);
    CHECK_FALSE(from_stored_name(bad));
  }
}

TEST_CASE("a path is bounded, relative, and made of good names") {
  CHECK(check_path("a"));
  CHECK(check_path("a/b c/é.txt"));
  for (const std::string bad : {"", "/a", "a/", "a//b", "a/../b", "./a", "a/CON/b", "a\\b"}) {
    CAPTURE(bad);
    CHECK_FALSE(check_path(bad));
    CHECK_FALSE(from_stored_path(bad));
  }
  std::string deep;
  for (std::size_t i = 1; i < limits::kit_path_depth_max; ++i) deep += "d/";
  CHECK(check_path(deep + "f"));
  CHECK(check_path(deep + "d/f").error().code == Errc::path_too_deep);
  CHECK(from_stored_path(deep + "d/f").error().code == Errc::path_too_deep);
  CHECK(check_path(repeated('a', 110) + "/" + repeated('b', 109)));
  CHECK(check_path(repeated('a', 110) + "/" + repeated('b', 110)).error().code == Errc::path_too_long);
}

TEST_CASE("mending changes as little as it can") {
  CHECK(mend_name("re\xCC\x81union.txt") == "réunion.txt");
  CHECK(mend_name("caf\xE9.txt") == "café.txt");
  CHECK(mend_name("Atelier 12:30 <v2>.pdf") == "Atelier 12-30 -v2-.pdf");
  CHECK(mend_name("Pourquoi?.pdf") == "Pourquoi.pdf");
  CHECK(mend_name("dit \"le Chat\".jpg") == "dit 'le Chat'.jpg");
  CHECK(mend_name("fin ") == "fin");
  CHECK(mend_name(" ..fin. . ") == "..fin");
  CHECK(mend_name("CON.txt") == "_CON.txt");
  CHECK(mend_name("???") == "_");
  CHECK(mend_name("git~1") == "git-1");
  CHECK(mend_name("\xEF\xBC\x8Egitattributes") == ".gitattributes");
  const auto shortened = mend_name(repeated('a', 300) + ".jpeg");
  CHECK(shortened.size() == limits::file_name_bytes_max);
  CHECK(shortened.ends_with("a.jpeg"));
}

TEST_CASE("any bytes are mended into a good name, and a stored name comes back exactly") {
  std::mt19937 random(20260101);
  for (int i = 0; i < 4000; ++i) {
    const auto name = random_name(random);
    CAPTURE(i, name);
    const auto mended = mend_name(name);
    REQUIRE(check_name(mended));
    REQUIRE(mend_name(mended) == mended);
    REQUIRE(from_stored_name(to_stored_name(mended)).value() == mended);
    if (check_name(name)) REQUIRE(mended == name);
    if (const auto back = from_stored_name(name)) REQUIRE(to_stored_name(*back) == name);
  }
}

TEST_CASE("twins are names that one folder of Windows or macOS would confuse") {
  TwinFinder twins;
  CHECK(twins.add("Photo.jpg"));
  CHECK(twins.add("photo2.jpg"));
  CHECK_FALSE(twins.add("PHOTO.JPG"));
  CHECK(twins.other() == "Photo.jpg");
  CHECK(twins.add("été"));
  CHECK_FALSE(twins.add("E\xCC\x81t\xC3\xA9"));
  CHECK_FALSE(twins.add("photo\xE2\x80\x8B.jpg"));
  CHECK(twins.add("caf\xE9"));
  CHECK(twins.add("caf\xE8"));
  CHECK(twins.add("Straße"));
  CHECK_FALSE(twins.add("STRASSE"));
}

TEST_CASE("litter is what programs leave, not what people name") {
  for (const auto* name : {".DS_Store",
                           "Thumbs.db",
                           "thumbs.DB",
                           "desktop.ini",
                           "~$rapport.docx",
                           ".svn",
                           ".git",
                           "__MACOSX",
                           ".notes.md.swp",
                           "x.swp",
                           "._photo.jpg",
                           ".~lock.budget.ods#",
                           "notes.txt~",
                           "#notes#",
                           ".#notes",
                           "Icon\r",
                           ".Trash-1000",
                           "$RECYCLE.BIN",
                           "film.mp4.crdownload",
                           ".film.mp4.essaimage-0123abcd"}) {
    CAPTURE(name);
    CHECK(is_litter(name));
  }
  for (const auto* name : {"kit.toml", ".gitignore", ".gitattributes", "CVS", "~", "#1", "#", "desktop.ini.txt", "thumbs", ".nojekyll",
                           "swp", "git", ".config", "a.swo", "répertoire"}) {
    CAPTURE(name);
    CHECK_FALSE(is_litter(name));
  }
}

}  // namespace names_test

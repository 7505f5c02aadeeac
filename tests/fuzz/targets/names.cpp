// Names and paths of files, as people give them and as they stand in git's trees.

#include "store/kit/names.hpp"

#include "proto/limits.hpp"
#include "proto/text.hpp"
#include "tests/fuzz/target.hpp"

namespace essaimage::fuzz::names_target {
namespace {

/// What no accepted name may hold, told apart from the rules under test and in less words.
bool is_harmless(std::string_view name) {
  if (name.empty() || name == "." || name == ".." || name.back() == '.' || name.back() == ' ' || !is_utf8(name)) return false;
  for (const char c : name) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F || std::string_view("<>:\"|?*\\/").find(c) != std::string_view::npos)
      return false;
  }
  const std::string folded = fold_name(name);
  return folded != ".git" && folded != "git~1";
}

bool run(ByteView bytes) {
  using namespace kit;
  const std::string_view text = text_of(bytes);
  const std::string mended = mend_name(text);
  ESSAIMAGE_ASSERT(check_name(mended));
  ESSAIMAGE_ASSERT(is_harmless(mended));
  ESSAIMAGE_ASSERT(mend_name(mended) == mended);
  (void)is_litter(text);
  if (check_name(text)) {
    ESSAIMAGE_ASSERT(mended == text);
    ESSAIMAGE_ASSERT(is_harmless(text));
    const std::string stored = to_stored_name(text);
    ESSAIMAGE_ASSERT(from_stored_name(stored).value() == text);
    // What git acts upon by its name is never stored under it.
    const std::string folded = fold_name(stored);
    ESSAIMAGE_ASSERT(folded != ".gitattributes" && folded != ".gitmodules");
    TwinFinder twins;
    ESSAIMAGE_ASSERT(twins.add(text) && !twins.add(text));
  }
  const auto path = from_stored_path(text);
  if (!path) return false;
  ESSAIMAGE_ASSERT(check_path(*path));
  ESSAIMAGE_ASSERT(to_stored_path(*path) == text);
  ESSAIMAGE_ASSERT(path->size() <= limits::kit_path_bytes_max);
  return true;
}

std::vector<Seed> seeds() {
  std::vector<Seed> seeds{seed("valid-path", "Photos d'été/Café à Lille (1).jpg"), seed("valid-escapes", "a/%2Egitattributes/%25b"),
                          seed("valid-emoji", "photo👍🏽.jpg")};
  // Spellings by which programs were made to write into .git or beside the folder, or to act upon a file of the author's.
  const char* hostile[] = {".git",
                           ".GIT/config",
                           "git~1",
                           "GIT~1",
                           ".git ",
                           ".git...",
                           ".g\xE2\x80\x8Cit",
                           ".gi\xCC\x87t/..",
                           "\xEF\xBC\x8Egit",
                           ".git::$INDEX_ALLOCATION",
                           ".git:x",
                           "..",
                           ".",
                           "a/../b",
                           "../x",
                           "/etc/passwd",
                           "C:\\x",
                           "\\\\host\\share",
                           "a\\b",
                           "a/.git/hooks/post-checkout",
                           ".gitmodules",
                           "GITMOD~1",
                           ".gitmodules ",
                           ".gitattributes",
                           "gi7eba~1",
                           "g~123456",
                           "con",
                           "aux.txt",
                           "COM1",
                           "nul .txt",
                           "a:b",
                           "a ",
                           "a.",
                           "a//b",
                           "e\xCC\x81t\xC3\xA9",
                           "a\x01",
                           "a\n",
                           "\xFF\xFE",
                           "\xED\xA0\x80",
                           "photo\xE2\x80\xAEgpj.exe",
                           "%2egitmodules",
                           "%41",
                           "%2Egit",
                           "-\x7F",
                           ".lfsconfig/.git"};
  for (std::size_t i = 0; i < std::size(hostile); ++i) seeds.push_back(seed("hostile-" + std::to_string(i), hostile[i]));
  seeds.push_back(seed("hostile-long", std::string(251, 'n')));
  std::string deep;
  for (int i = 0; i < 20; ++i) deep += "d/";
  seeds.push_back(seed("hostile-deep", deep + "x"));
  return seeds;
}

const Registered registered{{"names", run, seeds, 100}};

}  // namespace
}  // namespace essaimage::fuzz::names_target

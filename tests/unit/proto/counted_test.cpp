#include "proto/counted.hpp"

#include "tests/support/catch.hpp"

namespace counted_test {
using namespace essaimage;

TEST_CASE("one is one in both languages, nothing is one in French alone") {
  CHECK(counted(0, media_files, Language::english) == "0 media files");
  CHECK(counted(0, media_files, Language::french) == "0 média");
  CHECK(counted(1, media_files, Language::english) == "1 media file");
  CHECK(counted(1, kits_counted, Language::french) == "1 kit");
  CHECK(counted(2, peers_counted, Language::french) == "2 pairs");
  CHECK(counted(12'345, members_counted, Language::english) == "12,345 members");
  CHECK(counted(1'234, files_counted, Language::french) ==
        "1\u202F"
        "234 fichiers");
  CHECK(by_number(1, {{"is", "est"}, {"are", "sont"}}, Language::french) == "est");
}

TEST_CASE("French punctuation is not torn from its word, and nothing else changes") {
  const auto french = [](std::string_view text) { return typeset(text, Language::french); };
  CHECK(french("erreur : rien") == "erreur\u00A0: rien");
  CHECK(french("prêt ; quoi ? oui !") == "prêt\u00A0; quoi\u00A0? oui\u00A0!");
  CHECK(french("« lampe »") == "«\u00A0lampe\u00A0»");
  CHECK(french("`x` ? (y ?)") == "`x`\u00A0? (y\u00A0?)");
  CHECK(french("a: b tcp://x:1 :7490 ?x") == "a: b tcp://x:1 :7490 ?x");
  CHECK(french("fin :\n") == "fin\u00A0:\n");
  CHECK(typeset("odd : text", Language::english) == "odd : text");
}

}  // namespace counted_test

// What a French reader sees of an error's detail.
#include "proto/detail.hpp"

#include <string>
#include <vector>

#include "tests/support/catch.hpp"

namespace detail_test {
using namespace essaimage;

namespace {

std::string fr(std::string_view detail) { return detail_in(detail, Language::french); }

}  // namespace

TEST_CASE("what a detail says in words is said in French, and what it names stays as it is") {
  CHECK(fr("date: expected a day such as 2026-03-01") == "date\u00A0: il faut un jour, comme 2026-03-01");
  CHECK(fr("kit.toml:3: stage: expected \"workshop\" (needs gathered) or \"prototype\" (made)") ==
        "kit.toml:3: stage\u00A0: il faut \"workshop\" (besoins recueillis) ou \"prototype\" (réalisé)");
  CHECK(fr("kit.toml:2: licence: expected an SPDX licence such as \"CC-BY-SA-4.0\"; did you mean \"MIT\"?") ==
        "kit.toml:2: licence\u00A0: il faut une licence SPDX, comme \"CC-BY-SA-4.0\"\u00A0; vouliez-vous dire \"MIT\"\u00A0?");
  CHECK(fr("kit.toml:1: Error while parsing string: encountered end-of-file") ==
        "kit.toml:1\u00A0: un texte est mal écrit (manque-t-il un guillemet\u00A0?)\u00A0: la fin du fichier est arrivée trop tôt");
  CHECK(fr("kit.toml:4: Error while parsing key-value pair: cannot redefine existing string 'title'") ==
        "kit.toml:4\u00A0: une ligne «\u00A0clé = valeur\u00A0» est mal écrite\u00A0: 'title' est déjà écrit plus haut");
  CHECK(fr("no peer is connected") == "aucun pair n'est connecté");
  CHECK(fr("threshold 3 of 1 key") == "3 signatures demandées, pour 1 clé");
  CHECK(fr("curators: 1 of 2") == "curators\u00A0: 1 sur 2");
  CHECK(fr("a/k@1: accepted, 2026-03-01T00:00:00Z, \"essayé\"; --after 1") ==
        "a/k@1\u00A0: retenu, 2026-03-01T00:00:00Z, \"essayé\"; --after 1");
  CHECK(fr("sessions: 1 to 1000") == "sessions\u00A0: de 1 à 1000");
  CHECK(fr("threshold 3 of 2 keys") == "3 signatures demandées, pour 2 clés");
}

TEST_CASE("of several lines that fit, the one with the most words is said") {
  CHECK(fr("at most 16") == "16 au plus");
  CHECK(fr("at most 65536 bytes") == "65536 octets au plus");
  CHECK(fr("300 bytes, at most 220") == "300 octets, pour 220 au plus");
}

TEST_CASE("names, paths and what a person typed are never changed, nor is anything in English") {
  for (const std::string detail :
       {"", "wazemmes/lampe", "guide: suite; fin.txt", "--lang: fr | en", "photos/expected.jpg", ": ", "a: ", "; "}) {
    CHECK(fr(detail) == detail);
  }
  CHECK(detail_in("date: expected a number", Language::english) == "date: expected a number");
  // A file may be named as we speak: what is told of it is still understood.
  CHECK(fr("empty") == "vide");
}

TEST_CASE("each line has as many holes in French as are filled in English, and all are filled") {
  struct Pair {
    std::string en, fr;
  };
  const std::vector<Pair> lines = {
#define ESSAIMAGE_DETAIL(en, fr) {en, fr},
#include "proto/details.def"
#undef ESSAIMAGE_DETAIL
  };
  for (const auto& line : lines) {
    CAPTURE(line.en);
    std::string part = line.en;
    int filled = 0;
    for (auto at = part.find("{}"); at != std::string::npos; at = part.find("{}")) part.replace(at, 2, "x" + std::to_string(filled++));
    const auto said = fr(part);
    CHECK(said != part);
    for (const auto* const hole : {"{}", "{0}", "{1}", "{2}"}) CHECK(said.find(hole) == std::string::npos);
    if (line.fr.find("{}") != std::string::npos) {
      for (int i = 0; i < filled; ++i) CHECK(said.find("x" + std::to_string(i)) != std::string::npos);
    }
  }
}

}  // namespace detail_test

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
        "kit.toml:3\u00A0: stage\u00A0: il faut \"workshop\" (besoins recueillis) ou \"prototype\" (réalisé)");
  CHECK(fr("kit.toml:2: licence: expected an SPDX licence such as \"CC-BY-SA-4.0\"; did you mean \"MIT\"?") ==
        "kit.toml:2\u00A0: licence\u00A0: il faut une licence SPDX, comme \"CC-BY-SA-4.0\"\u00A0; vouliez-vous dire \"MIT\"\u00A0?");
  CHECK(fr("kit.toml:1: Error while parsing string: encountered end-of-file") ==
        "kit.toml:1\u00A0: un texte est mal écrit (manque-t-il un guillemet\u00A0?)\u00A0: la fin du fichier est arrivée trop tôt");
  CHECK(fr("kit.toml:4: Error while parsing key-value pair: cannot redefine existing string 'title'") ==
        "kit.toml:4\u00A0: une ligne «\u00A0clé = valeur\u00A0» est mal écrite\u00A0: 'title' est déjà écrit plus haut");
  CHECK(fr("no peer is connected") == "aucun pair n'est connecté");
  CHECK(fr("threshold 3 of 1 key") == "3 signatures demandées, pour 1 clé");
  CHECK(fr("curators: 1 of 2") == "curators\u00A0: 1 sur 2");
  CHECK(fr("a/k@1: accepted, 2026-03-01T00:00:00Z, \"essayé\"; --after 1") ==
        "a/k@1\u00A0: retenu, 1er mars 2026 00:00 UTC, \"essayé\"\u00A0; --after 1");
  CHECK(fr("sessions: 1 to 1000") == "sessions\u00A0: de 1 à 1000");
  CHECK(fr("threshold 3 of 2 keys") == "3 signatures demandées, pour 2 clés");
}

TEST_CASE("days and punctuation are written as French is, and what has to be typed stays as it is typed") {
  CHECK(fr("a/k:photos/groupe.jpg, withdrawn on 2026-11-30: accord retiré") ==
        "a/k:photos/groupe.jpg, retiré le 30 nov. 2026\u00A0: accord retiré");
  CHECK(fr("2036-03-01 is still to come") == "le 1er mars 2036 est encore à venir");
  CHECK(fr("curators: 2026-12-10T23:59:59Z; catalogue/a/k.toml") == "curators\u00A0: 10 déc. 2026 23:59 UTC\u00A0; catalogue/a/k.toml");
  CHECK(fr("--expires: expected a day such as 2027-12-31, or never; 2026-11-31") ==
        "--expires\u00A0: il faut un jour, comme 2027-12-31, ou jamais\u00A0; 2026-11-31");
  CHECK(fr("--expires: 2026-11-29: tomorrow at the earliest") == "--expires\u00A0: 2026-11-29\u00A0: demain au plus tôt");
  CHECK(fr("kit.toml:12: Error while parsing date: expected day between 1 and 28 (inclusive), saw 30") ==
        "kit.toml:12\u00A0: une valeur est mal écrite (date)\u00A0: il faut un jour de 1 à 28, et il y a 30");
  CHECK(fr("wazemmes/malle\u00A0; vouliez-vous dire") == "wazemmes/malle\u00A0; vouliez-vous dire");
  CHECK(fr("fives: clé volée") == "fives\u00A0: clé volée");
  CHECK(fr("wazemmes/malle: region") == "wazemmes/malle\u00A0: region");
  CHECK(fr("--why: \"M. Petit\", \"06 12 34 56 78\"") == "--why\u00A0: \"M. Petit\", \"06 12 34 56 78\"");
  CHECK(fr("words: 500 bytes") == "mots\u00A0: 500 octets");
  CHECK(fr("members/b.toml: 1 of 2 signatures of members") == "members/b.toml\u00A0: 1 sur 2 signatures du rôle members");
}

TEST_CASE("of several lines that fit, the one with the most words is said") {
  CHECK(fr("at most 16") == "16 au plus");
  CHECK(fr("at most 65536 bytes") == "65536 octets au plus");
  CHECK(fr("300 bytes, at most 220") == "300 octets, pour 220 au plus");
}

TEST_CASE("names, paths and what a person typed are not translated, nor is anything in English") {
  for (const std::string detail : {"", "wazemmes/lampe", "Le guide: La suite; fin.txt", "photos/expected.jpg", ": ", "a: ", "; "}) {
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

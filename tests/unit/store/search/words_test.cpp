// Words: what people write on one side and look for on the other.
#include <algorithm>

#include "proto/limits.hpp"
#include "store/search/words.hpp"
#include "tests/support/catch.hpp"

namespace words_test {
using namespace essaimage;
using namespace essaimage::store;

namespace {

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  Word word;
  for (std::size_t at = 0; next_word(text, at, word); at = word.end) words.emplace_back(word.text);
  return words;
}

/// Whether who looks for one finds what is written as the other.
bool find_each_other(std::string_view typed, std::string_view written) {
  Stems stems;
  REQUIRE(stems.ready());
  const auto one = stems.forms(typed);
  const auto other = stems.forms(written);
  return std::ranges::any_of(one, [&](const auto& form) { return std::ranges::find(other, form) != other.end(); });
}

}  // namespace

TEST_CASE("letters, digits and marks make words, and all else parts them") {
  using Words = std::vector<std::string>;
  CHECK(words_of("L'atelier d’essaimage, à 14h30 : 6 tablettes !") ==
        Words{"L", "atelier", "d", "essaimage", "à", "14h30", "6", "tablettes"});
  CHECK(words_of("imprimante 3D_v2/README.md") == Words{"imprimante", "3D", "v2", "README", "md"});
  CHECK(words_of("e\u0301te\u0301") == Words{"e\u0301te\u0301"});  // accents that stand alone stay with their letters
  CHECK(words_of("").empty());
  CHECK(words_of("\" OR * NEAR( ) : ^ -").size() == 2);
  CHECK(words_of("a\xFFz \xC3") == Words{"a", "z"});  // not UTF-8
}

TEST_CASE("what people also write as one word is told as one, and what an apostrophe leaves of a little word is not") {
  const auto joined = [](std::string_view text) {
    std::vector<std::string> found;
    Word word;
    for (WordReader reader(text); reader.next(word);) {
      if (reader.joined().empty()) continue;
      const auto whole = text.substr(reader.joined_begin(), word.end - reader.joined_begin());
      found.push_back(std::string(reader.joined()) + " of " + std::string(whole));
    }
    return found;
  };
  using Words = std::vector<std::string>;
  CHECK(joined("Aujourd'hui, un presqu’île.") == Words{"Aujourdhui of Aujourd'hui", "presquîle of presqu’île"});
  CHECK(joined("jusqu'à d'aujourd'hui") == Words{"aujourdhui of aujourd'hui"});
  CHECK(joined("en F.A.L.C. et C.V.") == Words{"FALC of F.A.L.C", "CV of C.V"});
  CHECK(joined("l'atelier d’essaimage, women's, it's, qu'il, 'x' y'") == Words{});
  CHECK(joined("M.Dupont 3.5 v1.2.3 a. b fin.Le F..A a-b a'.b") == Words{});
  CHECK(joined("rock'n'roll") == Words{"rocknroll of rock'n'roll"});
  CHECK(joined("") == Words{});
  std::string endless;
  for (int i = 0; i < 100'000; ++i) endless += "a.";
  for (const auto& each : joined(endless)) CHECK(each.find(' ') <= limits::word_bytes_max);
}

TEST_CASE("a word without end counts by its beginning, and is read in one go") {
  const std::string endless(8 * limits::MiB, 'x');
  const auto words = words_of(endless);
  REQUIRE(words.size() == 1);
  CHECK(words[0].size() == limits::word_bytes_max);
  std::string accents;
  for (int i = 0; i < 100; ++i) accents += "é";
  CHECK(words_of(accents)[0].size() == limits::word_bytes_max);  // no letter is cut in two
  CHECK(words_of("x" + accents)[0].size() == limits::word_bytes_max - 1);
}

TEST_CASE("French words are found whatever their accents, plural or ending") {
  const auto [typed, written] = GENERATE(table<const char*, const char*>({{"numerique", "numérique"},
                                                                          {"NUMÉRIQUES", "numérique"},
                                                                          {"ateliers", "atelier"},
                                                                          {"atelier", "Ateliers"},
                                                                          {"souris", "souris"},
                                                                          {"activite", "activités"},
                                                                          {"activités", "activite"},
                                                                          {"journaux", "journal"},
                                                                          {"parentalite", "parentalité"},
                                                                          {"animer", "animé"},
                                                                          {"seniors", "sénior"},
                                                                          {"oeuvre", "œuvres"},
                                                                          {"eleve", "élèves"},
                                                                          {"ete", "e\u0301te\u0301"},
                                                                          {"solidaire", "solidaires"}}));
  CAPTURE(typed, written);
  CHECK(find_each_other(typed, written));
}

TEST_CASE("English words are found whatever their plural or ending") {
  const auto [typed, written] = GENERATE(table<const char*, const char*>({{"workshops", "workshop"},
                                                                          {"workshop", "Workshops"},
                                                                          {"printing", "printed"},
                                                                          {"stories", "story"},
                                                                          {"repairing", "repair"},
                                                                          {"kits", "kit"}}));
  CAPTURE(typed, written);
  CHECK(find_each_other(typed, written));
}

TEST_CASE("words that are not the same do not find each other") {
  const auto [typed, written] = GENERATE(table<const char*, const char*>(
      {{"souris", "sourire"}, {"atelier", "attelage"}, {"lampe", "lampion"}, {"clavier", "clarinette"}, {"2025", "2026"}, {"on", "ont"}}));
  CAPTURE(typed, written);
  CHECK_FALSE(find_each_other(typed, written));
}

TEST_CASE("little words and numbers are found as they are, and what is folded is plain") {
  Stems stems;
  CHECK(stems.forms("les") == std::vector<std::string>{"les"});
  CHECK(stems.forms("2026") == std::vector<std::string>{"2026"});
  CHECK(is_little_word("avec"));
  CHECK(is_little_word("the"));
  CHECK_FALSE(is_little_word("atelier"));
  CHECK(fold_word("Œuvre") == "oeuvre");
  CHECK(fold_word("STRASSE") == fold_word("Straße"));
  CHECK(fold_text("  Accès aux Droits, santé") == "acces aux droits sante");
}

}  // namespace words_test

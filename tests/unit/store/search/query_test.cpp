// What is typed, as the index gets it; and what of a kit's files is searched.
#include "store/search/query.hpp"
#include "proto/limits.hpp"
#include "store/search/kit_text.hpp"
#include "tests/support/catch.hpp"

namespace query_test {
using namespace essaimage;
using namespace essaimage::store;

TEST_CASE("all words count, the last one may go on, and little ones count only where there are no others") {
  const auto typed = typed_words("L'atelier numérique");
  REQUIRE(typed);
  CHECK(typed->words == std::vector<std::string>{"atelier", "numerique"});
  CHECK(typed->all == R"("atelier" AND ("numérique" OR "numérique" *))");
  CHECK(typed->any == R"("atelier" OR ("numérique" OR "numérique" *))");
  CHECK(typed_words("le la les")->all == R"("le" AND "la" AND ("les" OR "les" *))");
  CHECK(typed_words("lampe LAMPE Lampé")->words == std::vector<std::string>{"lampe"});
  CHECK(typed_words("x")->all == R"("x")");  // too short to go on
  CHECK(typed_words(" !? ")->all.empty());
}

TEST_CASE("what is also written as one word is looked for as one, and in its parts where these are words") {
  const auto typed = typed_words("Aujourd'hui en F.A.L.C.");
  REQUIRE(typed);
  CHECK(typed->words == std::vector<std::string>{"aujourdhui", "falc"});
  CHECK(typed->all == R"(("Aujourdhui" OR ("Aujourd" AND "hui")) AND ("FALC" OR "FALC" *))");
  CHECK(typed_words("aujourd'h")->all == R"((("aujourdh" OR "aujourdh" *) OR ("aujourd" AND "h")))");
  CHECK(typed_words("l'atelier")->all == R"(("atelier" OR "atelier" *))");
}

TEST_CASE("nothing that is typed reaches the index but words in quotes") {
  const auto text =
      GENERATE(as<std::string>(), R"(x" OR "y)", "title:x", "x*", "NEAR(x y)", "{a b}: x", "^x", "x AND NOT y", "x\"\"y", "-x");
  CAPTURE(text);
  const auto typed = typed_words(text);
  REQUIRE(typed);
  std::string outside;
  bool inside = false;
  for (const char c : typed->all) {
    if (c == '"') inside = !inside;
    else if (!inside) outside += c;
  }
  CHECK_FALSE(inside);
  for (const std::string allowed : {"AND", "OR", "*", "(", ")", " "}) {
    for (auto at = outside.find(allowed); at != std::string::npos; at = outside.find(allowed)) outside.erase(at, allowed.size());
  }
  CHECK(outside.empty());
}

TEST_CASE("what is typed is bounded") {
  CHECK(typed_words(std::string(limits::search_bytes_max + 1, 'x')).error().code == Errc::too_large);
  std::string many;
  for (std::size_t i = 0; i <= limits::search_words_max; ++i) many += "w" + std::to_string(i) + " ";
  CHECK(typed_words(many).error().code == Errc::too_large);
}

TEST_CASE("texts that people read are searched, each and all together bounded, and others by their names") {
  KitTextMaker maker;
  CHECK(maker.takes("guide/LISEZMOI.MD"));
  CHECK(maker.takes("README"));
  CHECK_FALSE(maker.takes("plan.svg"));
  maker.add_name("kit.toml");
  maker.add_name("plan.svg");
  maker.add_text("plan.svg", "<svg>");
  maker.add_text("page.html", "<script>var x = '<b>';</script><p class=\"a\">Bonjour <b>à</b> tous, 1 < 2</p>");
  maker.add_text("a.txt", "e" + std::string(limits::searched_file_bytes_max - 2, 'x') + "é");
  kit::Manifest manifest;
  manifest.participants = {"seniors", "familles"};
  const auto text = maker.take(manifest);
  CHECK(text.names == "plan.svg\n");
  CHECK(text.participants == "seniors\nfamilles\n");
  CHECK(text.text.find("Bonjour  à  tous, 1 < 2") != std::string::npos);
  CHECK(text.text.find("var") == std::string::npos);
  CHECK(text.text.ends_with("x\n"));  // the last letter did not fit whole

  KitTextMaker full;
  for (int i = 0; i < 1'000; ++i) full.add_text("x" + std::to_string(i) + ".txt", std::string(limits::text_file_bytes_max, 'x'));
  for (int i = 0; i < 1'000; ++i) full.add_name(std::string(limits::kit_path_bytes_max, 'n') + std::to_string(i));
  const auto most = full.take({});
  CHECK(most.text.size() <= limits::searched_kit_bytes_max + limits::searched_files_max);
  CHECK(most.names.size() <= limits::searched_names_bytes_max + 1);
}

}  // namespace query_test

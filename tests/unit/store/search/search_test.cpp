// Searching a library: what is found, in which order, and what is found no more.
#include "store/search.hpp"
#include "proto/limits.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/store/members.hpp"

namespace search_test {
using namespace essaimage;
using namespace essaimage::store;
using namespace essaimage::test;

namespace {

using Ids = std::vector<std::string>;

KitsFound found(const TestNode& node, const std::string& words, const KitFilter& filter = {}) {
  KitQuery query;
  query.words = words;
  query.filter = filter;
  auto answer = node.library().search().find(query);
  REQUIRE(answer);
  return std::move(*answer);
}

Ids ids(const KitsFound& answer) {
  Ids list;
  for (const auto& hit : answer.hits) list.push_back(hit.kit.row.id.str());
  return list;
}

Ids search(const TestNode& node, const std::string& words, const KitFilter& filter = {}) { return ids(found(node, words, filter)); }

/// A filter that says this alone.
template <class Member, class Value>
KitFilter only(Member KitFilter::*member, Value value) {
  KitFilter filter;
  filter.*member = value;
  return filter;
}

std::string marked(const std::vector<Piece>& pieces) {
  std::string text;
  for (const auto& piece : pieces) text += piece.hit ? "[" + piece.text + "]" : piece.text;
  return text;
}

void publish(TestNode& node, const std::string& slug, const std::string& title, const std::string& more, const KitFiles& files = {},
             const std::optional<std::string>& audience = std::nullopt) {
  auto all = files;
  all["kit.toml"] = manifest_of(title, more);
  node.publish_one(slug, all, audience);
}

}  // namespace

TEST_CASE("a word that some write with an apostrophe or dots is found by those who do not, and the other way round") {
  Members m;
  publish(*m.a, "parted", "Fiches F.A.L.C.", "", {{"guide.md", "Ce que l'on apprend aujourd’hui, pas à pas.\n"}});
  publish(*m.a, "whole", "Fiches FALC", "", {{"guide.md", "Ce qu'on apprend aujourdhui.\n"}});
  publish(*m.a, "other", "Fiches", "", {{"guide.md", "Un jour, hier. f. a. c.\n"}});
  for (const auto* const words : {"falc", "F.A.L.C.", "f.a.l.c", "aujourdhui", "aujourd'hui", "AUJOURD’HUI", "aujourdhu"}) {
    CAPTURE(words);
    auto list = search(*m.a, words);
    std::ranges::sort(list);
    CHECK(list == Ids{"a/parted", "a/whole"});
  }
  const auto answer = found(*m.a, "aujourdhui falc");
  REQUIRE(answer.hits.size() == 2);
  for (const auto& hit : answer.hits) {
    const bool parted = hit.kit.row.id.slug == "parted";
    CHECK(marked(hit.title) == (parted ? "Fiches [F.A.L.C]." : "Fiches [FALC]"));
    CHECK(marked(hit.snippet).find(parted ? "[aujourd’hui]" : "[aujourdhui]") != std::string::npos);
  }
}

TEST_CASE("kits are found by title, themes, summary, equipment, participants, file names and texts, the title first") {
  Members m;
  publish(*m.a, "in-text", "Un kit", "", {{"guide.md", "Comment tenir un atelier de réparation.\n"}});
  publish(*m.a, "in-summary", "Un kit", "summary = \"La réparation de vélos\"\n");
  publish(*m.a, "in-themes", "Un kit", "themes = [\"réparation\"]\n");
  publish(*m.a, "in-title", "Café réparation", "");
  publish(*m.a, "in-name", "Un kit", "", {{"fiches/reparation.svg", "<svg/>"}});
  publish(*m.a, "in-facts", "Un kit", "equipment = [\"2 postes de réparation\"]\nparticipants = [\"seniors\"]\n");
  publish(*m.a, "other", "Autre chose", "");
  const auto list = search(*m.a, "reparations");
  REQUIRE(list.size() == 6);
  CHECK(list[0] == "a/in-title");
  CHECK(list[1] == "a/in-themes");
  CHECK(list[2] == "a/in-summary");
  CHECK(search(*m.a, "sénior") == Ids{"a/in-facts"});
  CHECK(search(*m.a, "l'atelier tenir") == Ids{"a/in-text"});
  CHECK(search(*m.a, "repa").size() == 6);                                // a beginning
  CHECK(search(*m.a, "the réparation de vélos") == Ids{"a/in-summary"});  // little words do not count
  const auto answer = found(*m.a, "atelier");
  REQUIRE(answer.hits.size() == 1);
  CHECK(marked(answer.hits[0].snippet) == "Comment tenir un [atelier] de réparation. ");
  CHECK(marked(found(*m.a, "café").hits[0].title) == "[Café] réparation");
}

TEST_CASE("words are all to be there; if no kit has all, those that have some are shown, and what was perhaps meant") {
  Members m;
  publish(*m.a, "lampe", "Une lampe solaire", "");
  publish(*m.a, "velo", "Un vélo électrique", "");
  CHECK(search(*m.a, "lampe solaire") == Ids{"a/lampe"});
  const auto some = found(*m.a, "lampe électrique");
  CHECK(some.any_word);
  CHECK(some.hits.size() == 2);
  const auto none = found(*m.a, "electrike");
  CHECK(none.hits.empty());
  REQUIRE(none.instead.size() == 1);
  CHECK(none.instead[0].word == "electrike");
  CHECK(none.instead[0].known == "électrique");
  CHECK(found(*m.a, "zzz").instead.empty());
}

TEST_CASE("filters alone find the newest kits, and each leaves out what it says") {
  Members m;
  publish(
      *m.a, "one", "Un",
      "themes = [\"accès aux droits\"]\nduration = \"1 h 30\"\nequipment = [\"6 tablettes\"]\nstage = \"workshop\"\nlanguages = [\"fr-BE\", \"en\"]\n");
  m.a->now.seconds += 60;
  publish(*m.a, "two", "Deux", "themes = [\"santé\"]\nduration = \"3 h\"\n");
  m.a->now.seconds += 60;
  publish(*m.a, "three", "Trois", "");
  const auto by = [&](const KitFilter& filter) { return search(*m.a, "", filter); };
  CHECK(by(only(&KitFilter::theme, "Acces aux droits")) == Ids{"a/one"});
  CHECK(by(only(&KitFilter::theme, "droits")).empty());
  CHECK(by(only(&KitFilter::kind, "prototype")) == Ids{"a/three", "a/two", "a/one"});
  CHECK(by(only(&KitFilter::stage, "workshop")) == Ids{"a/one"});
  CHECK(by(only(&KitFilter::equipment, "tablette")) == Ids{"a/one"});
  CHECK(by(only(&KitFilter::licence, "cc-by")).size() == 3);
  CHECK(by(only(&KitFilter::licence, "MIT")).empty());
  CHECK(by(only(&KitFilter::language, "fr")) == Ids{"a/one"});
  CHECK(by(only(&KitFilter::language, "EN")) == Ids{"a/one"});
  CHECK(by(only(&KitFilter::language, "f")).empty());
  CHECK(by(only(&KitFilter::centre, "b")).empty());
  CHECK(by(only(&KitFilter::minutes_max, 120)) == Ids{"a/one"});
  CHECK(by(only(&KitFilter::minutes_max, 180)) == Ids{"a/two", "a/one"});
  CHECK(search(*m.a, "deux", only(&KitFilter::kind, "prototype")) == Ids{"a/two"});
  CHECK(search(*m.a, "deux", only(&KitFilter::kind, "method")).empty());

  // The stage is that to which signed facts have brought a kit, whatever its kit.toml claims.
  CHECK(by(only(&KitFilter::stage, "field-tested")).empty());
  OutcomeFacts facts;
  facts.first_day = facts.last_day = parse_day("2026-09-01").value();
  REQUIRE(m.a->library().report({{"a", "one"}, std::nullopt, facts, false}));
  CHECK(by(only(&KitFilter::stage, "field-tested")) == Ids{"a/one"});
  CHECK(by(only(&KitFilter::stage, "workshop")).empty());
  replicate(*m.a, *m.b);
  REQUIRE(m.b->library().adopt({"a", "two"}, ""));
  replicate(*m.b, *m.a);
  CHECK(by(only(&KitFilter::stage, "metropolitan")) == Ids{"a/two"});
  CHECK(by(only(&KitFilter::stage, "prototype")) == Ids{"a/three"});
  CHECK(by(only(&KitFilter::stage, "regional")).empty());
  CHECK(search(*m.a, "deux", only(&KitFilter::stage, "metropolitan")) == Ids{"a/two"});
  CHECK(search(*m.a, "deux", only(&KitFilter::stage, "prototype")).empty());

  KitQuery query;
  CHECK(m.a->library().search().find(query).error().code == Errc::search_empty);
  query.words = " ?! ";
  CHECK(m.a->library().search().find(query).error().code == Errc::search_empty);
  query.territory = "lille";
  CHECK(ids(*m.a->library().search().find(query)).size() == 3);
  query.territory = "valenciennes";
  CHECK(m.a->library().search().find(query)->hits.empty());
  query.territory.clear();
  query.catalogue = true;
  CHECK(m.a->library().search().find(query)->hits.empty());
  query.catalogue = false;
  query.filter.centre = "a";
  query.limit = 2;
  const auto cut = m.a->library().search().find(query);
  CHECK(cut->hits.size() == 2);
  CHECK(cut->more);
}

TEST_CASE("of a kit in several audiences and versions the newest that is known is found, and nothing of the others") {
  Members m;
  publish(*m.a, "k", "Une lampe", "", {{"x.txt", "ancien"}}, "territory:lille");
  replicate(*m.a, *m.b);
  replicate(*m.a, *m.c);
  CHECK(search(*m.b, "lampe") == Ids{"a/k"});
  CHECK(search(*m.c, "lampe").empty());  // that may not know it
  publish(*m.a, "k", "Une lanterne", "", {{"x.txt", "nouveau"}}, "region");
  replicate(*m.a, *m.b);
  replicate(*m.a, *m.c);
  CHECK(m.b->find("a/k")->audiences.size() == 2);
  CHECK(search(*m.b, "lampe").empty());
  CHECK(search(*m.b, "lanterne") == Ids{"a/k"});
  CHECK(search(*m.c, "nouveau") == Ids{"a/k"});
  CHECK(search(*m.c, "ancien").empty());
  publish(*m.a, "k", "Un phare", "");
  replicate(*m.a, *m.c);
  CHECK(search(*m.c, "lanterne").empty());
  CHECK(search(*m.c, "phare") == Ids{"a/k"});
}

TEST_CASE("a feed that does not count any more leaves the search, and comes back with its index") {
  Members m;
  publish(*m.b, "first", "Un début", "");
  const Order counts = m.b->head(m.b->feed()).order;
  publish(*m.b, "k", "Une lampe", "", {{"secret.txt", "chuchotement"}});
  replicate(*m.b, *m.a);
  REQUIRE(search(*m.a, "chuchotement") == Ids{"b/k"});
  const auto state = m.a->layout().state();
  m.a->close();
  std::filesystem::remove(state);
  REQUIRE(m.a->open());
  CHECK(search(*m.a, "chuchotement") == Ids{"b/k"});  // made anew

  replicate(*m.b, *m.federation);
  REQUIRE(m.federation->library().suspend("b", "perdu", {{m.b->feed(), counts}}));
  replicate(*m.federation, *m.a);
  CHECK_FALSE(m.a->find("b/k"));
  CHECK(search(*m.a, "chuchotement").empty());
  CHECK(found(*m.a, "chuchotemnt").instead.empty());  // not even the word
  CHECK(search(*m.federation, "chuchotement").empty());
}

TEST_CASE("hostile texts are bounded, and the kits beside them found") {
  Members m;
  KitFiles files;
  files["blob.txt"] = std::string(limits::text_file_bytes_max, 'x');
  std::string many;
  for (int i = 0; many.size() + 8 < limits::text_file_bytes_max; ++i) many += "w" + std::to_string(i) + " ";
  files["many.txt"] = many;
  files["bytes.txt"] = std::string("\x02\x03\xFF\xC3(") + "éclair";
  publish(*m.a, "hostile", "Un titre", "", files);
  publish(*m.a, "k", "Un éclairage", "");
  CHECK(search(*m.a, "w10") == Ids{"a/hostile"});
  CHECK(search(*m.a, "éclair").size() == 2);
}

}  // namespace search_test

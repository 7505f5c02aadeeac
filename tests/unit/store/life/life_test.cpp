// The life of a kit and its family, from facts alone.
#include "store/life/life.hpp"
#include "store/life/family.hpp"
#include "tests/support/catch.hpp"

namespace life_test {
using namespace essaimage;
using namespace essaimage::store;

namespace {

const KitId lamp{"a", "lampe"};

Timestamp day(int number) { return {1'790'000'000 + number * 86'400}; }

Roster roster() {
  Roster made;
  made.federation_slug = "fed";
  for (const auto& [slug, territory] :
       {std::pair("a", "lille"), std::pair("b", "lille"), std::pair("c", "valenciennes"), std::pair("fed", "")}) {
    made.members[slug].slug = slug;
    if (*territory != 0) made.members[slug].territories = {territory};
  }
  return made;
}

LifeFacts published(const std::string& stage = "prototype") {
  LifeFacts facts;
  facts.kit = lamp;
  facts.claimed_stage = stage;
  facts.versions = {{2, {}, day(5)}, {1, {}, day(2)}, {1, {Audience::Kind::territory, "lille"}, day(1)}};
  return facts;
}

AdoptionRow adopted(const std::string& centre, int when) { return {{centre, {}}, {lamp, 2, {}, day(when), ""}}; }

OutcomeRow reported(const std::string& centre, int when) {
  OutcomeRow row;
  row.feed = {centre, {}};
  row.outcome.kit = lamp;
  row.outcome.kit_version = 1;
  row.outcome.facts.first_day = row.outcome.facts.last_day = day(when);
  row.outcome.facts.sessions = 2;
  row.outcome.facts.participants[3] = 5;
  return row;
}

CatalogueFile decided(CatalogueFile::Decision decision, int when) {
  CatalogueFile file;
  file.kit = lamp;
  file.decision = decision;
  file.decided = day(when);
  return file;
}

/// "1 published a, 3 tested b 2": the days and centres of a story.
std::string story(const Life& life) {
  std::string text;
  for (const auto& each : life.story) {
    if (!text.empty()) text += ", ";
    text += std::to_string((each.time.seconds - 1'790'000'000) / 86'400) + " " + std::string(str(each.kind)) + " " + each.centre;
  }
  return text;
}

}  // namespace

TEST_CASE("a kit begins as what its author says, and goes no further by saying") {
  CHECK(life_of(published("workshop"), roster()).stage == LifeStage::workshop);
  CHECK(life_of(published(), roster()).stage == LifeStage::prototype);
  CHECK(life_of(published("regional"), roster()).stage == LifeStage::prototype);
  const auto life = life_of(published(), roster());
  CHECK(life.since.at(LifeStage::prototype) == day(1));
  CHECK(story(life) == "1 published a, 2 published a");
  CHECK(life.story[1].audience == Audience{});
  CHECK(life.story[1].version == 1);
}

TEST_CASE("outcomes make a kit field-tested, and each centre's are told together") {
  auto facts = published("workshop");
  facts.outcomes = {reported("b", 9), reported("a", 7), reported("b", 8)};
  const auto life = life_of(facts, roster());
  CHECK(life.stage == LifeStage::field_tested);
  CHECK(life.since.at(LifeStage::field_tested) == day(7));
  CHECK(story(life) == "1 published a, 2 published a, 7 tested a, 8 tested b");
  CHECK(life.story.back().outcomes == 2);
  CHECK(life.story.back().sessions == 4);
  CHECK(life.story.back().participants == 10);
}

TEST_CASE("an adoption in the territory is metropolitan, one elsewhere is regional with the catalogue alone") {
  auto facts = published();
  facts.adoptions = {adopted("c", 11)};
  CHECK(life_of(facts, roster()).stage == LifeStage::prototype);
  facts.adoptions.push_back(adopted("b", 10));
  CHECK(life_of(facts, roster()).stage == LifeStage::metropolitan);
  CHECK(life_of(facts, roster()).since.at(LifeStage::metropolitan) == day(10));
  facts.decision = decided(CatalogueFile::Decision::retired, 12);
  CHECK(life_of(facts, roster()).stage == LifeStage::metropolitan);
  facts.decision = decided(CatalogueFile::Decision::accepted, 12);
  const auto life = life_of(facts, roster());
  CHECK(life.stage == LifeStage::regional);
  CHECK(life.since.at(LifeStage::regional) == day(12));
  CHECK(story(life) == "1 published a, 2 published a, 10 adopted b, 11 adopted c, 12 accepted fed");
  facts.adoptions = {adopted("b", 10)};
  CHECK(life_of(facts, roster()).stage == LifeStage::metropolitan);
}

TEST_CASE("a decision that was replaced belongs to the story, and proves no stage") {
  auto facts = published();
  facts.adoptions = {adopted("c", 11)};
  facts.replaced = {decided(CatalogueFile::Decision::accepted, 12)};
  facts.decision = decided(CatalogueFile::Decision::retired, 13);
  const auto life = life_of(facts, roster());
  CHECK(story(life) == "1 published a, 2 published a, 11 adopted c, 12 accepted fed, 13 retired fed");
  CHECK(life.stage == LifeStage::prototype);
}

TEST_CASE("a kit that is accepted and passed on within one second was accepted first") {
  auto facts = published();
  facts.versions = {{1, {}, day(5)}, {1, {Audience::Kind::territory, "lille"}, day(5)}, {1, {Audience::Kind::territory, "lens"}, day(1)}};
  facts.decision = decided(CatalogueFile::Decision::accepted, 5);
  CHECK(story(life_of(facts, roster())) == "1 published a, 5 accepted fed, 5 published a, 5 published a");
  facts.replaced = {decided(CatalogueFile::Decision::accepted, 5)};
  facts.decision = decided(CatalogueFile::Decision::retired, 5);
  CHECK(story(life_of(facts, roster())) == "1 published a, 5 accepted fed, 5 published a, 5 published a, 5 retired fed");
}

TEST_CASE("neither the author, nor the federation, nor who is no member spreads a kit by adopting it") {
  auto facts = published();
  facts.decision = decided(CatalogueFile::Decision::accepted, 12);
  facts.adoptions = {adopted("a", 9), adopted("fed", 10), adopted("gone", 11)};
  CHECK(life_of(facts, roster()).stage == LifeStage::prototype);
}

TEST_CASE("what was made from a kit belongs to its story") {
  auto facts = published();
  facts.adaptations = {{{"b", "lampe-verte"}, 2, day(8)}};
  const auto life = life_of(facts, roster());
  CHECK(story(life) == "1 published a, 2 published a, 8 adapted b");
  CHECK(life.story.back().kit == KitId{"b", "lampe-verte"});
}

TEST_CASE("the stage alone is told as the life of the kit tells it") {
  const std::vector<std::string> centres = {"a", "b", "c", "fed", "gone"};
  std::set<LifeStage> seen;
  for (unsigned mask = 0; mask < 1U << 9; ++mask) {
    const auto is = [&](unsigned bit) { return (mask >> bit & 1U) != 0; };
    auto facts = published(is(0) ? "workshop" : "prototype");
    StageFacts few{lamp, facts.claimed_stage, is(1), {}, is(2)};
    if (is(1)) facts.outcomes = {reported("b", 9)};
    if (is(2) || is(3)) facts.decision = decided(is(2) ? CatalogueFile::Decision::accepted : CatalogueFile::Decision::declined, 10);
    for (unsigned i = 0; i < centres.size(); ++i) {
      if (!is(4 + i)) continue;
      facts.adoptions.push_back(adopted(centres[i], 11));
      few.adopters.push_back(centres[i]);
    }
    const auto stage = life_of(facts, roster()).stage;
    CAPTURE(mask);
    CHECK(stage_of(few, roster()) == stage);
    seen.insert(stage);
  }
  CHECK(seen.size() == 5);
}

namespace {

/// A family by "child <- parent@version".
struct Lineages {
  std::map<KitId, Lineage> parents;
  void add(const char* child, const char* parent, std::uint64_t version = 1) {
    parents[KitId::parse(child).value()] = {KitId::parse(parent).value(), version, ""};
  }
  FamilySource source() const {
    return {[this](const KitId& id) -> Result<std::optional<Lineage>> {
              const auto at = parents.find(id);
              return at == parents.end() ? std::nullopt : std::optional(at->second);
            },
            [this](const KitId& id) -> Result<std::vector<KitId>> {
              std::vector<KitId> children;
              for (const auto& [child, parent] : parents)
                if (parent.kit == id) children.push_back(child);
              return children;
            }};
  }
  /// "a/x ancestor; .b/x self"; a dot for each step down.
  std::string shown(const char* kit) const {
    std::string text;
    const auto family = family_of(KitId::parse(kit).value(), source());
    REQUIRE(family);
    for (const auto& each : family->kits) {
      if (!text.empty()) text += "; ";
      text += std::string(each.depth, '.') + each.kit.str() + " " + std::string(str(each.relation)) + (each.again ? " again" : "");
    }
    return text;
  }
};

}  // namespace

TEST_CASE("a family is the eldest and all that came of it") {
  Lineages lineages;
  lineages.add("b/x", "a/x", 3);
  lineages.add("c/x", "a/x");
  lineages.add("d/x", "b/x");
  lineages.add("e/x", "c/x");
  CHECK(lineages.shown("b/x") == "a/x ancestor; .b/x self; ..d/x descendant; .c/x sibling; ..e/x other");
  CHECK(lineages.shown("a/x") == "a/x self; .b/x descendant; ..d/x descendant; .c/x descendant; ..e/x descendant");
  CHECK(lineages.shown("f/alone") == "f/alone self");
  CHECK(family_of({"b", "x"}, lineages.source())->kits[1].from_version == 3);
}

TEST_CASE("lineages that go round in a circle end where they come back") {
  Lineages lineages;
  lineages.add("a/x", "b/x");
  lineages.add("b/x", "a/x");
  lineages.add("c/x", "c/x");
  lineages.add("d/x", "c/x");
  CHECK(lineages.shown("a/x") == "b/x ancestor; .a/x self; ..b/x ancestor again");
  CHECK(lineages.shown("d/x") == "c/x ancestor; .c/x ancestor again; .d/x self");
}

TEST_CASE("of a family that is cut, the kit that was asked for is shown, with its line") {
  Lineages lineages;
  for (int i = 0; i < 3'000; ++i) lineages.parents[{"b", "k" + std::to_string(i)}] = {KitId{"a", "x"}, 1, ""};
  lineages.add("z/x", "a/x");
  lineages.add("z/y", "z/x");
  const auto family = family_of({"z", "y"}, lineages.source());
  REQUIRE(family);
  CHECK(family->cut);
  CHECK(family->kits.size() == 2'000);
  CHECK(family->kits[2].kit == KitId{"z", "y"});
  CHECK(family->kits[2].relation == Relative::Relation::self);
}

TEST_CASE("a long line of kits is cut, and costs no stack") {
  Lineages lineages;
  for (int i = 1; i < 5'000; ++i) {
    const auto name = [](int n) { return "a/k" + std::to_string(n); };
    lineages.add(name(i).c_str(), name(i - 1).c_str());
  }
  // Looking for children walks all of them: this source is only for small families, so the end of the line is asked for.
  std::size_t asked = 0;
  auto source = lineages.source();
  source.children = [&](const KitId& id) -> Result<std::vector<KitId>> {
    ++asked;
    const auto number = std::stoi(id.slug.substr(1));
    return number < 4'999 ? std::vector{KitId{"a", "k" + std::to_string(number + 1)}} : std::vector<KitId>{};
  };
  const auto family = family_of({"a", "k0"}, source);
  REQUIRE(family);
  CHECK(family->cut);
  CHECK(family->kits.size() == 2'000);
  CHECK(asked == 2'000);
}

}  // namespace life_test

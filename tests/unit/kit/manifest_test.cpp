#include "store/kit/manifest.hpp"

#include <random>

#include "proto/limits.hpp"
#include "store/kit/manifest_values.hpp"
#include "tests/support/catch.hpp"

namespace manifest_test {
using namespace essaimage;
using namespace essaimage::kit;

namespace {

const std::string head = "kind = \"method\"\ntitle = \"T\"\nlicence = \"CC-BY-SA-4.0\"\n";

std::string details(const std::string& text) {
  std::string lines;
  for (const auto& finding : read_manifest(text).findings) {
    lines += describe(finding.code, Language::english).code;
    lines += finding.detail.empty() ? "\n" : " " + finding.detail + "\n";
  }
  return lines;
}

/// The findings for one more line after `head` (it is line 4).
std::string with(const std::string& line) { return details(head + line + "\n"); }

}  // namespace

TEST_CASE("a whole kit.toml is read") {
  const auto reading = read_manifest(R"(
kind = "method"
title = "L'essaimage en trois phases"
summary = """
De l'atelier au prototype,
puis à la diffusion."""
languages = ["fr", "pt-BR"]
stage = "workshop"
themes = ["accès aux droits"]
participants = ["seniors", "familles"]
duration = "2 h 30"
sessions = 3
group_size = [6, 12]
equipment = ["6 tablettes"]
licence = "CC-BY-SA-4.0"
authors = ["Centre social Wazemmes"]
contact = "contact@exemple.fr"
adapted_from = "mdq-roubaix/cafe-numerique@2"
slug = "trois-phases"

[my_own]
anything = 1

[[consent]]
file = "photos/atelier.jpg"
role = "participant"
scope = "region"
until = 2027-06-30

[[consent]]
file = "dessins/"
role = "none"
scope = "public"
)");
  REQUIRE(reading.findings.empty());
  const auto& m = reading.manifest.value();
  CHECK(m.kind == Kind::method);
  CHECK(m.title == "L'essaimage en trois phases");
  CHECK(m.summary == "De l'atelier au prototype,\npuis à la diffusion.");
  CHECK(m.languages == std::vector<std::string>{"fr", "pt-BR"});
  CHECK(m.stage == Stage::workshop);
  CHECK(m.participants.size() == 2);
  CHECK(m.duration_minutes == 150);
  CHECK(m.sessions == 3);
  CHECK((m.group_min == 6 && m.group_max == 12));
  CHECK(m.licence == "CC-BY-SA-4.0");
  CHECK(m.adapted_from == AdaptedFrom{KitId{"mdq-roubaix", "cafe-numerique"}, 2, {}});
  CHECK(m.slug == "trois-phases");
  REQUIRE(m.consent.size() == 2);
  CHECK(m.consent[0].until == Timestamp{1'814'400'000});  // the first second of 2027-07-01
  CHECK(m.consent[0].covers("photos/atelier.jpg"));
  CHECK_FALSE(m.consent[0].covers("photos/atelier.jpg.png"));
  CHECK(m.consent[1].covers("dessins/a/b.png"));
  CHECK_FALSE(m.consent[1].covers("dessins"));
}

TEST_CASE("a title is needed; kind and licence are missed; the rest may be left out") {
  CHECK(details("") == "kit.title-missing\nkit.kind-missing\nkit.licence-missing\n");
  CHECK_FALSE(read_manifest("").manifest);
  CHECK(details("title = \"\"") == "kit.title-missing kit.toml:1: title: empty\nkit.kind-missing\nkit.licence-missing\n");
  CHECK(details("title = \"  \"") == "kit.title-missing kit.toml:1: title: empty\nkit.kind-missing\nkit.licence-missing\n");
  const auto reading = read_manifest("title = \"T\"\n");
  REQUIRE(reading.manifest);
  CHECK(reading.findings.size() == 2);
  CHECK(reading.manifest->kind == Kind::prototype);
  CHECK(parse_manifest("title = \"T\"")->title == "T");
  CHECK(parse_manifest("kind = \"method\"").error().code == Errc::kit_title_missing);
}

TEST_CASE("a wrong value is refused with file, line and what is expected") {
  CHECK(with("").empty());
  CHECK(with("stage = \"done\"") ==
        "kit.manifest-wrong kit.toml:4: stage: expected \"workshop\" (needs gathered) or "
        "\"prototype\" (made)\n");
  CHECK(with("\n\nlanguages = \"fr\"") ==
        "kit.manifest-wrong kit.toml:6: languages: expected a list of at most 50 language tags "
        "such as [\"fr\", \"en\", "
        "\"pt-BR\"]\n");
  CHECK(with("slug = \"Mon Kit\"") ==
        "kit.manifest-wrong kit.toml:4: slug: expected 1 to 64 of a-z, 0-9 and single inner "
        "hyphens\n");
  for (const auto* line : {"languages = [\"french\"]",
                           "languages = [1]",
                           "themes = [\"\"]",
                           "themes = 3",
                           "duration = \"long\"",
                           "duration = 0",
                           "duration = 1.5",
                           "sessions = 0",
                           "sessions = \"3\"",
                           "group_size = [12, 6]",
                           "group_size = 0",
                           "group_size = [1, 2, 3]",
                           "authors = \"moi\"",
                           "contact = 3",
                           "contact = \"a\\nb\"",
                           "contact = \"\\u001b[2J\"",
                           "summary = []",
                           "format = 2",
                           "adapted_from = \"kit\"",
                           "adapted_from = \"a/b@0\"",
                           "adapted_from = \"a/b@x\"",
                           "adapted_from = \"https://\"",
                           "consent = 3",
                           "consent = [1]"}) {
    CAPTURE(line);
    const auto text = with(line);
    CHECK(text.find("kit.manifest-wrong kit.toml:4: ") == 0);
    CHECK(text.find(": expected ") != std::string::npos);
    CHECK_FALSE(read_manifest(head + line).manifest);
  }
  CHECK(details("title = 3\nkind = \"kit\"\n").find("kit.toml:1: title: expected one line of text") != std::string::npos);
  CHECK(details("title = 3\nkind = \"kit\"\n").find("kit.toml:2: kind: expected \"prototype\" or \"method\"") != std::string::npos);
  CHECK_FALSE(read_manifest("title = \"" + std::string(201, 'x') + "\"").manifest);
}

TEST_CASE("syntax, size and nesting are refused with their line") {
  CHECK(with("themes = [").find("kit.manifest-wrong kit.toml:") == 0);
  CHECK(with("title = \"again\"").find("kit.manifest-wrong kit.toml:4: ") == 0);
  CHECK(with("x = \xFF") == "kit.manifest-wrong kit.toml:4: expected UTF-8\n");
  std::string deep = "a";
  for (int i = 0; i < 30'000; ++i) deep += ".a";
  CHECK(with(deep + " = 1") == "kit.manifest-wrong kit.toml:4: too many dots in a key\n");
  CHECK(with("# " + std::string(limits::manifest_bytes_max, 'x')).find("at most 65536 bytes") != std::string::npos);
}

TEST_CASE("a licence is judged, and the one that was meant is named") {
  CHECK(with("").empty());
  const auto licence = [](const std::string& value) { return details("kind = \"method\"\ntitle = \"T\"\nlicence = " + value); };
  CHECK(licence("\"CERN-OHL-W-2.0 AND GPL-3.0-or-later\"").empty());
  CHECK(licence("\"CC BY-SA 4.0\"") ==
        "kit.manifest-wrong kit.toml:3: licence: expected an SPDX licence such as "
        "\"CC-BY-SA-4.0\"; did you mean "
        "\"CC-BY-SA-4.0\"?\n");
  CHECK(licence("\"cc-by-sa-4.0\"") == "kit.licence-unknown kit.toml:3: cc-by-sa-4.0; did you mean \"CC-BY-SA-4.0\"?\n");
  CHECK(licence("\"Sleepycat\"") == "kit.licence-unknown kit.toml:3: Sleepycat\n");
  CHECK(licence("3").find("kit.manifest-wrong") == 0);
}

TEST_CASE("unknown keys are kept, and a near miss is warned of") {
  CHECK(with("favourite_colour = \"blue\"").empty());
  CHECK(with("[extra.deep]\nx = 1").empty());
  CHECK(with("licenses = 1") == "kit.key-unknown kit.toml:4: licenses: did you mean \"licence\"?\n");
  CHECK(with("\"durée\" = 1") == "kit.key-unknown kit.toml:4: durée: did you mean \"duration\"?\n");
  CHECK(with("langauges = 1") == "kit.key-unknown kit.toml:4: langauges: did you mean \"languages\"?\n");
  CHECK(with("titre = 1") == "kit.key-unknown kit.toml:4: titre: did you mean \"title\"?\n");
  CHECK(with("x = 1").empty());
  CHECK(read_manifest(head + "licenses = 1").manifest);
}

TEST_CASE("a consent record needs its file, role and scope") {
  const std::string start = "[[consent]]\n";
  CHECK(with(start + "file = \"a.jpg\"\nrole = \"enfant\"\nscope = \"territory\"").empty());
  CHECK(with(start + "file = \"a.jpg\"").find("consent.role: expected to be there") != std::string::npos);
  CHECK(with(start + "file = \"../a.jpg\"\nrole = \"x\"\nscope = \"region\"").find("kit.toml:5: consent.file: expected") !=
        std::string::npos);
  CHECK(with(start + "file = \"a\"\nrole = \"x\"\nscope = \"world\"").find("kit.toml:7: consent.scope: expected") != std::string::npos);
  CHECK(with(start + "file = \"a\"\nrole = \"x\"\nscope = \"region\"\nuntil = \"demain\"").find("kit.toml:8: consent.until") !=
        std::string::npos);
  CHECK(with(start + "file = \"a\"\nrole = \"x\"\nscope = \"region\"\nuntil = 2027-06-30T10:00:00Z\nnote = 1").empty());
}

TEST_CASE("durations, group sizes, languages and origins have few forms") {
  CHECK(parse_duration("2h") == 120u);
  CHECK(parse_duration("1 h 05") == 65u);
  CHECK(parse_duration("1h30 min") == 90u);
  CHECK(parse_duration("45 min") == 45u);
  for (const auto* bad : {"", "h", "2", "2 h 60", "25 h", "0 min", "-1 h", "2 heures", "99999999999 min"}) CHECK_FALSE(parse_duration(bad));
  CHECK(parse_group_size("8")->max == 8);
  CHECK(parse_group_size("6 à 12")->min == 6);
  CHECK(parse_group_size("6-12")->max == 12);
  for (const auto* bad : {"", "0", "x", "6-", "12-6", "1-1001", "6 12"}) CHECK_FALSE(parse_group_size(bad));
  for (const auto* good : {"fr", "nds", "pt-BR", "zh-Hans-CN"}) CHECK(is_language_tag(good));
  for (const auto* bad : {"", "f", "FR", "french", "fr-", "fr--BE", "fr_FR", "fr-123456789"}) CHECK_FALSE(is_language_tag(bad));
  CHECK(parse_adapted_from("https://exemple.fr/kit")->url == "https://exemple.fr/kit");
  CHECK(parse_adapted_from("a/b")->version == 0);
}

TEST_CASE("the slug is the manifest's, else the folder's") {
  Manifest manifest;
  CHECK(slug_of(manifest, "Café numérique") == "cafe-numerique");
  manifest.slug = "cafe";
  CHECK(slug_of(manifest, "Café numérique") == "cafe");
}

TEST_CASE("random and damaged manifests are read or refused, never worse") {
  std::mt19937 random(17);
  const std::string good = head +
                           "summary = \"\"\"\nx\"\"\"\nduration = \"2 h\"\n[[consent]]\nfile = "
                           "'a'\nrole = \"x\"\nscope = \"region\"\n";
  const std::string alphabet = "[]{}\"'=.,#\n\\ \t-_0aé\xFF";
  for (int i = 0; i < 3000; ++i) {
    std::string text = i % 3 == 0 ? std::string() : good;
    for (auto n = random() % 40; n > 0; --n) {
      text.insert(random() % (text.size() + 1), 1, i % 2 == 0 ? alphabet[random() % alphabet.size()] : static_cast<char>(random()));
    }
    const auto reading = read_manifest(text);
    REQUIRE(reading.manifest.has_value() != refuses(reading.findings));
  }
}

}  // namespace manifest_test

#include "store/kit/new_manifest.hpp"

#include "store/kit/guess.hpp"
#include "store/kit/licence.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

namespace new_manifest_test {
using namespace essaimage;
using namespace essaimage::kit;
using namespace essaimage::test;

namespace {

Guess guess(const std::filesystem::path& folder) {
  const auto handle = FolderHandle::open(folder).value();
  return guess_from(handle, scan_folder(handle).value(), folder_name(folder));
}

/// Takes the '#' from the lines that are examples, as a person does.
std::string with_examples(const std::string& text) {
  std::string out;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto end = text.find('\n', at);
    auto line = text.substr(at, end - at);
    const auto body = line.starts_with("# ") ? line.substr(2) : std::string();
    const auto word = body.substr(0, body.find(' '));
    if (body.starts_with("[[") || (body.substr(word.size()).starts_with(" = "))) line = body;
    out += line + "\n";
    at = end + 1;
  }
  return out;
}

}  // namespace

TEST_CASE("a new kit.toml is commented, guesses what the folder tells, and passes") {
  TempFolder folder;
  write_text(folder / "bracelet/README.md",
             "<!-- # not this -->\n# Bracelet *universel*\n![badge](x.png)\n\nUn bracelet pour les "
             "[gouverner](x) tous,\n"
             "avec le soin des détails.\n\n## Suite\nest pour la fin et les autres, dans la boîte\n");
  write_text(folder / "bracelet/LICENSE",
             "MIT License\n\nPermission is hereby granted, free of charge, to any "
             "person\nobtaining a copy");
  write_text(folder / "bracelet/photos/un.jpg", "x");
  write_text(folder / "bracelet/photos/deux.jpg", "x");
  write_text(folder / "bracelet/couverture.png", "x");
  const auto text = new_manifest(folder / "bracelet", Language::french).value();
  const auto reading = read_manifest(text);
  CHECK(reading.findings.empty());
  REQUIRE(reading.manifest);
  CHECK(reading.manifest->title == "Bracelet universel");
  CHECK(reading.manifest->summary == "Un bracelet pour les gouverner tous, avec le soin des détails.");
  CHECK(reading.manifest->licence == "MIT");
  CHECK(reading.manifest->languages == std::vector<std::string>{"fr"});
  CHECK(text.find("# La fiche de ce kit.") == 0);
  CHECK(text.find("# file = \"photos/\"\n") != std::string::npos);
  CHECK(text.find("# file = \"couverture.png\"\n") != std::string::npos);
  CHECK(text.find("photos/un.jpg") == std::string::npos);
}

TEST_CASE("the examples of a new kit.toml are right as they stand, in both languages") {
  TempFolder folder;
  std::filesystem::create_directories(folder / "kit");
  for (const auto language : {Language::french, Language::english}) {
    const auto text = with_examples(new_manifest(folder / "kit", language).value());
    CAPTURE(text);
    const auto reading = read_manifest(text);
    CHECK(reading.findings.empty());
    REQUIRE(reading.manifest);
    CHECK(reading.manifest->consent.size() == 1);
    CHECK(reading.manifest->duration_minutes == 150);
    CHECK(reading.manifest->adapted_from.has_value());
    CHECK(reading.manifest->licence == "CC-BY-SA-4.0");
  }
}

TEST_CASE("any folder gets a kit.toml that passes") {
  TempFolder folder;
  for (const auto* name : {"a\"b\\c", "日本", "caf\xE9", "e\xCC\x81te\xCC\x81", "tab\there", "..."}) {
    write_text(folder / name / "x\"y\\.jpg", "x");
    write_text(folder / name / "z/im [1].png", "x");
    write_text(folder / name / "README.md", "# \x1B[31m\n\n\x1B[2J text\n");
    const auto text = new_manifest(folder / name, Language::english).value();
    CAPTURE(name, text);
    const auto reading = read_manifest(text);
    REQUIRE(reading.manifest);
    CHECK_FALSE(reading.manifest->title.empty());
    CHECK(read_manifest(with_examples(text)).manifest);
  }
}

TEST_CASE("the title comes from the README's heading, else from the folder's name") {
  TempFolder folder;
  CHECK(guess_from_readme("Titre souligné\n=====\n\nSuite.").title == "Titre souligné");
  CHECK(guess_from_readme("## Second level\ntext").title.empty());
  CHECK(guess_from_readme("# <DeviceName>\n\n## Overview\n\nA switch.").title.empty());
  CHECK(guess_from_readme("# <DeviceName>\n\n## Overview\n\nA switch.").summary == "A switch.");
  CHECK(guess_from_readme("\xEF\xBB\xBF# Avec `BOM` ##\r\n\r\n| a | b |\r\n\r\nPhrase.\r\n").title == "Avec BOM");
  CHECK(guess_from_readme("# T\n\n" + std::string(100, 'a') + " " + std::string(400, 'b')).summary.size() <= 300);
  for (const auto& [name, title] :
       {std::pair{"toy-robot_2", "Toy robot 2"}, std::pair{"Atelier-débat du lundi", "Atelier-débat du lundi"}}) {
    std::filesystem::create_directories(folder / name);
    CHECK(guess(folder / name).title == title);
  }
}

TEST_CASE("languages come from the folders' names, else from the words of the README") {
  TempFolder folder;
  for (const auto* path : {"fr-FR/a.md", "en/a.md", "zh-CN/a.md", "de-DE/a.md", "code/a.py", "is/a.md"}) write_text(folder / path, "x");
  CHECK(guess(folder.path()).languages == std::vector<std::string>{"de-DE", "en", "fr-FR", "zh-CN"});
  const std::string french = "Le guide de la séance est pour les animateurs et les participants. ";
  const std::string english = "This is the guide of the session, for you and your group. ";
  CHECK(guess_languages(french) == std::vector<std::string>{"fr"});
  CHECK(guess_languages(english) == std::vector<std::string>{"en"});
  CHECK(guess_languages(french + english) == std::vector<std::string>{"fr", "en"});
  CHECK(guess_languages("Arduino Nano 5 V").empty());
}

TEST_CASE("the kind is a method where nothing is made and a method is spoken of") {
  TempFolder folder;
  write_text(folder / "a/README.md", "# Méthode d'animation\n");
  write_text(folder / "b/README.md", "# Méthode d'animation\n");
  write_text(folder / "b/boitier.STL", "x");
  write_text(folder / "c/README.md", "# Bracelet\n");
  CHECK(guess(folder / "a").kind == Kind::method);
  CHECK(guess(folder / "b").kind == Kind::prototype);
  CHECK(guess(folder / "c").kind == Kind::prototype);
}

TEST_CASE("licences are known by their texts, addresses and tags") {
  CHECK(guess_licence("// SPDX-License-Identifier: Apache-2.0\n") == "Apache-2.0");
  CHECK(guess_licence("<!-- SPDX-License-Identifier: CC-BY-4.0 OR MIT -->") == "CC-BY-4.0 OR MIT");
  CHECK(guess_licence("SPDX-License-Identifier: ((((\n").empty());
  CHECK(guess_licence("see http://creativecommons.org/licenses/by-nc-sa/4.0/") == "CC-BY-NC-SA-4.0");
  CHECK(guess_licence("Creative Commons\nAttribution-ShareAlike   4.0\nInternational") == "CC-BY-SA-4.0");
  CHECK(guess_licence("Attribution 4.0 International") == "CC-BY-4.0");
  CHECK(guess_licence("CC0 1.0 Universal") == "CC0-1.0");
  CHECK(guess_licence("GNU GENERAL PUBLIC LICENSE\n   Version 3, 29 June 2007 … the GNU Affero "
                      "General Public License") == "GPL-3.0-only");
  CHECK(guess_licence("GNU LESSER GENERAL PUBLIC LICENSE\nVersion 3, 29 June 2007 … GNU General "
                      "Public License") == "LGPL-3.0-only");
  CHECK(guess_licence("Apache License\n Version 2.0, January 2004") == "Apache-2.0");
  CHECK(guess_licence("CERN Open Hardware Licence Version 2 - Weakly Reciprocal … "
                      "https://creativecommons.org/licenses/by-sa/4.0/") == "CERN-OHL-W-2.0 AND CC-BY-SA-4.0");
  CHECK(guess_licence("All rights reserved").empty());
  CHECK(guess_licence("").empty());
}

TEST_CASE("licence expressions are judged and the nearest id is found") {
  for (const auto* good : {"MIT", "GPL-3.0-or-later", "MIT OR Apache-2.0", "(MIT AND CC0-1.0) OR LicenseRef-ours", "GPL-2.0+",
                           "GPL-2.0-only WITH Classpath-exception-2.0"}) {
    CHECK(judge_licence(good) == LicenceVerdict::known);
  }
  CHECK(judge_licence("Sleepycat AND MIT") == LicenceVerdict::unknown);
  for (const auto* bad :
       {"", "AND", "MIT AND", "MIT Apache-2.0", "(MIT", "MIT)", "()", "CC BY 4.0", "MIT/X11", "é", "MIT WITH", "((((((((((MIT))))))))))"}) {
    CAPTURE(bad);
    CHECK(judge_licence(bad) == LicenceVerdict::malformed);
  }
  CHECK(nearest_licence("cc by-sa 4.0") == "CC-BY-SA-4.0");
  CHECK(nearest_licence("Creative Commons BY 4.0") == "CC-BY-4.0");
  CHECK(nearest_licence("CC BY-SA") == "CC-BY-SA-4.0");
  CHECK(nearest_licence("mit license") == "MIT");
  CHECK(nearest_licence("GPLv3").empty());
  CHECK(nearest_licence("").empty());
}

}  // namespace new_manifest_test

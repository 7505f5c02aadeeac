#include <sstream>

#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"
#include "tools/ctl/client.hpp"
#include "tools/ctl/folders/tree_writer.hpp"
#include "tools/ctl/help.hpp"
#include "tools/ctl/kit_ref.hpp"
#include "tools/ctl/verbs/verbs.hpp"
#include "tools/ctl/words/findings.hpp"

namespace run_test {
using namespace essaimage;
using namespace essaimage::ctl;
using test::TempFolder;

namespace {

struct Outcome {
  ExitCode code;
  std::string out, err;
};

Outcome run_with(const std::vector<std::string>& words) {
  std::ostringstream out, err;
  std::istringstream in;
  Io io{out, err, in};
  const auto code = run(words, io);
  return {code, out.str(), err.str()};
}

Status write_file(TreeWriter& writer, const std::string& path, std::string_view content, bool executable = false) {
  CHECK_OK(writer.begin_file(path, executable));
  CHECK_OK(writer.write(bytes_of(content)));
  return writer.end_file();
}

std::size_t entries(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

}  // namespace

TEST_CASE("without a home or a daemon the exit code and the words say which") {
  TempFolder folder;
  const auto home = (folder / "home").string();
  const auto none = run_with({"--home", home, "--lang", "en", "status"});
  CHECK(none.code == ExitCode::refused);
  CHECK(none.out.empty());
  CHECK(none.err.find("there is no home here") != std::string::npos);
  REQUIRE(run_with({"--home", home, "federation", "create", "--name", "Fédé", "--json"}).code == ExitCode::ok);
  const auto idle = run_with({"--home", home, "--lang", "fr", "status"});
  CHECK(idle.code == ExitCode::not_running);
  CHECK(idle.err.find("aucun essaimaged") != std::string::npos);
  CHECK(run_with({"--home", home, "federation", "create", "--name", "F"}).code == ExitCode::refused);
}

TEST_CASE("with --json an error is the one document on stdout") {
  const auto outcome = run_with({"--home", "/nonexistent", "kits", "--json", "--lang", "fr"});
  CHECK(outcome.err.empty());
  const auto json = Json::parse(outcome.out);
  CHECK(json["error"]["code"] == "home.missing");
  CHECK(json["error"]["actor"] == "admin");
  CHECK(json["error"]["cause"] == "il n'y a pas de nœud dans ce dossier");
  CHECK(json["error"].contains("next_step"));
  CHECK(Json::parse(run_with({"kitz", "--json"}).out)["error"]["code"] == "usage");
}

TEST_CASE("kit new writes a kit.toml that kit check accepts, and never overwrites one") {
  TempFolder folder;
  test::write_text(folder / "LISEZMOI.md", "# Lampe à lire\n\nUne lampe.\n");
  const auto where = folder.path().string();
  REQUIRE(run_with({"kit", "new", where, "--lang", "fr"}).code == ExitCode::ok);
  const auto before = test::read_text(folder / "kit.toml");
  const auto check = run_with({"kit", "check", where, "--json"});
  CHECK(check.code == ExitCode::ok);
  CHECK(Json::parse(check.out)["title"] == "Lampe à lire");
  CHECK(Json::parse(check.out)["publishes"] == true);
  CHECK(run_with({"kit", "new", where}).code == ExitCode::refused);
  CHECK(test::read_text(folder / "kit.toml") == before);
}

TEST_CASE("kit check refuses what publishing would, and --fix --yes mends names") {
  TempFolder folder;
  const auto where = folder.path().string();
  test::write_text(folder / "kit.toml", "title = \"x\"\nkind = \"method\"\nlicence = \"CC0-1.0\"\nslug = \"x\"\n");
  test::write_text(folder / "a:b.txt", "x");
  const auto check = run_with({"kit", "check", where, "--lang", "en"});
  CHECK(check.code == ExitCode::refused);
  CHECK(check.out.find("a:b.txt") != std::string::npos);
  const auto shown = run_with({"kit", "check", where, "--fix"});
  CHECK(shown.code == ExitCode::refused);
  CHECK(std::filesystem::exists(folder / "a:b.txt"));
  const auto fixed = run_with({"kit", "check", where, "--fix", "--yes", "--json"});
  CHECK(fixed.code == ExitCode::ok);
  CHECK(Json::parse(fixed.out)["renamed"].size() == 1);
  CHECK_FALSE(std::filesystem::exists(folder / "a:b.txt"));
}

TEST_CASE("publishing a folder that has no title sends nothing and says why") {
  TempFolder folder;
  test::write_text(folder / "kit.toml", "kind = \"method\"\n");
  const auto outcome = run_with({"--home", (folder / "none").string(), "publish", folder.path().string(), "--json"});
  CHECK(outcome.code == ExitCode::refused);
  const auto json = Json::parse(outcome.out);
  CHECK(json["error"]["code"] == "publish.refused");
  CHECK(json["findings"][0]["code"] == "kit.title-missing");
}

TEST_CASE("findings of one cause make one block, refusals first") {
  std::vector<PlacedFinding> findings;
  for (int i = 0; i < 20; ++i)
    findings.push_back({"", {kit::Severity::warning, Errc::kit_consent_missing, "p" + std::to_string(i) + ".jpg", "", false}});
  findings.push_back({"", {kit::Severity::refusal, Errc::kit_title_missing, "kit.toml", "kit.toml:1: title", false}});
  const auto text = findings_text(findings, Language::english, {}, 3);
  CHECK(text.find("refused: the kit has no title\n    kit.toml:1: title\n") == 0);
  CHECK(text.find("(20)") != std::string::npos);
  CHECK(text.find("p2.jpg") != std::string::npos);
  CHECK(text.find("p3.jpg") == std::string::npos);
  CHECK(text.find("… and 17 more") != std::string::npos);
}

TEST_CASE("a checkout appears whole or not at all, and overwrites nothing") {
  TempFolder folder;
  const auto destination = folder / "out";
  {
    auto writer = TreeWriter::create(destination).value();
    REQUIRE(write_file(writer, "a/b/été.txt", "x").has_value());
    REQUIRE(write_file(writer, "run.sh", "#!/bin/sh\n", true).has_value());
    CHECK_FALSE(std::filesystem::exists(destination));
    CHECK_FALSE(write_file(writer, "run.sh", "twice").has_value());
    REQUIRE(writer.finish().has_value());
  }
  CHECK(test::read_text(destination / "a/b/été.txt") == "x");
  const auto mode = std::filesystem::status(destination / "run.sh").permissions();
  CHECK((mode & std::filesystem::perms::owner_exec) != std::filesystem::perms::none);
  CHECK(entries(folder.path()) == 1);
  CHECK(TreeWriter::create(destination).error().code == Errc::destination_taken);
  std::filesystem::create_directory(folder / "empty");
  {
    auto dropped = TreeWriter::create(folder / "empty").value();
    REQUIRE(write_file(dropped, "x", "x").has_value());
  }
  CHECK(entries(folder / "empty") == 0);
  CHECK(entries(folder.path()) == 2);
  auto late = TreeWriter::create(folder / "empty").value();
  test::write_text(folder / "empty" / "mine", "kept");
  CHECK(late.finish().error().code == Errc::destination_taken);
  CHECK(test::read_text(folder / "empty" / "mine") == "kept");
}

TEST_CASE("a checkout never writes outside of its folder, whatever the daemon says") {
  TempFolder folder;
  auto writer = TreeWriter::create(folder / "out").value();
  for (const auto* path : {"../x", "/etc/x", "a/../../x", "", "a//b", ".git/config", "con.txt", "a\\b"}) {
    INFO(path);
    CHECK_FALSE(writer.begin_file(path, false).has_value());
  }
  std::filesystem::create_symlink("/", folder / "link");
  CHECK(TreeWriter::create(folder / "link").error().code == Errc::destination_taken);
}

TEST_CASE("kits and periods are read strictly") {
  CHECK(parse_kit_ref("a/b@12").value().version == 12u);
  CHECK_FALSE(parse_kit_ref("a/b").value().version.has_value());
  for (const auto* wrong : {"a", "a/b@", "a/b@x", "a/b@-1", "a/b/c", "@1"}) CHECK_FALSE(parse_kit_ref(wrong).has_value());
  CHECK(parse_period("7d", "--valid").value() == 7u * 86'400);
  CHECK(parse_period("90m", "--valid").value() == 5'400u);
  for (const auto* wrong : {"", "d", "7", "7w", "-7d", "7 d", "9999999d"}) CHECK_FALSE(parse_period(wrong, "--valid").has_value());
  CHECK(parse_seconds("30", "timeout").value() == 30u);
  CHECK_FALSE(parse_seconds("1.5", "timeout").has_value());
}

TEST_CASE("a kit is taken for another only if centre or name is the same") {
  const std::vector<std::string> known{"wazemmes/big", "wazemmes/malle-de-pret", "fives"};
  CHECK(kit_suggestion({"wazemmes", "malle-de-prt"}, known, Language::english) == "; did you mean `wazemmes/malle-de-pret`?");
  CHECK(kit_suggestion({"wazemes", "big"}, known, Language::french) == "\u00A0; vouliez-vous dire `wazemmes/big`\u00A0?");
  CHECK(kit_suggestion({"wazemmes", "nope"}, known, Language::english).empty());
  CHECK(kit_suggestion({"wazemes", "bif"}, known, Language::english).empty());
}

TEST_CASE("a kit is called the same in the help of every verb, and French punctuation never begins a line") {
  const auto torn = [](const std::string& text) {
    for (const auto* mark : {" : ", " ; ", " ? ", " ! ", " :\n", " ?\n"})
      if (text.find(mark) != std::string::npos) return true;
    return false;
  };
  for (const auto& command : all_commands()) {
    INFO(command.name);
    CHECK(command_text(command, Language::english, {}).find("ID") == std::string::npos);
    CHECK_FALSE(torn(command_text(command, Language::french, {})));
  }
  CHECK_FALSE(torn(overview_text(Language::french, {})));
  CHECK_FALSE(torn(man_page(Language::french)));
  for (int code = 0; errc_from(describe(static_cast<Errc>(code), Language::english).code) && code < 20; ++code)
    CHECK_FALSE(torn(error_text({static_cast<Errc>(code), "x"}, Language::french, {})));
}

TEST_CASE("the man page and the completion name every verb") {
  const auto man = man_page(Language::french);
  const auto completion = bash_completion();
  for (const auto& command : all_commands()) {
    INFO(command.name);
    CHECK(man.find(".SS " + std::string(command.name.substr(0, command.name.find('-')))) != std::string::npos);
    CHECK(completion.find("\"" + std::string(command.name) + "\")") != std::string::npos);
  }
  CHECK(man.find("\n.\\-") == std::string::npos);
  CHECK(completion.find('@') != std::string::npos);
  CHECK(completion.find("@cases@") == std::string::npos);
}

TEST_CASE("a key is made whole or not at all, with a note that a role takes") {
  TempFolder folder;
  const auto file = (folder / "cle").string();
  CHECK(run_with({"federation", "key", "new", file, "--note", std::string(5'000, 'a')}).code != ExitCode::ok);
  CHECK_FALSE(std::filesystem::exists(file));
  test::write_text(folder / "cle.pub", "x");
  CHECK(run_with({"federation", "key", "new", file}).code != ExitCode::ok);
  CHECK_FALSE(std::filesystem::exists(file));
  CHECK(test::read_text(folder / "cle.pub") == "x");
  std::filesystem::remove(folder / "cle.pub");
  CHECK(run_with({"federation", "key", "new", file, "--note", "Anne"}).code == ExitCode::ok);
}

}  // namespace run_test

#include <cstdlib>

#include "tests/support/catch.hpp"
#include "tools/ctl/command.hpp"

namespace parse_test {
using namespace essaimage;
using namespace essaimage::ctl;

namespace {

Parsed good(const std::vector<std::string>& words) {
  const auto parsed = parse(words, Language::english);
  REQUIRE(parsed.has_value());
  return *parsed;
}

std::string bad(const std::vector<std::string>& words, Language language = Language::english) {
  const auto parsed = parse(words, language);
  REQUIRE_FALSE(parsed.has_value());
  CHECK(parsed.error().code == Errc::usage);
  return parsed.error().detail;
}

/// As a shell would.
std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  bool quoted = false;
  for (const char c : std::string(line) + " ") {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ' ' && !quoted) {
      if (!word.empty()) words.push_back(word);
      word.clear();
    } else {
      word += c;
    }
  }
  return words;
}

}  // namespace

TEST_CASE("options may stand anywhere, with a blank or an equals sign") {
  const auto parsed =
      good({"--home", "/h", "member", "invite", "--name=Fives", "fives", "--territory", "lille", "--json", "--territory=loos"});
  CHECK(parsed.command->name == "member invite");
  CHECK(parsed.value("home") == "/h");
  CHECK(parsed.value("name") == "Fives");
  CHECK(parsed.values("territory") == std::vector<std::string>{"lille", "loos"});
  CHECK(parsed.has("json"));
  CHECK(parsed.positionals == std::vector<std::string>{"fives"});
}

TEST_CASE("a verb may have three words, and what follows is no part of it") {
  const auto parsed = good({"--home", "/h", "federation", "role", "add", "curators", "anne.pub", "--threshold", "2"});
  CHECK(parsed.command->name == "federation role add");
  CHECK(parsed.positionals == std::vector<std::string>{"curators", "anne.pub"});
  CHECK(parsed.value("threshold") == "2");
  CHECK(good({"kit", "check", "role"}).positionals == std::vector<std::string>{"role"});
  CHECK(bad({"federation", "role"}).find("role show") != std::string::npos);
  CHECK(bad({"federation", "role", "ad", "curators"}).find("did you mean `role add`?") != std::string::npos);
  CHECK(bad({"federation", "creat"}).find("did you mean `create`?") != std::string::npos);
}

TEST_CASE("after two hyphens everything is a word") {
  const auto parsed = good({"publish", "--offline", "--", "--odd-folder", "-x"});
  CHECK(parsed.positionals == std::vector<std::string>{"--odd-folder", "-x"});
  CHECK_FALSE(parsed.has("odd-folder"));
}

TEST_CASE("a value may begin with one hyphen, not with two") {
  CHECK(good({"member", "suspend", "fives", "--why", "-"}).value("why") == "-");
  CHECK(bad({"member", "suspend", "fives", "--why", "--json"}).find("--why") != std::string::npos);
}

TEST_CASE("no verb, --help and --version lead to help and version") {
  CHECK(good({}).command->name == "help");
  CHECK(good({"--lang", "fr"}).command->name == "help");
  CHECK(good({"-h"}).command->name == "help");
  CHECK(good({"--version"}).command->name == "version");
  const auto about = good({"kit", "check", "--help"});
  CHECK(about.command->name == "help");
  CHECK(about.positionals == std::vector<std::string>{"kit check"});
  CHECK(good({"kit", "--help"}).positionals == std::vector<std::string>{"kit"});
  CHECK(good({"help", "kit", "check"}).positionals.size() == 2);
}

TEST_CASE("mistyped verbs and options come back with what was perhaps meant") {
  CHECK(bad({"pubish", "x"}).find("did you mean `publish`") != std::string::npos);
  CHECK(bad({"kit", "chekc", "x"}).find("did you mean `check`") != std::string::npos);
  CHECK(bad({"publish", "x", "--audeince", "region"}).find("did you mean `--audience`") != std::string::npos);
  CHECK(bad({"stauts"}, Language::french).find("vouliez-vous dire `status`") != std::string::npos);
  CHECK(bad({"xylophone"}).find("did you mean") == std::string::npos);
}

TEST_CASE("what is lacking, doubled or too much is named") {
  CHECK(bad({"kit"}).find("new, check, show, files, history") != std::string::npos);
  CHECK(bad({"kit", "show"}).find("KIT") != std::string::npos);
  CHECK(bad({"kit", "show"}, Language::french).find("KIT") != std::string::npos);
  CHECK(bad({"member", "invite", "fives"}).find("--name") != std::string::npos);
  CHECK(bad({"kits", "extra"}).find("extra") != std::string::npos);
  CHECK(bad({"sync", "--wait=yes"}).find("takes no value") != std::string::npos);
  CHECK(bad({"sync", "--timeout", "1", "--timeout", "2"}).find("twice") != std::string::npos);
  CHECK(bad({"sync", "--timeout"}).find("needs a value") != std::string::npos);
  for (const auto* blank : {"", " ", ","}) {
    CHECK(bad({"publish", "x", "--audience", blank}).find("needs a value") != std::string::npos);
    CHECK(bad({"publish", "x", std::string("--audience=") + blank}).find("needs a value") != std::string::npos);
  }
  CHECK(bad({"sync", "-w"}).find("two hyphens") != std::string::npos);
  CHECK(bad({"--wait", "sync"}).find("before `--wait`") != std::string::npos);
}

TEST_CASE("how to speak is known even from a line that is not understood") {
  ::setenv("LC_ALL", "C", 1);
  CHECK(manners_of({"pubish", "--lang", "fr", "--json"}).language == Language::french);
  CHECK(manners_of({"pubish", "--lang=fr"}).language == Language::french);
  CHECK(manners_of({"pubish", "--json"}).json);
  CHECK_FALSE(manners_of({"kits", "--", "--json"}).json);
  CHECK(manners_of({"kits"}).language == Language::english);
  ::unsetenv("LC_ALL");
}

TEST_CASE("every verb, argument and option is told in both languages, and has an example that parses") {
  const auto both = [](const Text& text) {
    CHECK_FALSE(text.en.empty());
    CHECK_FALSE(text.fr.empty());
  };
  for (const auto& command : all_commands()) {
    INFO(command.name);
    both(command.summary);
    CHECK(command.summary.en != command.summary.fr);
    CHECK(command.details.en.empty() == command.details.fr.empty());
    CHECK(command.run != nullptr);
    for (const auto& positional : command.positionals) both(positional.help);
    for (const auto& option : command.options) {
      both(option.help);
      CHECK(option.value.en.empty() == option.value.fr.empty());
    }
    REQUIRE_FALSE(command.examples.empty());
    for (const auto& example : command.examples) {
      both(example.help);
      for (const auto language : {Language::english, Language::french}) {
        auto words = words_of(example.in(language));
        if (const auto redirect = std::find(words.begin(), words.end(), ">"); redirect != words.end()) words.erase(redirect, words.end());
        const auto parsed = parse(words, language);
        REQUIRE(parsed.has_value());
        CHECK(parsed->command->name == command.name);
      }
    }
  }
}

TEST_CASE("what an example says in words, it says in the language of its help") {
  for (const auto& command : all_commands()) {
    for (const auto& example : command.examples) {
      INFO(example.command);
      const auto english = good(words_of(example.command));
      for (const auto* const option : {"why", "reason", "worked", "failed", "note", "condition", "reviewer"})
        if (english.value(option).find(' ') != std::string::npos) CHECK(example.in(Language::french) != example.command);
    }
  }
}

TEST_CASE("a day may be typed as it is written on paper") {
  const auto typed = good({"outcome", "add", "wazemmes/lampe", "--date", "01/12/2026", "--note", "01/12/2026"});
  CHECK(typed.value("date") == "2026-12-01");
  CHECK(typed.value("note") == "01/12/2026");
  CHECK(good({"report", "--from", "01/01/2026", "--to=31/12/2026"}).value("to") == "2026-12-31");
  CHECK(good({"federation", "role", "set", "curators", "--expires", "31/12/2027"}).value("expires") == "2027-12-31");
}

TEST_CASE("an option that wants a value is told so where there is no verb, and where the value is empty") {
  CHECK(bad({"--home"}).find("--home") != std::string::npos);
  CHECK(bad({"--json", "--lang"}).find("--lang") != std::string::npos);
  CHECK(bad({"status", "--home", ""}).find("--home") != std::string::npos);
  CHECK(bad({"status", "--home="}).find("--home") != std::string::npos);
}

}  // namespace parse_test

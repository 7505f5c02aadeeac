#include "proto/language.hpp"

#include <cstdlib>
#include <set>

#include "proto/exit_codes.hpp"
#include "tests/support/catch.hpp"

namespace language_test {
using namespace essaimage;

TEST_CASE("a language is read from a tag or a locale") {
  CHECK(language_from("fr") == Language::french);
  CHECK(language_from("fr_FR.UTF-8") == Language::french);
  CHECK(language_from("fr-CA") == Language::french);
  CHECK(language_from("en_GB.UTF-8") == Language::english);
  CHECK(language_from("C.UTF-8") == Language::english);
  CHECK_FALSE(language_from("de_DE.UTF-8").has_value());
  CHECK_FALSE(language_from("").has_value());
  CHECK_FALSE(language_from("french").has_value());
}

TEST_CASE("LC_ALL goes before LC_MESSAGES and LANG; an empty one counts as not set") {
  ::unsetenv("LC_ALL");
  ::unsetenv("LC_MESSAGES");
  ::setenv("LANG", "fr_FR.UTF-8", 1);
  CHECK(language_of_environment() == Language::french);
  ::setenv("LC_MESSAGES", "C", 1);
  CHECK(language_of_environment() == Language::english);
  ::setenv("LC_ALL", "", 1);
  CHECK(language_of_environment() == Language::english);
  ::setenv("LC_ALL", "fr_BE", 1);
  CHECK(language_of_environment() == Language::french);
  ::setenv("LC_ALL", "de_DE", 1);
  CHECK(language_of_environment() == Language::english);
  ::unsetenv("LC_ALL");
  ::unsetenv("LC_MESSAGES");
  ::unsetenv("LANG");
  CHECK(language_of_environment() == Language::english);
}

TEST_CASE("LANGUAGE is a list by preference that goes before the locale, unless that is C") {
  ::unsetenv("LC_ALL");
  ::unsetenv("LC_MESSAGES");
  ::setenv("LANG", "en_US.UTF-8", 1);
  ::setenv("LANGUAGE", "fr", 1);
  CHECK(language_of_environment() == Language::french);
  ::setenv("LANGUAGE", "de:fr:en", 1);
  CHECK(language_of_environment() == Language::french);
  ::setenv("LANGUAGE", "de", 1);
  CHECK(language_of_environment() == Language::english);
  ::setenv("LANGUAGE", "fr", 1);
  ::setenv("LANG", "C.UTF-8", 1);
  CHECK(language_of_environment() == Language::english);
  ::unsetenv("LANGUAGE");
  ::unsetenv("LANG");
}

TEST_CASE("each exit code is explained once, in both languages") {
  std::set<int> seen;
  for (const auto& entry : exit_code_texts) {
    CHECK(seen.insert(static_cast<int>(entry.code)).second);
    CHECK_FALSE(entry.meaning.en.empty());
    CHECK(entry.meaning.en != entry.meaning.fr);
  }
}

}  // namespace language_test

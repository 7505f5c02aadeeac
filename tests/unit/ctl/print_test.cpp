#include "tools/ctl/print.hpp"
#include "tools/ctl/progress.hpp"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <sstream>

#include "tests/support/catch.hpp"

namespace print_test {
using namespace essaimage;
using namespace essaimage::ctl;

TEST_CASE("columns line up under accents, decomposed accents and wide letters") {
  Table table({{"kit"}, {"n", Table::Align::right}, {"titre"}});
  table.add({"école", "1", "a"});
  table.add(
      {"e\xCC\x81"
       "cole",
       "22", "b"});
  table.add({"日本", "333", "c"});
  CHECK(table.str({}) ==
        "kit      n  titre\n"
        "école    1  a\n"
        "e\xCC\x81"
        "cole   22  b\n"
        "日本   333  c\n");
}

TEST_CASE("no line ends in blanks, and colours do not move columns") {
  Table table({{"a"}, {"b"}, {"c"}});
  table.add({"x", "", ""});
  table.add({{"y", Colour::red}, "long", "z"});
  CHECK(table.str({}) == "a  b     c\nx\ny  long  z\n");
  CHECK(table.str({true, 0}).find("\x1b[31my\x1b[0m  long  z\n") != std::string::npos);
}

TEST_CASE("a narrow terminal shortens the columns that may give way") {
  Table table({{"id"}, {"title", Table::Align::left, true}, {"end"}});
  table.add({"wazemmes/lampe", "Une très longue lampe à lire la nuit", "fin"});
  const auto text = table.str({false, 40});
  CHECK(text.find("…") != std::string::npos);
  CHECK(text.find("wazemmes/lampe") != std::string::npos);
  for (std::size_t start = 0; start < text.size();) {
    const auto end = text.find('\n', start);
    CHECK(display_width(std::string_view(text).substr(start, end - start)) <= 40);
    start = end + 1;
  }
}

TEST_CASE("where a table does not fit at all, each row takes a line for each column") {
  Table table({{"kit"}, {"titre", Table::Align::left, true}, {"version", Table::Align::right}, {"ici"}});
  table.add({"mdq-wazemmes/lampe-de-lecture", "Une très longue lampe", "12", ""});
  table.add({"fives/film", "Film", "3", "entier"});
  CHECK(table.str({false, 30}) ==
        "mdq-wazemmes/lampe-de-lecture\n"
        "  titre Une très longue lampe\n"
        "  version 12\n"
        "fives/film\n"
        "  titre Film\n"
        "  version 3\n"
        "  ici entier\n");
}

TEST_CASE("text of others cannot act upon the terminal") {
  CHECK(printable("a\x1b[31mb") == "a\xEF\xBF\xBD[31mb");
  CHECK(printable("a\nb\tc") == "a b c");
  CHECK(printable("a\xE2\x80\xAE"
                  "b") ==
        "a\xEF\xBF\xBD"
        "b");
  CHECK(printable("a\xff"
                  "b") ==
        "a\xEF\xBF\xBD"
        "b");
  CHECK(printable("été 日本") == "été 日本");
}

TEST_CASE("text is shortened and wrapped by what is seen, between letters and words") {
  CHECK(shortened("été", 3) == "été");
  CHECK(shortened("étéé", 3) == "ét…");
  CHECK(wrapped("un deux trois quatre cinq six", 24, 2) == "  un deux trois quatre\n  cinq six\n");
  CHECK(wrapped("a\nb", 80, 0) == "a\nb\n");
}

TEST_CASE("sizes, numbers and durations are written as in each language") {
  CHECK(human_bytes(0, Language::english) == "0 B");
  CHECK(human_bytes(999, Language::french) == "999 o");
  CHECK(human_bytes(1500, Language::english) == "1.5 kB");
  CHECK(human_bytes(1500, Language::french) == "1,5 ko");
  CHECK(human_bytes(999'600, Language::english) == "1.0 MB");
  CHECK(human_bytes(2'000'000'000, Language::french) == "2,0 Go");
  CHECK(human_number(1234567, Language::english) == "1,234,567");
  CHECK(human_number(1234, Language::french) ==
        "1\u202F"
        "234");
  CHECK(human_duration(1'499, Language::english) == "1 s");
  CHECK(human_duration(300'000, Language::english) == "5 min");
  CHECK(human_duration(4 * 86'400'000LL, Language::french) == "4 jours");
}

TEST_CASE("times are local and in words; what is no time is shown as it is") {
  ::setenv("TZ", "UTC", 1);
  ::tzset();
  CHECK(human_time("2026-03-01T09:05:00Z", Language::english) == "1 Mar 2026 09:05");
  CHECK(human_time("2026-08-15T09:05:00Z", Language::french) == "15 août 2026 09:05");
  CHECK(human_time("soon", Language::english) == "soon");
}

TEST_CASE("a bar of bytes tells the rate and what is left, once there is a rate") {
  using control::Progress;
  const Progress half{3'000'000, 6'000'000, Progress::Unit::bytes, "media"};
  const auto line = [&](const Progress& progress, std::uint64_t rate, Language language) {
    return ProgressBar::line("film", progress, language, 120, rate);
  };
  CHECK(line(half, 0, Language::english) == "film  [##########----------]  50 %  3.0 MB / 6.0 MB  media");
  CHECK(line(half, 1'000'000, Language::english) == "film  [##########----------]  50 %  3.0 MB / 6.0 MB, 1.0 MB/s, 3 s left  media");
  CHECK(line(half, 1'000'000, Language::french).find("1,0 Mo/s, encore 3 s") != std::string::npos);
  const Progress files{3, 6, Progress::Unit::files, "x"};
  CHECK(line(files, 1'000'000, Language::english).find("/s") == std::string::npos);
}

TEST_CASE("on a narrow terminal a bar keeps the time that is left, and gives up the rest first") {
  using control::Progress;
  const Progress part{123'456'789, 987'654'321, Progress::Unit::bytes, "media"};
  const std::string kit = "wazemmes/premiers-pas-clavier-souris";
  for (const std::size_t columns : {40U, 60U, 79U, 100U, 200U}) {
    for (const auto language : {Language::english, Language::french}) {
      const auto line = ProgressBar::line(kit, part, language, columns, 1'200'000);
      INFO(line);
      CHECK(display_width(line) <= columns);
      if (columns >= 60) CHECK(line.find(language == Language::french ? "encore 12 min" : "12 min left") != std::string::npos);
    }
  }
  CHECK(ProgressBar::line(kit, part, Language::english, 200, 1'200'000).find("left  media") != std::string::npos);
}

TEST_CASE("a bar says what is in the way in the place of a rate") {
  const control::Progress paused{1'000, 2'000, control::Progress::Unit::bytes, "paused"};
  CHECK(ProgressBar::line("film", paused, Language::english, 79, 500) == "film  [##########----------]  50 %  1.0 kB / 2.0 kB  paused");
}

TEST_CASE("what a pause keeps waiting is said at once and once, also where there is no terminal") {
  std::ostringstream out, err;
  std::istringstream in;
  Io io{out, err, in};
  const Parsed parsed;
  const Context context{io, parsed, Language::english, false, {}, {}};
  ProgressBar bar(context, "film");
  const auto show = [&](const char* text, std::uint64_t done = 0) { bar.show({done, 2'000, control::Progress::Unit::bytes, text}); };
  const auto lines = [&] {
    const auto text = err.str();
    return std::count(text.begin(), text.end(), '\n');
  };
  show("media");
  show("no-holder");  // perhaps for a moment only
  CHECK(err.str().empty());
  show("paused");
  show("paused");
  CHECK(err.str().find("Media are paused on this node") == 0);
  CHECK(lines() == 1);
  // Asked about for a moment: that is no news of the pause.
  show("asked");
  show("paused");
  CHECK(lines() == 1);
  // It came on meanwhile.
  show("media", 500);
  show("paused", 500);
  CHECK(lines() == 2);
}

}  // namespace print_test

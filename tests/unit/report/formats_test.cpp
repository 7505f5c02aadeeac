#include "tools/report/formats.hpp"

#include "tests/support/catch.hpp"

namespace formats_test {
using namespace essaimage;
using namespace essaimage::report;

namespace {

Counted counted() {
  Counted all;
  all.reply = {{"from", "2018-01-01"}, {"to", "2019-12-31"},   {"territory", nullptr}, {"theme", nullptr},
               {"centre", "fede"},     {"federation", "fede"}, {"whole", true}};
  all.figures = {{{"row", "figure"}, {"name", "sessions"}, {"group", ""}, {"value", 1'234}, {"entries", {1, 2, 3, 7}}},
                 {{"row", "figure"}, {"name", "participants"}, {"group", ""}, {"value", 3}, {"entries", {1}}},
                 {{"row", "figure"}, {"name", "participants.priority"}, {"group", ""}, {"value", 2}, {"entries", {1}}}};
  all.points = {{{"row", "point"}, {"label", "2018-01"}, {"kits", 1}, {"adoptions", 0}, {"adaptations", 0}, {"sessions", 4}},
                {{"row", "point"}, {"label", "2018-02"}, {"kits", 3}, {"adoptions", 1}, {"adaptations", 0}, {"sessions", 9}}};
  all.entries = {{{"row", "entry"},
                  {"number", 1},
                  {"kind", "outcome"},
                  {"id", "a/robot"},
                  {"kit_version", 2},
                  {"centre", "a"},
                  {"date", "2018-03-01"},
                  {"sessions", 2},
                  {"participants", 5},
                  {"feed", "a/region"},
                  {"path", "outcomes/a/robot/1.toml"},
                  {"commit", "ab"},
                  {"time", "2018-03-02T10:00:00Z"}}};
  return all;
}

const Operation& example() {
  static const Operation operation = parse_operation(example_operation(), "x.toml").value();
  return operation;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

Document with_cell(Cell cell) {
  return {Language::french, "T", "S", {{"s", "S", {"a", "b"}, {{std::move(cell), Cell::number(1)}}, {}}}, {}};
}

std::string csv_row(const std::string& cell) {
  const auto text = csv_of(with_cell(Cell::of(cell))).at("s.csv");
  const auto from = text.find("\r\n") + 2;
  return text.substr(from, text.size() - from - 2);
}

}  // namespace

TEST_CASE("figures are shown as people of each language read them") {
  CHECK(shown(Cell::money(32'000'000), Language::french) == "320\u202F000,00\u00A0€");
  CHECK(shown(Cell::money(32'000'000), Language::english) == "320,000.00\u00A0EUR");
  CHECK(shown(Cell::rate(-1), Language::french) == "-0,01\u00A0%");
  CHECK(shown(Cell::rate(5'714), Language::english) == "57.14%");
  CHECK(shown(Cell::day("2018-03-01"), Language::french) == "01/03/2018");
  CHECK(ranges_of({1, 2, 3, 5, 8, 9}) == "1-3, 5, 8, 9");
  CHECK(ranges_of({}).empty());
}

TEST_CASE("a CSV has a byte order mark, semicolons and French decimals, and what separates is quoted") {
  const auto text = csv_of(with_cell(Cell::money(-105))).at("s.csv");
  CHECK(text ==
        "\xEF\xBB\xBF"
        "a;b\r\n-1,05;1\r\n");
  CHECK(csv_row("a;b") == "\"a;b\";1");
  CHECK(csv_row("a\"b") == "\"a\"\"b\";1");
  CHECK(csv_row("a\nb") == "\"a\nb\";1");
  CHECK(csv_row("é, b") == "é, b;1");
}

TEST_CASE("no cell of a CSV begins a formula") {
  for (const auto* begin : {"=", "+", "-", "@", "\t", "\r"}) {
    CAPTURE(begin);
    CHECK(csv_row(std::string(begin) + "1").find(begin) != 0);
    CHECK(has(csv_row(std::string(begin) + "1"), "'" + std::string(begin)));
  }
  CHECK(csv_row("=HYPERLINK(\"x\";A1)") == "\"'=HYPERLINK(\"\"x\"\";A1)\";1");
  CHECK(csv_row("a=b") == "a=b;1");
}

TEST_CASE("the page is whole by itself: nothing fetched, no script, and texts are no markup") {
  auto all = counted();
  all.entries[0]["id"] = "a/<script>alert(1)</script>&\"";
  const auto html = html_of(document_of(&example(), all, Language::french));
  CHECK(has(html, "<html lang=\"fr\">"));
  CHECK(has(html, "a/&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;"));
  for (const auto* foreign : {"<script", "<link", "<img", "src=", "url(", "@import", "href=\"http"}) {
    CAPTURE(foreign);
    CHECK_FALSE(has(html, foreign));
  }
  CHECK(has(html, "<svg "));
  CHECK(has(html, "écart d'arrondi"));
  CHECK(has(html, "-0,01"));
  CHECK(has(html, "99,99"));
  CHECK(has(html, "66,67"));  // 2 of 3 in priority neighbourhoods
  CHECK(has(html, "1-3, 7"));
  CHECK(has(html, "outcomes/a/robot/1.toml"));
}

TEST_CASE("the report in a terminal has no annex") {
  const auto text = terminal_text(document_of(&example(), counted(), Language::english));
  CHECK(has(text, "Report of operation NP0024867"));
  CHECK(has(text, "differs by rounding"));
  CHECK_FALSE(has(text, "outcomes/a/robot"));
}

TEST_CASE("a report of a period alone has no financing") {
  const auto document = document_of(nullptr, counted(), Language::english);
  CHECK(document.title == "Activity report");
  for (const auto& sheet : document.sheets) CHECK(sheet.id != "financement");
  CHECK(json_of(nullptr, counted())["operation"].is_null());
}

TEST_CASE("the JSON has the same keys in every language, and its checks say what differs") {
  const auto json = json_of(&example(), counted());
  CHECK(json["operation"]["total_cents"] == 56'000'000);
  CHECK(json["operation"]["funding"][0]["rate_hundredths"] == 5'714);
  CHECK(json["figures"][0]["name"] == "sessions");
  CHECK_FALSE(json["figures"][0].contains("row"));
  CHECK(json["entries"][0]["commit"] == "ab");
  bool rounding = false;
  for (const auto& check : json["operation"]["checks"]) rounding = rounding || check["verdict"] == "rounding";
  CHECK(rounding);
}

TEST_CASE("the spreadsheet begins with its type, stored and without an extra field, and is the same each time") {
  const auto bytes = ods_of(document_of(&example(), counted(), Language::french)).value();
  const std::string_view text = essaimage::text_of(bytes);
  CHECK(text.substr(0, 4) == std::string_view("PK\x03\x04", 4));
  CHECK(text.substr(8, 2) == std::string_view("\0\0", 2));         // stored
  CHECK(text.substr(26, 4) == std::string_view("\x08\0\0\0", 4));  // the length of the name; no extra field
  CHECK(text.substr(30, 54) == "mimetypeapplication/vnd.oasis.opendocument.spreadsheet");
  CHECK(ods_of(document_of(&example(), counted(), Language::french)).value() == bytes);
}

TEST_CASE("curves that are empty or have one step are drawn all the same") {
  CHECK(has(svg_of({{}, {"a"}, {{}}}, Language::french), "<polyline"));
  CHECK(has(svg_of({{"2018-01"}, {"a"}, {{7}}}, Language::english), ">7<"));
  CHECK(has(svg_of({{"x", "y"}, {"<b>"}, {{0, 0}}}, Language::english), "&lt;b&gt;"));
}

}  // namespace formats_test

#include "tools/ctl/export/feeds.hpp"

#include "tests/support/catch.hpp"
#include "tools/ctl/export/document.hpp"
#include "tools/ctl/export/file_kinds.hpp"
#include "tools/ctl/export/pages.hpp"

namespace feeds_test {
using namespace essaimage;
using namespace essaimage::ctl;
using namespace essaimage::ctl::site;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::size_t count_of(const std::string& text, std::string_view part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

Json about() {
  return {{"format", "essaimage-catalogue"},
          {"version", 1},
          {"exported", "2026-03-01T09:30:00Z"},
          {"federation", {{"id", "ab"}, {"slug", "fede"}, {"name", "Fédé <&>"}}},
          {"exported_by", "wazemmes"},
          {"for", "public"},
          {"territory", nullptr},
          {"base_url", nullptr},
          {"level", true}};
}

Json kit_named(const std::string& name, const std::string& theme) {
  const auto id = "wazemmes/" + name;
  return {
      {"id", id},
      {"version", 2},
      {"published", "2026-02-01T00:00:00Z"},
      {"centre", "wazemmes"},
      {"centre_name", "Wazemmes"},
      {"territories", {"lille"}},
      {"title", "</title>\"" + name},
      {"summary", "=1+1"},
      {"kind", "method"},
      {"stage", "prototype"},
      {"languages", {"fr"}},
      {"themes", {theme}},
      {"participants", Json::array()},
      {"duration_minutes", 90},
      {"sessions", 1},
      {"group_min", nullptr},
      {"group_max", 8},
      {"equipment", Json::array()},
      {"licence", "CC0-1.0"},
      {"authors", Json::array()},
      {"review",
       {{"kit_version", 1}, {"decided", "2026-02-02T00:00:00Z"}, {"reason", "<b>"}, {"newer", true}, {"conditions", {"avec un adulte"}}}},
      {"adapted_from", {{"url", "javascript:alert(1)"}}},
      {"adopted_by", Json::array()},
      {"outcomes", {{"outcomes", 0}, {"sessions", 0}, {"participants", 0}}},
      {"page", folder_of(id) + "index.html"},
      {"picture", nullptr},
      {"files", Json::array()}};
}

std::vector<Json> kits_of(std::size_t count) {
  std::vector<Json> kits;
  for (std::size_t i = 0; i < count; ++i) kits.push_back(kit_named("k" + std::to_string(i), i % 2 == 0 ? "Énergie" : "énergies & co"));
  return kits;
}

}  // namespace

TEST_CASE("what an export wrote it knows again by its first bytes") {
  const auto kits = kits_of(1);
  constexpr std::size_t looked_at = 1024;
  CHECK(has(opds_atom(about(), kits, "c.xml").front().content.substr(0, looked_at), atom_mark));
  CHECK(has(opds_json(about(), kits, "c.json").front().content.substr(0, looked_at), opds_json_mark));
  CHECK(has(json_export(about(), kits, Json::array()).substr(0, looked_at), json_mark));
  CHECK(csv_export(kits).starts_with(csv_mark));
}

TEST_CASE("a small catalogue is one feed, a large one leads to all kits and to its themes") {
  CHECK(opds_atom(about(), kits_of(one_feed_max), "c.xml").size() == 1);
  const auto outputs = opds_atom(about(), kits_of(one_feed_max + 1), "c.xml");
  REQUIRE(outputs.size() == 4);
  CHECK(outputs[0].name == "c.xml");
  CHECK(count_of(outputs[0].content, "rel=\"subsection\"") == 3);
  CHECK_FALSE(has(outputs[0].content, "acquisition/open-access"));
  CHECK(outputs[1].name == "c-all.xml");
  CHECK(count_of(outputs[1].content, "<entry>") == one_feed_max + 1);
  CHECK(outputs[2].name == "c-theme-energie.xml");
  CHECK(count_of(outputs[2].content, "<entry>") == 51);
  CHECK(outputs[0].kits == one_feed_max + 1);
  CHECK(outputs[2].kits == 51);
  const auto json = Json::parse(opds_json(about(), kits_of(one_feed_max + 1), "c.json").front().content);
  CHECK(json["navigation"].size() == 3);
  CHECK(json["navigation"][1]["href"] == "c-theme-energie.json");
}

TEST_CASE("a theme of one kit is said to have one kit") {
  auto kits = kits_of(one_feed_max);
  kits.push_back(kit_named("seul", "seul"));
  const auto outputs = opds_atom(about(), kits, "c.xml");
  CHECK(has(outputs[0].content, "<content>1 kit</content>"));
  CHECK(has(outputs[0].content, "<content>101 kits</content>"));
}

TEST_CASE("a table tells the day of the review, and of the decision at its end") {
  auto kit = kit_named("k", "Énergie");
  kit["review"]["reviewed"] = "2026-01-30";
  kit["review"]["reviewer"] = "commission numérique";
  const auto table = csv_export({kit});
  CHECK(has(table, ";summary;reviewer;decided\r\n"));
  CHECK(has(table, ";1;2026-01-30;"));
  CHECK(has(table, ";commission numérique;2026-02-02T00:00:00Z\r\n"));
}

TEST_CASE("every publication has a picture: where the kit shows none, that of the site") {
  auto kits = kits_of(2);
  kits[0]["picture"] = {{"place", "kits/wazemmes/k0/files/p-01.jpg"}, {"alt", "p"}};
  kits[1]["picture"] = {{"place", "kits/wazemmes/k1/files/p-01.webp"}, {"alt", "not shown by all"}};
  auto at = about();
  at["base_url"] = "https://c.example/";
  const auto feed = Json::parse(opds_json(at, kits, "c.json").front().content);
  CHECK(feed["publications"][0]["images"][0]["href"] == "https://c.example/kits/wazemmes/k0/files/p-01.jpg");
  CHECK(feed["publications"][1]["images"] == Json::parse(R"([{"href": "https://c.example/assets/kit.png", "type": "image/png"}])"));
}

TEST_CASE("a feed of an empty catalogue leads to its page, since OPDS 2.0 allows no feed without anything in it") {
  const auto feed = Json::parse(opds_json(about(), {}, "c.json").front().content);
  CHECK_FALSE(feed.contains("publications"));
  REQUIRE(feed["navigation"].size() == 1);
  CHECK(feed["navigation"][0]["href"] == "index.html");
  CHECK_FALSE(feed["navigation"][0]["title"].get<std::string>().empty());
  CHECK(opds_atom(about(), {}, "c.xml").size() == 1);
}

TEST_CASE("a feed escapes what strangers wrote, and leads to the page of a kit without documents") {
  const auto feed = opds_atom(about(), kits_of(1), "c.xml").front().content;
  CHECK(has(feed, "<title>&lt;/title&gt;&quot;k0</title>"));
  CHECK(has(feed, "<updated>2026-02-02T00:00:00Z</updated>"));
  CHECK(has(feed, "rel=\"http://opds-spec.org/acquisition/open-access\" href=\"kits/wazemmes/k0/index.html\" type=\"text/html\""));
  auto at = about();
  at["base_url"] = "https://c.example/";
  auto kit = kits_of(1);
  kit[0]["files"].push_back(
      {{"path", "a.pdf"}, {"bytes", 3}, {"kind", "document"}, {"type", "application/pdf"}, {"place", "kits/wazemmes/k0/files/a-01.pdf"}});
  kit[0]["picture"] = {{"place", "kits/wazemmes/k0/files/p-01.png"}, {"alt", "p"}};
  const auto there = opds_atom(at, kit, "c.xml").front().content;
  CHECK(has(there, "href=\"https://c.example/kits/wazemmes/k0/files/a-01.pdf\" type=\"application/pdf\""));
  CHECK(has(there,
            "rel=\"http://opds-spec.org/image/thumbnail\" href=\"https://c.example/kits/wazemmes/k0/files/p-01.png\" type=\"image/png\""));
}

TEST_CASE("the same kit has the same id in every export of its federation") {
  CHECK(urn_of(about(), "x") == urn_of(about(), "x"));
  CHECK(urn_of(about(), "x") != urn_of(about(), "y"));
  auto other = about();
  other["federation"]["id"] = "cd";
  CHECK(urn_of(about(), "x") != urn_of(other, "x"));
  CHECK(urn_of(about(), "x").size() == 45);
}

TEST_CASE("a page says that it is newer than reviewed, and on what condition, and runs nothing") {
  const auto kit = kit_named("k", "Énergie");
  const std::function<bool(const std::string&)> none = [](const std::string&) { return false; };
  const auto page = kit_page({about(), kit, {}, none}, Language::english);
  CHECK(has(page, "This version is newer than the one that was reviewed"));
  CHECK(has(page, "On condition: </strong>avec un adulte"));
  CHECK(has(page, "&lt;b&gt;"));
  CHECK_FALSE(has(page, "href=\"javascript"));
  CHECK(count_of(page, "</title>") == 1);
  CHECK(has(index_page(about(), {kit}, Language::french), "&lt;/title&gt;&quot;k</a></h2>"));
}

TEST_CASE("the search's words cannot leave their string") {
  const auto script = search_script({{"a/b", " </script><x> "}});
  CHECK(script == "window.essaimageSearch = {\n\"a/b\": \" \\u003c/script\\u003e\\u003cx\\u003e \",\n};\n");
}

}  // namespace feeds_test

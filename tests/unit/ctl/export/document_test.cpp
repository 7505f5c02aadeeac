#include "tools/ctl/export/document.hpp"

#include "tests/support/catch.hpp"

namespace document_test {
using namespace essaimage;
using namespace essaimage::ctl;
using namespace essaimage::ctl::site;

namespace {

const Json& file_at(const Json& document, const std::string& path) {
  static const Json none = Json::object();
  for (const auto& file : document["files"])
    if (file["path"] == path) return file;
  return none;
}

Json text_file(const std::string& path) {
  return {{"path", path}, {"bytes", 5}, {"media", false}, {"here", true}, {"blob", std::string(40, 'b')}};
}

Json media_file(const std::string& path, bool here = true) {
  return {{"path", path}, {"bytes", 5}, {"media", true}, {"here", here}, {"sha256", std::string(64, 'c')}};
}

/// A kit of one picture, one document, and what each test adds.
struct Kit {
  Json shown{{"id", "w/k"}, {"life", {{"stage", "field-tested"}}}, {"adapted_from", nullptr}};
  Json decision{{"id", "w/k"},      {"decision", "accepted"}, {"kit_version", 1}, {"decided", "2026-02-02T00:00:00Z"},
                {"reason", "bien"}, {"newer", true}};
  kit::Manifest manifest;
  Json files = Json::array({text_file("kit.toml"), text_file("README.md"), media_file("guide.pdf"), media_file("photos/a_b.jpg")});
  Wish wish;
  Json adoptions = Json::array();
  Json outcomes{{"outcomes", 0}, {"sessions", 0}, {"participants", 0}};

  Json document() const {
    Json document{{"id", "w/k"}, {"version", 2}, {"centre", "w"}};
    fill_document(document, Facts{shown, decision, manifest, files, adoptions, outcomes, wish});
    return document;
  }
};

}  // namespace

TEST_CASE("kit.toml and the contact stay out of a public export") {
  Kit kit;
  kit.manifest.contact = "personne@example.org";
  const auto document = kit.document();
  CHECK(file_at(document, "kit.toml").empty());
  CHECK_FALSE(document.contains("contact"));
  kit.wish.reader = Reader::members;
  CHECK(kit.document()["contact"] == "personne@example.org");
}

TEST_CASE("each file that does not go along says why") {
  Kit kit;
  kit.files.push_back(media_file("film.stl", false));
  kit.files.push_back(media_file("old.pdf"));
  kit.files.back()["withdrawn"] = {{"by", "author"}, {"why", "x"}};
  kit.files.push_back(media_file("kept.pdf"));
  kit.files.back()["withdrawn"] = nullptr;
  auto document = kit.document();
  CHECK(file_at(document, "photos/a_b.jpg")["left_out"] == "consent-missing");
  CHECK(file_at(document, "film.stl")["left_out"] == "not-here");
  CHECK(file_at(document, "old.pdf")["left_out"] == "withdrawn");
  CHECK(file_at(document, "kept.pdf")["place"] == "kits/w/k/files/kept-cccccccccccc.pdf");
  CHECK(document["picture"].is_null());
  CHECK(left_out_of(document).size() == 3);
  kit.wish.media = MediaWish::none;
  document = kit.document();
  CHECK(file_at(document, "guide.pdf")["left_out"] == "not-asked");
  CHECK(file_at(document, "README.md")["place"] == "kits/w/k/files/readme-bbbbbbbbbbbb.md");
}

TEST_CASE("a card shows the picture that the first text shows, and calls it as that does") {
  Kit kit;
  kit.manifest.consent = {{"photos/", "none", kit::ConsentScope::everyone, {}}};
  kit.files.push_back(media_file("photos/z.png"));
  auto document = kit.document();
  CHECK(document["picture"]["alt"] == "a b");
  choose_picture(document, {{"README.md", "![La lampe](photos/z.png)"}, {"autre.md", "![Autre](photos/a_b.jpg)"}});
  CHECK(document["picture"]["alt"] == "La lampe");
  CHECK(file_at(document, "photos/a_b.jpg")["alt"] == "Autre");
}

TEST_CASE("what was said to one territory is told to its members alone") {
  Kit kit;
  kit.decision["recommendations"] = Json::array({Json{{"territory", "lille"}, {"decision", "recommended"}, {"reason", "oui"}},
                                                 Json{{"territory", "lens"}, {"decision", "recommended"}}});
  CHECK(kit.document()["review"]["recommended_by"].empty());
  CHECK(kit.document()["stage"] == "prototype");  // sessions that only a territory knows of prove nothing to others
  kit.outcomes["outcomes"] = 1;
  CHECK(kit.document()["stage"] == "field-tested");
  kit.shown["life"]["stage"] = "metropolitan";
  CHECK(kit.document()["stage"] == "field-tested");  // adoptions neither
  kit.adoptions.push_back({{"centre", "x"}});
  CHECK(kit.document()["stage"] == "metropolitan");
  kit.wish.territory = "lille";
  CHECK(kit.document()["review"]["recommended_by"].empty());
  kit.wish.reader = Reader::members;
  const auto review = kit.document()["review"];
  REQUIRE(review["recommended_by"].size() == 1);
  CHECK(review["recommended_by"][0]["reason"] == "oui");
}

TEST_CASE("an export has what the federation accepted, of the territory that was asked for") {
  const Json lille{{"territories", {"lille"}}}, lens{{"territories", {"lens"}}};
  const Json accepted{{"decision", "accepted"}}, declined{{"decision", "declined"}};
  const Json recommended{{"decision", "recommended"}, {"territory", "lille"}};
  Wish wish;
  CHECK(is_wanted(accepted, lens, wish));
  CHECK_FALSE(is_wanted(declined, lens, wish));
  CHECK_FALSE(is_wanted(recommended, lille, wish));
  wish.territory = "lille";
  CHECK(is_wanted(accepted, lille, wish));
  CHECK_FALSE(is_wanted(accepted, lens, wish));
  CHECK_FALSE(is_wanted(recommended, lille, wish));
  wish.reader = Reader::members;
  CHECK(is_wanted(recommended, lens, wish));
}

TEST_CASE("where a kit comes from is told as the version that goes along says it") {
  Kit kit;
  kit.shown["adapted_from"] = {{"id", "x/secret"}, {"version", 1}};
  CHECK(kit.document()["adapted_from"].is_null());
  kit.manifest.adapted_from = kit::AdaptedFrom{KitId{"x", "lampe"}, 2, {}};
  CHECK(kit.document()["adapted_from"] == Json{{"id", "x/lampe"}, {"version", 2}});
}

TEST_CASE("what people agreed to for a time goes nowhere once that is over") {
  Kit kit;
  kit.wish.now = Timestamp{2'000};
  kit.manifest.consent = {{"photos/", "participant", kit::ConsentScope::everyone, Timestamp{2'001}}};
  CHECK_FALSE(text_at(file_at(kit.document(), "photos/a_b.jpg"), "place").empty());
  kit.manifest.consent[0].until = Timestamp{2'000};
  CHECK(file_at(kit.document(), "photos/a_b.jpg")["left_out"] == "consent-over");
  kit.wish.reader = Reader::members;
  CHECK(file_at(kit.document(), "photos/a_b.jpg")["left_out"] == "consent-over");
}

}  // namespace document_test

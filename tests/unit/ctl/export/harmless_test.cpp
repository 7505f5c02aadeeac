// What strangers wrote, in the places where an export puts it.
#include "tests/support/catch.hpp"
#include "tools/ctl/export/assets.hpp"
#include "tools/ctl/export/consent.hpp"
#include "tools/ctl/export/escape.hpp"
#include "tools/ctl/export/file_kinds.hpp"
#include "tools/ctl/export/markdown.hpp"
#include "tools/ctl/export/search_words.hpp"

namespace harmless_test {
using namespace essaimage;
using namespace essaimage::ctl::site;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

kit::Consent consent(std::string file, kit::ConsentScope scope, std::optional<Timestamp> until = {}) {
  return {std::move(file), "participant", scope, until};
}

/// Every file is exported as "files/" and its path.
std::optional<std::string> all_here(const std::string& path, bool /*picture*/) { return "files/" + path; }

}  // namespace

TEST_CASE("text of others ends no element, attribute, script or cell") {
  CHECK(html("<img src=x onerror='a(\"b\")'>&") == "&lt;img src=x onerror=&#39;a(&quot;b&quot;)&#39;&gt;&amp;");
  CHECK(html("a\x01"
             "b\u202e"
             "c\td\n") == "abc\td\n");
  CHECK(html("caf\xe9") == "café");  // Latin-1
  CHECK(js("</script><!-- \" \\ \u2028 é") == R"("\u003c/script\u003e\u003c!-- \" \\  \u00e9")");
  CHECK(url("a b/<c>\"?#%é") == "a%20b/%3Cc%3E%22%3F%23%25%C3%A9");
}

TEST_CASE("a cell is no formula, and stays one cell") {
  CHECK(csv("lampe") == "lampe");
  CHECK(csv("a;\"b\"\nc") == "\"a;\"\"b\"\"\nc\"");
  for (const std::string formula : {"=1+1", "+1", "-1", "@sum", "\t=1", "＝1+1"}) CHECK(csv(formula) == "'" + formula);
  CHECK(csv("=a;b") == "\"'=a;b\"");
}

TEST_CASE("only addresses of the web and of mail lead out of the site") {
  for (const auto* good : {"https://example.org/a?b", "http://x", "HTTPS://x/", "mailto:a@b.fr"}) CHECK(is_web_address(good));
  for (const auto* bad : {"javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//x", "a.md", "", "https:", "https:///x",
                          "java\nscript:x", "https://x\"y", "vbscript:x", "mailto:x"})
    CHECK_FALSE(is_web_address(bad));
}

TEST_CASE("a stored file has a name that every stick takes and no browser or server runs") {
  const std::string id = "0123456789abcdef";
  CHECK(stored_name("guide/Séance 1.md", id, true) == "guide-seance-1-0123456789ab.md");
  CHECK(stored_name("Photos/groupe [1].PNG", id, false) == "photos-groupe-1-0123456789ab.png");
  for (const auto* active :
       {"a.html", "a.htm", "a.xhtml", "a.svg", "a.js", "a.xml", "a.php", "a.mht", "a.swf", "a.css", "a.shtml", "a.htaccess"}) {
    const auto name = stored_name(active, id, true);
    CHECK(name.ends_with("-0123456789ab.txt"));
    CHECK(std::count(name.begin(), name.end(), '.') == 1);
    CHECK(stored_name(active, id, false).ends_with("-0123456789ab.bin"));
  }
  CHECK(stored_name("x.php.txt", id, true) == "x-php-0123456789ab.txt");
  CHECK(stored_name("CON.txt", id, true) == "con-0123456789ab.txt");
  CHECK(stored_name(".htaccess", id, true) == "htaccess-0123456789ab.txt");
  CHECK(stored_name("مرحبا", id, true) == "file-0123456789ab.txt");
  CHECK(stored_name(std::string(200, 'a') + ".pdf", id, false).size() <= 100);
  CHECK(folder_name("lampe") == "lampe");
  CHECK(folder_name("con") == "con_");
}

TEST_CASE("what can hold programs is never shown as a picture") {
  CHECK(kind_of("a.svg") == FileKind::drawing);
  CHECK(kind_of("a.PNG") == FileKind::picture);
  CHECK(kind_of("png") == FileKind::other);
  CHECK(kind_of("a.html") == FileKind::other);
  CHECK(media_type_of("a-0123456789ab.pdf") == "application/pdf");
  CHECK(media_type_of("a-0123456789ab.txt") == "text/plain");
}

TEST_CASE("a picture goes as far as every consent that speaks of it") {
  kit::Manifest manifest;
  const Timestamp now{1'000'000};
  const auto left = [&](const char* path, Reader reader) { return kept_back(manifest, path, reader, now); };
  CHECK(left("photos/a.jpg", Reader::everyone) == Left::consent_missing);
  CHECK(left("photos/a.jpg", Reader::members) == std::nullopt);
  CHECK(left("film.mp4", Reader::everyone) == Left::consent_missing);
  CHECK(left("a.svg", Reader::everyone) == Left::consent_missing);
  CHECK(left("guide.pdf", Reader::everyone) == std::nullopt);
  manifest.consent = {consent("photos/", kit::ConsentScope::everyone)};
  CHECK(left("photos/a.jpg", Reader::everyone) == std::nullopt);
  CHECK(left("photos2/a.jpg", Reader::everyone) == Left::consent_missing);
  manifest.consent.push_back(consent("photos/a.jpg", kit::ConsentScope::region));
  CHECK(left("photos/a.jpg", Reader::everyone) == Left::consent_narrow);
  CHECK(left("photos/a.jpg", Reader::members) == std::nullopt);
  CHECK(left("photos/b.jpg", Reader::everyone) == std::nullopt);
  manifest.consent.push_back(consent("guide.pdf", kit::ConsentScope::territory));
  CHECK(left("guide.pdf", Reader::members) == Left::consent_narrow);
  manifest.consent = {consent("a.jpg", kit::ConsentScope::everyone, Timestamp{now.seconds})};
  CHECK(left("a.jpg", Reader::everyone) == Left::consent_over);
  CHECK(left("a.jpg", Reader::members) == Left::consent_over);
  manifest.consent[0].until = Timestamp{now.seconds + 1};
  CHECK(left("a.jpg", Reader::everyone) == std::nullopt);
}

TEST_CASE("Markdown of a kit loads nothing from elsewhere and runs nothing") {
  const auto shown = markdown_html(
      "# Titre\n\n<script>x()</script> <b onclick=x()>b</b>\n\n[a](javascript:x) [b](https://example.org) [c](../guide.md) [d](data:text/html,x) "
      "[e](/etc/passwd)\n\n![tracker](https://evil.example/p.png) ![ici](photo.png) ![n](data:image/png;base64,x)\n\n|a|b|\n|-|-|\n|1|2|\n",
      "sub", all_here);
  CHECK(has(shown, "<h3>Titre</h3>"));
  CHECK(has(shown, "<table>"));
  CHECK(has(shown, "<a href=\"https://example.org\">b</a>"));
  CHECK(has(shown, "<a href=\"files/guide.md\">c</a>"));
  CHECK(has(shown, "<img src=\"files/sub/photo.png\" alt=\"ici\""));
  CHECK(has(shown, "<a href=\"https://evil.example/p.png\">tracker</a>"));
  for (const auto* const part : {"<script", "onclick", "javascript", "data:", "passwd", "src=\"http"}) CHECK_FALSE(has(shown, part));
}

TEST_CASE("a picture in a link, and what is not exported, leave their words") {
  const auto none = [](const std::string&, bool) { return std::optional<std::string>(); };
  CHECK(markdown_html("[![bouton](a.png)](b.html)", "", none) == "<p>bouton</p>\n");
  CHECK(markdown_html("[![bouton](a.png)](https://x.org)", "", all_here) ==
        "<p><a href=\"https://x.org\"><img src=\"files/a.png\" alt=\"bouton\" /></a></p>\n");
  CHECK(picture_texts("![la *lampe*](a%20b.png) ![](c.png)", "") == std::map<std::string, std::string>{{"a b.png", "la lampe"}});
}

TEST_CASE("an address in a text means a path of the kit, and none outside of it") {
  CHECK(path_in_kit("guide", "../photos/a.png#x") == "photos/a.png");
  CHECK(path_in_kit("", "./a%20b.md") == "a b.md");
  for (const auto* const out : {"../a", "/a", "https://x/a", "#x", "", "a/%00b", "..%2f..%2fa"})
    CHECK(path_in_kit("", out) == std::nullopt);
}

TEST_CASE("words are found without accents, case and plural endings") {
  CHECK(search_words("Les Clés, les CLÉS ; journaux") == " les cle journal ");
  CHECK(search_words("château châteaux") == " chateau ");
  CHECK(search_words("Œuvre bus") == " oeuvre bus ");
  CHECK(search_words("!?").empty());
  CHECK(search_words("Aujourd’hui : l'atelier F.A.L.C.") == " aujourd hui aujourdhui l atelier f a c falc ");
  CHECK(search_words("M.Dupont, a.b.cd d'eau qu'il v1.2") == " m dupont a b cd ab d eau qu il v1 2 ");
  // The page's script has the same two rules.
  CHECK(has(std::string(site_js), "/aux$/.test(word) && !/eaux$/.test(word)"));
  CHECK(has(std::string(site_js), "/[sx]$/.test(word)"));
}

}  // namespace harmless_test

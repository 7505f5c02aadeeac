#include "tools/ctl/export/page.hpp"

#include "tools/ctl/export/escape.hpp"

namespace essaimage::ctl::site {

namespace {

constexpr std::string_view policy =
    "default-src 'none'; img-src 'self' file:; style-src 'self' file:; script-src 'self' file:; base-uri 'none'; form-action 'none'";

void head(Html& out, const Page& page) {
  out.raw("<!DOCTYPE html>\n<html lang=\"").raw(page.say("en", "fr")).raw("\">\n<head>\n<meta charset=\"utf-8\">\n");
  out.raw("<meta http-equiv=\"Content-Security-Policy\" content=\"").raw(policy).raw("\">\n");
  out.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n");
  out.raw("<meta name=\"generator\" content=\"essaimage\">\n<title>").text(page.title);
  if (page.title != page.federation) out.raw(" – ").text(page.federation);
  out.raw("</title>\n");
  if (!page.description.empty()) out.raw("<meta name=\"description\" content=\"").text(page.description).raw("\">\n");
  if (!page.address.empty()) out.raw("<link rel=\"canonical\" href=\"").text(page.address).raw("\">\n");
  const auto other = page.language == Language::french ? Language::english : Language::french;
  out.raw("<link rel=\"alternate\" hreflang=\"").raw(page.say("fr", "en")).raw("\" href=\"").raw(page_name(other)).raw("\">\n");
  out.raw("<link rel=\"stylesheet\" href=\"").raw(page.root).raw("assets/site.css\">\n");
  if (page.searches)
    out.raw("<script src=\"")
        .raw(page.root)
        .raw("assets/search.js\" defer></script>\n<script src=\"")
        .raw(page.root)
        .raw("assets/site.js\" defer></script>\n");
  out.raw("</head>\n");
}

}  // namespace

Html& Html::text(std::string_view untrusted) { return raw(html(untrusted)); }

Html& Html::element(std::string_view name, std::string_view untrusted) {
  if (untrusted.empty()) return *this;
  return raw("<").raw(name).raw(">").text(untrusted).raw("</").raw(name.substr(0, name.find(' '))).raw(">\n");
}

std::string_view page_name(Language language) { return language == Language::french ? "index.html" : "index.en.html"; }

std::string framed(const Page& page, const Html& main) {
  const auto other = page.language == Language::french ? Language::english : Language::french;
  Html out;
  head(out, page);
  out.raw("<body>\n<a class=\"skip\" href=\"#main\">").raw(page.say("Skip to the content", "Aller au contenu")).raw("</a>\n");
  out.raw("<header class=\"top\">\n<p class=\"site\"><a href=\"").raw(page.root).raw(page_name(page.language)).raw("\">");
  out.raw(page.say("The catalogue of ", "Le catalogue : ")).text(page.federation).raw("</a></p>\n");
  out.raw("<nav aria-label=\"").raw(page.say("Language", "Langue")).raw("\"><a href=\"").raw(page_name(other)).raw("\" lang=\"");
  out.raw(page.say("fr", "en")).raw("\" hreflang=\"").raw(page.say("fr", "en")).raw("\">").raw(page.say("Français", "English"));
  out.raw("</a></nav>\n</header>\n<main id=\"main\" tabindex=\"-1\">\n").raw(main.str()).raw("</main>\n<footer>\n<p>");
  out.raw(page.say("Made with essaimage. This site sets no cookies, loads nothing from elsewhere and counts nobody.",
                   "Fait avec essaimage. Ce site ne pose aucun cookie, ne charge rien d’ailleurs et ne compte personne."));
  out.raw("</p>\n</footer>\n</body>\n</html>\n");
  return out.str();
}

}  // namespace essaimage::ctl::site

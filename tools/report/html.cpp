#include "proto/text.hpp"
#include "tools/report/formats.hpp"

namespace essaimage::report {
namespace {

constexpr std::string_view page_style = R"css(
:root { color-scheme: light }
body { font: 16px/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
h1 { line-height: 1.2; margin-bottom: 0 } h2 { margin-top: 2.2rem; border-bottom: 2px solid #1b5e7b }
table { border-collapse: collapse; width: 100%; margin: .6rem 0 } caption { text-align: left; font-weight: 600 }
th, td { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid #ccc; vertical-align: top }
thead th { border-bottom: 2px solid #555 }
td.d, th.d { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
.note { color: #444 } .wide { overflow-x: auto }
#annexe-ecrits table { font-size: .75rem } #annexe-ecrits td { overflow-wrap: anywhere }
svg { width: 100%; height: auto } svg text { font: 12px system-ui, sans-serif; fill: #1a1a1a }
svg .n { font-weight: 600; font-size: 13px }
svg .r { text-anchor: end } svg .l { fill: #555; font-size: 11px } svg .a { stroke: #777; fill: none }
svg .c { stroke: #1b5e7b; stroke-width: 2; fill: none }
svg .e { fill: #1b5e7b }
@media print {
  body { font-size: 10pt; max-width: none; margin: 0 } h2 { break-after: avoid } tr, svg { break-inside: avoid }
  thead { display: table-header-group } .wide { overflow: visible } #annexe-chiffres { break-before: page } @page { margin: 15mm }
}
)css";

std::string cell_html(const Cell& cell, Language language, const char* tag, const std::string& more = {}) {
  const auto* const classes = cell.is_number() ? " class=\"d\"" : "";
  return std::string("<") + tag + more + classes + ">" + escaped(shown(cell, language)) + "</" + tag + ">";
}

std::string table_html(const Sheet& sheet, Language language) {
  std::string html = "<div class=\"wide\"><table>";
  if (!sheet.columns.empty()) {
    html += "<thead><tr>";
    for (std::size_t i = 0; i < sheet.columns.size(); ++i) {
      const bool digits = !sheet.rows.empty() && i < sheet.rows.front().size() && sheet.rows.front()[i].is_number();
      html += std::string("<th scope=\"col\"") + (digits ? " class=\"d\"" : "") + ">" + escaped(sheet.columns[i]) + "</th>";
    }
    html += "</tr></thead>";
  }
  html += "<tbody>";
  for (const auto& row : sheet.rows) {
    html += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i)
      html += i == 0 ? cell_html(row[i], language, "th", " scope=\"row\"") : cell_html(row[i], language, "td");
    html += "</tr>\n";
  }
  return html + "</tbody></table></div>";
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  for (const char32_t point : code_points(text)) {
    const bool control = (point < 0x20 && point != '\n' && point != '\t') || point == 0xFFFE || point == 0xFFFF;
    if (control) continue;
    switch (point) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += to_utf8(std::u32string_view(&point, 1));
    }
  }
  return out;
}

std::string html_of(const Document& document) {
  const bool french = document.language == Language::french;
  std::string html = std::string("<!DOCTYPE html>\n<html lang=\"") + (french ? "fr" : "en") + "\">\n<head>\n<meta charset=\"utf-8\">\n";
  html += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  html += "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n";
  html += "<title>" + escaped(document.title) + "</title>\n<style>" + std::string(page_style) + "</style>\n</head>\n<body>\n<main>\n";
  html += "<h1>" + escaped(document.title) + "</h1>\n<p>" + escaped(document.subtitle) + "</p>\n";
  html += std::string("<nav aria-label=\"") + (french ? "Sommaire" : "Contents") + "\"><ul>";
  for (const auto& sheet : document.sheets) html += "<li><a href=\"#" + sheet.id + "\">" + escaped(sheet.title) + "</a></li>";
  html += "</ul></nav>\n";
  for (const auto& sheet : document.sheets) {
    html += "<section id=\"" + sheet.id + "\">\n<h2>" + escaped(sheet.title) + "</h2>\n";
    if (sheet.id == "courbe") html += svg_of(document.curve, document.language) + "\n";
    html += sheet.rows.empty() ? std::string("<p>") + (french ? "Rien." : "Nothing.") + "</p>" : table_html(sheet, document.language);
    for (const auto& note : sheet.notes) html += "\n<p class=\"note\">" + escaped(note) + "</p>";
    html += "\n</section>\n";
  }
  return html + "</main>\n</body>\n</html>\n";
}

}  // namespace essaimage::report

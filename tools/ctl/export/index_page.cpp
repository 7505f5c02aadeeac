#include <set>

#include "proto/text.hpp"
#include "tools/ctl/export/document.hpp"
#include "tools/ctl/export/escape.hpp"
#include "tools/ctl/export/file_kinds.hpp"
#include "tools/ctl/export/markdown.hpp"
#include "tools/ctl/export/page.hpp"
#include "tools/ctl/export/pages.hpp"
#include "tools/ctl/export/search_words.hpp"
#include "tools/ctl/export/site_words.hpp"
#include "tools/ctl/words/life_words.hpp"

namespace essaimage::ctl::site {

namespace {

/// How one value of a filter is named in the cards' attributes: the same for "Énergie" and "energie".
std::string key_of(std::string_view value) {
  const auto words = search_words(value);
  std::string key;
  for (const char c : words) key += c == ' ' ? '-' : c;
  return key.empty() ? "-" : key;
}

std::string keys_of(const Json& list) {
  std::string keys;
  for (const auto& value : list) {
    if (value.is_string()) keys += (keys.empty() ? "" : "|") + key_of(value.get<std::string>());
  }
  return keys;
}

/// Options of a filter: what a person reads by what stands in the cards.
using Choices = std::map<std::string, std::string>;

void filter(Html& out, const Page& page, std::string_view name, std::string_view label, const Choices& choices) {
  if (choices.size() < 2) return;  // it would not tell anything apart
  out.raw("<div><label for=\"by-").raw(name).raw("\">").raw(label).raw("</label><select id=\"by-").raw(name).raw("\" name=\"").raw(name);
  out.raw("\"><option value=\"\">").raw(page.say("all", "tous")).raw("</option>");
  for (const auto& [key, words] : choices) out.raw("<option value=\"").text(key).raw("\">").text(words).raw("</option>");
  out.raw("</select></div>\n");
}

void search_form(Html& out, const Page& page, const std::vector<Json>& kits) {
  Choices themes, kinds, durations, territories;
  for (const auto& kit : kits) {
    for (const auto& theme : list_at(kit, "themes")) themes.try_emplace(key_of(theme.get<std::string>()), theme.get<std::string>());
    for (const auto& each : list_at(kit, "territories")) territories.try_emplace(key_of(each.get<std::string>()), each.get<std::string>());
    kinds.try_emplace(text_at(kit, "kind"), kind_words(text_at(kit, "kind"), page.language));
    if (const auto length = duration_class(number_at(kit, "duration_minutes")); !length.empty())
      durations.try_emplace(std::string(length), duration_class_words(length, page.language));
  }
  // Hidden until the script has run: without it there would be a search that does nothing.
  out.raw("<form id=\"search\" class=\"search\" role=\"search\" hidden>\n<div class=\"words\"><label for=\"words\">");
  out.raw(page.say("Search", "Chercher")).raw("</label><input id=\"words\" name=\"words\" type=\"search\" autocomplete=\"off\"></div>\n");
  filter(out, page, "theme", page.say("Theme", "Thème"), themes);
  filter(out, page, "kind", page.say("Kind", "Genre"), kinds);
  filter(out, page, "duration", page.say("Duration of a session", "Durée d’une séance"), durations);
  filter(out, page, "territory", page.say("Territory", "Territoire"), territories);
  out.raw("<div><button type=\"reset\">").raw(page.say("Show all again", "Tout montrer")).raw("</button></div>\n</form>\n");
  out.raw("<p id=\"found\" class=\"fresh\" role=\"status\" data-none=\"").raw(page.say("No kit is found.", "Aucun kit trouvé."));
  out.raw("\" data-one=\"").raw(page.say("1 kit.", "1 kit.")).raw("\" data-many=\"").raw(page.say("{} kits.", "{} kits.")).raw("\">");
  out.text(counted(kits.size(), kits_counted, page.language)).raw(".</p>\n");
}

void fact(Html& out, std::string_view name, const std::string& value) {
  if (!value.empty()) out.raw("<dt>").raw(name).raw("</dt><dd>").text(value).raw("</dd>\n");
}

std::string lang_of(const Json& kit) {
  const auto& languages = list_at(kit, "languages");
  return languages.empty() || !languages[0].is_string() ? std::string() : " lang=\"" + html(languages[0].get<std::string>()) + "\"";
}

void picture(Html& out, const Json& kit) {
  if (kit["picture"].is_null()) {
    // The first letter in the place of a picture, for the eye alone.
    const auto points = code_points(text_at(kit, "title"));
    out.raw("<div class=\"picture blank\" aria-hidden=\"true\">").text(points.empty() ? "" : to_utf8(points.substr(0, 1))).raw("</div>\n");
    return;
  }
  out.raw("<img class=\"picture\" loading=\"lazy\" src=\"").text(url(text_at(kit["picture"], "place"))).raw("\" alt=\"");
  out.text(text_at(kit["picture"], "alt")).raw("\"").raw(lang_of(kit)).raw(">\n");
}

void card(Html& out, const Page& page, const Json& kit) {
  const auto& language = page.language;
  out.raw("<li data-kit=\"").text(text_at(kit, "id")).raw("\" data-theme=\"").text(keys_of(list_at(kit, "themes"))).raw("\" data-kind=\"");
  out.text(text_at(kit, "kind"))
      .raw("\" data-duration=\"")
      .raw(duration_class(number_at(kit, "duration_minutes")))
      .raw("\" data-territory=\"");
  out.text(keys_of(list_at(kit, "territories"))).raw("\">\n<article class=\"card\">\n");
  picture(out, kit);
  out.raw("<div class=\"inside\">\n<h2")
      .raw(lang_of(kit))
      .raw("><a href=\"")
      .text(url(folder_of(text_at(kit, "id"))))
      .raw(page_name(language));
  out.raw("\">").text(text_at(kit, "title")).raw("</a></h2>\n<p class=\"by\">").text(text_at(kit, "centre_name")).raw("</p>\n");
  if (const auto summary = text_at(kit, "summary"); !summary.empty())
    out.raw("<p class=\"summary\"").raw(lang_of(kit)).raw(">").text(summary).raw("</p>\n");
  if (!list_at(kit, "themes").empty()) {
    out.raw("<ul class=\"tags\" aria-label=\"").raw(page.say("Themes", "Thèmes")).raw("\">");
    for (const auto& theme : list_at(kit, "themes")) out.raw("<li>").text(theme.get<std::string>()).raw("</li>");
    out.raw("</ul>\n");
  }
  out.raw("<dl class=\"facts\">\n");
  fact(out, page.say("Kind", "Genre"), kind_words(text_at(kit, "kind"), language));
  fact(out, page.say("Stage", "Étape"), stage_words(text_at(kit, "stage"), language));
  fact(out, page.say("Duration", "Durée"), duration_words(number_at(kit, "duration_minutes")));
  fact(out, page.say("Group", "Groupe"), group_words(kit, language));
  fact(out, page.say("Licence", "Licence"), text_at(kit, "licence"));
  out.raw("</dl>\n</div>\n</article>\n</li>\n");
}

/// How new the picture is that this site gives, and whether something lacks.
void freshness(Html& out, const Page& page, const Json& about, const std::vector<Json>& kits) {
  std::size_t lacking = 0;
  for (const auto& kit : kits) {
    for (const auto& file : list_at(kit, "files")) lacking += text_at(file, "left_out") == "not-here" ? 1 : 0;
  }
  out.raw("<p class=\"fresh\">").text(page.put("As it was known on ", "Tel qu’il était connu le "));
  out.text(human_day(text_at(about, "exported").substr(0, 10), page.language));
  out.text(page.put(" to the centre ", " au centre ")).text(text_at(about, "exported_by")).raw(". ");
  if (const auto heartbeat = text_at(about, "heartbeat"); !heartbeat.empty())
    out.text(page.put("Last sign of the federation: ", "Dernier signe de la fédération : "))
        .text(human_day(heartbeat.substr(0, 10), page.language))
        .raw(". ");
  if (!flag_at(about, "level"))
    out.text(
        page.put("That computer was not up to date with the others then. ", "Cet ordinateur n’était alors pas à jour avec les autres. "));
  constexpr Noun files_lack{{"file was not there and is lacking.", "fichier n’y était pas et manque."},
                            {"files were not there and are lacking.", "fichiers n’y étaient pas et manquent."}};
  if (lacking > 0) out.text(counted(lacking, files_lack, page.language)).raw(" ");
  if (const auto territory = text_at(about, "territory"); !territory.empty())
    out.text(page.put("Only kits of the territory: ", "Seulement les kits du territoire : ")).text(territory).raw(".");
  out.raw("</p>\n");
}

}  // namespace

std::string index_page(const Json& about, const std::vector<Json>& kits, Language language) {
  Page page;
  page.language = language;
  page.federation = text_at(about["federation"], "name");
  page.title = page.federation;
  page.searches = true;
  page.description = page.put("Kits that social centres made and tested, for others to use.",
                              "Des kits que des centres sociaux ont faits et essayés, à reprendre.");
  if (const auto base = text_at(about, "base_url"); !base.empty()) page.address = base + std::string(page_name(language));
  Html main;
  main.raw("<h1>").text(page.put("Kits that work", "Des kits qui marchent")).raw("</h1>\n<p class=\"lead\">");
  main.text(page.put("What social centres made, tested and recommend to each other.",
                     "Ce que des centres sociaux ont fait, essayé, et se recommandent."));
  main.raw("</p>\n");
  freshness(main, page, about, kits);
  search_form(main, page, kits);
  main.raw("<ul class=\"cards\">\n");
  for (const auto& kit : kits) card(main, page, kit);
  main.raw("</ul>\n");
  return framed(page, main);
}

std::string search_script(const std::map<std::string, std::string>& words) {
  std::string out = "window.essaimageSearch = {\n";
  for (const auto& [id, text] : words) out += js(id) + ": " + js(text) + ",\n";
  return out + "};\n";
}

std::string words_of(const Json& kit, const std::map<std::string, std::string>& texts) {
  std::string all;
  const auto add = [&](std::string_view text) { all.append(text).append(" "); };
  for (const auto* const key : {"title", "summary", "centre", "centre_name", "licence"}) add(text_at(kit, key));
  for (const auto* const key : {"themes", "participants", "equipment", "authors", "territories"}) add(texts_at(kit, key));
  add(text_at(kit["review"], "reason"));
  for (const auto language : {Language::french, Language::english}) add(kind_words(text_at(kit, "kind"), language));
  for (const auto& [path, text] : texts) add(is_markdown(path) ? markdown_words(text) : text);
  return search_words(all);
}

}  // namespace essaimage::ctl::site

#include <algorithm>

#include "proto/text.hpp"
#include "tools/ctl/export/document.hpp"
#include "tools/ctl/export/escape.hpp"
#include "tools/ctl/export/file_kinds.hpp"
#include "tools/ctl/export/markdown.hpp"
#include "tools/ctl/export/page.hpp"
#include "tools/ctl/export/pages.hpp"
#include "tools/ctl/export/site_words.hpp"
#include "tools/ctl/words/life_words.hpp"

namespace essaimage::ctl::site {

namespace {

constexpr std::string_view to_root = "../../../";  // from kits/<centre>/<slug>/

/// "files/guide-0123456789ab.pdf": from the kit's page.
std::string from_page(const Json& kit, const Json& file) {
  const auto place = text_at(file, "place");
  return place.empty() ? place : url(place.substr(folder_of(text_at(kit, "id")).size()));
}

std::string name_part(const std::string& path) { return path.substr(path.rfind('/') + 1); }

class Writer {
 public:
  Writer(const KitPage& what, const Page& page) : kit_(what.kit), texts_(what.texts), has_(what.has), page_(page) {
    for (const auto& file : list_at(kit_, "files")) files_[text_at(file, "path")] = &file;
    const auto& languages = list_at(kit_, "languages");
    if (!languages.empty() && languages[0].is_string()) lang_ = " lang=\"" + html(languages[0].get<std::string>()) + "\"";
  }

  Html write() {
    heading();
    review();
    facts();
    list("equipment", page_.say("Equipment", "Matériel"));
    list("participants", page_.say("For whom", "Pour qui"));
    in_use();
    texts();
    pictures();
    file_table();
    return std::move(out_);
  }

 private:
  void heading() {
    out_.raw("<article class=\"sheet\">\n<h1").raw(lang_).raw(">").text(text_at(kit_, "title")).raw("</h1>\n<p class=\"by\">");
    out_.text(text_at(kit_, "centre_name")).text(page_.put(" · version ", " · version ")).text(std::to_string(number_at(kit_, "version")));
    if (const auto day = text_at(kit_, "published"); !day.empty()) out_.text(", " + human_day(day.substr(0, 10), page_.language));
    out_.raw("</p>\n");
    if (const auto summary = text_at(kit_, "summary"); !summary.empty())
      out_.raw("<p class=\"lead\"").raw(lang_).raw(">").text(summary).raw("</p>\n");
  }

  void review() {
    const auto& review = kit_["review"];
    out_.raw("<h2>").raw(page_.say("Why it is in the catalogue", "Pourquoi il est au catalogue")).raw("</h2>\n");
    if (flag_at(review, "newer"))
      out_.raw("<p class=\"mark\">")
          .text(page_.put("This version is newer than the one that was reviewed: version ",
                          "Cette version est plus récente que celle qui a été examinée : version "))
          .text(std::to_string(number_at(review, "kit_version")))
          .raw(".</p>\n");
    out_.element("p", text_at(review, "reason"));
    out_.raw("<p class=\"note\">")
        .text(page_.put("Reviewed: version ", "Examinée : version "))
        .text(std::to_string(number_at(review, "kit_version")));
    out_.text(", " + human_day(text_at(review, "decided").substr(0, 10), page_.language)).raw("</p>\n");
    said_by(review);
    if (const auto conditions = texts_at(review, "conditions"); !conditions.empty())
      out_.raw("<p><strong>").text(page_.put("On condition: ", "À condition : ")).raw("</strong>").text(conditions).raw("</p>\n");
  }

  void said_by(const Json& review) {
    if (const auto reviewer = text_at(review, "reviewer"); !reviewer.empty())
      out_.raw("<p class=\"note\">").text(page_.put("By: ", "Par : ")).text(reviewer).raw("</p>\n");
    for (const auto& each : list_at(review, "recommended_by"))
      out_.raw("<p>")
          .text(page_.put("Recommended by the territory ", "Recommandé par le territoire "))
          .text(text_at(each, "territory"))
          .text(page_.put(": ", " : "))
          .text(text_at(each, "reason"))
          .raw("</p>\n");
  }

  void fact(std::string_view name, const std::string& value) {
    if (!value.empty()) out_.raw("<dt>").raw(name).raw("</dt><dd>").text(value).raw("</dd>\n");
  }

  void facts() {
    const auto language = page_.language;
    out_.raw("<h2>").raw(page_.say("At a glance", "En bref")).raw("</h2>\n<dl class=\"facts\">\n");
    fact(page_.say("Kind", "Genre"), kind_words(text_at(kit_, "kind"), language));
    fact(page_.say("Stage", "Étape"), stage_words(text_at(kit_, "stage"), language));
    auto duration = duration_words(number_at(kit_, "duration_minutes"));
    if (const auto sessions = number_at(kit_, "sessions"); sessions > 1)
      duration = counted(sessions, sessions_counted, language) + (duration.empty() ? "" : page_.put(" of ", " de ") + duration);
    fact(page_.say("Duration", "Durée"), duration);
    fact(page_.say("Group", "Groupe"), group_words(kit_, language));
    std::string spoken;
    for (const auto& tag : list_at(kit_, "languages"))
      spoken += (spoken.empty() ? "" : ", ") + language_words(tag.get<std::string>(), language);
    fact(page_.say("Languages", "Langues"), spoken);
    fact(page_.say("Themes", "Thèmes"), texts_at(kit_, "themes"));
    fact(page_.say("Territory", "Territoire"), texts_at(kit_, "territories"));
    fact(page_.say("Licence", "Licence"), text_at(kit_, "licence"));
    fact(page_.say("Authors", "Auteurs"), texts_at(kit_, "authors"));
    fact(page_.say("Contact", "Contact"), text_at(kit_, "contact"));
    fact(page_.say("Name in essaimage", "Nom dans essaimage"), text_at(kit_, "id"));
    out_.raw("</dl>\n");
    adapted_from();
  }

  void adapted_from() {
    const auto& from = kit_["adapted_from"];
    if (!from.is_object()) return;
    out_.raw("<p>").text(page_.put("Adapted from: ", "Adapté de : "));
    const auto id = text_at(from, "id"), address = text_at(from, "url");
    if (!id.empty() && has_(id)) {
      out_.raw("<a href=\"").raw(to_root).text(url(folder_of(id))).raw(page_name(page_.language)).raw("\">").text(id).raw("</a>");
    } else if (is_web_address(address)) {
      out_.raw("<a rel=\"noopener noreferrer nofollow\" href=\"").text(address).raw("\">").text(address).raw("</a>");
    } else {
      out_.text(id.empty() ? address : id);
    }
    if (const auto version = number_at(from, "version"); version > 0)
      out_.text(page_.put(", version ", ", version ")).text(std::to_string(version));
    out_.raw("</p>\n");
  }

  void list(const char* key, std::string_view title) {
    const auto& entries = list_at(kit_, key);
    if (entries.empty()) return;
    out_.raw("<h2>").raw(title).raw("</h2>\n<ul").raw(lang_).raw(">\n");
    for (const auto& entry : entries) out_.element("li", entry.get<std::string>());
    out_.raw("</ul>\n");
  }

  void in_use() {
    const auto& adopted = list_at(kit_, "adopted_by");
    const auto& outcomes = kit_["outcomes"];
    if (adopted.empty() && number_at(outcomes, "outcomes") == 0) return;
    out_.raw("<h2>").raw(page_.say("In use", "Où il sert")).raw("</h2>\n");
    if (number_at(outcomes, "outcomes") > 0)
      out_.raw("<p>")
          .text(page_.put("Reported so far: ", "Rapporté jusqu’ici : "))
          .text(counted(number_at(outcomes, "sessions"), sessions_counted, page_.language) + ", " +
                counted(number_at(outcomes, "participants"), participants_counted, page_.language))
          .raw(".</p>\n");
    if (adopted.empty()) return;
    out_.raw("<p>").text(page_.put("Centres that use it:", "Des centres qui l’utilisent :")).raw("</p>\n<ul>\n");
    for (const auto& each : adopted)
      out_.element("li",
                   text_at(each, "centre_name") + page_.put(", version ", ", version ") + std::to_string(number_at(each, "kit_version")));
    out_.raw("</ul>\n");
  }

  std::string anchor_of(const std::string& path) const {
    const auto place = text_at(*files_.at(path), "place");
    return "text-" + place.substr(place.rfind('-') + 1, 12) + "-" + std::to_string(std::distance(texts_.begin(), texts_.find(path)));
  }

  std::optional<std::string> resolve(const std::string& path, bool picture) const {
    const auto at = files_.find(path);
    if (at == files_.end() || text_at(*at->second, "place").empty()) return std::nullopt;
    if (picture && !is_shown_picture(*at->second)) return std::nullopt;
    if (!picture && texts_.contains(path)) return "#" + anchor_of(path);
    return from_page(kit_, *at->second);
  }

  std::string text_html(const std::string& path, const std::string& content) const {
    if (!is_markdown(path)) return "<pre>" + html(content) + "</pre>\n";
    const auto slash = path.rfind('/');
    return markdown_html(content, slash == std::string::npos ? "" : path.substr(0, slash),
                         [this](const std::string& to, bool picture) { return resolve(to, picture); });
  }

  void texts() {
    if (texts_.empty()) return;
    std::vector<std::string> paths;
    for (const auto& [path, content] : texts_) paths.push_back(path);
    std::ranges::stable_sort(
        paths, {}, [](const std::string& path) { return std::pair(!is_readme(path), std::count(path.begin(), path.end(), '/')); });
    out_.raw("<h2>").raw(page_.say("To read", "À lire")).raw("</h2>\n");
    bool first = true;
    for (const auto& path : paths) {
      // The anchor is inside: a browser opens the details of what it is led to.
      out_.raw(first ? "<details open>" : "<details>").raw("<summary>").text(path).raw("</summary>\n");
      out_.raw("<div class=\"text\" id=\"")
          .raw(anchor_of(path))
          .raw("\"")
          .raw(lang_)
          .raw(">\n")
          .raw(text_html(path, texts_.at(path)))
          .raw("</div>\n</details>\n");
      first = false;
    }
  }

  void pictures() {
    bool any = false;
    for (const auto& file : list_at(kit_, "files")) {
      if (!is_shown_picture(file)) continue;
      if (!any) out_.raw("<h2>").raw(page_.say("Pictures", "Images")).raw("</h2>\n<ul class=\"pictures all\">\n");
      any = true;
      const auto address = html(from_page(kit_, file));
      out_.raw("<li><figure><a href=\"").raw(address).raw("\"><img loading=\"lazy\" src=\"").raw(address).raw("\" alt=\"");
      out_.text(text_at(file, "alt"))
          .raw("\"")
          .raw(lang_)
          .raw("></a>\n<figcaption>")
          .text(text_at(file, "path"))
          .raw("</figcaption></figure></li>\n");
    }
    if (any) out_.raw("</ul>\n");
  }

  void file_table() {
    out_.raw("<h2>")
        .raw(page_.say("All files", "Tous les fichiers"))
        .raw("</h2>\n<div class=\"wide\"><table class=\"files\">\n<thead><tr><th scope=\"col\">");
    out_.raw(page_.say("File", "Fichier"))
        .raw("</th><th scope=\"col\" class=\"size\">")
        .raw(page_.say("Size", "Taille"))
        .raw("</th></tr></thead>\n<tbody>\n");
    for (const auto& file : list_at(kit_, "files")) {
      const auto path = text_at(file, "path"), address = from_page(kit_, file);
      out_.raw("<tr><td>");
      if (address.empty()) {
        out_.text(path).raw("<br><span class=\"note\">").text(page_.put("Not in this copy: ", "Pas dans cette copie : "));
        out_.text(left_words(text_at(file, "left_out"), page_.language)).raw(".</span>");
      } else {
        out_.raw("<a download=\"").text(name_part(path)).raw("\" href=\"").text(address).raw("\">").text(path).raw("</a>");
      }
      out_.raw("</td><td class=\"size\">").text(human_bytes(number_at(file, "bytes"), page_.language)).raw("</td></tr>\n");
    }
    out_.raw("</tbody>\n</table></div>\n</article>\n");
  }

  const Json& kit_;
  const std::map<std::string, std::string>& texts_;
  const std::function<bool(const std::string&)>& has_;
  const Page& page_;
  std::map<std::string, const Json*> files_;
  std::string lang_;  ///< of what the kit's authors wrote
  Html out_;
};

}  // namespace

std::string kit_page(const KitPage& what, Language language) {
  Page page;
  page.language = language;
  page.root = to_root;
  page.title = text_at(what.kit, "title");
  page.federation = text_at(what.about["federation"], "name");
  page.description = text_at(what.kit, "summary");
  if (const auto base = text_at(what.about, "base_url"); !base.empty())
    page.address = base + url(folder_of(text_at(what.kit, "id"))) + std::string(page_name(language));
  return framed(page, Writer(what, page).write());
}

}  // namespace essaimage::ctl::site

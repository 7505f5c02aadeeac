#include "tools/ctl/export/document.hpp"

#include <algorithm>
#include <set>

#include "proto/text.hpp"
#include "tools/ctl/export/escape.hpp"
#include "tools/ctl/export/file_kinds.hpp"
#include "tools/ctl/export/markdown.hpp"

namespace essaimage::ctl::site {

namespace {

/// Of more than this the page would be all words.
constexpr std::size_t alt_bytes_max = 250;
constexpr std::string_view no_reviewer = "curators";  ///< of a decision: none was named

Json texts_json(const std::vector<std::string>& texts) {
  auto out = Json::array();
  for (const auto& text : texts) out.push_back(clean(text));
  return out;
}

/// A stage that only facts of one territory prove is not told: they were not said to the region.
std::string stage_of(const Facts& facts) {
  const auto life = facts.shown.contains("life") ? facts.shown["life"] : Json();
  auto stage = life.is_object() ? text_at(life, "stage") : std::string();
  const bool by_adoption = stage == "metropolitan" || stage == "regional";
  if (by_adoption && !facts.adoptions.empty()) return stage;
  if ((by_adoption || stage == "field-tested") && number_at(facts.outcomes, "outcomes") > 0) return "field-tested";
  return std::string(str(facts.manifest.stage));
}

/// As that version says: a newer one may be a territory's alone.
Json lineage_of(const kit::Manifest& manifest) {
  const auto& from = manifest.adapted_from;
  if (!from) return nullptr;
  if (!from->kit) return {{"url", from->url}};
  return {{"id", from->kit->str()}, {"version", from->version == 0 ? Json(nullptr) : Json(from->version)}};
}

Json themes_of(const Facts& facts) {
  auto themes = Json::array();
  std::set<std::string> seen;
  const auto add = [&](const std::string& theme) {
    if (seen.insert(fold_name(theme)).second) themes.push_back(clean(theme));
  };
  for (const auto& theme : list_at(facts.decision, "themes"))
    if (theme.is_string()) add(theme.get<std::string>());
  for (const auto& theme : facts.manifest.themes) add(theme);
  return themes;
}

/// Absent, or null: nothing was said.
Json said_at(const Json& json, const char* key) { return json.contains(key) ? json[key] : Json(nullptr); }

Json review_of(const Facts& facts, std::uint64_t version) {
  const auto& decision = facts.decision;
  const auto reviewer = text_at(decision, "reviewer");
  const auto reviewed = number_at(decision, "kit_version");
  Json review{{"kit_version", reviewed},
              {"decided", text_at(decision, "decided")},
              {"reason", clean(text_at(decision, "reason"))},
              {"newer", flag_at(decision, "newer") && version > reviewed},
              {"reviewer", reviewer.empty() || reviewer == no_reviewer ? Json(nullptr) : Json(clean(reviewer))},
              {"reviewed", said_at(decision, "reviewed")},
              {"territory", said_at(decision, "territory")},
              {"conditions", Json::array()},
              {"recommended_by", Json::array()}};
  for (const auto& condition : list_at(decision, "conditions"))
    if (condition.is_string()) review["conditions"].push_back(clean(condition.get<std::string>()));
  for (const auto& each : list_at(decision, "recommendations")) {
    if (is_recommended_to(each, facts.wish))
      review["recommended_by"].push_back({{"territory", text_at(each, "territory")}, {"reason", clean(text_at(each, "reason"))}});
  }
  return review;
}

std::optional<Left> left_of(const Json& file, FileKind kind, const Facts& facts) {
  const auto path = text_at(file, "path");
  // By its author or the federation: true, or what is known of it.
  if (file.contains("withdrawn") && !file["withdrawn"].is_null() && file["withdrawn"] != false) return Left::withdrawn;
  if (const auto why = kept_back(facts.manifest, path, facts.wish.reader, facts.wish.now)) return why;
  const bool wanted = !flag_at(file, "media") || facts.wish.media == MediaWish::all ||
                      (facts.wish.media == MediaWish::pictures && kind == FileKind::picture);
  if (!wanted) return Left::not_asked;
  if (!flag_at(file, "here")) return Left::not_here;
  return std::nullopt;
}

Json files_json(const std::string& id, const Facts& facts) {
  auto files = Json::array();
  for (const auto& file : facts.files) {
    const auto path = text_at(file, "path");
    if (path == kit::manifest_name || !file.is_object()) continue;
    const auto kind = kind_of(path);
    const bool media = flag_at(file, "media");
    const auto name = stored_name(path, text_at(file, media ? "sha256" : "blob"), !media);
    const auto left = left_of(file, kind, facts);
    files.push_back({{"path", path},
                     {"bytes", number_at(file, "bytes")},
                     {"kind", str(kind)},
                     {"type", media_type_of(name)},
                     {"place", left ? Json(nullptr) : Json(folder_of(id) + "files/" + name)},
                     {"left_out", left ? Json(str(*left)) : Json(nullptr)}});
  }
  return files;
}

/// "photos/groupe_1.png" as words: "groupe 1".
std::string words_of_name(const std::string& path) {
  auto name = path.substr(path.rfind('/') + 1);
  name = name.substr(0, name.rfind('.'));
  std::ranges::replace_if(
      name, [](char c) { return c == '_' || c == '-'; }, ' ');
  return name;
}

std::string folder_part(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

}  // namespace

bool is_recommended_to(const Json& statement, const Wish& wish) {
  return wish.reader == Reader::members && !wish.territory.empty() && text_at(statement, "territory") == wish.territory &&
         text_at(statement, "decision") == "recommended";
}

bool is_wanted(const Json& decision, const Json& member, const Wish& wish) {
  bool recommended = is_recommended_to(decision, wish);
  for (const auto& each : list_at(decision, "recommendations")) recommended = recommended || is_recommended_to(each, wish);
  if (text_at(decision, "decision") != "accepted") return recommended;
  const auto& territories = list_at(member, "territories");
  const auto is_its = [&](const Json& each) { return each == wish.territory; };
  return wish.territory.empty() || recommended || std::any_of(territories.begin(), territories.end(), is_its);
}

bool is_readme(std::string_view path) {
  if (!is_markdown(path) && !is_plain_text(path)) return false;
  const auto name = fold_to_ascii(path.substr(path.rfind('/') + 1));
  return name.starts_with("readme") || name.starts_with("lisezmoi") || name.starts_with("lisez-moi");
}

std::string folder_of(const std::string& id) {
  const auto slash = id.find('/');
  return "kits/" + folder_name(id.substr(0, slash)) + "/" + folder_name(id.substr(slash + 1)) + "/";
}

bool is_shown_picture(const Json& file) { return text_at(file, "kind") == str(FileKind::picture) && !text_at(file, "place").empty(); }

void fill_document(Json& document, const Facts& facts) {
  const auto& manifest = facts.manifest;
  const auto id = text_at(document, "id");
  const auto number = [](std::uint64_t value) { return value == 0 ? Json(nullptr) : Json(value); };
  document["title"] = clean(manifest.title);
  document["summary"] = clean(manifest.summary);
  document["kind"] = kit::str(manifest.kind);
  document["stage"] = stage_of(facts);
  document["languages"] = manifest.languages;
  document["themes"] = themes_of(facts);
  document["participants"] = texts_json(manifest.participants);
  document["duration_minutes"] = number(manifest.duration_minutes);
  document["sessions"] = manifest.sessions;
  document["group_min"] = number(manifest.group_min);
  document["group_max"] = number(manifest.group_max);
  document["equipment"] = texts_json(manifest.equipment);
  document["licence"] = clean(manifest.licence);
  document["authors"] = texts_json(manifest.authors);
  if (facts.wish.reader == Reader::members) document["contact"] = clean(manifest.contact);
  document["review"] = review_of(facts, number_at(document, "version"));
  document["adapted_from"] = lineage_of(manifest);
  document["adopted_by"] = facts.adoptions;
  document["outcomes"] = facts.outcomes;
  document["page"] = folder_of(id) + "index.html";
  document["picture"] = nullptr;
  document["files"] = files_json(id, facts);
  choose_picture(document, {});
}

void choose_picture(Json& document, const std::map<std::string, std::string>& texts) {
  std::map<std::string, std::string> called;
  std::vector<std::string> shown_first;
  for (const auto& [path, text] : texts) {
    if (!is_markdown(path)) continue;
    for (auto& [picture, words] : picture_texts(text, folder_part(path))) {
      if (is_readme(path)) shown_first.push_back(picture);
      called.try_emplace(picture, words.substr(0, words.size() > alt_bytes_max ? words.rfind(' ', alt_bytes_max) : words.size()));
    }
  }
  const Json* chosen = nullptr;
  bool chosen_first = false;
  for (auto& file : document["files"]) {
    if (!is_shown_picture(file)) continue;
    const auto path = text_at(file, "path");
    const auto words = called.find(path);
    file["alt"] = clean(words == called.end() ? words_of_name(path) : words->second);
    const bool first = std::ranges::find(shown_first, path) != shown_first.end();
    if (chosen == nullptr || (first && !chosen_first)) chosen = &file;
    chosen_first = chosen_first || first;
  }
  document["picture"] = chosen == nullptr ? Json(nullptr) : Json{{"place", text_at(*chosen, "place")}, {"alt", text_at(*chosen, "alt")}};
}

Json left_out_of(const Json& document) {
  auto out = Json::array();
  for (const auto& file : list_at(document, "files")) {
    const auto why = text_at(file, "left_out");
    if (!why.empty() && why != str(Left::not_asked))
      out.push_back({{"kit", text_at(document, "id")}, {"path", text_at(file, "path")}, {"why", why}});
  }
  return out;
}

}  // namespace essaimage::ctl::site

// The exports for programs and spreadsheets: JSON, CSV.

#include "tools/ctl/export/escape.hpp"
#include "tools/ctl/export/feeds.hpp"

namespace essaimage::ctl::site {

namespace {

/// A number, or nothing where it is not said.
std::string number_cell(const Json& json, const char* key) {
  const auto number = number_at(json, key);
  return number == 0 ? std::string() : std::to_string(number);
}

}  // namespace

std::string json_export(const Json& about, const std::vector<Json>& kits, const Json& left_out) {
  auto document = about;
  document["kits"] = kits;
  document["left_out"] = left_out;
  return pretty(document) + "\n";
}

std::string csv_export(const std::vector<Json>& kits) {
  // Its beginning is csv_mark. Columns are only ever added, at the end.
  std::string out =
      "\xEF\xBB\xBFid;title;centre;centre_name;territories;kind;stage;themes;languages;duration_minutes;sessions;group_min;group_max;"
      "participants;equipment;licence;authors;version;published;reviewed_version;reviewed;reason;newer_than_reviewed;conditions;adapted_from;"
      "adopted_by;outcomes;outcome_sessions;outcome_participants;files;bytes;summary;reviewer;decided\r\n";
  for (const auto& kit : kits) {
    const auto& review = kit["review"];
    const auto& outcomes = kit["outcomes"];
    const auto& from = kit["adapted_from"];
    std::uint64_t bytes = 0;
    for (const auto& file : list_at(kit, "files")) bytes += number_at(file, "bytes");
    std::string adopted;
    for (const auto& each : list_at(kit, "adopted_by")) adopted += (adopted.empty() ? "" : ", ") + text_at(each, "centre");
    const auto parent = from.is_object() ? text_at(from, "id") + text_at(from, "url") : std::string();
    const std::vector<std::string> cells = {text_at(kit, "id"),
                                            text_at(kit, "title"),
                                            text_at(kit, "centre"),
                                            text_at(kit, "centre_name"),
                                            texts_at(kit, "territories"),
                                            text_at(kit, "kind"),
                                            text_at(kit, "stage"),
                                            texts_at(kit, "themes"),
                                            texts_at(kit, "languages"),
                                            number_cell(kit, "duration_minutes"),
                                            number_cell(kit, "sessions"),
                                            number_cell(kit, "group_min"),
                                            number_cell(kit, "group_max"),
                                            texts_at(kit, "participants"),
                                            texts_at(kit, "equipment"),
                                            text_at(kit, "licence"),
                                            texts_at(kit, "authors"),
                                            number_cell(kit, "version"),
                                            text_at(kit, "published"),
                                            number_cell(review, "kit_version"),
                                            text_at(review, "reviewed"),
                                            text_at(review, "reason"),
                                            flag_at(review, "newer") ? "1" : "0",
                                            texts_at(review, "conditions"),
                                            parent,
                                            adopted,
                                            std::to_string(number_at(outcomes, "outcomes")),
                                            std::to_string(number_at(outcomes, "sessions")),
                                            std::to_string(number_at(outcomes, "participants")),
                                            std::to_string(list_at(kit, "files").size()),
                                            std::to_string(bytes),
                                            text_at(kit, "summary"),
                                            text_at(review, "reviewer"),
                                            text_at(review, "decided")};
    std::string line;
    for (const auto& cell : cells) line += (line.empty() ? "" : ";") + csv(cell);
    out += line + "\r\n";
  }
  return out;
}

}  // namespace essaimage::ctl::site

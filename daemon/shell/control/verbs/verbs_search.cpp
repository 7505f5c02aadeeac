// search: kits by words and by what they are.

#include "daemon/shell/control/arrivals.hpp"
#include "daemon/shell/control/verbs.hpp"
#include "proto/limits.hpp"
#include "store/kit/manifest_values.hpp"
#include "store/life/life.hpp"
#include "store/search.hpp"

namespace essaimage::shell::verb {

namespace {

Json pieces_json(const std::vector<store::Piece>& pieces) {
  auto list = Json::array();
  for (const auto& piece : pieces) list.push_back({{"text", piece.text}, {"hit", piece.hit}});
  return list;
}

/// One of the words that are known.
Status is_one_of(const char* name, const std::string& value, std::initializer_list<std::string_view> known) {
  std::string list;
  for (const auto& each : known) {
    if (value.empty() || value == each) return {};
    list += (list.empty() ? "" : ", ") + std::string(each);
  }
  return fail(Errc::usage, std::string(name) + ": " + value + " (" + list + ")");
}

Result<store::KitQuery> query_of(Arguments& arguments) {
  store::KitQuery query;
  auto& filter = query.filter;
  for (const auto& [name, text] :
       {std::pair("words", &query.words), std::pair("theme", &filter.theme), std::pair("kind", &filter.kind),
        std::pair("stage", &filter.stage), std::pair("territory", &query.territory), std::pair("centre", &filter.centre),
        std::pair("equipment", &filter.equipment), std::pair("licence", &filter.licence), std::pair("language", &filter.language)}) {
    TRY(const auto given, arguments.optional_text(name));
    *text = given.value_or("");
    if (text->size() > limits::search_bytes_max)
      return fail(Errc::too_large, std::string(name) + ": " + std::to_string(limits::search_bytes_max) + " bytes");
  }
  CHECK_OK(is_one_of("kind", filter.kind, {"prototype", "method"}));
  CHECK_OK(is_one_of("stage", filter.stage, {"workshop", "prototype", "field-tested", "metropolitan", "regional"}));
  TRY(const auto duration, arguments.optional_text("duration_max"));
  if (duration) {
    const auto minutes = kit::parse_duration(*duration);
    if (!minutes) return fail(Errc::usage, "duration_max: " + *duration + " (\"2 h\", \"1 h 30\", \"45 min\")");
    filter.minutes_max = *minutes;
  }
  TRY(query.catalogue, arguments.flag("catalogue"));
  TRY(const auto limit, arguments.number("limit"));
  if (limit && (*limit == 0 || *limit > limits::search_hits_max))
    return fail(Errc::usage, "limit: 1-" + std::to_string(limits::search_hits_max));
  query.limit = static_cast<std::size_t>(limit.value_or(20));
  return query;
}

}  // namespace

Result<Json> search(Session& session, Arguments& arguments) {
  TRY(const auto query, query_of(arguments));
  CHECK_OK(arguments.nothing_else());
  if (!query.territory.empty()) CHECK_OK(check_territory(session, query.territory));
  TRY(const auto found, session.node().library().search().find(query));
  TRY(const auto stages, session.node().library().stages());
  std::vector<Json> entries;
  for (const auto& hit : found.hits) {
    auto entry = shell::to_json(hit.kit, stages);
    entry["equipment"] = hit.kit.row.equipment;
    entry["duration_minutes"] = hit.kit.row.duration_minutes == 0 ? Json(nullptr) : Json(hit.kit.row.duration_minutes);
    entry["title_pieces"] = pieces_json(hit.title);
    entry["snippet"] = pieces_json(hit.snippet);
    entries.push_back(std::move(entry));
  }
  CHECK_OK(session.list(entries));
  auto instead = Json::array();
  for (const auto& each : found.instead) instead.push_back({{"word", each.word}, {"known", each.known}});
  return Json{{"kits", entries.size()}, {"more", found.more}, {"any_word", found.any_word}, {"instead", std::move(instead)}};
}

}  // namespace essaimage::shell::verb

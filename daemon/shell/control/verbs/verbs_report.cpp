// report: what happened in a period, with the signed entries of each figure. proto/CONTROL.md names the figures.

#include "daemon/shell/control/verbs.hpp"
#include "store/activity.hpp"
#include "store/life/report.hpp"

namespace essaimage::shell::verb {

namespace {

constexpr std::int64_t day_seconds = 86'400;

Result<Timestamp> day(Arguments& arguments, const char* name) {
  TRY(const auto text, arguments.text(name));
  const auto at = store::parse_day(text);
  if (!at) return fail(Errc::usage, std::string(name) + ": expected a day such as 2018-01-01");
  return *at;
}

Json row_of(const store::ReportFigure& figure) {
  return {{"row", "figure"}, {"name", figure.name}, {"group", figure.group}, {"value", figure.value}, {"entries", figure.entries}};
}

Json row_of(const store::ReportEntry& entry, std::size_t number) {
  Json row{{"row", "entry"},
           {"number", number},
           {"kind", str(entry.kind)},
           {"id", entry.kit.str()},
           {"kit_version", entry.kit_version},
           {"centre", entry.centre},
           {"date", store::day_text(entry.date)}};
  if (entry.kind == store::ReportEntry::Kind::outcome) {
    row["sessions"] = entry.sessions;
    row["participants"] = entry.participants;
  }
  if (const auto& from = entry.adapted_from)
    row["adapted_from"] = !from->kit ? from->url : from->kit->str() + (from->version == 0 ? "" : "@" + std::to_string(from->version));
  row["feed"] = entry.entry.feed.str();
  row["path"] = entry.entry.path;
  row["commit"] = entry.entry.commit.hex();
  row["time"] = to_utc(entry.entry.time);
  return row;
}

Json row_of(const store::ReportPoint& point) {
  return {{"row", "point"},
          {"label", point.label},
          {"kits", point.kits},
          {"adoptions", point.adoptions},
          {"sessions", point.sessions},
          {"adaptations", point.adaptations}};
}

}  // namespace

Result<Json> report(Session& session, Arguments& arguments) {
  store::ReportQuery query;
  TRY(query.from, day(arguments, "from"));
  TRY(const auto to, day(arguments, "to"));
  TRY(const auto territory, arguments.optional_text("territory"));
  TRY(const auto theme, arguments.optional_text("theme"));
  CHECK_OK(arguments.nothing_else());
  if (to < query.from) return fail(Errc::usage, "to: before --from");
  CHECK_OK(check_territory(session, territory));
  query.until = Timestamp{to.seconds + day_seconds};
  query.territory = territory.value_or("");
  query.theme = theme.value_or("");
  const auto& library = session.node().library();
  TRY(const auto activity, library.activity());
  const auto report = store::report_of(*activity, query);
  std::vector<Json> rows;
  for (const auto& figure : report.figures) rows.push_back(row_of(figure));
  for (const auto& point : report.curve) rows.push_back(row_of(point));
  for (std::size_t i = 0; i < report.entries.size(); ++i) rows.push_back(row_of(report.entries[i], i + 1));
  CHECK_OK(session.list(rows));
  const auto& identity = library.identity();
  return Json{{"from", store::day_text(query.from)},
              {"to", store::day_text(to)},
              {"territory", territory ? Json(*territory) : Json(nullptr)},
              {"theme", theme ? Json(*theme) : Json(nullptr)},
              {"centre", identity.slug},
              {"federation", identity.federation_slug},
              {"whole", identity.is_federation()},
              {"figures", report.figures.size()},
              {"entries", report.entries.size()}};
}

}  // namespace essaimage::shell::verb

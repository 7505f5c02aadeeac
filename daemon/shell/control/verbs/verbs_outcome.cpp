// The verbs about outcomes: what centres report of their sessions with kits, and its sums.

#include "daemon/shell/control/verbs.hpp"
#include "store/life/outcome_sum.hpp"

namespace essaimage::shell::verb {

namespace {

Result<std::optional<Timestamp>> optional_day(Arguments& arguments, const char* name) {
  TRY(const auto text, arguments.optional_text(name));
  if (!text) return std::nullopt;
  const auto at = store::parse_day(*text);
  if (!at) return fail(Errc::usage, std::string(name) + ": expected a day such as 2026-03-01");
  return *at;
}

Result<std::uint32_t> count_from(const std::string& text, std::string_view what) {
  const bool digits = !text.empty() && text.size() <= 9 && text.find_first_not_of("0123456789") == std::string::npos;
  if (!digits) return fail(Errc::usage, std::string(what) + ": expected a number");
  return static_cast<std::uint32_t>(std::stoul(text));
}

/// "12-17=4" and "25", whose age nobody noted; the same band twice adds up.
Result<store::Participants> participants_from(const std::vector<std::string>& texts) {
  store::Participants participants{};
  for (const auto& text : texts) {
    const auto equals = text.find('=');
    const auto band = equals == std::string::npos ? "unknown" : text.substr(0, equals);
    const auto* const at = std::ranges::find(store::age_band_names, band);
    if (at == store::age_band_names.end()) {
      std::string known;
      for (const auto name : store::age_band_names) known += (known.empty() ? "" : ", ") + std::string(name);
      return fail(Errc::usage, "participants: " + band + ": expected one of " + known);
    }
    TRY(const auto count, count_from(equals == std::string::npos ? text : text.substr(equals + 1), "participants"));
    auto& sum = participants[static_cast<std::size_t>(at - store::age_band_names.begin())];
    sum = std::min<std::uint32_t>(sum + count, 1'000'000'000);
  }
  return participants;
}

Result<store::OutcomeFacts> facts_from(Arguments& arguments) {
  store::OutcomeFacts facts;
  TRY(const auto first, optional_day(arguments, "date"));
  if (!first) return fail(Errc::usage, "date is missing");
  TRY(const auto last, optional_day(arguments, "to"));
  facts.first_day = *first;
  facts.last_day = last.value_or(*first);
  TRY(const auto sessions, arguments.number("sessions"));
  facts.sessions = static_cast<std::uint32_t>(std::min<std::uint64_t>(sessions.value_or(1), 1'000'000));
  TRY(const auto participants, arguments.texts("participants"));
  TRY(facts.participants, participants_from(participants));
  TRY(const auto place, arguments.optional_text("place"));
  if (place) {
    const auto type = store::place_from(*place);
    if (!type) return fail(Errc::usage, "place: centre, school, library, association, residence, outdoors or other");
    facts.place = *type;
  }
  TRY(facts.priority_neighbourhood, arguments.flag("priority_neighbourhood"));
  for (const auto& [name, text] :
       {std::pair("worked", &facts.worked), std::pair("failed", &facts.failed), std::pair("note", &facts.note)}) {
    TRY(const auto typed, arguments.optional_text(name));
    *text = typed.value_or("");
  }
  return facts;
}

Json participants_json(const store::Participants& participants) {
  Json json = Json::object();
  for (std::size_t band = 0; band < store::age_bands; ++band) json[std::string(store::age_band_names[band])] = participants[band];
  json["total"] = store::total_of(participants);
  return json;
}

Json outcome_json(const store::OutcomeRow& row) {
  const auto& [feed, outcome] = row;
  const auto& facts = outcome.facts;
  return {{"outcome", feed.centre + "/" + std::to_string(outcome.number)},
          {"number", outcome.number},
          {"centre", feed.centre},
          {"audience", feed.audience.str()},
          {"id", outcome.kit.str()},
          {"kit_version", outcome.kit_version},
          {"tree", outcome.tree.hex()},
          {"reported", to_utc(outcome.reported)},
          {"date", store::day_text(facts.first_day)},
          {"to", store::day_text(facts.last_day)},
          {"sessions", facts.sessions},
          {"participants", participants_json(facts.participants)},
          {"place", str(facts.place)},
          {"priority_neighbourhood", facts.priority_neighbourhood},
          {"worked", facts.worked},
          {"failed", facts.failed},
          {"note", facts.note}};
}

Json sum_json(const store::OutcomeSum& sum) {
  Json participants = Json::object();
  for (std::size_t band = 0; band < store::age_bands; ++band)
    participants[std::string(store::age_band_names[band])] = sum.participants[band];
  participants["total"] = sum.total();
  return {{"outcomes", sum.outcomes},
          {"sessions", sum.sessions},
          {"participants", std::move(participants)},
          {"priority_neighbourhood", {{"sessions", sum.priority_sessions}, {"participants", sum.priority_participants}}},
          {"centres", sum.centres.size()},
          {"kits", sum.kits.size()}};
}

/// [{KEY: …, sums}], by key.
template <class Map, class Name>
Json groups(const Map& map, const char* key, const Name& name) {
  auto list = Json::array();
  for (const auto& [at, sum] : map) {
    Json group{{key, name(at)}};
    group.update(sum_json(sum));
    list.push_back(std::move(group));
  }
  return list;
}

constexpr std::size_t page_rows = 500;  ///< some 4 MB at most, however many outcomes a region has

/// Those of `id`, `territory`, `from` and `to`, all optional, a page at a time.
template <class Take>
Status each_page(Session& session, Arguments& arguments, const Roster& roster, const Take& take) {
  store::OutcomeQuery query;
  TRY(const auto id, arguments.optional_text("id"));
  if (id) {
    TRY(query.kit, KitId::parse(*id));
  }
  store::OutcomeFilter filter;
  TRY(const auto territory, arguments.optional_text("territory"));
  filter.territory = territory.value_or("");
  TRY(filter.from, optional_day(arguments, "from"));
  TRY(filter.to, optional_day(arguments, "to"));
  CHECK_OK(arguments.nothing_else());
  CHECK_OK(check_territory(session, territory));
  if (filter.from && filter.to && *filter.to < *filter.from) return fail(Errc::usage, "to: before --from");
  const auto& library = session.node().library();
  if (query.kit) {
    TRY([[maybe_unused]] const auto known, library.kit(*query.kit));
  }
  query.limit = page_rows;
  for (bool more = true; more;) {
    TRY(auto rows, library.outcomes(query));
    more = rows.size() == page_rows;
    if (more) {
      const auto& [feed, last] = rows.back();
      query.after = store::OutcomePlace{last.facts.first_day, feed, last.number, last.kit};
    }
    std::erase_if(rows, [&](const store::OutcomeRow& row) { return !store::passes(row, filter, roster); });
    CHECK_OK(take(rows));
  }
  return {};
}

Result<std::shared_ptr<const Roster>> roster_of(const Session& session) {
  auto roster = session.node().library().roster();
  if (roster == nullptr) return fail(Errc::not_joined);
  return roster;
}

/// "wazemmes/3", or "3" of this centre.
struct OutcomeName {
  std::string centre;
  std::uint64_t number = 0;
};
Result<OutcomeName> name_from(Arguments& arguments, const std::string& self) {
  TRY(const auto text, arguments.text("outcome"));
  const auto slash = text.find('/');
  TRY(const auto number, count_from(slash == std::string::npos ? text : text.substr(slash + 1), "outcome"));
  return OutcomeName{slash == std::string::npos ? self : text.substr(0, slash), number};
}

}  // namespace

Result<Json> outcome_add(Session& session, Arguments& arguments) {
  store::Library::Report report;
  TRY(report.kit, arguments.kit());
  TRY(report.version, arguments.number("version"));
  TRY(report.facts, facts_from(arguments));
  TRY(report.anyway, arguments.flag("anyway"));
  TRY(const auto offline, arguments.flag("offline"));
  CHECK_OK(arguments.nothing_else());
  // What was said before is known, unless the person answers for that.
  if (!offline) CHECK_OK(wait_for_confirmation(session));
  TRY(const auto row, session.node().library().report(report));
  return outcome_json(row);
}

Result<Json> outcome_list(Session& session, Arguments& arguments) {
  TRY(const auto roster, roster_of(session));
  std::size_t count = 0;
  CHECK_OK(each_page(session, arguments, *roster, [&](const std::vector<store::OutcomeRow>& rows) {
    std::vector<Json> entries;
    for (const auto& row : rows) entries.push_back(outcome_json(row));
    count += rows.size();
    return session.list(entries);
  }));
  return Json{{"outcomes", count}};
}

Result<Json> outcome_show(Session& session, Arguments& arguments) {
  const auto& library = session.node().library();
  TRY(const auto name, name_from(arguments, library.identity().slug));
  CHECK_OK(arguments.nothing_else());
  const auto full = name.centre + "/" + std::to_string(name.number);
  if (!is_slug(name.centre)) return fail(Errc::outcome_none, full);
  TRY(const auto rows, library.outcomes({std::nullopt, name.centre, name.number, std::nullopt, 0}));
  if (rows.empty()) return fail(Errc::outcome_none, full);
  return outcome_json(rows.front());
}

Result<Json> outcome_remove(Session& session, Arguments& arguments) {
  auto& library = session.node().library();
  TRY(const auto name, name_from(arguments, library.identity().slug));
  TRY(const auto offline, arguments.flag("offline"));
  CHECK_OK(arguments.nothing_else());
  // Nobody takes back the word of others.
  if (name.centre != library.identity().slug) return fail(Errc::outcome_none, library.identity().slug + "/" + std::to_string(name.number));
  if (!offline) CHECK_OK(wait_for_confirmation(session));
  TRY(const auto row, library.retract(name.number));
  return outcome_json(row);
}

Result<Json> outcome_sum(Session& session, Arguments& arguments) {
  TRY(const auto roster, roster_of(session));
  store::OutcomeSums sums;
  CHECK_OK(each_page(session, arguments, *roster, [&](const std::vector<store::OutcomeRow>& rows) -> Status {
    for (const auto& row : rows) sums.add(row, *roster);
    return {};
  }));
  auto json = sum_json(sums.all);
  const auto same = [](const std::string& name) { return name; };
  json["by_kit"] = groups(sums.by_kit, "id", [](const KitId& id) { return id.str(); });
  json["by_territory"] = groups(sums.by_territory, "territory", same);
  json["by_month"] = groups(sums.by_month, "month", same);
  json["by_place"] = groups(sums.by_place, "place", [](store::PlaceType place) { return std::string(str(place)); });
  return json;
}

}  // namespace essaimage::shell::verb

// outcome add, list, show, remove, sum: what centres report of their sessions with kits.

#include <fmt/format.h>

#include <ostream>

#include "tools/ctl/kit_ref.hpp"
#include "tools/ctl/outcome_dialogue.hpp"
#include "tools/ctl/verbs/verbs.hpp"
#include "tools/ctl/words/life_words.hpp"

namespace essaimage::ctl::verb {

namespace {

/// Those options that were given, under the names that the daemon has for them.
void take(const Context& context, Json& arguments, std::initializer_list<std::pair<const char*, const char*>> options) {
  for (const auto& [option, name] : options) {
    if (const auto value = context.parsed.value(option); !value.empty()) arguments[name] = value;
  }
}

void take_flags(const Context& context, Json& arguments, std::initializer_list<std::pair<const char*, const char*>> options) {
  for (const auto& [option, name] : options) {
    if (context.parsed.has(option)) arguments[name] = true;
  }
}

Result<Json> filters(const Context& context) {
  Json arguments = Json::object();
  take(context, arguments, {{"territory", "territory"}, {"from", "from"}, {"to", "to"}});
  const auto& positionals = context.parsed.positionals;
  const auto kit = positionals.empty() ? context.parsed.value("kit") : positionals[0];
  if (kit.empty()) return arguments;
  TRY(const auto ref, parse_kit_alone(kit));
  arguments["id"] = ref.id.str();
  return arguments;
}

/// A kit that is not known comes back with the one that was perhaps meant.
Error meant(const Context& context, const Json& arguments, const Error& error) {
  const auto id = KitId::parse(text_at(arguments, "id"));
  return id ? with_suggestion(context, *id, error) : error;
}

std::string days_text(const Json& outcome, const Context& context) {
  const auto first = human_day(text_at(outcome, "date"), context.language), last = human_day(text_at(outcome, "to"), context.language);
  return first == last ? first : first + " – " + last;
}

std::uint64_t people_of(const Json& json) { return json.contains("participants") ? number_at(json["participants"], "total") : 0; }

std::string where_text(const Json& outcome, const Context& context) {
  auto text = place_text(outcome, context);
  if (flag_at(outcome, "priority_neighbourhood")) text += context.say(", in a priority neighbourhood", ", en quartier prioritaire");
  return text;
}

void print_figure(const Context& context, std::string_view en, std::string_view fr, const std::string& value) {
  if (value.empty()) return;
  const auto name = context.say(en, fr);
  const auto width = display_width(name);
  context.out() << context.out_style.paint(Colour::dim, name) << std::string(width < 14 ? 14 - width : 1, ' ') << printable(value) << "\n";
}

/// Outcomes, sessions and people of one group.
std::vector<Table::Cell> sums_of(std::string name, const Json& group, const Context& context) {
  const auto number = [&](std::uint64_t value) { return human_number(value, context.language); };
  const auto priority = group.contains("priority_neighbourhood") ? number_at(group["priority_neighbourhood"], "participants") : 0;
  return {std::move(name),  number(number_at(group, "outcomes")), number(number_at(group, "sessions")), number(people_of(group)),
          number(priority), number(number_at(group, "centres"))};
}

void print_groups(const Context& context, const Json& sums, const char* list, const std::string& title, const auto& name_of) {
  const auto& groups = list_at(sums, list);
  if (groups.empty()) return;
  Table table({{title},
               {context.say("outcomes", "retours"), Table::Align::right},
               {context.say("sessions", "séances"), Table::Align::right},
               {context.say("participants", "participants"), Table::Align::right},
               {context.say("of priority areas", "dont QPV"), Table::Align::right},
               {context.say("centres", "centres"), Table::Align::right}});
  for (const auto& group : groups) table.add(sums_of(name_of(group), group, context));
  context.out() << "\n" << table.str(context.out_style);
}

/// Before anybody answers a dozen questions: that there is a daemon, and such a kit.
Status check_before_asking(const Context& context, const KitId& id) {
  TRY(auto client, Client::connect(context));
  const auto kit = client.ask("kit.show", Json{{"id", id.str()}});
  return kit ? Status{} : tl::unexpected(with_suggestion(context, id, kit.error()));
}

/// A failure ends a connection, so each try has its own.
Result<Json> sent(const Context& context, const Json& arguments) {
  TRY(auto client, Client::connect(context));
  return client.ask("outcome.add", arguments);
}

}  // namespace

Result<ExitCode> outcome_add(Context& context) {
  TRY(const auto ref, parse_kit_ref(context.parsed.positionals[0]));
  auto arguments = ref.arguments();
  take(context, arguments,
       {{"date", "date"}, {"to", "to"}, {"place", "place"}, {"worked", "worked"}, {"failed", "failed"}, {"note", "note"}});
  if (arguments.contains("place")) arguments["place"] = code_of_shown("place", text_at(arguments, "place"));
  take_flags(context, arguments, {{"qpv", "priority_neighbourhood"}, {"anyway", "anyway"}, {"offline", "offline"}});
  if (const auto sessions = context.parsed.value("sessions"); !sessions.empty()) {
    TRY(arguments["sessions"], parse_seconds(sessions, "sessions"));
  }
  if (const auto people = context.parsed.values("participants"); !people.empty()) arguments["participants"] = people;
  const bool asks = !arguments.contains("date") && context.io.in_is_terminal && !context.json;
  if (!asks && !arguments.contains("date"))
    return fail(Errc::usage, context.say("`outcome add` needs --date DAY", "`outcome add` attend --date JOUR"));
  if (asks) {
    CHECK_OK(check_before_asking(context, ref.id));
    CHECK_OK(ask_outcome(context, today_here(), arguments));
  }
  auto outcome = sent(context, arguments);
  if (!outcome && asks && outcome.error().code == Errc::outcome_personal) {
    context.err() << error_text(outcome.error(), context.language, context.err_style);
    TRY(const bool anyway, ask_whether(context, "Publish it all the same?", "Publier quand même ?", false));
    if (!anyway) return fail(Errc::cancelled);
    arguments["anyway"] = true;
    outcome = sent(context, arguments);
  }
  if (!outcome && asks)
    context.err() << context.say("What you answered, to send it later:\n  ", "Vos réponses, pour les envoyer plus tard :\n  ")
                  << printable(outcome_command(ref.id, arguments)) << "\n";
  if (!outcome) return tl::unexpected(with_suggestion(context, ref.id, outcome.error()));
  if (context.json) {
    context.out() << pretty(*outcome) << "\n";
    return ExitCode::ok;
  }
  context.out() << fmt::format(fmt::runtime(context.say("{}: {}, version {}: {}, {}.\n", "{} : {}, version {} : {}, {}.\n")),
                               text_at(*outcome, "outcome"), ref.id.str(), number_at(*outcome, "kit_version"),
                               counted(number_at(*outcome, "sessions"), sessions_counted, context.language),
                               counted(people_of(*outcome), participants_counted, context.language));
  return ExitCode::ok;
}

Result<ExitCode> outcome_list(Context& context) {
  TRY(const auto arguments, filters(context));
  TRY(auto client, Client::connect(context));
  const auto outcomes = client.list("outcome.list", arguments);
  if (!outcomes) return tl::unexpected(meant(context, arguments, outcomes.error()));
  if (context.json) {
    context.out() << pretty(*outcomes) << "\n";
    return ExitCode::ok;
  }
  if (outcomes->empty()) {
    context.err() << context.say("No outcome is known here.\n", "Aucun retour d'expérience n'est connu ici.\n");
    return ExitCode::ok;
  }
  Table table({{context.say("outcome", "retour")},
               {"kit"},
               {"version", Table::Align::right},
               {context.say("days", "jours")},
               {context.say("sessions", "séances"), Table::Align::right},
               {context.say("participants", "participants"), Table::Align::right},
               {context.say("place", "lieu")},
               {context.say("worked", "a marché"), Table::Align::left, true},
               {context.say("failed", "n'a pas marché"), Table::Align::left, true}});
  for (const auto& outcome : *outcomes)
    table.add({text_at(outcome, "outcome"), text_at(outcome, "id"), std::to_string(number_at(outcome, "kit_version")),
               days_text(outcome, context), human_number(number_at(outcome, "sessions"), context.language),
               human_number(people_of(outcome), context.language), where_text(outcome, context), text_at(outcome, "worked"),
               text_at(outcome, "failed")});
  context.out() << table.str(context.out_style);
  return ExitCode::ok;
}

Result<ExitCode> outcome_show(Context& context) {
  TRY(auto client, Client::connect(context));
  TRY(const auto outcome, client.ask("outcome.show", Json{{"outcome", context.parsed.positionals[0]}}));
  if (context.json) {
    context.out() << pretty(outcome) << "\n";
    return ExitCode::ok;
  }
  const auto line = [&](std::string_view en, std::string_view fr, const std::string& value) { print_figure(context, en, fr, value); };
  line("outcome", "retour", text_at(outcome, "outcome"));
  line("kit", "kit", fmt::format("{}@{}", text_at(outcome, "id"), number_at(outcome, "kit_version")));
  line("audience", "diffusion", audience_text(text_at(outcome, "audience"), context));
  line("days", "jours", days_text(outcome, context));
  line("sessions", "séances", human_number(number_at(outcome, "sessions"), context.language));
  auto people = human_number(people_of(outcome), context.language);
  if (const auto ages = ages_text(outcome.value("participants", Json::object()), context); !ages.empty()) people += " (" + ages + ")";
  line("participants", "participants", people);
  line("place", "lieu", where_text(outcome, context));
  line("worked", "a marché", text_at(outcome, "worked"));
  line("failed", "n'a pas marché", text_at(outcome, "failed"));
  line("note", "note", text_at(outcome, "note"));
  line("reported", "rapporté", human_time(text_at(outcome, "reported"), context.language));
  return ExitCode::ok;
}

Result<ExitCode> outcome_remove(Context& context) {
  Json arguments{{"outcome", context.parsed.positionals[0]}};
  take_flags(context, arguments, {{"offline", "offline"}});
  TRY(auto client, Client::connect(context));
  TRY(const auto outcome, client.ask("outcome.remove", arguments));
  if (context.json) {
    context.out() << pretty(outcome) << "\n";
  } else {
    context.out() << fmt::format(fmt::runtime(context.say("{}: taken back ({}).\n", "{} : repris ({}).\n")), text_at(outcome, "outcome"),
                                 text_at(outcome, "id"));
  }
  return ExitCode::ok;
}

Result<ExitCode> outcome_sum(Context& context) {
  TRY(const auto arguments, filters(context));
  TRY(auto client, Client::connect(context));
  const auto answer = client.ask("outcome.sum", arguments);
  if (!answer) return tl::unexpected(meant(context, arguments, answer.error()));
  const auto& sums = *answer;
  if (context.json) {
    context.out() << pretty(sums) << "\n";
    return ExitCode::ok;
  }
  const auto language = context.language;
  context.out() << fmt::format(
      fmt::runtime(context.say("{} of {}: {}, {}.\n", "{} de {} : {}, {}.\n")),
      counted(number_at(sums, "outcomes"), outcomes_counted, language), counted(number_at(sums, "centres"), centres_counted, language),
      counted(number_at(sums, "sessions"), sessions_counted, language), counted(people_of(sums), participants_counted, language));
  print_figure(context, "ages", "âges", ages_text(sums.value("participants", Json::object()), context));
  const auto named = [](const char* key) { return [key](const Json& group) { return text_at(group, key); }; };
  print_groups(context, sums, "by_kit", "kit", named("id"));
  print_groups(context, sums, "by_territory", context.say("territory", "territoire"), named("territory"));
  print_groups(context, sums, "by_month", context.say("month", "mois"), named("month"));
  print_groups(context, sums, "by_place", context.say("place", "lieu"), [&](const Json& group) { return place_text(group, context); });
  return ExitCode::ok;
}

}  // namespace essaimage::ctl::verb

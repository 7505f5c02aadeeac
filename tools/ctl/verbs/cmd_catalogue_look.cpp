// catalogue list, show, history: looking at what is proposed, recommended and decided.

#include <fmt/format.h>

#include <ostream>

#include "tools/ctl/kit_ref.hpp"
#include "tools/ctl/verbs/verbs.hpp"
#include "tools/ctl/words/catalogue_words.hpp"
#include "tools/ctl/words/hold_words.hpp"
#include "tools/ctl/words/life_words.hpp"

namespace essaimage::ctl::verb {

namespace {

using Column = Table::Column;

std::string place_of(const Json& statement, const Context& context) {
  const auto territory = text_at(statement, "territory");
  return territory.empty() ? context.say("region", "région") : territory;
}

std::string proposed_table(const Json& entries, const Context& context) {
  Table table({Column{"kit"}, Column{context.say("title", "titre"), Table::Align::left, true}, Column{"version", Table::Align::right},
               Column{context.say("for", "pour")}, Column{context.say("proposed", "proposé")}, Column{context.say("waits for", "attend")},
               Column{"note", Table::Align::left, true}});
  for (const auto& entry : entries) {
    const auto proposal = entry.value("proposal", Json::object());
    const bool region = text_at(proposal, "to") == "region";
    table.add({text_at(entry, "id"), text_at(entry, "title"), std::to_string(number_at(proposal, "kit_version")),
               region ? context.say("region", "région") : context.say("territory", "territoire"),
               human_time(text_at(proposal, "proposed"), context.language), waits_text(entry, context), text_at(proposal, "note")});
  }
  return table.str(context.out_style);
}

std::string catalogue_table(const Json& entries, const Context& context) {
  Table table({Column{"kit"}, Column{context.say("title", "titre"), Table::Align::left, true}, Column{context.say("where", "où")},
               Column{context.say("decision", "décision")}, Column{context.say("reviewed", "examinée"), Table::Align::right},
               Column{context.say("newest", "dernière"), Table::Align::right}, Column{context.say("decided", "décidé")},
               Column{context.say("reason", "raison"), Table::Align::left, true}});
  for (const auto& entry : entries) {
    const auto newest = number_at(entry, "newest_version");
    table.add({text_at(entry, "id"),
               text_at(entry, "title"),
               place_of(entry, context),
               decision_text(entry, context),
               std::to_string(number_at(entry, "kit_version")),
               {newest == 0 ? std::string("-") : std::to_string(newest), flag_at(entry, "newer") ? Colour::yellow : Colour::none},
               human_time(text_at(entry, "decided"), context.language),
               text_at(entry, "reason")});
  }
  return table.str(context.out_style);
}

Json list_arguments(const Context& context) {
  Json arguments = Json::object();
  for (const auto* const flag : {"all", "region", "proposed"})
    if (context.parsed.has(flag)) arguments[flag] = true;
  for (const auto* const text : {"territory", "theme"})
    if (context.parsed.has(text)) arguments[text] = context.parsed.value(text);
  return arguments;
}

/// The federation's decision, or that there is none yet.
template <class Line>
void print_decision(const Context& context, const Json& entry, const Line& line) {
  if (text_at(entry, "decision").empty() || !text_at(entry, "territory").empty()) {
    line("decision", "décision", context.say("none for the region yet", "aucune pour la région"));
    return;
  }
  line("decision", "décision", decision_text(entry, context));
  line("decided", "décidé", human_time(text_at(entry, "decided"), context.language));
  line("reason", "raison", text_at(entry, "reason"));
  line("reviewer", "examiné par", reviewer_text(entry, context) + ", " + human_day(text_at(entry, "reviewed"), context.language));
  line("themes", "thèmes", texts_at(entry, "themes"));
  line("conditions", "conditions", texts_at(entry, "conditions"));
  line("reviewed", "examinée", version_text(entry, "kit_version", context));
  line("since then", "depuis", newer_text(entry, context));
}

std::string event_text(const Json& event, const Context& context) {
  const auto kind = text_at(event, "event");
  const bool to_region = text_at(event, "to") == "region";
  if (kind == "proposed")
    return to_region ? context.say("proposed for the region", "proposé pour la région") : context.say("proposed", "proposé");
  if (kind == "taken-back") return context.say("proposal taken back", "proposition retirée");
  return decision_text({{"decision", kind}}, context);
}

}  // namespace

Result<ExitCode> catalogue_list(Context& context) {
  TRY(auto client, Client::connect(context));
  TRY(const auto entries, client.list("catalogue.list", list_arguments(context)));
  const bool proposed = context.parsed.has("proposed");
  if (context.json) {
    context.out() << pretty(entries) << "\n";
  } else if (!entries.empty()) {
    context.out() << (proposed ? proposed_table(entries, context) : catalogue_table(entries, context));
  } else if (proposed) {
    context.err() << context.say("Nothing that is proposed waits for anything.\n",
                                 "Rien de ce qui est proposé n'attend quoi que ce soit.\n");
  } else {
    const bool filtered = !list_arguments(context).empty();
    context.err() << (filtered ? context.say("The catalogue lists no such kit.\n", "Le catalogue ne contient aucun kit de ce genre.\n")
                               : context.say("The federation's catalogue lists no kit yet.\n",
                                             "Le catalogue de la fédération ne contient encore aucun kit.\n"));
  }
  return ExitCode::ok;
}

Result<ExitCode> catalogue_show(Context& context) {
  TRY(const auto ref, parse_kit_alone(context.parsed.positionals[0]));
  TRY(auto client, Client::connect(context));
  const auto answer = client.ask("catalogue.show", ref.arguments());
  if (!answer) return tl::unexpected(with_suggestion(context, ref.id, answer.error()));
  const Json& entry = *answer;
  if (context.json) {
    context.out() << pretty(entry) << "\n";
    return ExitCode::ok;
  }
  const auto line = [&](std::string_view en, std::string_view fr, const std::string& value) {
    if (value.empty()) return;
    const auto name = context.say(en, fr);
    const auto width = display_width(name);
    context.out() << context.out_style.paint(Colour::dim, name) << std::string(width < 12 ? 12 - width : 1, ' ') << printable(value)
                  << "\n";
  };
  line("kit", "kit", text_at(entry, "id"));
  line("title", "titre", text_at(entry, "title"));
  print_decision(context, entry, line);
  for (const auto& said : list_at(entry, "recommendations")) {
    const auto newer = newer_text(said, context);
    line(text_at(said, "territory"), text_at(said, "territory"), statement_text(said, context) + (newer.empty() ? "" : " (" + newer + ")"));
  }
  line("proposed", "proposé", proposal_text(entry.value("proposal", Json()), context));
  line("passed on", "transmis", passed_on_text(entry.value("passed_on", Json()), context));
  const auto next = entry.value("next", Json::object());
  line("next", "suite", text_at(next, context.language == Language::french ? "fr" : "en"));
  return ExitCode::ok;
}

Result<ExitCode> catalogue_history(Context& context) {
  TRY(const auto ref, parse_kit_alone(context.parsed.positionals[0]));
  TRY(auto client, Client::connect(context));
  TRY(const auto events, client.list("catalogue.history", ref.arguments()));
  if (context.json) {
    context.out() << pretty(events) << "\n";
    return ExitCode::ok;
  }
  if (events.empty()) {
    context.err() << context.say("Nothing was ever said about this kit.\n", "Rien n'a jamais été dit de ce kit.\n");
    return ExitCode::ok;
  }
  Table table({Column{context.say("date", "date")}, Column{context.say("by", "par")}, Column{context.say("to", "à")},
               Column{context.say("what", "quoi")}, Column{"version", Table::Align::right},
               Column{context.say("reason", "raison"), Table::Align::left, true}});
  for (const auto& event : events) {
    table.add({human_time(text_at(event, "time"), context.language),
               text_at(event, "centre"),
               audience_text(text_at(event, "audience"), context),
               {event_text(event, context), flag_at(event, "in_force") ? Colour::bold : Colour::none},
               std::to_string(number_at(event, "kit_version")),
               text_at(event, "text")});
  }
  context.out() << table.str(context.out_style);
  return ExitCode::ok;
}

}  // namespace essaimage::ctl::verb

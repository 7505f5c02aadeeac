// catalogue accept, retire, list, show; kit adopt, unadopt: what the federation decided, and what this centre uses.

#include <fmt/format.h>

#include <ostream>

#include "tools/ctl/catalogue_words.hpp"
#include "tools/ctl/kit_ref.hpp"
#include "tools/ctl/requests.hpp"
#include "tools/ctl/verbs.hpp"

namespace essaimage::ctl {

std::string decision_text(const Json& decision, const Context& context) {
  const auto word = text_at(decision, "decision");
  if (word == "accepted") return context.say("accepted", "retenu");
  if (word == "retired") return context.say("retired", "sorti du catalogue");
  return word;
}

}  // namespace essaimage::ctl

namespace essaimage::ctl::verb {

namespace {

/// Asks for something about the kit that is named; a name that is not known comes back with the one that was perhaps meant.
Result<Json> ask_about_kit(const Context& context, std::string_view verb, Json arguments) {
  TRY(const auto ref, parse_kit_ref(context.parsed.positionals[0]));
  if (ref.version) return fail(Errc::usage, "KIT: " + ref.id.str());
  arguments["id"] = ref.id.str();
  if (context.parsed.has("offline")) arguments["offline"] = true;
  TRY(auto client, Client::connect(context));
  auto answer = client.ask(verb, arguments);
  if (!answer) return tl::unexpected(with_suggestion(context, ref.id, answer.error()));
  return answer;
}

Result<ExitCode> print(const Context& context, const Json& json, const std::string& text) {
  TRY(const bool asked, save_request(context, json));
  if (context.json) {
    context.out() << pretty(json) << "\n";
  } else if (!asked) {
    context.out() << text_at(json, "id") << context.say(": ", " : ") << printable(text) << "\n";
  }
  return ExitCode::ok;
}

std::string version_text(const Json& json, const char* key, const Context& context) {
  return fmt::format(fmt::runtime(context.say("version {}", "version {}")), number_at(json, key));
}

/// What was published since that nobody has reviewed; empty if nothing was.
std::string newer_text(const Json& decision, const Context& context) {
  if (!flag_at(decision, "newer")) return {};
  return fmt::format(fmt::runtime(context.say("version {} is newer than reviewed", "la version {} est plus récente que celle examinée")),
                     number_at(decision, "newest_version"));
}

}  // namespace

Result<ExitCode> catalogue_accept(Context& context) {
  Json arguments{{"reason", context.parsed.value("reason")}};
  if (const auto version = context.parsed.value("version"); !version.empty()) {
    TRY(arguments["version"], parse_seconds(version, "version"));
  }
  if (const auto themes = context.parsed.values("theme"); !themes.empty()) arguments["themes"] = themes;
  TRY(const auto decision, ask_about_kit(context, "catalogue.accept", std::move(arguments)));
  const auto text = context.say("in the catalogue, ", "au catalogue, ") + version_text(decision, "kit_version", context);
  return print(context, decision, text + ".");
}

Result<ExitCode> catalogue_retire(Context& context) {
  TRY(const auto decision, ask_about_kit(context, "catalogue.retire", Json{{"reason", context.parsed.value("reason")}}));
  return print(context, decision,
               context.say("not in the catalogue any more; who has it keeps it.", "n'est plus au catalogue ; qui l'a le garde."));
}

Result<ExitCode> catalogue_list(Context& context) {
  TRY(auto client, Client::connect(context));
  const bool all = context.parsed.has("all");
  TRY(const auto decisions, client.list("catalogue.list", all ? Json{{"all", true}} : Json::object()));
  if (context.json) {
    context.out() << pretty(decisions) << "\n";
    return ExitCode::ok;
  }
  if (decisions.empty()) {
    context.err() << context.say("The federation's catalogue lists no kit yet.\n", "Le catalogue de la fédération ne contient encore aucun kit.\n");
    return ExitCode::ok;
  }
  Table table({{"kit"},
               {context.say("title", "titre"), Table::Align::left, true},
               {context.say("decision", "décision")},
               {context.say("reviewed", "examinée"), Table::Align::right},
               {context.say("newest", "dernière"), Table::Align::right},
               {context.say("decided", "décidé")},
               {context.say("reason", "raison"), Table::Align::left, true}});
  for (const auto& decision : decisions) {
    const auto newest = number_at(decision, "newest_version");
    table.add({text_at(decision, "id"), text_at(decision, "title"), decision_text(decision, context),
               std::to_string(number_at(decision, "kit_version")),
               {newest == 0 ? std::string("-") : std::to_string(newest), flag_at(decision, "newer") ? Colour::yellow : Colour::none},
               human_time(text_at(decision, "decided"), context.language), text_at(decision, "reason")});
  }
  context.out() << table.str(context.out_style);
  return ExitCode::ok;
}

Result<ExitCode> catalogue_show(Context& context) {
  TRY(const auto decision, ask_about_kit(context, "catalogue.show", Json::object()));
  if (context.json) {
    context.out() << pretty(decision) << "\n";
    return ExitCode::ok;
  }
  const auto line = [&](std::string_view en, std::string_view fr, const std::string& value) {
    if (value.empty()) return;
    const auto name = context.say(en, fr);
    const auto width = display_width(name);
    context.out() << context.out_style.paint(Colour::dim, name) << std::string(width < 12 ? 12 - width : 1, ' ') << printable(value) << "\n";
  };
  line("kit", "kit", text_at(decision, "id"));
  line("title", "titre", text_at(decision, "title"));
  line("decision", "décision", decision_text(decision, context));
  line("decided", "décidé", human_time(text_at(decision, "decided"), context.language));
  line("reason", "raison", text_at(decision, "reason"));
  line("themes", "thèmes", texts_at(decision, "themes"));
  line("reviewed", "examinée", version_text(decision, "kit_version", context));
  line("since then", "depuis", newer_text(decision, context));
  return ExitCode::ok;
}

Result<ExitCode> kit_adopt(Context& context) {
  Json arguments = Json::object();
  if (const auto note = context.parsed.value("note"); !note.empty()) arguments["note"] = note;
  TRY(const auto adoption, ask_about_kit(context, "kit.adopt", std::move(arguments)));
  return print(context, adoption, context.say("adopted, ", "adopté, ") + version_text(adoption, "kit_version", context) + ".");
}

Result<ExitCode> kit_unadopt(Context& context) {
  TRY(const auto answer, ask_about_kit(context, "kit.unadopt", Json::object()));
  return print(context, answer, context.say("not adopted any more.", "n'est plus adopté."));
}

}  // namespace essaimage::ctl::verb

// search: kits by words and by what they are.

#include <fmt/format.h>

#include <ostream>

#include "proto/limits.hpp"
#include "tools/ctl/verbs/verbs.hpp"
#include "tools/ctl/words/life_words.hpp"

namespace essaimage::ctl::verb {

namespace {

Result<Json> search_arguments(const Context& context) {
  Json arguments = Json::object();
  std::string words;
  for (const auto& word : context.parsed.positionals) words += (words.empty() ? "" : " ") + word;
  if (!words.empty()) arguments["words"] = words;
  for (const auto& [option, name] :
       {std::pair("theme", "theme"), std::pair("kind", "kind"), std::pair("stage", "stage"), std::pair("territory", "territory"),
        std::pair("centre", "centre"), std::pair("max-duration", "duration_max"), std::pair("equipment", "equipment"),
        std::pair("licence", "licence"), std::pair("language", "language")}) {
    if (const auto value = context.parsed.value(option); !value.empty()) arguments[name] = code_of_shown(option, value);
  }
  if (context.parsed.has("catalogue")) arguments["catalogue"] = true;
  if (context.parsed.has("limit")) {
    TRY(arguments["limit"], parse_seconds(context.parsed.value("limit"), "limit"));
  }
  return arguments;
}

/// What was found is bold, or stands between signs where nothing can be bold.
std::string marked(const Json& pieces, const Context& context) {
  std::string text;
  for (const auto& piece : pieces) {
    const auto part = printable(text_at(piece, "text"));
    const bool hit = flag_at(piece, "hit");
    text += !hit ? part : context.out_style.colours ? context.out_style.paint(Colour::bold, part) : "*" + part + "*";
  }
  return text;
}

std::string plain(const Json& pieces) {
  std::string text;
  for (const auto& piece : pieces) text += text_at(piece, "text");
  return text;
}

/// What an animator asks first: how long, and whether it is here.
std::string facts_text(const Json& kit, const Context& context) {
  auto text = text_at(kit, "id") + ", version " + std::to_string(number_at(kit, "version"));
  if (const auto minutes = number_at(kit, "duration_minutes"); minutes > 0)
    text += minutes % 60 == 0 ? fmt::format(", {} h", minutes / 60)
            : minutes > 60    ? fmt::format(", {} h {:02}", minutes / 60, minutes % 60)
                              : fmt::format(", {} min", minutes);
  if (const auto themes = texts_at(kit, "themes"); !themes.empty()) text += context.say("; ", " ; ") + themes;
  const auto state = text_at(kit, "state");
  if (state == "coming") text += context.say("; on its way", " ; en chemin");
  if (state == "not-held") text += context.say("; media not held", " ; médias non gardés");
  return printable(text);
}

void print_kit(const Context& context, const Json& kit) {
  context.out() << marked(list_at(kit, "title_pieces"), context) << "\n  " << context.out_style.paint(Colour::dim, facts_text(kit, context))
                << "\n";
  const auto& snippet = list_at(kit, "snippet");
  const bool says_more = !snippet.empty() && plain(snippet) != text_at(kit, "title");
  const auto text = says_more ? marked(snippet, context) : printable(text_at(kit, "summary"));
  if (!text.empty()) context.out() << "  " << text << "\n";
}

void print_nothing(const Context& context, const Json& reply) {
  context.err() << context.say("No kit that is known here has this.\n", "Aucun kit connu ici n'a cela.\n");
  for (const auto& each : list_at(reply, "instead"))
    context.err() << fmt::format(
        fmt::runtime(context.say("No kit has \"{}\"; did you mean \"{}\"?\n", "Aucun kit n'a « {} » ; vouliez-vous dire « {} » ?\n")),
        printable(text_at(each, "word")), printable(text_at(each, "known")));
}

}  // namespace

Result<ExitCode> search(Context& context) {
  TRY(const auto arguments, search_arguments(context));
  TRY(auto client, Client::connect(context));
  auto kits = Json::array();
  Client::Handlers handlers;
  handlers.item = [&](const Json& page) -> Status {
    for (const auto& kit : page) kits.push_back(kit);
    return {};
  };
  TRY(auto reply, client.ask("search", arguments, handlers));
  if (context.json) {
    reply["kits"] = std::move(kits);
    context.out() << pretty(reply) << "\n";
    return ExitCode::ok;
  }
  if (kits.empty()) {
    print_nothing(context, reply);
    return ExitCode::ok;
  }
  if (flag_at(reply, "any_word"))
    context.err() << context.say("No kit has all of these words; these have some of them:\n",
                                 "Aucun kit n'a tous ces mots ; ceux-ci en ont certains :\n");
  for (const auto& kit : kits) print_kit(context, kit);
  if (flag_at(reply, "more"))
    context.err() << context.say("There are more; --limit shows them.\n", "Il y en a d'autres ; --limit les montre.\n");
  return ExitCode::ok;
}

}  // namespace essaimage::ctl::verb

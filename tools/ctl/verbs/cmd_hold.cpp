// pin, unpin, fetch, drop, hold: what this node holds.

#include <fmt/format.h>

#include <ostream>

#include "proto/counted.hpp"
#include "tools/ctl/kit_ref.hpp"
#include "tools/ctl/verbs/verbs.hpp"
#include "tools/ctl/words/hold_words.hpp"
#include "tools/ctl/words/progress_words.hpp"

namespace essaimage::ctl::verb {

namespace {

/// What is to be expected now.
std::string outlook(const Json& kit, const Context& context) {
  if (flag_at(kit, "complete")) return context.say("it is here, whole.", "il est ici, entier.");
  if (text_at(kit, "state") == "not-held")
    return not_held_text(kit, context) + context.say(": ", " : ") + reason_text(kit, "why_not", context) + ".";
  const auto& progress = progress_of(kit);
  if (const auto wait = wait_text(progress, context.language); !wait.empty())
    return context.say("its media do not come yet: ", "ses médias n'arrivent pas encore : ") + wait + ".";
  const auto why = reason_text(kit, "why_not", context);
  if (why.empty()) return context.say("its media are on their way.", "ses médias arrivent.");
  return context.say("its media are on their way; ", "ses médias arrivent ; ") + not_held_text(kit, context) + context.say(": ", " : ") +
         why + ".";
}

/// What lacks room, in the person's words; the daemon's detail if that cannot be asked.
Error with_room(const Context& context, Error error) {
  if (error.code != Errc::room_lacking) return error;
  const auto ref = parse_kit_ref(context.parsed.positionals[0]);
  auto client = Client::connect(context);
  if (!ref || !client) return error;
  const auto kit = client->ask("kit.show", ref->arguments());
  if (!kit) return error;
  const auto at = kit->find("not_held");
  const auto files = at == kit->end() ? 0 : number_at(*at, "files"), bytes = at == kit->end() ? 0 : number_at(*at, "bytes");
  error.detail = fmt::format("{}{}{} ({}), {}", ref->id.str(), context.say(": ", " : "), counted(files, media_files, context.language),
                             human_bytes(bytes, context.language), reason_text(*kit, "why_not", context));
  return error;
}

/// Asks for something about the kit that is named, and prints the document or these words.
Result<Json> ask_of_kit(const Context& context, std::string_view name, const char* flag, ProgressBar* bar) {
  TRY(const auto ref, parse_kit_alone(context.parsed.positionals[0]));
  auto arguments = ref.arguments();
  if (flag != nullptr && context.parsed.has(flag)) arguments[flag] = true;
  TRY(auto client, Client::connect(context));
  Client::Handlers handlers;
  handlers.progress = bar;
  auto answer = client.ask(name, arguments, handlers);
  if (!answer) return tl::unexpected(with_room(context, with_suggestion(context, ref.id, answer.error())));
  return answer;
}

ExitCode print_kit(const Context& context, const Json& kit, const std::string& text) {
  if (context.json) {
    context.out() << pretty(kit) << "\n";
  } else {
    context.out() << text_at(kit, "id") << context.say(": ", " : ") << text << "\n";
  }
  return ExitCode::ok;
}

void print_policy(const Context& context, const Json& policy,
                  const std::function<void(std::string_view, std::string_view, const std::string&)>& line) {
  const auto bytes = [&](const char* key) {
    const auto value = number_at(policy, key);
    return value == 0 ? context.say("no limit", "sans limite") : human_bytes(value, context.language);
  };
  const auto media = text_at(policy, "media");
  line("media", "médias",
       media == "all"         ? context.say("of all kits", "de tous les kits")
       : media == "none"      ? context.say("only of kits that are asked for", "seulement des kits demandés")
       : media == "catalogue" ? context.say("of the kits of the catalogue", "des kits du catalogue")
       : media == "adopted"   ? context.say("of adopted kits", "des kits adoptés")
                              : context.say("of the kits of our territories", "des kits de nos territoires"));
  line("themes", "thèmes", texts_at(policy, "themes"));
  line("kinds", "genres", texts_at(policy, "kinds"));
  line("largest file", "plus grand fichier", bytes("file_bytes_max"));
  line("quota", "quota", bytes("quota_bytes"));
  line("left free", "laissé libre", bytes("free_bytes_min"));
  line("copies", "copies",
       fmt::format(
           fmt::runtime(context.say("{} other {}, before a kit is dropped here", "{} {}, avant qu'un kit soit retiré d'ici")),
           number_at(policy, "copies_min"),
           by_number(number_at(policy, "copies_min"), {{"member", "autre membre"}, {"members", "autres membres"}}, context.language)));
}

}  // namespace

Result<ExitCode> pin(Context& context) {
  TRY(const auto kit, ask_of_kit(context, "pin", nullptr, nullptr));
  return print_kit(context, kit, context.say("pinned; ", "épinglé ; ") + outlook(kit, context));
}

Result<ExitCode> unpin(Context& context) {
  TRY(const auto kit, ask_of_kit(context, "unpin", nullptr, nullptr));
  return print_kit(context, kit,
                   context.say("the policy decides again; ", "la règle générale décide de nouveau ; ") + outlook(kit, context));
}

Result<ExitCode> fetch(Context& context) {
  ProgressBar bar(context, context.parsed.positionals[0]);
  const auto kit = ask_of_kit(context, "fetch", "wait", &bar);
  if (!kit && kit.error().code == Errc::cancelled) {
    return fail(Errc::cancelled, context.say("the waiting: the kit goes on coming; `essaimagectl unpin KIT` takes the wish back",
                                             "l'attente : le kit continue d'arriver ; `essaimagectl unpin KIT` annule la demande"));
  }
  if (!kit) return tl::unexpected(kit.error());
  bar.wipe();
  return print_kit(context, *kit, outlook(*kit, context));
}

Result<ExitCode> drop(Context& context) {
  TRY(const auto kit, ask_of_kit(context, "drop", "anyway", nullptr));
  const auto files = number_at(kit, "removed_files");
  const auto text =
      fmt::format(fmt::runtime(context.say("dropped; {} ({}) {} removed from this node.", "retiré ; {} ({}) {} de ce nœud.")),
                  counted(files, media_files, context.language), human_bytes(number_at(kit, "removed_bytes"), context.language),
                  by_number(files, {{"was", "a été enlevé"}, {"were", "ont été enlevés"}}, context.language));
  return print_kit(context, kit, text);
}

Result<ExitCode> hold(Context& context) {
  TRY(auto client, Client::connect(context));
  TRY(const auto view, client.ask("hold"));
  if (context.json) {
    context.out() << pretty(view) << "\n";
    return ExitCode::ok;
  }
  const auto line = [&](std::string_view en, std::string_view fr, const std::string& value) {
    if (value.empty()) return;
    const auto name = context.say(en, fr);
    const auto width = display_width(name);
    context.out() << context.out_style.paint(Colour::dim, name) << std::string(width < 20 ? 20 - width : 1, ' ') << printable(value)
                  << "\n";
  };
  const auto at = view.find("policy");
  print_policy(context, at != view.end() && at->is_object() ? *at : Json::object(), line);
  const auto bytes = [&](const char* key) { return human_bytes(number_at(view, key), context.language); };
  line("media here", "médias ici", bytes("media_bytes"));
  if (const auto at_earlier = view.find("earlier"); at_earlier != view.end() && number_at(*at_earlier, "files") > 0)
    line("of them, earlier", "dont anciens",
         fmt::format(fmt::runtime(context.say("{} ({}), of earlier versions alone", "{} ({}), de versions précédentes seulement")),
                     counted(number_at(*at_earlier, "files"), media_files, context.language),
                     human_bytes(number_at(*at_earlier, "bytes"), context.language)));
  line("on their way", "en chemin", bytes("coming_bytes"));
  line("disk free", "disque libre", bytes("disk_free_bytes"));
  for (const auto& sum : list_at(view, "not_held"))
    line("not held", "non gardés",
         fmt::format(fmt::runtime(context.say("{} ({}): {}", "{} ({}) : {}")),
                     counted(number_at(sum, "files"), media_files, context.language),
                     human_bytes(number_at(sum, "bytes"), context.language), reason_text(sum, "why", context)));
  for (const auto& choice : list_at(view, "choices")) line("chosen", "choix", text_at(choice, "id") + ", " + choice_text(choice, context));
  for (const auto& kit : list_at(view, "waiting"))
    line("waits for room", "attend de la place",
         text_at(kit, "id") + ", " + human_bytes(number_at(kit, "bytes"), context.language) + context.say(": ", " : ") +
             reason_text(kit, "why", context));
  return ExitCode::ok;
}

}  // namespace essaimage::ctl::verb

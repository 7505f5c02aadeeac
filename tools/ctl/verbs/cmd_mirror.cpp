// mirror add, change, end, list, show, rule: territories that are linked, and what goes there by itself.

#include <fmt/format.h>

#include <ostream>

#include "tools/ctl/client.hpp"
#include "tools/ctl/requests.hpp"
#include "tools/ctl/verbs/verbs.hpp"
#include "tools/ctl/words/life_words.hpp"

namespace essaimage::ctl::verb {

namespace {

Json about_mirror(const Context& context) {
  Json arguments{{"mirror", context.parsed.positionals[0]}};
  for (const auto* const flag : {"anyway", "offline"})
    if (context.parsed.has(flag)) arguments[flag] = true;
  return arguments;
}

/// A name that is not known comes back with the one that was perhaps meant.
Result<Json> ask_about_mirror(const Context& context, std::string_view verb, const Json& arguments, const Client::Handlers& handlers = {}) {
  TRY(auto client, Client::connect(context));
  auto answer = client.ask(verb, arguments, handlers);
  if (answer || answer.error().code != Errc::mirror_unknown) return answer;
  std::vector<std::string> known;
  TRY(auto again, Client::connect(context));
  TRY(const auto mirrors, again.list("mirror.list", Json{{"all", true}}));
  for (const auto& mirror : mirrors) known.push_back(text_at(mirror, "mirror"));
  const auto slug = context.parsed.positionals[0];
  return fail(Errc::mirror_unknown, slug + did_you_mean(slug, known, context.language));
}

Result<ExitCode> print_act(const Context& context, const Json& mirror, const std::string& text) {
  TRY(const bool asked, save_request(context, mirror));
  if (context.json) {
    context.out() << pretty(mirror) << "\n";
  } else if (!asked) {
    context.out() << text << "\n";
  }
  return ExitCode::ok;
}

std::string state_text(const Json& mirror, const Context& context) {
  if (flag_at(mirror, "runs")) {
    const auto why = text_at(mirror, "begun_why");
    return fmt::format(fmt::runtime(context.say("runs since {}", "en cours depuis le {}")),
                       human_time(text_at(mirror, "begun"), context.language)) +
           (why.empty() ? why : context.say(": ", " : ") + why);
  }
  return fmt::format(fmt::runtime(context.say("ended on {}: {}", "terminé le {} : {}")),
                     human_time(text_at(mirror, "ended"), context.language), text_at(mirror, "ended_why"));
}

std::string rule_text(const Json& rule, const Context& context) {
  if (!rule.is_object()) return context.say("none", "aucune");
  std::string text;
  const auto themes = texts_at(rule, "themes"), kits = texts_at(rule, "kits");
  if (!themes.empty()) text = context.say("themes: ", "thèmes : ") + themes;
  if (!kits.empty()) text += (text.empty() ? "" : context.say("; ", " ; ")) + context.say("kits: ", "kits : ") + kits;
  return text;
}

Json links_wished(const Context& context) {
  auto arguments = about_mirror(context);
  if (context.parsed.has("between")) arguments["territories"] = context.parsed.listed("between");
  if (const auto name = context.parsed.value("name"); !name.empty()) arguments["name"] = name;
  if (const auto why = context.parsed.value("why"); !why.empty()) arguments["why"] = why;
  return arguments;
}

Result<ExitCode> print_linked(Context& context, const Json& mirror) {
  return print_act(context, mirror,
                   fmt::format(fmt::runtime(context.say("{} links {}. Centres publish into it with --audience mirror:{}",
                                                        "{} lie {}. Les centres y publient avec --audience mirror:{}")),
                               printable(text_at(mirror, "name")), texts_at(mirror, "territories"), text_at(mirror, "mirror")));
}

}  // namespace

Result<ExitCode> mirror_add(Context& context) {
  TRY(const auto mirror, ask_about_mirror(context, "mirror.add", links_wished(context)));
  return print_linked(context, mirror);
}

Result<ExitCode> mirror_change(Context& context) {
  TRY(const auto mirror, ask_about_mirror(context, "mirror.change", links_wished(context)));
  return print_linked(context, mirror);
}

Result<ExitCode> mirror_end(Context& context) {
  auto arguments = about_mirror(context);
  arguments["why"] = context.parsed.value("why");
  TRY(const auto mirror, ask_about_mirror(context, "mirror.end", arguments));
  return print_act(context, mirror,
                   fmt::format(fmt::runtime(context.say(
                                   "{} has ended. Each centre keeps what it published there, and what it has checked out; its library\n"
                                   "lets go of what others published there alone.",
                                   "{} est terminé. Chaque centre garde ce qu'il y a publié, et ce qu'il en a sorti (checkout) ; sa\n"
                                   "bibliothèque se défait de ce que les autres n'ont publié que là.")),
                               printable(text_at(mirror, "name"))));
}

Result<ExitCode> mirror_list(Context& context) {
  TRY(auto client, Client::connect(context));
  TRY(const auto mirrors, client.list("mirror.list", context.parsed.has("all") ? Json{{"all", true}} : Json::object()));
  if (context.json) {
    context.out() << pretty(mirrors) << "\n";
    return ExitCode::ok;
  }
  if (mirrors.empty()) {
    context.err() << context.say("No territories are linked. `mirror list --all` also shows what has ended.\n",
                                 "Aucun territoire n'est lié. `mirror list --all` montre aussi ce qui est terminé.\n");
    return ExitCode::ok;
  }
  Table table({{context.say("mirror", "miroir")},
               {context.say("name", "nom"), Table::Align::left, true},
               {context.say("territories", "territoires")},
               {context.say("state", "état"), Table::Align::left, true}});
  for (const auto& mirror : mirrors)
    table.add({text_at(mirror, "mirror"), text_at(mirror, "name"), texts_at(mirror, "territories"), state_text(mirror, context)});
  context.out() << table.str(context.out_style);
  return ExitCode::ok;
}

Result<ExitCode> mirror_show(Context& context) {
  TRY(const auto mirror, ask_about_mirror(context, "mirror.show", about_mirror(context)));
  if (context.json) {
    context.out() << pretty(mirror) << "\n";
    return ExitCode::ok;
  }
  const auto line = [&](std::string_view en, std::string_view fr, const std::string& value) {
    const auto name = context.say(en, fr);
    const auto width = display_width(name);
    context.out() << context.out_style.paint(Colour::dim, name) << std::string(width < 13 ? 13 - width : 1, ' ')
                  << printable(value.empty() ? "-" : value) << "\n";
  };
  line("mirror", "miroir", text_at(mirror, "mirror"));
  line("name", "nom", text_at(mirror, "name"));
  line("state", "état", state_text(mirror, context));
  line("territories", "territoires", texts_at(mirror, "territories"));
  line("centres", "centres", texts_at(mirror, "centres"));
  line("kits here", "kits ici", texts_at(mirror, "kits"));
  line("our rule", "notre règle", rule_text(mirror.value("rule", Json()), context));
  return ExitCode::ok;
}

Result<ExitCode> mirror_rule(Context& context) {
  auto arguments = about_mirror(context);
  const bool off = context.parsed.has("off");
  if (const auto themes = context.parsed.values("theme"); !themes.empty()) arguments["themes"] = themes;
  if (const auto kits = context.parsed.values("kit"); !kits.empty()) arguments["kits"] = kits;
  if (off) arguments["off"] = true;
  if (!off && !arguments.contains("themes") && !arguments.contains("kits")) return fail(Errc::usage, "--theme, --kit");
  auto published = Json::array();
  Client::Handlers handlers;
  handlers.item = [&](const Json& page) -> Status {
    for (const auto& kit : page) published.push_back(kit);
    return {};
  };
  TRY(auto reply, ask_about_mirror(context, "mirror.rule", arguments, handlers));
  if (context.json) {
    reply["published"] = std::move(published);
    context.out() << pretty(reply) << "\n";
    return ExitCode::ok;
  }
  context.out() << context.say("rule: ", "règle : ") << printable(rule_text(reply.value("rule", Json()), context)) << "\n";
  for (const auto& kit : published)
    context.out() << fmt::format(fmt::runtime(context.say("{} version {} is in {} now.\n", "{} version {} est maintenant dans {}.\n")),
                                 text_at(kit, "id"), number_at(kit, "version"), audience_text(text_at(kit, "audience"), context));
  return ExitCode::ok;
}

}  // namespace essaimage::ctl::verb

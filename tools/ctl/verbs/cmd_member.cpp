// member invite, neighbours, new-key, list, show, suspend.

#include <fmt/format.h>

#include <ostream>

#include "tools/ctl/client.hpp"
#include "tools/ctl/requests.hpp"
#include "tools/ctl/verbs/verbs.hpp"
#include "tools/ctl/words/life_words.hpp"
#include "tools/ctl/words/member_words.hpp"

namespace essaimage::ctl {

Result<std::uint64_t> parse_period(const std::string& text, const char* option) {
  static constexpr std::string_view units = "smhd";
  static constexpr std::array<std::uint64_t, 4> seconds = {1, 60, 3600, 86'400};
  const auto digits = text.find_first_not_of("0123456789");
  const auto unit = text.empty() ? std::string_view::npos : units.find(text.back());
  if (digits == 0 || digits == std::string::npos || digits + 1 != text.size() || digits > 6 || unit == std::string_view::npos)
    return fail(Errc::usage, std::string(option) + ": 7d, 12h, 30m, 45s; " + text);
  return std::stoull(text) * seconds[unit];
}

}  // namespace essaimage::ctl

namespace essaimage::ctl::verb {

namespace {

/// Alone on stdout, so that a script or a QR code takes it as it is.
Result<ExitCode> print_invitation(Context& context, const Json& reply) {
  if (context.json) {
    context.out() << pretty(reply) << "\n";
    return ExitCode::ok;
  }
  context.out() << text_at(reply, "invitation") << std::endl;
  TRY(const bool asked, save_request(context, reply));
  if (asked)
    context.err() << context.say("Keep the invitation until then: it works once the request is applied.\n",
                                 "Gardez l'invitation d'ici là : elle servira une fois la demande appliquée.\n");
  if (!context.io.err_is_terminal) return ExitCode::ok;
  const auto until = human_time(text_at(reply, "expires"), context.language);
  context.err() << fmt::format(fmt::runtime(context.say("\nSend this line to {}. It works once, until {}. There:\n  "
                                                        "essaimagectl join INVITATION\n",
                                                        "\nEnvoyez cette ligne à {}. Elle sert une fois, jusqu'au {}. "
                                                        "Là-bas :\n  essaimagectl join INVITATION\n")),
                               printable(text_at(reply, "name")), until);
  return ExitCode::ok;
}

std::string since_text(const Json& member, const Context& context) {
  const auto since = text_at(member, "suspended_since");
  if (since.empty()) return {};
  return context.say(" since ", " depuis le ") + human_day(since.substr(0, 10), context.language);
}

/// Of one version of a feed: the kits that are others in it.
std::string changed_text(const Json& version, const Context& context) {
  if (!text_at(version, "unread").empty()) return context.say("damaged here: essaimagectl scrub", "abîmé ici : essaimagectl scrub");
  auto text = texts_at(version, "kits");
  const auto removed = texts_at(version, "kits_removed");
  if (!removed.empty()) text += (text.empty() ? "" : context.say("; ", " ; ")) + context.say("removed: ", "retirés : ") + removed;
  return text;
}

Status add_period(Context& context, Json& arguments) {
  const auto valid = context.parsed.value("valid");
  if (valid.empty()) return {};
  TRY(arguments["valid_seconds"], parse_period(valid, "--valid"));
  return {};
}

/// Of a verb about a member: a name that is not known is compared with those that are.
Result<Json> ask_about(Context& context, const char* verb, const Json& arguments, const Client::Handlers& handlers) {
  TRY(auto client, Client::connect(context));
  auto reply = client.ask(verb, arguments, handlers);
  if (reply || reply.error().code != Errc::peer_unknown) return reply;
  std::vector<std::string> known;
  TRY(auto again, Client::connect(context));
  TRY(const auto members, again.list("member.list"));
  for (const auto& member : members) known.push_back(text_at(member, "centre"));
  const auto slug = context.parsed.positionals[0];
  return fail(Errc::peer_unknown, slug + did_you_mean(slug, known, context.language));
}

}  // namespace

Result<ExitCode> member_invite(Context& context) {
  Json arguments{{"slug", context.parsed.positionals[0]}, {"name", context.parsed.value("name")}};
  if (const auto territories = context.parsed.values("territory"); !territories.empty()) arguments["territories"] = territories;
  CHECK_OK(add_period(context, arguments));
  for (const char* const flag : {"anyway", "offline"})
    if (context.parsed.has(flag)) arguments[flag] = true;
  TRY(auto client, Client::connect(context));
  TRY(const auto reply, client.ask("member.invite", arguments));
  return print_invitation(context, reply);
}

Result<ExitCode> member_new_key(Context& context) {
  const auto slug = context.parsed.positionals[0];
  const bool by_neighbours = context.parsed.has("by-neighbours"), wait = context.parsed.has("wait");
  if (wait && (!by_neighbours || context.json)) return fail(Errc::usage, "--wait: --by-neighbours; --json: federation requests --wait");
  Json arguments{{"slug", slug}};
  CHECK_OK(add_period(context, arguments));
  for (const char* flag : {"offline", "reinstate"})
    if (context.parsed.has(flag)) arguments[flag] = true;
  if (by_neighbours) arguments["by_neighbours"] = true;
  if (const auto last = context.parsed.values("last"); !last.empty()) arguments["last"] = last;
  TRY(const auto reply, ask_about(context, "member.new-key", arguments, Client::Handlers{}));
  TRY(const auto printed, print_invitation(context, reply));
  if (!by_neighbours) return printed;
  if (!wait) {
    context.err() << fmt::format(
        fmt::runtime(context.say("Once the centre has joined, its neighbours have to sign: essaimagectl federation requests {}\n",
                                 "Quand le centre aura rejoint, ses voisins devront signer : essaimagectl federation requests {}\n")),
        slug);
    return printed;
  }
  TRY(auto client, Client::connect(context));
  TRY(const auto requests, client.list("federation.requests", {{"centre", slug}, {"wait", true}}));
  if (requests.empty()) return fail(Errc::not_found, slug);
  TRY([[maybe_unused]] const bool saved, save_request(context, requests[0]));
  return ExitCode::ok;
}

Result<ExitCode> member_neighbours(Context& context) {
  const auto slug = context.parsed.positionals[0];
  const auto named = context.parsed.listed("of");
  if (named.empty() != context.parsed.has("none")) return fail(Errc::usage, "--of A,B,C; --none");
  Json arguments{{"slug", slug}, {"neighbours", named}};
  if (const auto needs = context.parsed.value("needs"); !needs.empty()) {
    TRY(arguments["needed"], parse_seconds(needs, "needs"));
  }
  if (context.parsed.has("offline")) arguments["offline"] = true;
  TRY(const auto reply, ask_about(context, "member.neighbours", arguments, Client::Handlers{}));
  TRY(const bool asked, save_request(context, reply));
  if (context.json) {
    context.out() << pretty(reply) << "\n";
  } else if (!asked && named.empty()) {
    context.out() << fmt::format(fmt::runtime(context.say("{} has no neighbours any more: the members role alone gives it a new key.\n",
                                                          "{} n'a plus de voisins : seul le rôle members lui donne une nouvelle clé.\n")),
                                 slug);
  } else if (!asked) {
    context.out() << fmt::format(
        fmt::runtime(context.say("{} of {} may give {} its next key.\n", "{} parmi {} peuvent donner à {} sa prochaine clé.\n")),
        number_at(reply, "neighbours_needed"), texts_at(reply, "neighbours"), slug);
  }
  return ExitCode::ok;
}

Result<ExitCode> member_show(Context& context) {
  Json arguments{{"slug", context.parsed.positionals[0]}};
  if (const auto count = context.parsed.value("count"); !count.empty()) {
    TRY(arguments["count"], parse_seconds(count, "count"));
  }
  auto versions = Json::array();
  Client::Handlers handlers;
  handlers.item = [&](const Json& page) -> Status {
    for (const auto& version : page) versions.push_back(version);
    return {};
  };
  TRY(auto reply, ask_about(context, "member.show", arguments, handlers));
  if (context.json) {
    reply["published"] = std::move(versions);
    context.out() << pretty(reply) << "\n";
    return ExitCode::ok;
  }
  context.out() << printable(text_at(reply, "name")) << " (" << text_at(reply, "centre") << ")";
  if (flag_at(reply, "suspended"))
    context.out() << context.say(", suspended", ", suspendu") << since_text(reply, context) << context.say(": ", " : ")
                  << printable(text_at(reply, "suspended_why"));
  context.out() << "\n";
  if (const auto told = told_text(reply, context); !told.empty())
    context.out() << context.say("Not by the list here, but ", "Pas d'après la liste d'ici, mais ") << printable(told) << ".\n";
  if (const auto keys = reply.value("keys", Json::array()).size(); keys > 1)
    context.out() << fmt::format(fmt::runtime(context.say("It is under its key number {}.\n", "Il en est à sa clé numéro {}.\n")), keys);
  if (const auto by = texts_at(reply, "key_given_by"); !by.empty())
    context.out() << context.say("Its neighbours gave it this key: ", "Ses voisins lui ont donné cette clé : ") << by << "\n";
  if (const auto who = neighbours_text(reply, context); !who.empty())
    context.out() << context.say("Its next key may be given by its neighbours: ", "Sa prochaine clé peut être donnée par ses voisins : ")
                  << who << "\n";
  if (const auto of = texts_at(reply, "neighbour_of"); !of.empty())
    context.out() << context.say("It is a neighbour of: ", "Il est voisin de : ") << of << "\n";
  Table table(
      {{context.say("published", "publié")}, {context.say("time", "date")}, {context.say("what", "quoi"), Table::Align::left, true}});
  for (const auto& version : versions)
    table.add({text_at(version, "feed") + "@" + text_at(version, "order"), human_time(text_at(version, "time"), context.language),
               changed_text(version, context)});
  context.out() << table.str(context.out_style);
  return ExitCode::ok;
}

Result<ExitCode> member_list(Context& context) {
  TRY(auto client, Client::connect(context));
  TRY(const auto members, client.list("member.list"));
  if (context.json) {
    context.out() << pretty(members) << "\n";
    return ExitCode::ok;
  }
  Table table({{context.say("centre", "centre")},
               {context.say("name", "nom"), Table::Align::left, true},
               {context.say("territories", "territoires")},
               {context.say("state", "état")},
               {context.say("why", "raison"), Table::Align::left, true}});
  for (const auto& member : members) {
    const bool suspended = flag_at(member, "suspended");
    auto state = suspended ? context.say("suspended", "suspendu") + since_text(member, context) : context.say("active", "actif");
    const auto told = told_text(member, context);
    if (!told.empty()) state = context.say("active, by the list here", "actif, d'après la liste d'ici");
    if (flag_at(member, "federation")) state = context.say("federation", "fédération");
    if (flag_at(member, "self")) state += context.say(" (here)", " (ici)");
    table.add({text_at(member, "centre"),
               text_at(member, "name"),
               texts_at(member, "territories"),
               {state, suspended || !told.empty() ? Colour::red : Colour::none},
               told.empty() ? text_at(member, "suspended_why") : told});
  }
  context.out() << table.str(context.out_style);
  return ExitCode::ok;
}

Result<ExitCode> member_suspend(Context& context) {
  const auto slug = context.parsed.positionals[0];
  Json arguments{{"slug", slug}, {"why", context.parsed.value("why")}};
  if (const auto last = context.parsed.values("last"); !last.empty()) arguments["last"] = last;
  for (const auto* const flag : {"anyway", "offline"})
    if (context.parsed.has(flag)) arguments[flag] = true;
  TRY(const auto reply, ask_about(context, "member.suspend", arguments, Client::Handlers{}));
  TRY(const bool asked, save_request(context, reply));
  if (context.json) {
    context.out() << pretty(reply) << "\n";
  } else if (!asked) {
    context.out() << fmt::format(fmt::runtime(context.say("{} is suspended. Peers cut it off as soon as they hear of it.\n",
                                                          "{} est suspendu. Les pairs rompent avec lui dès qu'ils l'apprennent.\n")),
                                 slug);
  }
  return ExitCode::ok;
}

}  // namespace essaimage::ctl::verb

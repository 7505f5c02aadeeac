// status, peers, explain: how this node is, and why something is not in sync.

#include <fmt/format.h>

#include <ostream>

#include "proto/counted.hpp"
#include "tools/ctl/kit_ref.hpp"
#include "tools/ctl/requests.hpp"
#include "tools/ctl/verbs/verbs.hpp"
#include "tools/ctl/words/progress_words.hpp"

namespace essaimage::ctl::verb {

namespace {

constexpr std::size_t text_columns_default = 100;

std::string worded(const Json& both, Language language) { return printable(text_at(both, language == Language::french ? "fr" : "en")); }

std::string actor_of(const std::string& id, Language language) {
  static constexpr std::array<std::pair<std::string_view, Actor>, 6> actors = {{{"author", Actor::author},
                                                                                {"admin", Actor::admin},
                                                                                {"federation", Actor::federation},
                                                                                {"peer", Actor::peer},
                                                                                {"nobody", Actor::nobody},
                                                                                {"developer", Actor::developer}}};
  for (const auto& [name, actor] : actors)
    if (name == id) return std::string(describe(actor, language));
  return printable(id);
}

/// One finding of explain.hpp: the matter, who can act, what to do.
std::string explanation_text(const Json& entry, const Context& context) {
  const bool problem = flag_at(entry, "problem");
  const auto columns = context.out_style.columns > 0 ? context.out_style.columns : text_columns_default;
  static const Json none = Json::object();
  const auto part = [&](const char* key) -> const Json& {
    const auto at = entry.find(key);
    return at != entry.end() && at->is_object() ? *at : none;
  };
  auto text = wrapped(worded(part("text"), context.language), columns, 2);
  if (!text.empty()) text.replace(0, 1, context.out_style.paint(problem ? Colour::yellow : Colour::green, problem ? "!" : "·"));
  const auto actor = text_at(entry, "actor");
  if (problem && actor != "nobody")
    text += wrapped(context.say("Who can act: ", "Qui peut agir : ") + actor_of(actor, context.language) + ".", columns, 4);
  if (const auto next = worded(part("next_step"), context.language); !next.empty()) text += wrapped(next, columns, 4);
  return text;
}

void print_line(const Context& context, std::string_view en, std::string_view fr, const std::string& value) {
  if (value.empty()) return;
  const auto name = context.say(en, fr);
  const auto width = display_width(name);
  context.out() << context.out_style.paint(Colour::dim, name) << std::string(width < 16 ? 16 - width : 1, ' ') << value << "\n";
}

std::string standing_of(const Json& status, const Context& context) {
  const auto paint = [&](Colour colour, std::string_view en, std::string_view fr) {
    return context.out_style.paint(colour, context.say(en, fr));
  };
  if (!flag_at(status, "joined")) return paint(Colour::yellow, "not a member yet", "pas encore membre");
  if (flag_at(status, "suspended")) return paint(Colour::red, "suspended", "suspendu");
  if (flag_at(status, "level") && (number_at(status, "peers_connected") > 0 || number_at(status, "members") <= 1))
    return paint(Colour::green, "level", "à jour");
  return paint(Colour::yellow, "not level", "pas à jour");
}

/// What is on its way in all, and of the kits that come first.
void print_coming(const Context& context, const Json& status) {
  const auto& progress = progress_of(status);
  const auto coming = number_at(progress, "kits_coming");
  if (coming == 0) return;
  constexpr std::size_t told_max = 3;
  print_line(context, "coming", "à venir",
             counted(coming, kits_counted, context.language) + context.say(": ", " : ") + progress_text(progress, context));
  std::size_t told = 0;
  for (const auto& kit : list_at(progress, "kits")) {
    if (coming == 1 || ++told > told_max) return;
    context.out() << std::string(16, ' ') << printable(text_at(kit, "id")) << context.say(": ", " : ") << share_text(kit) << ", "
                  << progress_text(kit, context) << "\n";
  }
}

/// How fresh the picture is: nothing before this node is a member.
std::string word_text(const Json& federation, const Context& context) {
  if (!federation.contains("heartbeat")) return {};
  const auto when = text_at(federation, "heartbeat");
  constexpr std::uint64_t old_days = 3;
  const auto days = number_at(federation, "heartbeat_days_ago");
  auto text = when.empty() ? std::string(context.say("unknown: no signed time counts", "inconnue : aucune heure signée ne compte"))
                           : human_time(when, context.language);
  if (days > 0)
    text += fmt::format(fmt::runtime(context.say("; {} old", " ; il y a {}")),
                        counted(days, {{"day", "jour"}, {"days", "jours"}}, context.language));
  const bool old = days >= old_days;
  const bool fresh = !old && !when.empty();
  if (old) text += context.say(": the federation's node may be off", " : le nœud de la fédération est peut-être éteint");
  const auto expired = texts_at(federation, "roles_expired");
  if (!expired.empty()) text += context.say("; run out: ", " ; expiré : ") + printable(expired);
  return fresh && expired.empty() ? text : context.out_style.paint(Colour::yellow, text);
}

void print_status(const Context& context, const Json& status) {
  const auto language = context.language;
  static const Json none = Json::object();
  const auto at = status.find("federation");
  const auto& federation = at != status.end() && at->is_object() ? *at : none;
  const auto& problems = list_at(status, "problems");
  for (const auto& problem : problems) context.out() << explanation_text(problem, context);
  if (!problems.empty()) context.out() << "\n";
  auto who = printable(text_at(status, "name")) + " (" + text_at(status, "centre") + ")";
  if (flag_at(status, "is_federation")) who += context.say(", the federation's node", ", le nœud de la fédération");
  print_line(context, "centre", "centre", who);
  print_line(context, "federation", "fédération",
             fmt::format("{} {}…", printable(text_at(federation, "slug")), text_at(federation, "id").substr(0, 16)));
  print_line(context, "its word is of", "sa parole date", word_text(federation, context));
  print_line(context, "territories", "territoires", printable(texts_at(status, "territories")));
  print_line(context, "state", "état", standing_of(status, context));
  // Whoever has to sign that it is a member's asks for it.
  if (!flag_at(status, "joined")) print_line(context, "key", "clé", text_at(status, "fingerprint"));
  print_line(context, "neighbours", "voisins", neighbours_text(status, context));
  print_line(context, "peers", "pairs",
             fmt::format(fmt::runtime(context.say("{} {} of {} known, {}", "{} {} sur {}, {}")), number_at(status, "peers_connected"),
                         by_number(number_at(status, "peers_connected"), {{"connected", "connecté"}, {"connected", "connectés"}}, language),
                         number_at(status, "peers_known"), counted(number_at(status, "members"), members_counted, language)));
  print_line(context, "kits", "kits",
             fmt::format(fmt::runtime(context.say("{}, {} of them whole", "{}, dont {} {}")),
                         human_number(number_at(status, "kits"), language), human_number(number_at(status, "kits_complete"), language),
                         by_number(number_at(status, "kits_complete"), {{"", "entier"}, {"", "entiers"}}, language)));
  print_coming(context, status);
  for (const auto& due : list_at(status, "deadlines")) {
    const auto text = printable(text_at(due, "id")) + ", " + worded(due.value("text", none), language);
    print_line(context, "deadline", "échéance", flag_at(due, "at_risk") ? context.out_style.paint(Colour::yellow, text) : text);
  }
  if (const auto not_held = number_at(status, "media_not_held"); not_held > 0)
    print_line(context, "not held", "non gardés",
               fmt::format(fmt::runtime(context.say("{} ({}) of {}; `essaimagectl hold` says why",
                                                    "{} ({}) de {} ; `essaimagectl hold` dit pourquoi")),
                           counted(not_held, media_files, language), human_bytes(number_at(status, "bytes_not_held"), language),
                           counted(number_at(status, "kits_not_held"), kits_counted, language)));
  print_line(context, "content", "contenu",
             fmt::format(fmt::runtime(context.say("{} here of {}, media {}/{}", "{} ici sur {}, médias {}/{}")),
                         human_bytes(number_at(status, "bytes_here"), language), human_bytes(number_at(status, "bytes"), language),
                         number_at(status, "media_here"), number_at(status, "media_total")));
  const auto traffic = status.find("traffic");
  if (traffic != status.end() && text_at(*traffic, "rest") != "none")
    print_line(context, "media", "médias", context.out_style.paint(Colour::yellow, traffic_text(*traffic, context)));
  print_line(context, "disk free", "disque libre", human_bytes(number_at(status, "disk_free_bytes"), language));
  print_line(context, "listens at", "écoute sur", printable(texts_at(status, "endpoints")));
  print_line(context, "transport key", "clé transport", text_at(status, "transport_key"));
  print_line(context, "home", "dossier", printable(text_at(status, "home")));
  print_line(
      context, "daemon", "démon",
      fmt::format(fmt::runtime(context.say("version {}, up for {}", "version {}, lancé depuis {}")), printable(text_at(status, "version")),
                  human_duration(static_cast<std::int64_t>(number_at(status, "uptime_ms")), language)));
}

struct StateWords {
  std::string_view id;
  Text text;
  Colour colour;
};
constexpr std::array<StateWords, 5> states{{{"connected", {"connected", "connecté"}, Colour::green},
                                            {"connecting", {"connecting", "connexion en cours"}, Colour::none},
                                            {"waiting", {"waiting", "en attente"}, Colour::yellow},
                                            {"unreachable", {"unreachable", "injoignable"}, Colour::yellow},
                                            {"refused-us", {"refuses us", "nous refuse"}, Colour::red}}};

Table::Cell state_cell(const std::string& id, Language language) {
  for (const auto& state : states)
    if (state.id == id) return {std::string(state.text.in(language)), state.colour};
  return {id};
}

Table::Cell level_cell(const Json& peer, const Context& context) {
  if (text_at(peer, "state") != "connected") {
    const auto retry = number_at(peer, "retry_in_ms");
    if (retry == 0) return {""};
    return {context.say("next try in ", "prochain essai dans ") + human_duration(static_cast<std::int64_t>(retry), context.language)};
  }
  if (flag_at(peer, "level")) return {context.say("level", "à jour"), Colour::green};
  return {context.say("exchanging", "échange en cours"), Colour::yellow};
}

std::string last_error_of(const Json& peer, Language language) {
  const auto at = peer.find("last_error");
  if (at == peer.end() || !at->is_object() || text_at(peer, "state") == "connected") return {};
  const auto code = errc_from(text_at(*at, "code"));
  auto text = code ? std::string(describe(*code, language).cause) : text_at(*at, "cause");
  if (const auto detail = text_at(*at, "detail"); !detail.empty()) text += (language == Language::french ? "\u00A0: " : ": ") + detail;
  return text;
}

}  // namespace

Result<ExitCode> status(Context& context) {
  TRY(auto client, Client::connect(context));
  TRY(const auto status, client.ask("status"));
  if (context.json) {
    context.out() << pretty(status) << "\n";
  } else {
    print_status(context, status);
  }
  return ExitCode::ok;
}

Result<ExitCode> peers(Context& context) {
  TRY(auto client, Client::connect(context));
  TRY(const auto peers, client.list("peers"));
  if (context.json) {
    context.out() << pretty(peers) << "\n";
    return ExitCode::ok;
  }
  if (peers.empty()) {
    context.err() << context.say("No peer is known yet.\n", "Aucun pair n'est encore connu.\n");
    return ExitCode::ok;
  }
  Table table({{context.say("centre", "centre")},
               {context.say("state", "état")},
               {context.say("level", "à jour")},
               {context.say("address", "adresse")},
               {context.say("received", "reçu"), Table::Align::right},
               {context.say("sent", "envoyé"), Table::Align::right},
               {context.say("last error", "dernière erreur"), Table::Align::left, true}});
  for (const auto& peer : peers) {
    const auto slug = text_at(peer, "centre");
    table.add({slug.empty() ? text_at(peer, "key").substr(0, 8) : slug, state_cell(text_at(peer, "state"), context.language),
               level_cell(peer, context), text_at(peer, "endpoint"), human_bytes(number_at(peer, "received_bytes"), context.language),
               human_bytes(number_at(peer, "sent_bytes"), context.language), last_error_of(peer, context.language)});
  }
  context.out() << table.str(context.out_style);
  return ExitCode::ok;
}

namespace {

/// Everything that `explain` can be asked about: kits and members.
Result<std::vector<std::string>> explicable(const Context& context) {
  std::vector<std::string> known;
  TRY(auto client, Client::connect(context));
  TRY(const auto kits, client.list("kits"));
  for (const auto& kit : kits) known.push_back(text_at(kit, "id"));
  TRY(const auto members, client.list("member.list"));
  for (const auto& member : members) known.push_back(text_at(member, "centre"));
  return known;
}

/// What was perhaps meant, if `id` is neither a kit nor a member that is known.
std::string suggestion_for(const Context& context, const std::string& id) {
  const auto known = explicable(context);
  if (!known || std::find(known->begin(), known->end(), id) != known->end()) return {};
  if (const auto kit = KitId::parse(id)) return kit_suggestion(*kit, *known, context.language);
  return did_you_mean(id, *known, context.language);
}

}  // namespace

Result<ExitCode> explain(Context& context) {
  const auto id = context.parsed.positionals.empty() ? std::string() : context.parsed.positionals[0];
  Json arguments = Json::object();
  if (!id.empty()) arguments["id"] = id;
  TRY(auto client, Client::connect(context));
  const auto reply = client.ask("explain", arguments);
  if (!reply && reply.error().code == Errc::peer_unknown) return fail(Errc::peer_unknown, id + suggestion_for(context, id));
  if (!reply) return tl::unexpected(reply.error());
  const bool well = flag_at(*reply, "well");
  if (context.json) {
    context.out() << pretty(*reply) << "\n";
    return well ? ExitCode::ok : ExitCode::refused;
  }
  for (const auto& entry : list_at(*reply, "explanations")) context.out() << explanation_text(entry, context);
  if (!well && !id.empty())
    if (const auto hint = suggestion_for(context, id); !hint.empty()) context.err() << id << hint << "\n";
  return well ? ExitCode::ok : ExitCode::refused;
}

}  // namespace essaimage::ctl::verb

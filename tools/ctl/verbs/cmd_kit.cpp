// kits, kit show, kit files, kit history: looking at what this node holds.

#include <fmt/format.h>

#include <functional>
#include <ostream>

#include "proto/counted.hpp"
#include "proto/nearest.hpp"
#include "tools/ctl/client.hpp"
#include "tools/ctl/export/site_words.hpp"
#include "tools/ctl/kit_ref.hpp"
#include "tools/ctl/verbs/verbs.hpp"
#include "tools/ctl/words/catalogue_words.hpp"
#include "tools/ctl/words/hold_words.hpp"
#include "tools/ctl/words/life_words.hpp"
#include "tools/ctl/words/progress_words.hpp"
#include "tools/ctl/words/withdraw_words.hpp"

namespace essaimage::ctl {

namespace {

/// The word of a kit's kind in the person's language; one that is not known as it is.
std::string word_of(const std::string& value, Language language) {
  if (language != Language::french) return value;
  if (value == "method") return "méthode";
  return value;
}

Table::Cell here_cell(const Json& kit, const Context& context) {
  if (flag_at(kit, "complete")) return {context.say("whole", "entier"), Colour::green};
  if (text_at(kit, "state") == "not-held") return {not_held_text(kit, context), Colour::dim};
  if (const auto& progress = progress_of(kit); !progress.empty()) return {progress_cell(progress, context.language), Colour::yellow};
  return {fmt::format("{}/{}", number_at(kit, "media_here"), number_at(kit, "media_total")), Colour::yellow};
}

}  // namespace

Result<KitRef> parse_kit_ref(const std::string& text) {
  KitRef ref;
  const auto at = text.rfind('@');
  TRY(ref.id, KitId::parse(text.substr(0, at)));
  if (at == std::string::npos) return ref;
  const auto version = text.substr(at + 1);
  if (version.empty() || version.size() > 18 || version.find_first_not_of("0123456789") != std::string::npos)
    return fail(Errc::usage, "KIT@VERSION: " + text);
  ref.version = std::stoull(version);
  return ref;
}

Result<KitRef> parse_kit_alone(const std::string& text) {
  TRY(auto ref, parse_kit_ref(text));
  if (ref.version) return fail(Errc::usage, "KIT: " + text + ": no version can be given here");
  return ref;
}

Json KitRef::arguments() const {
  Json out{{"id", id.str()}};
  if (version) out["version"] = *version;
  return out;
}

std::string kit_suggestion(const KitId& id, const std::vector<std::string>& known, Language language) {
  std::vector<std::string_view> slugs, centres;
  for (const auto& kit : known) {
    const auto slash = kit.find('/');
    if (slash == std::string::npos) continue;
    const auto centre = std::string_view(kit).substr(0, slash);
    const auto slug = std::string_view(kit).substr(slash + 1);
    if (centre == id.centre) slugs.push_back(slug);
    if (slug == id.slug) centres.push_back(centre);
  }
  auto near = nearest(id.slug, slugs);
  if (!near.empty()) return meant_text(id.centre + "/" + near, language);
  near = nearest(id.centre, centres);
  return near.empty() ? std::string() : meant_text(near + "/" + id.slug, language);
}

Error with_suggestion(const Context& context, const KitId& id, Error error) {
  if (error.code != Errc::not_found) return error;
  auto client = Client::connect(context);
  if (!client) return error;
  const auto kits = client->list("kits");
  if (!kits) return error;
  std::vector<std::string> known;
  for (const auto& kit : *kits) {
    known.push_back(text_at(kit, "id"));
    if (known.back() == id.str()) return error;  // the kit is known: a version is not
  }
  if (error.detail.empty()) error.detail = id.str();
  error.detail += kit_suggestion(id, known, context.language);
  return error;
}

namespace {

/// A list about one kit; a name that is not known comes back with the one that was perhaps meant.
Result<Json> list_about(const Context& context, const char* verb, const KitRef& ref) {
  TRY(auto client, Client::connect(context));
  auto answer = client.list(verb, ref.arguments());
  if (!answer) return tl::unexpected(with_suggestion(context, ref.id, answer.error()));
  return answer;
}

using Line = std::function<void(std::string_view, std::string_view, const std::string&)>;

/// What it takes to use it, and who answers for it.
void print_about(const Context& context, const Json& about, const Line& line) {
  line("for", "pour", texts_at(about, "participants"));
  auto duration = site::duration_words(number_at(about, "duration_minutes"));
  if (const auto sessions = number_at(about, "sessions"); sessions > 1)
    duration = counted(sessions, sessions_counted, context.language) + (duration.empty() ? "" : context.say(" of ", " de ") + duration);
  line("duration", "durée", duration);
  const auto least = number_at(about, "group_min"), most = number_at(about, "group_max");
  if (most > 0) line("group", "groupe", least == most ? std::to_string(most) : fmt::format("{}-{}", least, most));
  line("equipment", "matériel", texts_at(about, "equipment"));
  line("authors", "auteurs", texts_at(about, "authors"));
  line("contact", "contact", text_at(about, "contact"));
}

/// What the federation decided about it, and who uses which version of it.
void print_opinions(const Context& context, const Json& kit, const Line& line) {
  const auto say = [&](const Json& json, const char* when, const std::string& what, const char* why) {
    const auto pattern = context.say("{}, version {} ({})", "{}, version {} ({})");
    auto text = fmt::format(fmt::runtime(pattern), what, number_at(json, "kit_version"), human_time(text_at(json, when), context.language));
    if (const auto reason = text_at(json, why); !reason.empty()) text += context.say(": ", " : ") + reason;
    return text;
  };
  if (auto decision = kit.value("decision", Json()); decision.is_object()) {
    line("catalogue", "catalogue", statement_text(decision, context));
    decision["newer"] = text_at(decision, "tree") != text_at(kit, "tree") && number_at(decision, "kit_version") < number_at(kit, "version");
    decision["newest_version"] = number_at(kit, "version");
    line("", "", newer_text(decision, context));
  }
  for (const auto& said : list_at(kit, "recommendations")) {
    const auto territory = text_at(said, "territory");
    line(context.say("in ", "pour ") + territory, context.say("in ", "pour ") + territory, statement_text(said, context));
    line("", "", newer_text(said, context));
  }
  line("proposed", "proposé", proposal_text(kit.value("proposal", Json()), context));
  line("passed on", "transmis", passed_on_text(kit.value("passed_on", Json()), context));
  for (const auto& adoption : list_at(kit, "adoptions"))
    line("adopted by", "adopté par", say(adoption, "adopted", text_at(adoption, "centre"), "note"));
  for (const auto& each : list_at(kit, "withdrawals"))
    line("withdrawn", "retiré",
         fmt::format(fmt::runtime(context.say("{}, {}: {} ({}, {}/{})", "{}, {} : {} ({}, {}/{})")), withdrawn_what(each, context),
                     human_time(text_at(each, "withdrawn"), context.language), withdrawn_why(each, context), text_at(each, "withdrawal"),
                     number_at(each, "erased_at"), number_at(each, "members")));
}

/// " (wazemmes/3: the reason)"
std::string withdrawn_text(const Json& by, const Context& context) {
  if (text_at(by, "by") == "consent") return context.say(" (its consent has run out)", " (son consentement a pris fin)");
  return " (" + text_at(by, "withdrawal") + context.say(": ", " : ") + text_at(by, "why") + ")";
}

/// "wazemmes/lampe@2", or an address.
std::string lineage_text(const Json& kit) {
  const auto from = kit.value("adapted_from", Json());
  if (!from.is_object()) return {};
  const auto version = number_at(from, "version");
  return text_at(from, "id") + (version == 0 ? "" : "@" + std::to_string(version)) + text_at(from, "url");
}

std::string ended_mirror_text(const Json& mirror, const Context& context) {
  return fmt::format(fmt::runtime(context.say("mirror:{} ended on {}: {}. What is here stays; nothing new comes.",
                                              "mirror:{} est terminé depuis le {} : {}. Ce qui est ici reste ; rien de nouveau ne vient.")),
                     text_at(mirror, "mirror"), human_time(text_at(mirror, "ended"), context.language), text_at(mirror, "ended_why"));
}

/// Why it is not whole here, and who has it.
void print_holding(const Context& context, const Json& kit, const Line& line) {
  line("chosen", "choix", choice_text(kit, context));
  if (flag_at(kit, "complete")) return;
  if (const auto why = reason_text(kit, "why_not", context); !why.empty())
    line("not held", "non gardé", not_held_text(kit, context) + context.say(": ", " : ") + why);
  const auto holders = texts_at(kit, "held_by");
  line("whole at", "entier chez", holders.empty() ? context.say("no connected member", "aucun membre connecté") : holders);
}

}  // namespace

}  // namespace essaimage::ctl

namespace essaimage::ctl::verb {

Result<ExitCode> kits(Context& context) {
  TRY(auto client, Client::connect(context));
  const bool holders = context.parsed.has("holders");
  TRY(const auto kits, client.list("kits", holders ? Json{{"holders", true}} : Json::object()));
  if (context.json) {
    context.out() << pretty(kits) << "\n";
    return ExitCode::ok;
  }
  if (kits.empty()) {
    context.err() << context.say("No kit is known here yet. `essaimagectl publish DIR` publishes one.\n",
                                 "Aucun kit n'est encore connu ici. `essaimagectl publish DOSSIER` en publie un.\n");
    return ExitCode::ok;
  }
  std::vector<Table::Column> columns{{"kit"},
                                     {context.say("title", "titre"), Table::Align::left, true},
                                     {context.say("kind", "genre")},
                                     {context.say("audience", "diffusion")},
                                     {"version", Table::Align::right},
                                     {context.say("files", "fichiers"), Table::Align::right},
                                     {context.say("size", "taille"), Table::Align::right},
                                     {context.say("media", "médias")},
                                     {context.say("published", "publié")}};
  if (holders) columns.push_back({context.say("whole at", "entier chez")});
  Table table(columns);
  for (const auto& kit : kits) {
    std::vector<Table::Cell> row{text_at(kit, "id"),
                                 text_at(kit, "title"),
                                 word_of(text_at(kit, "kind"), context.language),
                                 audience_text(text_at(kit, "audience"), context),
                                 std::to_string(number_at(kit, "version")),
                                 human_number(number_at(kit, "files"), context.language),
                                 human_bytes(number_at(kit, "bytes"), context.language),
                                 here_cell(kit, context),
                                 human_time(text_at(kit, "published_at"), context.language)};
    if (holders) row.emplace_back(texts_at(kit, "held_by"));
    table.add(std::move(row));
  }
  context.out() << table.str(context.out_style);
  return ExitCode::ok;
}

Result<ExitCode> kit_show(Context& context) {
  TRY(const auto ref, parse_kit_alone(context.parsed.positionals[0]));
  auto arguments = ref.arguments();
  arguments["holders"] = true;
  TRY(auto client, Client::connect(context));
  const auto answer = client.ask("kit.show", arguments);
  if (!answer) return tl::unexpected(with_suggestion(context, ref.id, answer.error()));
  const Json& kit = *answer;
  if (context.json) {
    context.out() << pretty(kit) << "\n";
    return ExitCode::ok;
  }
  const auto language = context.language;
  const auto line = [&](std::string_view en, std::string_view fr, const std::string& value) {
    if (value.empty()) return;
    const auto name = context.say(en, fr);
    const auto fill = std::string(name.size() < 14 ? 14 - display_width(name) : 1, ' ');
    context.out() << context.out_style.paint(Colour::dim, name) << fill << printable(value) << "\n";
  };
  context.out() << context.out_style.paint(Colour::bold, printable(text_at(kit, "title"))) << "\n";
  if (const auto summary = text_at(kit, "summary"); !summary.empty())
    context.out() << wrapped(printable(summary), context.out_style.columns > 0 ? context.out_style.columns : 100, 0);
  context.out() << "\n";
  line("kit", "kit", text_at(kit, "id"));
  line("kind", "genre", word_of(text_at(kit, "kind"), language));
  const auto life = kit.value("life", Json());
  line("stage", "étape", stage_text(life.is_object() ? life : kit, context));
  line("adapted from", "adapté de", lineage_text(kit));
  line("licence", "licence", text_at(kit, "licence"));
  line("languages", "langues", texts_at(kit, "languages"));
  line("themes", "thèmes", texts_at(kit, "themes"));
  print_about(context, kit.value("about", Json()), line);
  line("audience", "diffusion", audiences_text(list_at(kit, "audiences"), context));
  for (const auto& mirror : kit.value("ended_mirrors", Json::array())) line("", "", ended_mirror_text(mirror, context));
  line("version", "version", fmt::format("{} ({})", number_at(kit, "version"), human_time(text_at(kit, "published_at"), language)));
  print_opinions(context, kit, line);
  for (const auto& told : story_lines(life, context)) line("story", "histoire", told);
  line("files", "fichiers",
       fmt::format("{}, {}", human_number(number_at(kit, "files"), language), human_bytes(number_at(kit, "bytes"), language)));
  line("media here", "médias ici", fmt::format("{}/{}", number_at(kit, "media_here"), number_at(kit, "media_total")));
  if (const auto& progress = progress_of(kit); number_at(progress, "files_lacking") > 0)
    line("coming", "arrive", share_text(progress) + ", " + progress_text(progress, context));
  print_holding(context, kit, line);
  line("commit", "commit", text_at(kit, "commit"));
  return ExitCode::ok;
}

Result<ExitCode> kit_files(Context& context) {
  TRY(const auto ref, parse_kit_ref(context.parsed.positionals[0]));
  TRY(const auto files, list_about(context, "kit.files", ref));
  if (context.json) {
    context.out() << pretty(files) << "\n";
    return ExitCode::ok;
  }
  Table table({{context.say("size", "taille"), Table::Align::right},
               {context.say("kind", "genre")},
               {context.say("here", "ici")},
               {context.say("file", "fichier")}});
  for (const auto& file : files) {
    const bool here = flag_at(file, "here");
    auto path = text_at(file, "path");
    if (flag_at(file, "executable")) path += "*";
    const bool withdrawn = file.contains("withdrawn");
    if (withdrawn) path += withdrawn_text(file["withdrawn"], context);
    table.add({human_bytes(number_at(file, "bytes"), context.language),
               flag_at(file, "media") ? context.say("media", "média") : context.say("text", "texte"),
               {withdrawn ? context.say("withdrawn", "retiré")
                : here    ? context.say("yes", "oui")
                          : context.say("no", "non"),
                here && !withdrawn ? Colour::none : Colour::yellow},
               path});
  }
  context.out() << table.str(context.out_style);
  return ExitCode::ok;
}

Result<ExitCode> kit_history(Context& context) {
  TRY(const auto ref, parse_kit_alone(context.parsed.positionals[0]));
  TRY(const auto history, list_about(context, "kit.history", ref));
  if (context.json) {
    context.out() << pretty(history) << "\n";
    return ExitCode::ok;
  }
  Table table({{"version", Table::Align::right}, {context.say("published", "publié")}, {context.say("audience", "diffusion")}, {"commit"}});
  for (const auto& version : history)
    table.add({std::to_string(number_at(version, "version")), human_time(text_at(version, "published_at"), context.language),
               audience_text(text_at(version, "audience"), context), text_at(version, "commit").substr(0, 12)});
  context.out() << table.str(context.out_style);
  return ExitCode::ok;
}

}  // namespace essaimage::ctl::verb

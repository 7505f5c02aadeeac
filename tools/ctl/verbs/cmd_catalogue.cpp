// catalogue propose, review, accept, decline, retire; kit adopt, unadopt: what centres propose and use, and what the curators say.

#include <fmt/format.h>

#include <ostream>

#include "tools/ctl/kit_ref.hpp"
#include "tools/ctl/requests.hpp"
#include "tools/ctl/verbs/verbs.hpp"
#include "tools/ctl/words/catalogue_words.hpp"

namespace essaimage::ctl::verb {

namespace {

/// Asks for something about the kit that is named; a name that is not known comes back with the one that was perhaps meant.
Result<Json> ask_about_kit(const Context& context, std::string_view verb, Json arguments, bool of_version = false) {
  const bool alone = !of_version || arguments.contains("version");
  TRY(const auto ref, (alone ? parse_kit_alone : parse_kit_ref)(context.parsed.positionals[0]));
  arguments["id"] = ref.id.str();
  if (ref.version) arguments["version"] = *ref.version;
  for (const auto* const flag : {"anyway", "offline"})
    if (context.parsed.has(flag)) arguments[flag] = true;
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

/// What people say of a review, from the command line.
Result<Json> review_words(const Context& context) {
  const auto& parsed = context.parsed;
  Json arguments{{"reason", parsed.value("reason")}};
  for (const auto* const number : {"version", "after"}) {
    if (!parsed.has(number)) continue;
    TRY(arguments[number], parse_seconds(parsed.value(number), number));
  }
  for (const auto* const text : {"reviewer", "reviewed", "territory"})
    if (parsed.has(text)) arguments[text] = parsed.value(text);
  if (const auto themes = parsed.values("theme"); !themes.empty()) arguments["themes"] = themes;
  if (const auto conditions = parsed.values("condition"); !conditions.empty()) arguments["conditions"] = conditions;
  return arguments;
}

}  // namespace

Result<ExitCode> catalogue_propose(Context& context) {
  const auto& parsed = context.parsed;
  if (parsed.has("withdraw")) {
    if (parsed.has("to") || parsed.has("note")) return fail(Errc::usage, "--withdraw");
    TRY(const auto answer, ask_about_kit(context, "catalogue.propose", Json{{"withdraw", true}}));
    return print(context, answer, context.say("not proposed any more.", "n'est plus proposé."));
  }
  if (!parsed.has("to")) return fail(Errc::usage, context.say("--to territory or --to region", "--to territory ou --to region"));
  Json arguments{{"to", parsed.value("to")}};
  if (const auto note = parsed.value("note"); !note.empty()) arguments["note"] = note;
  TRY(const auto proposal, ask_about_kit(context, "catalogue.propose", std::move(arguments), true));
  auto text = context.say("proposed, ", "proposé, ") + version_text(proposal, "kit_version", context);
  const bool consents = text_at(proposal, "to") == "region" && text_at(proposal, "audience") != "region";
  if (consents)
    text += context.say("; once the federation accepts it, this node publishes that version to the region by itself",
                        " ; dès que la fédération la retient, ce nœud publie cette version pour la région de lui-même");
  return print(context, proposal, text + ".");
}

Result<ExitCode> catalogue_review(Context& context) {
  const auto& parsed = context.parsed;
  if (parsed.has("recommend") == parsed.has("advise-against")) return fail(Errc::usage, "one of --recommend, --advise-against");
  TRY(auto arguments, review_words(context));
  if (parsed.has("recommend")) arguments["recommend"] = true;
  if (parsed.has("advise-against")) arguments["advise_against"] = true;
  TRY(const auto reply, ask_about_kit(context, "catalogue.review", std::move(arguments), true));
  std::string territories;
  for (const auto& each : list_at(reply, "recommendations")) territories += (territories.empty() ? "" : ", ") + text_at(each, "territory");
  const auto& first = list_at(reply, "recommendations").front();
  return print(context, reply,
               fmt::format(fmt::runtime(context.say("{}, {}, in {}.", "{}, {}, pour {}.")), decision_text(first, context),
                           version_text(first, "kit_version", context), territories));
}

Result<ExitCode> catalogue_accept(Context& context) {
  TRY(auto arguments, review_words(context));
  TRY(const auto decision, ask_about_kit(context, "catalogue.accept", std::move(arguments), true));
  auto text = context.say("in the catalogue, ", "au catalogue, ") + version_text(decision, "kit_version", context);
  if (text_at(decision, "waits_for") == "centre")
    text += context.say("; its centre's node publishes it to the region by itself",
                        " ; le nœud de son centre le publie pour la région de lui-même");
  return print(context, decision, text + ".");
}

Result<ExitCode> catalogue_decline(Context& context) {
  TRY(auto arguments, review_words(context));
  TRY(const auto decision, ask_about_kit(context, "catalogue.decline", std::move(arguments), true));
  return print(context, decision, context.say("declined, ", "non retenu, ") + version_text(decision, "kit_version", context) + ".");
}

Result<ExitCode> catalogue_retire(Context& context) {
  TRY(auto arguments, review_words(context));
  TRY(const auto decision, ask_about_kit(context, "catalogue.retire", std::move(arguments)));
  return print(context, decision,
               context.say("not in the catalogue any more; who has it keeps it.", "n'est plus au catalogue ; qui l'a le garde."));
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

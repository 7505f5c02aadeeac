// withdraw, withdraw status, withdraw list: what authors and the federation take back, and who has erased it.

#include <fmt/format.h>

#include <ostream>

#include "tools/ctl/kit_ref.hpp"
#include "tools/ctl/requests.hpp"
#include "tools/ctl/verbs/verbs.hpp"
#include "tools/ctl/words/life_words.hpp"
#include "tools/ctl/words/withdraw_words.hpp"

namespace essaimage::ctl {

std::string withdrawn_what(const Json& withdrawal, const Context& context) {
  if (text_at(withdrawal, "by") == "federation") {
    const auto files = texts_at(withdrawal, "files");
    return files.empty() ? text_at(withdrawal, "withdrawal").substr(text_at(withdrawal, "withdrawal").find('/') + 1) : files;
  }
  std::string paths;
  for (const auto& path : list_at(withdrawal, "paths")) {
    if (path.is_string()) paths += (paths.empty() ? "" : ", ") + path.get<std::string>();
  }
  auto text = text_at(withdrawal, "id") + (paths.empty() ? "" : ":" + paths);
  if (flag_at(withdrawal, "earlier")) text += context.say(" (earlier versions)", " (versions d'avant)");
  return text;
}

std::string withdrawn_why(const Json& withdrawal, const Context& context) {
  return flag_at(withdrawal, "expired") ? context.say("the consent has run out", "le consentement a pris fin") : text_at(withdrawal, "why");
}

}  // namespace essaimage::ctl

namespace essaimage::ctl::verb {

namespace {

std::string lacking_text(const Json& withdrawal, const Context& context) {
  constexpr std::size_t told_max = 10;
  std::string text;
  std::size_t told = 0;
  const auto& lacking = list_at(withdrawal, "lacking");
  for (const auto& each : lacking) {
    if (told++ == told_max) {
      text += fmt::format(fmt::runtime(context.say(", and {} more", ", et {} autres")), lacking.size() - told_max);
      break;
    }
    text += (text.empty() ? "" : ", ") + text_at(each, "centre");
    const auto heard = text_at(each, "last_heard");
    if (!heard.empty())
      text +=
          fmt::format(fmt::runtime(context.say(" (last heard of {})", " (dernières nouvelles : {})")), human_time(heard, context.language));
  }
  return text;
}

void print_one(const Context& context, const Json& withdrawal) {
  context.out() << context.out_style.paint(Colour::bold, text_at(withdrawal, "withdrawal")) << "  "
                << printable(withdrawn_what(withdrawal, context)) << "\n";
  const auto say = [&](const char* en, const char* fr, const char* when, const std::string& why) {
    context.out() << "  "
                  << fmt::format(fmt::runtime(context.say(en, fr)), human_time(text_at(withdrawal, when), context.language), printable(why))
                  << "\n";
  };
  const auto why = withdrawn_why(withdrawal, context);
  const bool taken_back = flag_at(withdrawal, "taken_back");
  if (!taken_back || !why.empty()) say("withdrawn {}: {}", "retiré {} : {}", "withdrawn", why);
  if (taken_back) {
    say("taken back by the federation {}: {}", "la fédération est revenue sur ce retrait {} : {}", "taken_back_at",
        text_at(withdrawal, "taken_back_why"));
    return;
  }
  context.out() << "  "
                << fmt::format(fmt::runtime(context.say("erased at {} of {}", "effacé chez {} sur {}")), number_at(withdrawal, "erased_at"),
                               number_at(withdrawal, "members"));
  const auto lacking = lacking_text(withdrawal, context);
  if (!lacking.empty()) context.out() << context.say(", not yet: ", ", pas encore : ") << printable(lacking);
  const auto suspended = texts_at(withdrawal, "suspended");
  if (!suspended.empty()) context.out() << context.say("; suspended, cannot confirm: ", " ; suspendu, ne peut confirmer : ") << suspended;
  context.out() << "\n";
  const auto kept = number_at(withdrawal, "kept_at");
  if (kept == 0) return;
  const auto kits = texts_at(withdrawal, "named_by");
  context.out() << "  " << fmt::format(fmt::runtime(context.say("kept at {}: ", "gardé chez {} : ")), kept)
                << (kits.empty() ? context.say("another kit names it", "un autre kit le nomme")
                                 : context.say("named by ", "nommé par ") + printable(kits))
                << "\n";
}

Result<ExitCode> print_receipts(const Context& context, const Json& reply, bool waited) {
  if (context.json) {
    context.out() << pretty(reply) << "\n";
  } else {
    for (const auto& withdrawal : list_at(reply, "withdrawals")) print_one(context, withdrawal);
    if (list_at(reply, "withdrawals").empty()) context.err() << context.say("Nothing is withdrawn here.\n", "Rien n'est retiré ici.\n");
  }
  if (waited && !flag_at(reply, "done")) return context.json ? Result<ExitCode>(ExitCode::timed_out) : fail(Errc::withdraw_not_done);
  return ExitCode::ok;
}

/// "wazemmes/lampe:photos/x.jpg"
Result<Json> withdraw_arguments(const Context& context) {
  const auto& parsed = context.parsed;
  Json arguments{{"why", parsed.value("why")}};
  const auto hash = parsed.value("hash");
  const auto name = parsed.positionals.empty() ? std::string() : parsed.positionals[0];
  if (hash.empty() == name.empty()) return fail(Errc::usage, "withdraw KIT[:FILE] | --hash SHA256");
  if (hash.empty()) {
    const auto colon = name.find(':');
    TRY(const auto ref, parse_kit_alone(name.substr(0, colon)));
    arguments["id"] = ref.id.str();
    if (colon != std::string::npos) arguments["file"] = name.substr(colon + 1);
  } else {
    arguments["hash"] = hash;
  }
  for (const char* const flag : {"earlier", "undo", "anyway", "offline"}) {
    if (parsed.has(flag)) arguments[flag] = true;
  }
  return arguments;
}

Status add_wait(const Context& context, Json& arguments) {
  if (context.parsed.has("until-done")) arguments["wait"] = true;
  if (!context.parsed.has("timeout")) return {};
  TRY(arguments["timeout_seconds"], parse_seconds(context.parsed.value("timeout"), "timeout"));
  return {};
}

Result<Json> ask_with_bar(const Context& context, std::string_view verb, const Json& arguments) {
  TRY(auto client, Client::connect(context));
  ProgressBar bar(context, "withdraw");
  Client::Handlers handlers;
  handlers.progress = &bar;
  auto reply = client.ask(verb, arguments, handlers);
  bar.wipe();
  return reply;
}

}  // namespace

Result<ExitCode> withdraw(Context& context) {
  TRY(auto arguments, withdraw_arguments(context));
  CHECK_OK(add_wait(context, arguments));
  const auto answer = ask_with_bar(context, "withdraw", arguments);
  if (!answer) {
    const auto id = KitId::parse(text_at(arguments, "id"));
    return tl::unexpected(id ? with_suggestion(context, *id, answer.error()) : answer.error());
  }
  TRY(const bool asked, save_request(context, *answer));
  if (asked && !context.json) return ExitCode::ok;
  return print_receipts(context, *answer, arguments.contains("wait"));
}

Result<ExitCode> withdraw_status(Context& context) {
  Json arguments = Json::object();
  if (!context.parsed.positionals.empty()) arguments["name"] = context.parsed.positionals[0];
  CHECK_OK(add_wait(context, arguments));
  TRY(const auto reply, ask_with_bar(context, "withdraw.status", arguments));
  return print_receipts(context, reply, arguments.contains("wait"));
}

Result<ExitCode> withdraw_list(Context& context) {
  Json arguments = Json::object();
  if (!context.parsed.positionals.empty()) arguments["name"] = context.parsed.positionals[0];
  TRY(auto client, Client::connect(context));
  TRY(const auto withdrawals, client.list("withdraw.list", arguments));
  if (context.json) {
    context.out() << pretty(withdrawals) << "\n";
    return ExitCode::ok;
  }
  if (withdrawals.empty()) {
    context.err() << context.say("Nothing is withdrawn here.\n", "Rien n'est retiré ici.\n");
    return ExitCode::ok;
  }
  Table table({{context.say("withdrawal", "retrait")},
               {context.say("day", "jour")},
               {context.say("what", "quoi"), Table::Align::left, true},
               {context.say("erased", "effacé"), Table::Align::right},
               {context.say("why", "pourquoi"), Table::Align::left, true}});
  for (const auto& each : withdrawals) {
    const auto count = fmt::format("{}/{}", number_at(each, "erased_at"), number_at(each, "members"));
    table.add({text_at(each, "withdrawal"), human_day(text_at(each, "withdrawn").substr(0, 10), context.language),
               withdrawn_what(each, context), flag_at(each, "taken_back") ? context.say("taken back", "annulé") : count,
               withdrawn_why(each, context)});
  }
  context.out() << table.str(context.out_style);
  return ExitCode::ok;
}

}  // namespace essaimage::ctl::verb

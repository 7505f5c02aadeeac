// sync, which takes its time.

#include <fmt/format.h>

#include <ostream>

#include "proto/counted.hpp"
#include "tools/ctl/verbs/verbs.hpp"

namespace essaimage::ctl {

Result<std::uint64_t> parse_seconds(const std::string& text, const char* option) {
  const bool digits = !text.empty() && text.size() <= 7 && text.find_first_not_of("0123456789") == std::string::npos;
  if (!digits) return fail(Errc::usage, std::string("--") + option + ": " + text);
  return std::stoull(text);
}

}  // namespace essaimage::ctl

namespace essaimage::ctl::verb {

Result<ExitCode> sync(Context& context) {
  Json arguments = Json::object();
  const bool wait = context.parsed.has("wait");
  if (wait) arguments["wait"] = true;
  if (context.parsed.has("timeout")) {
    TRY(arguments["timeout_seconds"], parse_seconds(context.parsed.value("timeout"), "timeout"));
  }
  TRY(auto client, Client::connect(context));
  ProgressBar bar(context, "sync");
  Client::Handlers handlers;
  handlers.progress = &bar;
  TRY(const auto reply, client.ask("sync", arguments, handlers));
  bar.wipe();
  const bool level = flag_at(reply, "level");
  // Not level though we waited, or not even an answer: the time was over.
  const bool over = !level && (wait || !flag_at(reply, "round_done"));
  const auto traffic = reply.find("traffic");
  const bool lacks = level && number_at(reply, "media_lacking") > 0;
  const bool rest = lacks && traffic != reply.end() && text_at(*traffic, "rest") != "none";
  if (context.json) {
    context.out() << pretty(reply) << "\n";
    return lacks ? ExitCode::refused : level ? ExitCode::ok : over ? ExitCode::timed_out : ExitCode::refused;
  }
  if (rest) {
    context.out() << fmt::format(fmt::runtime(context.say("Level with all connected peers ({}), but for {} ({}). ",
                                                          "À jour avec tous les pairs connectés ({}), sauf {} ({}). ")),
                                 number_at(reply, "peers_connected"),
                                 counted(number_at(reply, "media_lacking"), media_files, context.language),
                                 human_bytes(number_at(reply, "bytes_lacking"), context.language))
                  << traffic_text(*traffic, context) << "\n";
    return ExitCode::refused;
  }
  if (lacks) {
    const auto files = number_at(reply, "media_lacking");
    context.out() << fmt::format(
        fmt::runtime(context.say("Level with all connected peers ({}), but for {} ({}) that no connected peer has; "
                                 "`essaimagectl explain` says more.\n",
                                 "À jour avec tous les pairs connectés ({}), sauf {} ({}) qu'aucun pair connecté n'a ; "
                                 "`essaimagectl explain` en dit plus.\n")),
        number_at(reply, "peers_connected"), counted(files, media_files, context.language),
        human_bytes(number_at(reply, "bytes_lacking"), context.language));
    return ExitCode::refused;
  }
  if (level) {
    context.out() << fmt::format(fmt::runtime(context.say("Level with all connected peers ({}), media included.\n",
                                                          "À jour avec tous les pairs connectés ({}), médias compris.\n")),
                                 number_at(reply, "peers_connected"));
    return ExitCode::ok;
  }
  const auto detail =
      fmt::format("{} {}, {} ({}) {}", counted(number_at(reply, "peers_connected"), peers_counted, context.language),
                  by_number(number_at(reply, "peers_connected"), {{"connected", "connecté"}, {"connected", "connectés"}}, context.language),
                  counted(number_at(reply, "media_lacking"), media_files, context.language),
                  human_bytes(number_at(reply, "bytes_lacking"), context.language),
                  by_number(number_at(reply, "media_lacking"), {{"lacking", "manquant"}, {"lacking", "manquants"}}, context.language));
  return fail(over ? Errc::timed_out : Errc::sync_not_level, detail);
}

}  // namespace essaimage::ctl::verb

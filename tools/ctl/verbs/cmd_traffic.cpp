// pause, resume: whether media move.

#include <fmt/format.h>

#include <ostream>

#include "tools/ctl/client.hpp"
#include "tools/ctl/verbs/verbs.hpp"

namespace essaimage::ctl::verb {

namespace {

Result<ExitCode> say_traffic(Context& context, const char* verb, const Json& arguments) {
  TRY(auto client, Client::connect(context));
  TRY(const auto state, client.ask(verb, arguments));
  if (context.json) {
    context.out() << pretty(state) << "\n";
  } else {
    context.out() << traffic_text(state, context) << "\n";
  }
  return ExitCode::ok;
}

}  // namespace

Result<ExitCode> pause(Context& context) {
  auto arguments = Json::object();
  if (const auto length = context.parsed.value("for"); !length.empty()) {
    TRY(const auto seconds, parse_period(length, "--for"));
    if (seconds == 0)
      return fail(Errc::usage, context.say("--for: at least one second; `essaimagectl resume` ends a pause",
                                           "--for : au moins une seconde ; `essaimagectl resume` met fin à une pause"));
    arguments["seconds"] = seconds;
  }
  return say_traffic(context, "pause", arguments);
}

Result<ExitCode> resume(Context& context) { return say_traffic(context, "resume", Json::object()); }

}  // namespace essaimage::ctl::verb

namespace essaimage::ctl {

std::string traffic_text(const Json& state, const Context& context) {
  const auto rest = text_at(state, "rest");
  if (rest == "hours") {
    return fmt::format(fmt::runtime(context.say("Media rest at this hour: they move at {} ([traffic] in essaimage.toml); texts go on.",
                                                "Les médias ne circulent pas à cette heure, mais à {} ([traffic] dans essaimage.toml) ; "
                                                "les textes continuent.")),
                       printable(texts_at(state, "hours")));
  }
  if (rest != "paused") return context.say("Media move.", "Les médias circulent.");
  auto text = context.say("Media are paused; texts go on.", "Les médias sont en pause ; les textes continuent.");
  if (const auto left = number_at(state, "ends_in_ms"); left > 0)
    text += context.say(" Ends in ", " Fin dans ") + human_duration(static_cast<std::int64_t>(left), context.language) + ".";
  return text;
}

}  // namespace essaimage::ctl

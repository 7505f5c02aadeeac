// verify, scrub: whether all that is held is as it should be. fork resolve: feeds of which two copies of this home made two.

#include <fmt/format.h>

#include <ostream>

#include "proto/counted.hpp"
#include "tools/ctl/verbs/verbs.hpp"

namespace essaimage::ctl::verb {

Result<ExitCode> verify(Context& context) {
  TRY(auto client, Client::connect(context));
  ProgressBar bar(context, context.say("verify", "vérification"));
  auto problems = Json::array();
  Client::Handlers handlers;
  handlers.progress = &bar;
  handlers.item = [&](const Json& page) -> Status {
    for (const auto& problem : page) problems.push_back(problem);
    return {};
  };
  TRY(const auto reply, client.ask("verify", Json::object(), handlers));
  bar.wipe();
  if (context.json) {
    context.out() << pretty({{"bytes", number_at(reply, "bytes")}, {"problems", problems}}) << "\n";
    return problems.empty() ? ExitCode::ok : ExitCode::refused;
  }
  const auto read = human_bytes(number_at(reply, "bytes"), context.language);
  if (problems.empty()) {
    context.out() << context.say("All that is held is as it should be", "Tout ce qui est ici est comme il doit être") << " (" << read
                  << ").\n";
    return ExitCode::ok;
  }
  for (const auto& problem : problems) {
    const auto code = errc_from(text_at(problem, "code"));
    const auto cause = code ? std::string(describe(*code, context.language).cause) : text_at(problem, "cause");
    context.out() << printable(text_at(problem, "where")) << context.say(": ", " : ") << printable(cause);
    if (const auto detail = text_at(problem, "detail"); !detail.empty() && detail != text_at(problem, "where"))
      context.out() << " (" << printable(detail) << ")";
    context.out() << "\n";
  }
  return fail(Errc::verify_found, std::to_string(problems.size()));
}

Result<ExitCode> scrub(Context& context) {
  TRY(auto client, Client::connect(context));
  auto arguments = Json::object();
  if (context.parsed.has("look")) arguments["look"] = true;
  TRY(const auto view, client.ask("scrub", arguments));
  if (context.json) {
    context.out() << pretty(view) << "\n";
    return ExitCode::ok;
  }
  const auto when = [&](const char* key) { return human_time(text_at(view, key), context.language); };
  const auto bytes = human_bytes(number_at(view, "bytes"), context.language);
  if (flag_at(view, "reading")) {
    context.out() << fmt::format(fmt::runtime(context.say("All that is held is being read slowly, since {}: {} so far.\n",
                                                          "Tout ce qui est ici est relu lentement, depuis {} : {} jusqu'ici.\n")),
                                 when("begun"), bytes);
  } else if (text_at(view, "begun").empty()) {
    context.out() << context.say("Nothing was read through yet.\n", "Rien n'a encore été relu.\n");
  } else if (number_at(view, "bytes") == 0) {
    context.out() << fmt::format(fmt::runtime(context.say("Nothing was read through yet; that begins by itself {}.\n",
                                                          "Rien n'a encore été relu ; cela commencera tout seul {}.\n")),
                                 when("due"));
  } else {
    context.out() << fmt::format(fmt::runtime(context.say("All that is held was read ({}), beginning {}; again {}.\n",
                                                          "Tout ce qui est ici a été relu ({}), à partir de {} ; prochaine fois {}.\n")),
                                 bytes, when("begun"), when("due"));
  }
  if (const auto damaged = number_at(view, "damaged"); damaged > 0) {
    const Noun things{{"feed or media file was", "fil ou média était abîmé"},
                      {"feeds or media files were", "fils ou médias étaient abîmés"}};
    context.out() << counted(damaged, things, context.language)
                  << context.say(" damaged; peers bring back what they have (`essaimagectl explain`).\n",
                                 " ; les pairs rapportent ce qu'ils ont (`essaimagectl explain`).\n");
  }
  return ExitCode::ok;
}

Result<ExitCode> fork_resolve(Context& context) {
  TRY(auto client, Client::connect(context));
  TRY(const auto reply, client.ask("fork.resolve", Json::object()));
  if (context.json) {
    context.out() << pretty(reply) << "\n";
    return ExitCode::ok;
  }
  const auto& feeds = list_at(reply, "feeds");
  for (const auto& feed : feeds) {
    context.out() << fmt::format(fmt::runtime(context.say("{}: forked at {}, goes on at {}.\n", "{} : bifurqué en {}, continue en {}.\n")),
                                 text_at(feed, "feed"), text_at(feed, "forked"), text_at(feed, "order"));
  }
  context.out() << (feeds.empty()
                        ? context.say("No feed of this centre has forked.\n", "Aucun fil de ce centre n'a bifurqué.\n")
                        : context.say(
                              "The others take that by themselves. What only the other copy published has to be published again.\n",
                              "Les autres le reprennent d'eux-mêmes. Ce que seule l'autre copie a publié est à publier à nouveau.\n"));
  return ExitCode::ok;
}

}  // namespace essaimage::ctl::verb

// ready: is a kit here, right, and does it open; and by when it has to be.

#include <fmt/format.h>

#include <chrono>
#include <ostream>

#include "tools/ctl/kit_ref.hpp"
#include "tools/ctl/moment.hpp"
#include "tools/ctl/verbs/verbs.hpp"
#include "tools/ctl/words/hold_words.hpp"
#include "tools/ctl/words/progress_words.hpp"

namespace essaimage::ctl::verb {

namespace {

constexpr std::size_t lacks_told_max = 10;

std::string in_language(const Json& json, const char* key, const Context& context) {
  const auto at = json.find(key);
  return at == json.end() ? std::string() : printable(text_at(*at, context.language == Language::french ? "fr" : "en"));
}

std::string with_end(std::string text) {
  if (!text.empty()) text.front() = text.front() >= 'a' && text.front() <= 'z' ? static_cast<char>(text.front() - 'a' + 'A') : text.front();
  return text + ".";
}

/// A line for each file, the first ones.
void print_files(const Context& context, const Json& reply, const char* list, const auto& words_of_one) {
  const auto& files = list_at(reply, list);
  std::size_t told = 0;
  for (const auto& file : files) {
    if (++told > lacks_told_max) {
      context.out() << fmt::format(fmt::runtime(context.say("  … and {} more\n", "  … et {} de plus\n")), files.size() - lacks_told_max);
      return;
    }
    context.out() << "  " << printable(text_at(file, "path")) << context.say(": ", " : ") << words_of_one(file) << "\n";
  }
}

void print_ready(const Context& context, const Json& reply) {
  context.out() << context.out_style.paint(
                       Colour::green,
                       fmt::format(fmt::runtime(context.say("{}, version {}: ready. {} ({}) read and right; it opens without a network.",
                                                            "{}, version {} : prêt. {} ({}) relus et intacts ; il s'ouvre sans réseau.")),
                                   text_at(reply, "id"), number_at(reply, "version"),
                                   counted(number_at(reply, "files"), files_counted, context.language),
                                   human_bytes(number_at(reply, "bytes_read"), context.language)))
                << "\n";
}

void print_not_ready(const Context& context, const Json& reply) {
  context.out() << context.out_style.paint(
                       Colour::yellow, fmt::format(fmt::runtime(context.say("{}, version {}: not ready.", "{}, version {} : pas prêt.")),
                                                   text_at(reply, "id"), number_at(reply, "version")))
                << "\n";
  print_files(context, reply, "lacking", [&](const Json& file) {
    return context.say("not here (", "pas ici (") + human_bytes(number_at(file, "bytes"), context.language) + ")";
  });
  print_files(context, reply, "damaged", [&](const Json& file) { return in_language(file, "text", context); });
  print_files(context, reply, "doubtful", [&](const Json& file) { return in_language(file, "text", context); });
  const auto& deadline = reply.value("deadline", Json());
  if (deadline.is_object()) {
    context.out() << "  " << with_end(in_language(deadline, "text", context)) << "\n";
  } else if (const auto& progress = progress_of(reply); !progress.empty()) {
    context.out() << "  " << progress_text(progress, context) << "\n";
  } else if (const auto why = reason_text(reply, "why_not", context); !why.empty()) {
    context.out() << "  " << not_held_text(reply, context) << context.say(": ", " : ") << why << ".\n";
  }
  if (const auto holders = texts_at(reply, "held_by"); !holders.empty())
    context.out() << "  " << context.say("Held by: ", "Chez : ") << printable(holders) << ".\n";
  if (const auto next = in_language(reply, "next_step", context); !next.empty()) context.out() << "  " << next << "\n";
}

Result<ExitCode> list_deadlines(Context& context) {
  TRY(auto client, Client::connect(context));
  TRY(const auto list, client.list("ready.list"));
  if (context.json) {
    context.out() << pretty(list) << "\n";
    return ExitCode::ok;
  }
  if (list.empty()) context.err() << context.say("No kit has a deadline.\n", "Aucun kit n'a d'échéance.\n");
  for (const auto& due : list) {
    const auto line = text_at(due, "id") + ", " + in_language(due, "text", context) + ".";
    context.out() << context.out_style.paint(flag_at(due, "at_risk") ? Colour::yellow : Colour::none, line) << "\n";
  }
  return ExitCode::ok;
}

Result<ExitCode> forget_deadline(Context& context, const KitRef& ref) {
  TRY(auto client, Client::connect(context));
  TRY(const auto reply, client.ask("ready.forget", ref.arguments()));
  if (context.json) {
    context.out() << pretty(reply) << "\n";
  } else {
    context.out() << fmt::format(fmt::runtime(context.say("{}: it has no deadline any more.", "{} : il n'a plus d'échéance.")),
                                 ref.id.str());
    if (text_at(reply, "choice") == "pinned")
      context.out() << fmt::format(fmt::runtime(context.say(" You pinned it, and it stays so; `essaimagectl unpin {}` takes that back.",
                                                            " Vous l'avez épinglé, et il le reste ; `essaimagectl unpin {}` l'annule.")),
                                   ref.id.str());
    context.out() << "\n";
  }
  return ExitCode::ok;
}

Timestamp clock_now() {
  const auto time = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::seconds>(time).count()};
}

}  // namespace

Result<ExitCode> ready(Context& context) {
  const auto& parsed = context.parsed;
  const bool list = parsed.has("list"), forget = parsed.has("forget");
  if (list && (forget || parsed.has("by") || parsed.has("wait") || !parsed.positionals.empty())) return fail(Errc::usage, "--list");
  if (list) return list_deadlines(context);
  if (parsed.positionals.empty()) return fail(Errc::usage, "`ready` KIT");
  TRY(const auto ref, parse_kit_alone(parsed.positionals[0]));
  if (forget && (parsed.has("by") || parsed.has("wait"))) return fail(Errc::usage, "--forget");
  if (forget) return forget_deadline(context, ref);
  auto arguments = ref.arguments();
  if (parsed.has("by")) {
    const auto by = parse_moment(parsed.value("by"), clock_now());
    if (!by) return fail(Errc::usage, "--by: " + parsed.value("by") + " (\"2026-12-01 14:00\")");
    arguments["by"] = to_utc(*by);
  }
  if (parsed.has("wait")) arguments["wait"] = true;
  TRY(auto client, Client::connect(context));
  ProgressBar bar(context, ref.id.str());
  Client::Handlers handlers;
  handlers.progress = &bar;
  const auto reply = client.ask("ready", arguments, handlers);
  bar.wipe();
  if (!reply) return tl::unexpected(with_suggestion(context, ref.id, reply.error()));
  const bool ready = flag_at(*reply, "ready");
  if (context.json) {
    context.out() << pretty(*reply) << "\n";
  } else if (ready) {
    print_ready(context, *reply);
  } else {
    print_not_ready(context, *reply);
  }
  return ready ? ExitCode::ok : ExitCode::refused;
}

}  // namespace essaimage::ctl::verb

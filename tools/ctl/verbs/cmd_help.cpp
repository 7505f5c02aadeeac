// help, version.

#include <ostream>

#include "proto/version.hpp"
#include "tools/ctl/client.hpp"
#include "tools/ctl/help.hpp"
#include "tools/ctl/verbs/verbs.hpp"

namespace essaimage::ctl::verb {

namespace {

/// The verb, or the verbs of a group, of that name.
std::vector<const Command*> named(const std::string& name) {
  std::vector<const Command*> out;
  for (const auto& command : all_commands())
    if (command.name == name || command.name.starts_with(name + " ")) out.push_back(&command);
  return out;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

}  // namespace

Result<ExitCode> help(Context& context) {
  auto& out = context.out();
  if (context.parsed.has("man")) {
    out << man_page(context.language);
    return ExitCode::ok;
  }
  if (const auto shell = context.parsed.value("completion"); !shell.empty()) {
    if (shell != "bash") return fail(Errc::usage, "--completion: bash");
    out << bash_completion();
    return ExitCode::ok;
  }
  const auto name = joined(context.parsed.positionals);
  if (name.empty()) {
    out << overview_text(context.language, context.out_style);
    return ExitCode::ok;
  }
  if (name == "exit-codes") {
    out << exit_codes_text(context.language, context.out_style);
    return ExitCode::ok;
  }
  const auto commands = named(name);
  if (commands.empty()) {
    std::vector<std::string> known{"exit-codes"};
    for (const auto& command : all_commands()) known.emplace_back(command.name);
    return fail(Errc::usage, name + did_you_mean(name, known, context.language));
  }
  for (std::size_t i = 0; i < commands.size(); ++i)
    out << (i > 0 ? "\n\n" : "") << command_text(*commands[i], context.language, context.out_style);
  return ExitCode::ok;
}

Result<ExitCode> version(Context& context) {
  // The daemon's too, if one runs: a difference between the two explains much.
  std::string daemon;
  if (auto client = Client::connect(context)) {
    if (const auto reply = client->ask("version")) daemon = text_at(*reply, "version");
  }
  if (context.json) {
    context.out() << pretty({{"essaimagectl", essaimage::version_text()}, {"essaimaged", daemon.empty() ? Json(nullptr) : Json(daemon)}})
                  << "\n";
    return ExitCode::ok;
  }
  context.out() << "essaimagectl " << essaimage::version_text() << "\n";
  if (!daemon.empty()) context.out() << "essaimaged   " << printable(daemon) << "\n";
  return ExitCode::ok;
}

}  // namespace essaimage::ctl::verb

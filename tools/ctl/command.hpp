#pragma once
// What a verb of essaimagectl is: its words, arguments, options, examples and the function that
// does it. One table (commands.cpp) of these makes the parsing, the help, the man page, the shell
// completion and the suggestions, so that they cannot disagree. Immutable after the program's
// start; any thread.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "proto/exit_codes.hpp"

namespace essaimage::ctl {

struct Context;
using Run = Result<ExitCode> (*)(Context& context);

/// What a shell may complete an argument with.
enum class Completes { nothing, folder, kit, member, verb, language };

struct Positional {
  Text name;  ///< as in help: "DIR"
  Text help;
  bool required = true;
  bool repeated = false;  ///< only the last
  Completes completes = Completes::nothing;
};

struct Option {
  std::string_view name;  ///< without the hyphens
  Text value;             ///< as in help: "DIR"; empty for a flag
  Text help;
  bool required = false;
  bool repeated = false;
  Completes completes = Completes::nothing;
  bool is_flag() const { return value.en.empty(); }
};

struct Example {
  std::string_view command;  ///< without the program's name
  Text help;
  std::string_view french = {};  ///< the same with French texts, where it has any in English
  std::string_view in(Language language) const { return language == Language::french && !french.empty() ? french : command; }
};

struct Command {
  std::string_view name;  ///< "kit check"
  Text summary;           ///< one line
  Text details;           ///< may be empty; sentences
  std::vector<Positional> positionals;
  std::vector<Option> options;
  std::vector<Example> examples;
  Run run = nullptr;
};

const std::vector<Command>& all_commands();
/// Those about who speaks for the federation: a part of all_commands() (commands_federation.cpp).
std::vector<Command> federation_commands();
/// Those about members: a part of all_commands() (commands_member.cpp).
std::vector<Command> member_commands();
/// Those about what this node holds: a part of all_commands() (commands_hold.cpp).
std::vector<Command> hold_commands();
/// Those about the catalogue and adoptions: a part of all_commands() (commands_catalogue.cpp).
std::vector<Command> catalogue_commands();
/// Those about kits that were made from others: a part of all_commands() (commands_adapt.cpp).
std::vector<Command> adapt_commands();
/// Those about outcomes: a part of all_commands() (commands_outcome.cpp).
std::vector<Command> outcome_commands();
/// Those by which kits are found and made ready: a part of all_commands() (commands_find.cpp).
std::vector<Command> find_commands();
/// Those about mirrors: a part of all_commands() (commands_mirror.cpp).
std::vector<Command> mirror_commands();
/// What is said to funders: a part of all_commands() (commands_report.cpp).
std::vector<Command> report_commands();
/// Those about withdrawal: a part of all_commands() (commands_withdraw.cpp).
std::vector<Command> withdraw_commands();
/// Of the verbs that add to this centre's feeds.
Option offline_option();
/// Of verbs whose texts others will read: also if one looks like somebody.
Option anyway_option();
/// Accepted before and after the verb.
const std::vector<Option>& global_options();

/// A command line that was understood.
struct Parsed {
  const Command* command = nullptr;  ///< never null
  std::map<std::string, std::vector<std::string>, std::less<>> options;
  std::vector<std::string> positionals;

  bool has(std::string_view option) const { return options.find(option) != options.end(); }
  /// The last one given; empty if none was.
  std::string value(std::string_view option) const;
  std::vector<std::string> values(std::string_view option) const;
  std::vector<std::string> listed(std::string_view option) const;  ///< "a,b,c", as often as given
};

/// Errc::usage with what is wrong and, where one is near, what was perhaps meant. `--help` turns
/// any line into `help VERB`, no line at all into `help`, and `--version` into `version`.
Result<Parsed> parse(const std::vector<std::string>& arguments, Language language);

/// Whether these stand anywhere on a line, even on one that is not understood: how to speak is
/// known first.
struct Manners {
  Language language;
  bool json = false;
  bool plain = false;  ///< --no-color
};
Manners manners_of(const std::vector<std::string>& arguments);

}  // namespace essaimage::ctl

#pragma once
// Help in three forms, all from the table of commands: for a terminal, as a man page (roff), as a
// completion for bash. Pure functions, any thread.

#include "tools/ctl/command.hpp"
#include "tools/ctl/print.hpp"

namespace essaimage::ctl {

std::string overview_text(Language language, const Style& style);
std::string command_text(const Command& command, Language language, const Style& style);
std::string exit_codes_text(Language language, const Style& style);

/// "kit check DIR [--fix] [--yes]"
std::string synopsis(const Command& command, Language language);

/// essaimagectl(1).
std::string man_page(Language language);
std::string bash_completion();

}  // namespace essaimage::ctl

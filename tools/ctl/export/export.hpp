#pragma once
// `catalogue export`: the verb and its words. Errors: those of the daemon and of what it writes (site_writer.hpp);
// Errc::destination_taken for a file that no export made.

#include "tools/ctl/command.hpp"

namespace essaimage::ctl {

/// An entry of all_commands().
Command export_command();

namespace verb {
Result<ExitCode> catalogue_export(Context& context);
}  // namespace verb

}  // namespace essaimage::ctl

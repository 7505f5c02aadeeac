#pragma once
// The allowed_signers file (ssh-keygen(1), "ALLOWED SIGNERS") with which a stock git verifies the whole library. It says
// "some member signed"; that the key is that feed's, and not beyond its last valid head, is checked by commit_rules.hpp.
// Pure.

#include <string>

#include "proto/roster.hpp"

namespace essaimage::store {

/// One line for each key of each generation of each member, suspended ones too: their old commits stay good.
std::string allowed_signers(const Roster& roster);

}  // namespace essaimage::store

#pragma once
// Where others can reach this node. Reads the computer's network interfaces; safe from any thread.

#include <string>
#include <vector>

#include "daemon/shell/config.hpp"

namespace essaimage::shell {

/// What the configuration advertises; else `bound` (where the transport listens, with the real port); else, where that
/// is every address, those of this computer that are not loopback. At most limits::endpoints_per_member_max.
std::vector<std::string> reachable_endpoints(const Config& config, const std::string& bound);

}  // namespace essaimage::shell

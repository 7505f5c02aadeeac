#pragma once
// What `watch` says about an event of the daemon, in one line. Pure functions, any thread.

#include "tools/ctl/client.hpp"

namespace essaimage::ctl {

/// "10:42:07  wazemmes  connected"; a kind that this program does not know is shown as it is.
std::string event_line(const Json& event, Language language, const Style& style);

}  // namespace essaimage::ctl

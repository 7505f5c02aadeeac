#pragma once
// What people read of members, in more than one verb. Pure functions, any thread.

#include "tools/ctl/client.hpp"
#include "tools/ctl/context.hpp"

namespace essaimage::ctl {

/// What peers say of this centre itself, which the list here does not: "suspended, according to fede, since …". Empty: nothing.
std::string told_text(const Json& member, const Context& context);

}  // namespace essaimage::ctl

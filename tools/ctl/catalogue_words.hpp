#pragma once
// What people read of decisions and adoptions, in more than one verb. Pure functions, any thread.

#include "tools/ctl/client.hpp"
#include "tools/ctl/context.hpp"

namespace essaimage::ctl {

/// "accepted", "retired" in the person's language; one that is not known as it is.
std::string decision_text(const Json& decision, const Context& context);

}  // namespace essaimage::ctl

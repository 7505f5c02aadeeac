#pragma once
// What people read of withdrawals, in more than one verb. Pure functions, any thread.

#include "tools/ctl/client.hpp"
#include "tools/ctl/context.hpp"

namespace essaimage::ctl {

/// "wazemmes/lampe:photos/x.jpg", or a hash.
std::string withdrawn_what(const Json& withdrawal, const Context& context);
/// As its author said it, or that a consent has run out.
std::string withdrawn_why(const Json& withdrawal, const Context& context);

}  // namespace essaimage::ctl

#pragma once
// What the daemon's documents say of holding, in words. Pure functions, any thread.

#include "tools/ctl/client.hpp"

namespace essaimage::ctl {

/// "3.4 MB not held", of a kit.
std::string not_held_text(const Json& kit, const Context& context);
/// The reason under that key; empty if there is none.
std::string reason_text(const Json& json, const char* key, const Context& context);
/// "pinned", and the like; empty if nothing was chosen.
std::string choice_text(const Json& kit, const Context& context);

}  // namespace essaimage::ctl

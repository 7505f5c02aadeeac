#pragma once
// What people read of decisions, recommendations, proposals and adoptions, in more than one verb. Pure functions, any thread.

#include "tools/ctl/client.hpp"
#include "tools/ctl/context.hpp"

namespace essaimage::ctl {

/// "accepted", "declined", "recommended" … in the person's language; one that is not known as it is.
std::string decision_text(const Json& decision, const Context& context);
/// Who has reviewed: a function, as it was written; the curators in the person's language.
std::string reviewer_text(const Json& decision, const Context& context);
/// "recommended, version 1 (1 Mar 2026 10:30), digital coordinator: tried; from the age of 12"
std::string statement_text(const Json& statement, const Context& context);
/// "version 1 for the region (1 Mar 2026 10:30): our best one"
std::string proposal_text(const Json& proposal, const Context& context);
/// What was published since that nobody has reviewed; empty if nothing was.
std::string newer_text(const Json& statement, const Context& context);
/// "version 1, on 1 Mar 2026 10:30, as it was proposed"; empty if nothing was passed on.
std::string passed_on_text(const Json& passed, const Context& context);
/// "version 3"
std::string version_text(const Json& json, const char* key, const Context& context);
/// For what a proposal waits, in a few words; empty: for nothing.
std::string waits_text(const Json& entry, const Context& context);

}  // namespace essaimage::ctl

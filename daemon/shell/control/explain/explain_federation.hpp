#pragma once
// What is to be said of the federation's word: how old it is here, whether the clock can be believed, which roles run out, and who
// could not get a new key by its neighbours. Pure; any thread.

#include "daemon/shell/control/explain/explain.hpp"

namespace essaimage::shell {

/// Older than that, its node may be off: it signs the time once a day.
inline constexpr std::int64_t word_old_days = 3;
/// So long before a role ends, the federation's own node says so.
inline constexpr std::int64_t role_ends_days = 30;

/// Days from the newest signed time to the clock; nothing where none counts, and where the clock stands behind it.
std::optional<std::int64_t> days_since_word(const store::FederationView& view);
/// Whether its neighbours could give that member a new key, if it has named any.
void add_neighbours(const Situation& here, const Member& member, Explanations& out);
/// How old it is, what time counts, which of its roles run out.
void add_word(const store::Identity& identity, const store::FederationView& view, Explanations& out);
/// Also whose neighbours could not any more: ours, and on the federation's node, which can name others, all members'.
void add_federation(const Situation& here, Explanations& out);

}  // namespace essaimage::shell

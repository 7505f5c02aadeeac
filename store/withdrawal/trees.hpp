#pragma once
// The withdrawals and receipts that a feed's tree says. The tree was checked when it came in (store/feed/tree_rules.hpp); here
// damage alone is expected. Pure functions; any thread. Errors: those of reading objects.

#include <functional>
#include <optional>

#include "store/git/object_db.hpp"
#include "store/state/state.hpp"

namespace essaimage::store {

/// Fills in what a change says of withdrawals and receipts: what is the same in `before` (an older tree of the feed) is passed over;
/// without one, all that is indexed of the feed goes first. `flush` applies the change so far and empties it: what an author withdraws
/// may be more than should be in memory.
Status compare_withdrawals(const ObjectDb& objects, const State& state, const FeedId& feed, const std::optional<ObjectId>& before,
                           const ObjectId& after, State::FeedChange& change, const std::function<Status()>& flush);

}  // namespace essaimage::store

#pragma once
// Proofs that a feed forked, one file for each feed, outside the object store (FORMAT.md, "Fork
// proofs"): "ESSFORK1", then twice: u32 length, big-endian, and a raw commit; by rising commit id.
// Thread rule: free functions; one writer at a time.

#include <utility>
#include <vector>

#include "proto/fork.hpp"
#include "store/disk/layout.hpp"

namespace essaimage::store {

/// The ids of the two commits, by rising id.
std::pair<ObjectId, ObjectId> ids_of(const Fork& fork);
Order order_of(const Fork& fork);  ///< that both commits have; of a fork that was checked

/// Errc::malformed unless both are canonical commits of that feed with equal order, different ids,
/// and good signatures by one key. Whose key it is, the caller knows.
Status check_fork(const Fork& fork);

Status save_fork(const Layout& layout, const Fork& fork);  ///< durable; in place of one that is there
/// The proof stays as "….resolved": nothing is frozen by it any more. No error if there is none.
Status resolve_fork(const Layout& layout, const FeedId& feed);
/// Files that are damaged are passed over and named in `damaged`.
Result<std::vector<Fork>> load_forks(const Layout& layout, std::vector<Path>& damaged);

}  // namespace essaimage::store

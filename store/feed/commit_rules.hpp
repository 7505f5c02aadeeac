#pragma once
// Which commits of a feed are acceptable, under a roster (FORMAT.md, "Which commits are accepted"). Pure functions, any
// thread. Trees are not looked at: tree_rules.hpp.

#include <optional>

#include "proto/roster.hpp"
#include "store/feed/commit.hpp"

namespace essaimage::store {

struct KnownCommit {
  ObjectId id;
  Commit commit;
};

/// A raw commit by itself: its one byte form, its federation, its author, and its signature by the key that the roster
/// names for its feed and generation; and that the roster accepts the feed so far: not beyond the last valid head of an
/// older generation, nor beyond the last accepted order of a suspended member or of one outside of the audience.
/// Errors: Errc::malformed (the sender's fault), signature_bad, feed_unknown_author, feed_wrong_federation, feed_beyond.
Result<KnownCommit> read_commit(ByteView raw, const Roster& roster);

/// As read_commit: what daemon/core's Notary asks for.
Result<Head> read_head(ByteView raw, const Roster& roster);

/// That `child`, which names `parent` as its parent, may follow it: the next seq of the same generation and epoch, or,
/// after a succession, the next seq right behind the last valid head of the generation before.
Status check_succession(const KnownCommit& parent, const KnownCommit& child, const Roster& roster);

/// That a commit without a parent may begin a feed: epoch 1 of the first generation that has one, or a later epoch.
Status check_root(const KnownCommit& root, const Roster& roster);

/// True if a key of this member that was succeeded since may have made that head: it is, or is before, the last one that counts.
/// True also of a head of the present key.
bool counts_of_old_key(const Member& member, const Head& head);

/// That a head is newer than those. Errc::conflict: it is `held` itself; feed_older, feed_fork.
Status check_newer(const Head& head, const std::optional<Head>& held, const std::optional<Head>& witnessed);

}  // namespace essaimage::store

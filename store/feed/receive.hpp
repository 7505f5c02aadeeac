#pragma once
// Reception of a pack from a peer: nothing from outside is trusted. The pack lies in quarantine until all checks are
// done, in this order: caps on bytes, objects, inflated size and ratio; whole objects only (no deltas); git_indexer with
// verify; every new tree; only paths that the author may write; manifests and entries parse; generated files equal what
// we would generate; closure: every object that a new commit reaches is in this pack or reachable from the held head of
// the SAME feed; the commit rules all the way from the held head. On any failure nothing remains.

#include <memory>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

#include "proto/roster.hpp"
#include "store/feed/commit.hpp"
#include "store/git/id_hash.hpp"
#include "store/git/object_db.hpp"

namespace essaimage::store {

/// Slices of one pack on their way into quarantine. Destroyed before acceptance it leaves nothing. One thread.
class IncomingPack {
 public:
  static Result<std::unique_ptr<IncomingPack>> create(const Layout& layout);
  ~IncomingPack();
  Status append(ByteView bytes);  ///< Errc::too_large beyond the caps
  const Path& folder() const;     ///< its own, below quarantine
  const Path& file() const;

 private:
  IncomingPack();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

struct ReceiveContext {
  const Roster& roster;           ///< for the federation's own feed: the one that the new head itself makes
  std::optional<Head> held;       ///< of this feed
  std::optional<Head> witnessed;  ///< the highest ever accepted of this feed
  /// The feed is frozen by this proof (forks.hpp), by rising id: only an epoch root that resolves it is accepted, or a
  /// later generation than that of the proof (0: the proof was lost; then, than that of the held head).
  std::optional<std::pair<ObjectId, ObjectId>> fork;
  std::uint64_t fork_generation = 0;
};

/// A pack that passed every check, indexed and synced in quarantine, ready to be moved in.
struct CheckedPack {
  Head head;
  Bytes commit;                    ///< raw, of the head
  std::vector<ObjectId> commits;   ///< all new ones, oldest first
  Path pack, index;                ///< in quarantine
};

/// The objects of a pack in quarantine, after the caps and the indexer, before the rules: what the federation's feed
/// needs, whose new roster judges its own commits. The IncomingPack must outlive it.
struct IndexedPack {
  std::unique_ptr<ObjectDb> objects;          ///< of the pack, then of the library
  std::unordered_set<ObjectId, IdHash> ids;   ///< of the pack alone
  Path pack, index;
};
Result<IndexedPack> index_pack(IncomingPack& incoming, const ObjectDb& library);

/// All rules, for an indexed pack and the raw commit that it must lead to. Errors besides Errc::malformed and those of
/// kit/names.hpp: Errc::feed_older, feed_fork, feed_gap, feed_beyond, feed_content, signature_bad, feed_unknown_author,
/// feed_wrong_federation; Errc::conflict if that head is held already. With feed_fork, `proof` (if given) is the raw
/// commit of the pack that has the order of the held head and another id.
Result<CheckedPack> check_pack(const IndexedPack& pack, const FeedId& feed, ByteView commit, const ReceiveContext& context,
                               Bytes* proof = nullptr);

/// Moves it into the library, durably. The caller then reloads the ObjectDb and advances the ref.
Status move_in(const CheckedPack& checked, const Layout& layout);

/// The pack of all objects in (have, head] of a feed; `have` zero: all. An object is in it unless it is at the same path
/// of the parent's tree: exactly what check_pack wants. A file below scratch; the caller removes it.
/// Errc::not_found if `have` is not an ancestor.
Result<Path> export_pack(const ObjectDb& objects, const Path& scratch, const ObjectId& head, const ObjectId& have);

}  // namespace essaimage::store

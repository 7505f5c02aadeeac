#pragma once
// Reception of a parcel from a peer: nothing from outside is trusted. Its pack lies in quarantine until all checks are
// done, in this order: caps on bytes, objects, inflated size and ratio; every object hashed as we write it; every new tree;
// only paths that the author may write; manifests and entries parse; generated files equal what we would generate;
// closure: every object that a new commit reaches is in this pack or reachable from the held head of the SAME feed; the
// commit rules all the way from the held head. On any failure nothing remains.

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "proto/roster.hpp"
#include "store/feed/commit.hpp"
#include "store/git/object_db.hpp"
#include "store/git/pack_writer.hpp"

namespace essaimage::store {

/// Slices of one parcel on their way into quarantine. Destroyed before acceptance it leaves nothing. One thread.
class IncomingParcel {
 public:
  static Result<std::unique_ptr<IncomingParcel>> create(const Layout& layout);
  ~IncomingParcel();
  Status append(ByteView bytes);  ///< Errc::too_large beyond the caps
  const Path& folder() const;     ///< its own, below quarantine
  const Path& file() const;

 private:
  IncomingParcel();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

struct ReceiveContext {
  const Roster& roster;           ///< for the federation's own feed: the one that the new head itself makes
  std::optional<Head> held;       ///< of this feed
  std::optional<Head> witnessed;  ///< the highest ever accepted of this feed
  /// The pack brings the held head itself, too, and may end with it: what is held of the feed besides is not looked at.
  bool held_comes = false;
  /// The feed is frozen by a proof (forks.hpp) of this order: only a later epoch of which the root resolves a fork is accepted, or
  /// a later generation. Zero: the proof was lost; then later than the held head.
  std::optional<Order> fork;
};

/// What a pack brings that passed every check.
struct CheckedPack {
  Head head;
  Bytes commit;                   ///< raw, of the head
  std::vector<ObjectId> commits;  ///< all new ones, oldest first
  bool whole = false;             ///< from the first commit on
};

/// The objects of a pack in quarantine, within the caps, each named by its hash, before the rules: what the federation's feed
/// needs, whose new roster judges its own commits. The IncomingParcel must outlive it.
struct IndexedPack {
  std::unique_ptr<ObjectDb> objects;  ///< of the pack, then of the library
  std::unique_ptr<PackWriter> pack;   ///< indexed and synced
};
/// `feed`, `commit`: as asked for, and as it came with the offer. Errors: store/transfer/parcel.hpp.
Result<IndexedPack> index_pack(IncomingParcel& incoming, const FeedId& feed, ByteView commit, const ObjectDb& library);

/// All rules, for an indexed pack and the raw commit that it must lead to. Errors besides Errc::malformed and those of
/// kit/names.hpp: Errc::feed_older, feed_fork, feed_gap, feed_beyond, feed_content, signature_bad, feed_unknown_author,
/// feed_wrong_federation; Errc::conflict if that head is held already. With feed_fork, `proof` (if given) is the raw
/// commit of the pack that has the order of the held head and another id.
Result<CheckedPack> check_pack(const IndexedPack& pack, const FeedId& feed, ByteView commit, const ReceiveContext& context,
                               Bytes* proof = nullptr);

/// Moves what was checked into the library, durably. The caller then reloads the ObjectDb and advances the ref.
Status move_in(IndexedPack& pack, const Layout& layout);

/// The parcel of all objects in (have, head] of a feed; `have` zero: all. An object is in it unless it is at the same path of
/// the parent's tree: exactly what check_pack wants. A file below scratch; the caller removes it.
/// `refers`: the commit that it refers to: `have`, or zero. Errc::not_found if `have` is not an ancestor.
Result<Path> export_parcel(const ObjectDb& objects, const Path& scratch, const ObjectId& head, const ObjectId& have,
                           const ObjectId& refers);

}  // namespace essaimage::store

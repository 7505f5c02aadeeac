#pragma once
// For which feeds a media file is held, and from where its chunks may be copied (design: audiences).
//
// A media file lies on the disk once. What a node tracks is *for which feeds it holds it* (State::hold): it lists and
// serves a media file through feed F only if F's current tree names it AND it holds it for F. It is held for F if
//   1. this node published it in F itself, or
//   2. its bytes came through F, or
//   3. they came through, or it is held for, a feed X from which it may pass to F.
// It may pass from X to F if
//   a. X's audience includes F's: who may hold F may hold X anyway; or
//   b. X and F are feeds of one author, and no feed of another author that names it forbids F by (a): then the author
//      itself moves its own to a wider audience. Without the second half, naming a neighbour's photo first in one's own
//      territory feed and then in the region would lead it out.
// So a member that publishes in the region the known hash of a photo of Lille does not get it out: the nodes that hold it
// for Lille do not hold it for that region feed, and neither list nor serve it there. To serve it there they must get
// it through that feed once more, from somebody who has it for that feed, at first the publisher itself; which proves
// that the bytes were in the publisher's hands. Until then it stays needed for that feed, though the bytes are on the disk
// and every person at this node can open them. Simple, and it fails safe: the cost is a second transfer in a rare case.
//
// Invariant: what is on the disk is held for at least one feed that names it or did, or whose head is lost; else remove it
// (State::forget_media).
// Pure functions, but for reuse_chunks(). Thread rule: any thread.

#include <span>
#include <vector>

#include "proto/roster.hpp"
#include "store/media/media_store.hpp"
#include "store/state/state.hpp"

namespace essaimage::store {

using FeedList = std::vector<FeedId>;

/// Rules (a) and (b). `named` are the feeds that name the media file which would pass, and those for which it is held: of one
/// whose head is lost nobody knows what it names, and it forbids all the same.
bool may_pass(const Roster& roster, const FeedId& from, const FeedId& to, std::span<const FeedId> named);

/// Those of `named`, not in `held` yet, for which a media file may be held because it is held for one of `held`, or then
/// for another of `named`. Sorted.
FeedList newly_held(const Roster& roster, std::span<const FeedId> named, std::span<const FeedId> held);

/// Those of `named` for which a media file may be held whose bytes came through `through`: all of these must pass, to it or
/// to one from which it passes on. Sorted. For what is partial too: it decides through which feeds chunks may be served. `held`: for
/// which it is held already.
FeedList held_after_transfer(const Roster& roster, std::span<const FeedId> named, std::span<const FeedId> through,
                             std::span<const FeedId> held = {});

/// Those of `wanted` through which more of a media file may come when `through` brought some of it: it must be held for one
/// of `wanted` in the end. All of them if nothing came yet; none: what came is of no use, begin anew. Two territories' feeds
/// that name the same file are the case: a node that is in both takes it through one of them.
FeedList may_join(const Roster& roster, std::span<const FeedId> named, std::span<const FeedId> through, std::span<const FeedId> wanted,
                  std::span<const FeedId> held = {});

/// For which feeds to hold what lies on the disk when the record is lost (the index was damaged, or a power cut took the
/// last of it): our own, and those to which every feed may pass that names it or did (`before`, as far as the history that
/// is here tells). By the invariant one of all these is where it came from.
FeedList held_after_loss(const Roster& roster, const std::string& self, std::span<const FeedId> named, std::span<const FeedId> before = {});

/// Copies into `partial` those missing chunks that lie in local media files from which they may pass to all of `wanted`,
/// by the rules for both files (rule (b) asks who else names them), each checked by its hash. Returns the bytes copied. A
/// place that is damaged or gone is passed over.
Result<std::uint64_t> reuse_chunks(const Roster& roster, const State& state, const MediaStore& store, PartialMedia& partial,
                                   std::span<const FeedId> wanted);

}  // namespace essaimage::store

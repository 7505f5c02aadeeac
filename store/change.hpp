#pragma once
// What changed in the library, in the order in which it became durable. The daemon turns these into the core's inputs.

#include <memory>
#include <variant>

#include "proto/fork.hpp"
#include "proto/media_need.hpp"
#include "proto/roster.hpp"

namespace essaimage::store {

namespace change {
struct HeadChanged {
  Head head;
  std::shared_ptr<const Bytes> commit;  ///< raw
  bool published_here = false;
};
/// Of what is held of this feed, objects are lost or damaged: it is to come once more, whole. HeadChanged tells that it has.
struct ObjectsLost {
  FeedId feed;
};
/// Nothing is held of this feed any more: what was held does not count now, and what counts is not here. It comes from peers.
struct FeedLeft {
  FeedId feed;
};
struct RosterChanged {
  std::shared_ptr<const Roster> roster;
};
struct MediaNeeded {  ///< new, or changed: replaces what was told before about that media
  MediaNeed need;
};
struct MediaComplete {
  Sha256 media;
};
struct MediaUnneeded {
  Sha256 media;
};
struct FeedFrozen {  ///< with the proof that is kept, or (frozen = false) free again: then only fork.feed is set
  Fork fork;
  bool frozen = true;
};
}  // namespace change

using Change = std::variant<change::RosterChanged, change::HeadChanged, change::ObjectsLost, change::FeedLeft, change::MediaNeeded,
                            change::MediaComplete, change::MediaUnneeded, change::FeedFrozen>;

}  // namespace essaimage::store

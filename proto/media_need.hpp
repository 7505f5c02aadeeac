#pragma once
// A media file that a held feed names and that this node does not hold whole: what the store tells the core to fetch.

#include <cstdint>
#include <optional>
#include <vector>

#include "proto/ids.hpp"

namespace essaimage {

/// An older media file that is here whole, held for this feed, and from which the one that lacks was made.
struct MediaBase {
  FeedId feed;
  Sha256 media;
};

struct MediaNeed {
  Sha256 media;
  std::uint64_t bytes = 0;
  ObjectId chunk_list;                     ///< the blob; an author may name one media file by several
  std::vector<std::uint32_t> chunk_bytes;  ///< the length of each chunk, in order; they add up to `bytes`
  std::vector<bool> held;                  ///< by chunk; already here, from an earlier cut or reused locally
  std::vector<FeedId> feeds;               ///< that name it now with this very chunk list; it may be asked for through these
  std::optional<MediaBase> base = {};      ///< it may come against this one, through that feed
  bool due = false;                        ///< a kit that names it has a deadline: it comes before those that are not
};

}  // namespace essaimage

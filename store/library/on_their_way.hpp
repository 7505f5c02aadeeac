#pragma once
// What the library has under way for several at once: media files on their way in, packs on their way out. Each guards itself, or
// is guarded by the library's lock for its kind.

#include <memory>
#include <mutex>

#include "store/disk/files.hpp"
#include "store/media/base_media.hpp"
#include "store/media/media_store.hpp"

namespace essaimage::store {

/// A media file that is on its way in, shared by the receptions of its runs and by who serves what
/// is here of it.
struct OpenPartial {
  std::mutex mutex;
  ObjectId chunk_list;
  std::unique_ptr<PartialMedia> partial;
  bool dropped = false;                   ///< its files were removed: nothing more comes of it
  std::shared_ptr<const BaseMedia> base;  ///< the one that was read last, for the runs that come against it
};
using OpenPartialPtr = std::shared_ptr<OpenPartial>;

/// A pack on its way out; its file has no name any more and goes with the last reader.
struct SpooledPack {
  FeedId feed;
  ObjectId have, head;
  bool plain = false;
  Fd file;
  std::uint64_t bytes = 0;
};

}  // namespace essaimage::store

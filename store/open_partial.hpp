#pragma once
// A media file that is on its way in, as the library has it open once. Internal to the library. Thread rule: its own mutex.

#include <memory>
#include <mutex>

#include "store/media/base_media.hpp"
#include "store/media/media_store.hpp"

namespace essaimage::store {

/// A media file that is on its way in, shared by the receptions of its runs and by who serves what
/// is here of it.
struct OpenPartial {
  std::mutex mutex;
  ObjectId chunk_list;
  std::unique_ptr<PartialMedia> partial;
  bool dropped = false;  ///< its files were removed: nothing more comes of it
  std::shared_ptr<const BaseMedia> base;  ///< the one that was read last, for the runs that come against it
};
using OpenPartialPtr = std::shared_ptr<OpenPartial>;

}  // namespace essaimage::store

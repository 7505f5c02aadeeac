#pragma once
// Runs of chunks as peers are served them: read from a whole media file or from one that is still on its way, each chunk
// checked before any of it goes out, and in the form in which they travel (store/transfer/FORMAT.md).
// Thread rule: one thread at a time; the atomic is shared.

#include <atomic>

#include "store/library/library_impl.hpp"

namespace essaimage::store {

/// The bytes of the chunks, one after the other.
class RunSource : public Source {
 public:
  virtual void forget() = 0;  ///< what is in memory of it; it can be read again from the beginning
};

/// Of a media file that is here whole.
std::unique_ptr<RunSource> whole_run(MediaReader file, const ChunkList& list, std::uint32_t first, std::uint32_t count);
/// Of one that is still coming: all these chunks are here.
std::unique_ptr<RunSource> partial_run(OpenPartialPtr open, std::uint32_t first, std::uint32_t count);

struct ServedRun {
  const ChunkList& list;  ///< looked at while the run is formed
  std::uint32_t first = 0, count = 0;
};
/// Compressed, against `base` or alone, if that is worth while and if there is memory for it; else as it is. `base` may be
/// null. `held`: what all compressed runs take now.
Result<std::unique_ptr<Source>> formed_run(std::unique_ptr<RunSource> plain, const ServedRun& run, ServedBase* base,
                                           std::atomic<std::uint64_t>& held);

}  // namespace essaimage::store

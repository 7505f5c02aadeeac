#pragma once
// Media of one batch, written, hashed and cut on a thread of its own, in the order in which they are handed over: whoever
// reads them goes on meanwhile. That thread begins with the first file.
//
// Thread rule: one thread at a time. The batch belongs to the line, but for while nothing is under way: after take(true), until
// something is handed over again. It must outlive the line.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "store/media/media_store.hpp"

namespace essaimage::store {

class MediaLine {
 public:
  explicit MediaLine(MediaBatch& batch);
  ~MediaLine();  ///< what was handed over and is not done yet is left

  /// As MediaBatch::create(). `path`: for messages.
  void begin(std::uint64_t bytes_hint, std::string path);
  /// Of the file that has begun. Waits while more than a few MiB are under way. The first error of whatever was handed over
  /// so far: then nothing more is done.
  Status write(Bytes bytes);
  void abort();                                         ///< the file that has begun
  void end();                                           ///< likewise; take() tells of it
  void keep(const Sha256& media, std::uint64_t bytes);  ///< as MediaBatch::keep()
  /// The files that ended since the last time, in their order; `all`: waits until nothing is under way. The first error of
  /// all, as write().
  Result<std::vector<MediaWriter::Done>> take(bool all);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace essaimage::store

#pragma once
// Content-defined chunking: FastCDC (Xia et al., USENIX ATC 2016) with a gear table derived from SHA-256 and normalised
// masks (FORMAT.md, "Chunking"). The average grows with the file in a few steps whose masks are nested, so that a
// boundary of a coarse step is a boundary of every finer one.
// Feed the file in pieces of any size; boundaries do not depend on them. One thread at a time.

#include <functional>

#include "store/media/chunk_list.hpp"

namespace essaimage::store {

/// The step for a file of that length, as known before reading it.
std::uint8_t chunk_step_for(std::uint64_t bytes);

class Chunker {
 public:
  /// `sink` gets each chunk whole, in order.
  using Sink = std::function<void(ByteView chunk)>;
  Chunker(std::uint8_t step, Sink sink);
  void update(ByteView bytes);
  void finish();

 private:
  std::uint8_t step_;
  Sink sink_;
  Bytes pending_;
  std::size_t scanned_ = 0;
  std::uint64_t gear_ = 0;
};

}  // namespace essaimage::store

#pragma once
// zstd (RFC 8878) for what travels: one frame a piece, without its size and without a checksum, which those who send it
// tell and check otherwise. A *prefix* is what both sides have: passages that are in it cost a few bytes.
// Thread rule: one thread at a time each. Both keep their memory for the next piece.

#include <functional>
#include <memory>

#include "proto/bytes.hpp"
#include "proto/error.hpp"

namespace essaimage::store {

class Compressor {
 public:
  Compressor();
  ~Compressor();
  Compressor(Compressor&&) noexcept;

  Bytes compress(ByteView content, ByteView prefix);
  Bytes compress_quickly(ByteView content);  ///< to see whether it is worth while
  /// So that a reader has all bytes up to a cut when what was written until then has come: `cuts` are lengths from the
  /// beginning, rising. Needs a reader with a window of `window_bytes` (StreamDecompressor).
  Bytes compress_in_steps(ByteView content, const std::vector<std::size_t>& cuts);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

class Decompressor {
 public:
  Decompressor();
  ~Decompressor();
  Decompressor(Decompressor&&) noexcept;

  /// Exactly `size` bytes. Errc::malformed for anything else.
  Result<Bytes> decompress(ByteView packed, ByteView prefix, std::size_t size);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

/// One frame that comes in pieces; at most window_bytes of memory, and as much again.
class StreamDecompressor {
 public:
  static constexpr std::size_t window_bytes = std::size_t{1} << 17;

  StreamDecompressor();
  ~StreamDecompressor();

  /// What can be told by now, at most `size_max` bytes. Errc::malformed: no such frame, or more than that.
  Result<Bytes> append(ByteView packed, std::size_t size_max);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace essaimage::store

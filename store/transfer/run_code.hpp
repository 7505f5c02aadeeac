#pragma once
// The form in which a run of chunks travels: one byte that says how, then the chunks one after the other, as they are, as
// one frame of zstd, or against an older file (based_run.hpp; store/transfer/FORMAT.md). It is at most
// limits::run_overhead_bytes longer than they are.
// Thread rule: one thread at a time.

#include <memory>
#include <optional>
#include <vector>

#include "store/transfer/based_run.hpp"

namespace essaimage::store {

enum class RunForm : std::uint8_t { plain = 0, zstd = 1, based = 2 };

/// True if it is worth while to compress what this is taken from (a film or a photograph is not).
bool is_compressible(Compressor& compressor, ByteView sample);

/// A whole run, or nothing if it is not shorter so. `chunk_bytes`: the lengths of its chunks.
std::optional<Bytes> compress_run(Compressor& compressor, ByteView chunks, const std::vector<std::uint32_t>& chunk_bytes);

/// Turns what arrives of a run into the bytes of its chunks.
class RunReader {
 public:
  /// What it may come against.
  struct Base {
    Sha256 media;
    std::vector<std::uint32_t> chunk_bytes;  ///< of the run
    ReadBase read;
  };
  /// `bytes`: of its chunks together. Without a base none can be referred to.
  explicit RunReader(std::uint64_t bytes, std::optional<Base> base = std::nullopt);
  ~RunReader();
  RunReader(RunReader&&) noexcept;

  /// What can be told by now. Errc::malformed: no such form, or more than the run. Else what reading the base says.
  Result<Bytes> append(ByteView arrived);

 private:
  Status begin(std::uint8_t form);

  std::uint64_t left_;
  std::optional<Base> base_;
  std::optional<RunForm> form_;
  std::unique_ptr<BasedRunReader> based_;
  std::unique_ptr<StreamDecompressor> decompressor_;
};

}  // namespace essaimage::store

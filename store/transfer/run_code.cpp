#include "store/transfer/run_code.hpp"

#include "proto/limits.hpp"
#include "store/transfer/zstd.hpp"

namespace essaimage::store {
namespace {

/// A cut loses at most so much, or a chunk: less would cost more than it saves.
constexpr std::size_t step_bytes = 32 * limits::KiB;

/// Saves less than a sixteenth.
bool is_idle(std::size_t packed, std::size_t bytes) { return packed > bytes - bytes / 16; }

}  // namespace

bool is_compressible(Compressor& compressor, ByteView sample) {
  return !sample.empty() && !is_idle(compressor.compress_quickly(sample).size(), sample.size());
}

std::optional<Bytes> compress_run(Compressor& compressor, ByteView chunks, const std::vector<std::uint32_t>& chunk_bytes) {
  std::vector<std::size_t> cuts;
  std::size_t end = 0, last = 0;
  for (const std::uint32_t bytes : chunk_bytes) {
    end += bytes;
    if (end - last < step_bytes || end >= chunks.size()) continue;
    cuts.push_back(end);
    last = end;
  }
  Bytes packed = compressor.compress_in_steps(chunks, cuts);
  if (is_idle(packed.size(), chunks.size())) return std::nullopt;
  packed.insert(packed.begin(), static_cast<std::uint8_t>(RunForm::zstd));
  return packed;
}

RunReader::RunReader(std::uint64_t bytes, std::optional<Base> base) : left_(bytes), base_(std::move(base)) {}
RunReader::~RunReader() = default;
RunReader::RunReader(RunReader&&) noexcept = default;

Status RunReader::begin(std::uint8_t form) {
  const auto last = base_ ? RunForm::based : RunForm::zstd;
  if (form > static_cast<std::uint8_t>(last)) return fail(Errc::malformed, "a run of another form");
  form_ = static_cast<RunForm>(form);
  if (form_ == RunForm::zstd) decompressor_ = std::make_unique<StreamDecompressor>();
  if (form_ == RunForm::based)
    based_ = std::make_unique<BasedRunReader>(std::move(base_->chunk_bytes), base_->media, std::move(base_->read));
  return {};
}

Result<Bytes> RunReader::append(ByteView arrived) {
  if (!form_ && !arrived.empty()) {
    CHECK_OK(begin(arrived[0]));
    arrived = arrived.subspan(1);
  }
  if (based_) return based_->append(arrived);
  if (!decompressor_) {
    if (arrived.size() > left_) return fail(Errc::malformed, "more than the run");
    left_ -= arrived.size();
    return Bytes(arrived.begin(), arrived.end());
  }
  TRY(Bytes told, decompressor_->append(arrived, left_));
  left_ -= told.size();
  return told;
}

}  // namespace essaimage::store

#include "store/serving/run_source.hpp"

#include <algorithm>

#include "proto/limits.hpp"
#include "store/crypto/hash.hpp"
#include "store/transfer/based_run.hpp"
#include "store/transfer/run_code.hpp"
#include "store/transfer/zstd.hpp"

namespace essaimage::store {
namespace {

/// A run of a media file that is here whole. Each chunk is checked before the first of its bytes goes
/// out: the file may have come by another list of its author than this one, which may lie, and the
/// disk may rot; whoever sends a bad chunk is blamed for it.
class WholeRunSource final : public RunSource {
 public:
  WholeRunSource(MediaReader file, const ChunkList& list, std::uint32_t first, std::uint32_t count) : file_(std::move(file)) {
    for (std::uint32_t i = 0; i < first; ++i) begin_ += list.chunks[i].bytes;
    chunks_.assign(list.chunks.begin() + first, list.chunks.begin() + first + count);
    for (const Chunk& chunk : chunks_) bytes_ += chunk.bytes;
  }
  std::uint64_t bytes() const override { return bytes_; }
  Result<Bytes> read(std::uint64_t offset, std::size_t bytes_max) override {
    if (offset >= bytes()) return Bytes{};
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(bytes() - offset, bytes_max));
    if (offset < ready_at_) return file_.read(begin_ + offset, size);  // checked before; nobody asks so
    ready_.erase(ready_.begin(), ready_.begin() + static_cast<std::ptrdiff_t>(std::min(ready_.size(), offset - ready_at_)));
    ready_at_ = offset;
    CHECK_OK(check_until(offset + size));  // after a failure nothing is there to be handed out
    return Bytes(ready_.begin(), ready_.begin() + static_cast<std::ptrdiff_t>(size));
  }
  void forget() override {
    next_ = 0;
    checked_ = ready_at_ = 0;
    ready_ = Bytes();
  }

 private:
  /// Reads the chunks up to there at once, and checks each.
  Status check_until(std::uint64_t end) {
    std::uint64_t to = checked_;
    std::size_t last = next_;
    while (to < end) to += chunks_[last++].bytes;
    if (to == checked_) return {};
    TRY(const Bytes content, file_.read(begin_ + checked_, static_cast<std::size_t>(to - checked_)));
    ByteView rest = content;
    for (std::size_t i = next_; i < last; ++i) {
      const auto size = std::min<std::size_t>(chunks_[i].bytes, rest.size());
      if (sha256(rest.first(size)) != chunks_[i].id) return fail(Errc::not_found, file_.path().string());
      rest = rest.subspan(size);
    }
    const auto skipped = static_cast<std::size_t>(ready_at_ > checked_ ? ready_at_ - checked_ : 0);
    append_bytes(ready_, ByteView(content).subspan(skipped));
    next_ = last;
    checked_ = to;
    return {};
  }

  const MediaReader file_;
  std::vector<Chunk> chunks_;
  std::size_t next_ = 0;     ///< the first that is not checked
  std::uint64_t begin_ = 0;  ///< of the run, in the file
  std::uint64_t bytes_ = 0;
  std::uint64_t checked_ = 0;  ///< up to there, in the run
  Bytes ready_;                ///< checked bytes from `ready_at_` on
  std::uint64_t ready_at_ = 0;
};

/// A run of a media file that is itself still on its way. Keeps the chunk that was read last.
class PartialRunSource final : public RunSource {
 public:
  PartialRunSource(OpenPartialPtr open, std::uint32_t first, std::uint32_t count) : open_(std::move(open)) {
    const auto& chunks = open_->partial->chunks().chunks;
    for (std::uint32_t i = first; i < first + count; ++i) {
      starts_.push_back({i, bytes_});
      bytes_ += chunks[i].bytes;
    }
  }
  std::uint64_t bytes() const override { return bytes_; }
  Result<Bytes> read(std::uint64_t offset, std::size_t bytes_max) override {
    Bytes out;
    while (offset < bytes_ && out.size() < bytes_max) {
      const auto next =
          std::upper_bound(starts_.begin(), starts_.end(), offset, [](std::uint64_t at, const Start& start) { return at < start.offset; });
      const Start& start = *std::prev(next);
      if (chunk_.empty() || loaded_ != start.index) {
        const std::lock_guard lock(open_->mutex);
        TRY(chunk_, open_->partial->get(start.index));
        loaded_ = start.index;
      }
      const auto from = static_cast<std::size_t>(offset - start.offset);
      const auto size = std::min(chunk_.size() - from, bytes_max - out.size());
      out.insert(out.end(), chunk_.begin() + static_cast<std::ptrdiff_t>(from), chunk_.begin() + static_cast<std::ptrdiff_t>(from + size));
      offset += size;
    }
    return out;
  }
  void forget() override { chunk_ = Bytes(); }

 private:
  struct Start {
    std::uint32_t index;
    std::uint64_t offset;
  };
  OpenPartialPtr open_;
  std::vector<Start> starts_;
  std::uint64_t bytes_ = 0;
  std::uint32_t loaded_ = 0;
  Bytes chunk_;
};

/// A run in the form in which it travels (store/transfer/run_code.hpp).
class FormedRunSource final : public Source {
 public:
  explicit FormedRunSource(std::unique_ptr<Source> plain) : plain_(std::move(plain)) {}
  FormedRunSource(Bytes packed, std::atomic<std::uint64_t>& held) : packed_(std::move(packed)), held_(&held) { *held_ += packed_.size(); }
  ~FormedRunSource() override {
    if (held_ != nullptr) *held_ -= packed_.size();
  }

  std::uint64_t bytes() const override { return plain_ ? plain_->bytes() + limits::run_overhead_bytes : packed_.size(); }
  Result<Bytes> read(std::uint64_t offset, std::size_t bytes_max) override {
    if (!plain_) {
      const auto from = static_cast<std::size_t>(std::min<std::uint64_t>(offset, packed_.size()));
      const ByteView slice = ByteView(packed_).subspan(from, std::min(bytes_max, packed_.size() - from));
      return Bytes(slice.begin(), slice.end());
    }
    if (offset > 0) return plain_->read(offset - limits::run_overhead_bytes, bytes_max);
    TRY(Bytes slice, plain_->read(0, bytes_max - std::min(bytes_max, limits::run_overhead_bytes)));
    slice.insert(slice.begin(), static_cast<std::uint8_t>(RunForm::plain));
    return slice;
  }

 private:
  std::unique_ptr<Source> plain_;
  Bytes packed_;
  std::atomic<std::uint64_t>* held_ = nullptr;  ///< bytes of all such runs
};

std::vector<std::uint32_t> lengths_of(const ServedRun& run) {
  std::vector<std::uint32_t> lengths;
  for (std::uint32_t i = run.first; i < run.first + run.count; ++i) lengths.push_back(run.list.chunks[i].bytes);
  return lengths;
}

std::optional<Bytes> compressed_against(Compressor& compressor, ByteView content, const ServedRun& run, const ServedBase& base) {
  const auto offsets = chunk_offsets(run.list);
  const auto find = [&](std::size_t first, std::size_t end, std::size_t bytes_max) -> BasePlace {
    const auto place = base.guide.place_of(run.list, offsets, run.first + first, run.first + end, bytes_max);
    return {place.offset, place.bytes};
  };
  const auto read = [&](std::uint64_t offset, std::size_t bytes) { return base.media.read(offset, bytes); };
  auto packed = compress_against(compressor, content, lengths_of(run), base.media.media(), find, read);
  if (packed) packed->insert(packed->begin(), static_cast<std::uint8_t>(RunForm::based));
  return packed;
}

/// Nothing if it is not worth while.
Result<std::optional<Bytes>> packed_run(RunSource& plain, const ServedRun& run, ServedBase* base) {
  constexpr std::size_t sample_bytes = 16 * limits::KiB;
  const auto bytes = static_cast<std::size_t>(plain.bytes());
  Compressor compressor;
  TRY(const Bytes sample, plain.read(0, sample_bytes));
  const bool alone = bytes <= limits::MiB && is_compressible(compressor, sample);
  const bool against = base != nullptr && base->is_worth_trying();
  if (!alone && !against) return std::nullopt;
  TRY(const Bytes content, plain.read(0, bytes));
  if (against) {
    auto packed = compressed_against(compressor, content, run, *base);
    base->tried(packed.has_value());
    if (packed) return packed;
  }
  return alone ? compress_run(compressor, content, lengths_of(run)) : std::nullopt;
}

}  // namespace

std::unique_ptr<RunSource> whole_run(MediaReader file, const ChunkList& list, std::uint32_t first, std::uint32_t count) {
  return std::make_unique<WholeRunSource>(std::move(file), list, first, count);
}

std::unique_ptr<RunSource> partial_run(OpenPartialPtr open, std::uint32_t first, std::uint32_t count) {
  return std::make_unique<PartialRunSource>(std::move(open), first, count);
}

Result<std::unique_ptr<Source>> formed_run(std::unique_ptr<RunSource> plain, const ServedRun& run, ServedBase* base,
                                           std::atomic<std::uint64_t>& held) {
  // More than 1 MiB is asked for at once for one large chunk alone: that is worth it against a base only.
  const std::uint64_t packed_bytes_max = base != nullptr && run.count == 1 ? limits::chunk_bytes_max : limits::MiB;
  constexpr std::uint64_t held_bytes_max = 16 * limits::MiB;
  if (plain->bytes() <= packed_bytes_max && held + plain->bytes() <= held_bytes_max) {
    TRY(auto packed, packed_run(*plain, run, base));
    if (packed) return std::unique_ptr<Source>(std::make_unique<FormedRunSource>(std::move(*packed), held));
    plain->forget();  // what was read of it is in nobody's account, and may wait for long
  }
  return std::unique_ptr<Source>(std::make_unique<FormedRunSource>(std::move(plain)));
}

}  // namespace essaimage::store

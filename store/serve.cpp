// What peers are served: packs of feeds, and runs of chunks. Who may ask for which feed, the core
// has judged; that a feed names a media file, and that it is held for that feed, is judged here.
// "Not held" and "not allowed" answer alike.
#include <fcntl.h>

#include <algorithm>

#include "proto/limits.hpp"
#include "store/crypto/hash.hpp"
#include "store/library_impl.hpp"
#include "store/transfer/run_code.hpp"
#include "store/transfer/zstd.hpp"

namespace essaimage::store {
namespace {

constexpr std::size_t spooled_packs_max = 4;

class SpooledSource final : public Source {
 public:
  SpooledSource(std::shared_ptr<SpooledPack> pack, Path scratch)
      : pack_(std::move(pack)), scratch_(std::move(scratch)) {}
  std::uint64_t bytes() const override { return pack_->bytes; }
  Result<Bytes> read(std::uint64_t offset, std::size_t bytes_max) override {
    return read_at(pack_->file.get(), offset, bytes_max, scratch_);
  }

 private:
  std::shared_ptr<SpooledPack> pack_;
  Path scratch_;  ///< for messages
};

/// A run of a media file that is here whole. Each chunk is checked before the first of its bytes goes
/// out: the file may have come by another list of its author than this one, which may lie, and the
/// disk may rot; whoever sends a bad chunk is blamed for it.
class WholeRunSource final : public Source {
 public:
  WholeRunSource(MediaReader file, const ChunkList& list, std::uint32_t first, std::uint32_t count)
      : file_(std::move(file)) {
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
  std::size_t next_ = 0;         ///< the first that is not checked
  std::uint64_t begin_ = 0;      ///< of the run, in the file
  std::uint64_t bytes_ = 0;
  std::uint64_t checked_ = 0;    ///< up to there, in the run
  Bytes ready_;                  ///< checked bytes from `ready_at_` on
  std::uint64_t ready_at_ = 0;
};

/// A run of a media file that is itself still on its way. Keeps the chunk that was read last.
class PartialRunSource final : public Source {
 public:
  PartialRunSource(OpenPartialPtr open, std::uint32_t first, std::uint32_t count)
      : open_(std::move(open)) {
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
          std::upper_bound(starts_.begin(), starts_.end(), offset,
                           [](std::uint64_t at, const Start& start) { return at < start.offset; });
      const Start& start = *std::prev(next);
      if (chunk_.empty() || loaded_ != start.index) {
        const std::lock_guard lock(open_->mutex);
        TRY(chunk_, open_->partial->get(start.index));
        loaded_ = start.index;
      }
      const auto from = static_cast<std::size_t>(offset - start.offset);
      const auto size = std::min(chunk_.size() - from, bytes_max - out.size());
      out.insert(out.end(), chunk_.begin() + static_cast<std::ptrdiff_t>(from),
                 chunk_.begin() + static_cast<std::ptrdiff_t>(from + size));
      offset += size;
    }
    return out;
  }

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
  explicit FormedRunSource(Bytes packed) : packed_(std::move(packed)) {}

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
};

/// Compressed, if that is worth while. A run that nobody of ours would ask for at once goes as it is: it is not to be held in
/// memory. `chunks`: of the run.
Result<std::unique_ptr<Source>> formed(std::unique_ptr<Source> plain, std::span<const Chunk> chunks) {
  constexpr std::uint64_t packed_bytes_max = limits::chunk_bytes_max;
  constexpr std::size_t sample_bytes = 16 * limits::KiB;
  if (plain->bytes() <= packed_bytes_max) {
    Compressor compressor;
    TRY(const Bytes sample, plain->read(0, sample_bytes));
    if (is_compressible(compressor, sample)) {
      TRY(const Bytes content, plain->read(0, static_cast<std::size_t>(plain->bytes())));
      std::vector<std::uint32_t> lengths;
      for (const Chunk& chunk : chunks) lengths.push_back(chunk.bytes);
      if (auto packed = compress_run(compressor, content, lengths)) {
        return std::unique_ptr<Source>(std::make_unique<FormedRunSource>(std::move(*packed)));
      }
    }
  }
  return std::unique_ptr<Source>(std::make_unique<FormedRunSource>(std::move(plain)));
}

bool within(std::uint32_t first, std::uint32_t count, std::size_t chunks) {
  return count > 0 && first < chunks && count <= chunks - first;
}

}  // namespace

/// Feeds of an audience that we have left stay on the disk, and go no further from here.
bool LibraryImpl::may_serve(const FeedId& feed) const {
  const auto roster = picture()->roster;
  return roster && roster->may_hold(identity_.slug, feed.audience);
}

Result<PackSource> LibraryImpl::open_pack(const FeedId& feed, const ObjectId& have) {
  const auto head = picture()->head(feed);
  if (!head || !may_serve(feed)) return fail(Errc::not_found, feed.str());
  TRY(auto raw, objects_->read(head->commit, ObjectType::commit));
  TRY(auto pack, spooled(*head, have));
  return PackSource{std::make_unique<SpooledSource>(std::move(pack), layout_.scratch()),
                    std::move(raw)};
}

/// One export for all peers that ask for the same; one export at a time.
Result<std::shared_ptr<SpooledPack>> LibraryImpl::spooled(const Head& head, const ObjectId& have) {
  const std::lock_guard lock(spool_mutex_);
  ObjectId from = have;
  const auto spooled_before = [&] {
    const auto it = std::find_if(spool_.begin(), spool_.end(), [&](const auto& pack) {
      return pack->feed == head.feed && pack->have == from && pack->head == head.commit;
    });
    if (it == spool_.end()) return false;
    spool_.splice(spool_.begin(), spool_, it);
    return true;
  };
  if (spooled_before()) return spool_.front();
  auto path = export_parcel(*objects_, layout_.scratch(), head.commit, from);
  // What the peer has is not below our head (a fork, an epoch that was left): then all of it, which
  // it may judge; the same for whatever else is unknown here.
  if (!path && path.error().code == Errc::not_found && !have.is_zero()) {
    from = ObjectId{};
    if (spooled_before()) return spool_.front();
    path = export_parcel(*objects_, layout_.scratch(), head.commit, from);
  }
  if (!path) return tl::unexpected(path.error());
  auto pack = std::make_shared<SpooledPack>();
  pack->feed = head.feed;
  pack->have = from;
  pack->head = head.commit;
  auto file = open_file(*path, O_RDONLY);
  auto size = store::file_size(*path);
  CHECK_OK(remove_file(*path));  // the descriptor keeps it; nothing can be forgotten behind
  if (!file) return tl::unexpected(file.error());
  if (!size) return tl::unexpected(size.error());
  pack->file = std::move(*file);
  pack->bytes = *size;
  spool_.push_front(pack);
  if (spool_.size() > spooled_packs_max) spool_.pop_back();
  return pack;
}

Result<std::unique_ptr<Source>> LibraryImpl::open_run(const FeedId& feed, const Sha256& media,
                                                      const ObjectId& list, std::uint32_t first,
                                                      std::uint32_t count) {
  const auto nothing = [&] { return fail(Errc::not_found, feed.str() + " " + media.hex()); };
  TRY(const auto row, state_->media(media));
  if (!row || !may_serve(feed)) return nothing();
  const bool named = std::any_of(row->named.begin(), row->named.end(), [&](const auto& naming) {
    return naming.feed == feed && naming.chunk_list == list && !naming.refused;
  });
  if (!named) return nothing();
  TRY(const bool serves, state_->serves(feed, media));
  if (serves && media_->has(media)) {
    TRY(const auto chunks, read_chunk_list(list));
    if (!within(first, count, chunks.chunks.size())) return nothing();
    TRY(auto file, media_->open(media));
    return formed(std::make_unique<WholeRunSource>(std::move(file), chunks, first, count),
                  std::span(chunks.chunks).subspan(first, count));
  }
  // Under the list that we fetch it by: opening it by another would begin it anew for a question.
  TRY(const auto want, state_->want(media));
  if (want && want->chunk_list != list) return nothing();
  return open_partial_run(feed, *row, list, first, count);
}

/// A file that is still coming is served as far as it is here, if all that came may pass to that
/// feed.
Result<std::unique_ptr<Source>> LibraryImpl::open_partial_run(const FeedId& feed,
                                                              const MediaRow& row,
                                                              const ObjectId& chunk_list,
                                                              std::uint32_t first,
                                                              std::uint32_t count) {
  const auto nothing = [&] { return fail(Errc::not_found, feed.str() + " " + row.media.hex()); };
  const auto roster = picture()->roster;
  std::error_code ignored;
  if (!roster || !std::filesystem::exists(layout_.partial(row.media), ignored)) return nothing();
  const auto open = open_partial(row.media, chunk_list);
  if (!open) return nothing();
  {
    const std::lock_guard lock((*open)->mutex);
    const auto& held = (*open)->partial->held();
    if (!within(first, count, held.size())) return nothing();
    const auto from = held.begin() + static_cast<std::ptrdiff_t>(first);
    if (std::find(from, from + static_cast<std::ptrdiff_t>(count), false) !=
        from + static_cast<std::ptrdiff_t>(count)) {
      return nothing();
    }
    const auto feeds = held_after_transfer(*roster, row.named_feeds(), (*open)->partial->through());
    if (std::find(feeds.begin(), feeds.end(), feed) == feeds.end()) return nothing();
  }
  return formed(std::make_unique<PartialRunSource>(*open, first, count),
                std::span((*open)->partial->chunks().chunks).subspan(first, count));
}

}  // namespace essaimage::store

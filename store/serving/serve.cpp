// What peers are served: parcels of feeds, and runs of chunks. Who may ask for which feed, the core
// has judged; that a feed names a media file, and that it is held for that feed, is judged here.
// "Not held" and "not allowed" answer alike.
#include <fcntl.h>

#include <algorithm>

#include "store/library/library_impl.hpp"
#include "store/serving/run_source.hpp"

namespace essaimage::store {
namespace {

constexpr std::size_t spooled_packs_max = 4;

class SpooledSource final : public Source {
 public:
  SpooledSource(std::shared_ptr<SpooledPack> pack, Path scratch) : pack_(std::move(pack)), scratch_(std::move(scratch)) {}
  std::uint64_t bytes() const override { return pack_->bytes; }
  Result<Bytes> read(std::uint64_t offset, std::size_t bytes_max) override {
    return read_at(pack_->file.get(), offset, bytes_max, scratch_);
  }

 private:
  std::shared_ptr<SpooledPack> pack_;
  Path scratch_;  ///< for messages
};

bool within(std::uint32_t first, std::uint32_t count, std::size_t chunks) { return count > 0 && first < chunks && count <= chunks - first; }

}  // namespace

/// Feeds of an audience that we have left stay on the disk, and go no further from here.
bool LibraryImpl::may_serve(const FeedId& feed) const {
  const auto roster = picture()->roster;
  return roster && roster->may_hold(identity_.slug, feed.audience);
}

Result<PackSource> LibraryImpl::open_pack(const FeedId& feed, const ObjectId& have, bool plain) {
  const auto head = picture()->head(feed);
  if (!head || !may_serve(feed)) return fail(Errc::not_found, feed.str());
  auto raw = objects_->read(head->commit, ObjectType::commit);
  auto pack = raw ? spooled(*head, have, plain) : tl::unexpected(raw.error());
  if (!pack) {
    mender_.suspect(feed, pack.error());
    return tl::unexpected(pack.error());
  }
  return PackSource{std::make_unique<SpooledSource>(std::move(*pack), layout_.scratch()), std::move(*raw)};
}

/// One export for all peers that ask for the same; one export at a time.
Result<std::shared_ptr<SpooledPack>> LibraryImpl::spooled(const Head& head, const ObjectId& have, bool plain) {
  const std::lock_guard lock(spool_mutex_);
  ObjectId from = have;
  const auto spooled_before = [&] {
    const auto it = std::find_if(spool_.begin(), spool_.end(), [&](const auto& pack) {
      return pack->feed == head.feed && pack->have == from && pack->head == head.commit && pack->plain == plain;
    });
    if (it == spool_.end()) return false;
    spool_.splice(spool_.begin(), spool_, it);
    return true;
  };
  if (spooled_before()) return spool_.front();
  auto path = export_parcel(*objects_, layout_.scratch(), head.commit, from, plain ? ObjectId{} : from);
  // What the peer has is not below our head (a fork, an epoch that was left): then all of it, which
  // it may judge; the same for whatever else is unknown here.
  if (!path && path.error().code == Errc::not_found && !have.is_zero()) {
    from = ObjectId{};
    if (spooled_before()) return spool_.front();
    path = export_parcel(*objects_, layout_.scratch(), head.commit, from, plain ? ObjectId{} : from);
  }
  if (!path) return tl::unexpected(path.error());
  auto pack = std::make_shared<SpooledPack>();
  pack->feed = head.feed;
  pack->have = from;
  pack->head = head.commit;
  pack->plain = plain;
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

Result<std::unique_ptr<Source>> LibraryImpl::open_run(const FeedId& feed, const Sha256& media, const ObjectId& list, std::uint32_t first,
                                                      std::uint32_t count, const Sha256& base) {
  const auto nothing = [&] { return fail(Errc::not_found, feed.str() + " " + media.hex()); };
  TRY(const auto row, state_->media(media));
  if (!row || !may_serve(feed)) return nothing();
  const bool named = std::any_of(row->named.begin(), row->named.end(),
                                 [&](const auto& naming) { return naming.feed == feed && naming.chunk_list == list && !naming.refused; });
  if (!named) return nothing();
  const AskedRun run{feed, list, first, count, base};
  TRY(const bool serves, state_->serves(feed, media));
  if (serves && media_->has(media)) return open_whole_run(*row, run);
  // Under the list that we fetch it by: opening it by another would begin it anew for a question.
  TRY(const auto want, want_of(media));
  if (want && want->chunk_list != list) return nothing();
  return open_partial_run(*row, run);
}

std::shared_ptr<ServedBase> LibraryImpl::base_of(const MediaRow& row, const AskedRun& run) {
  if (run.base.is_zero() || run.base == row.media || row.named.empty()) return nullptr;
  return served_bases_.find(*state_, *media_, run.feed, run.base, row.media, row.named.front().bytes);
}

Result<std::unique_ptr<Source>> LibraryImpl::open_whole_run(const MediaRow& row, const AskedRun& run) {
  const auto list = read_chunk_list(run.list);
  if (!list) mender_.suspect(run.feed, list.error());
  TRY(const auto& chunks, list);
  if (!within(run.first, run.count, chunks.chunks.size())) return fail(Errc::not_found, row.media.hex());
  TRY(auto file, media_->open(row.media));
  const auto base = base_of(row, run);
  return formed_run(whole_run(std::move(file), chunks, run.first, run.count), {chunks, run.first, run.count}, base.get(),
                    packed_run_bytes_);
}

Result<std::unique_ptr<Source>> LibraryImpl::open_partial_run(const MediaRow& row, const AskedRun& run) {
  const auto nothing = [&] { return fail(Errc::not_found, run.feed.str() + " " + row.media.hex()); };
  const auto roster = picture()->roster;
  std::error_code ignored;
  if (!roster || !std::filesystem::exists(layout_.partial(row.media), ignored)) return nothing();
  const auto open = open_partial(row.media, run.list);
  if (!open) return nothing();
  {
    const std::lock_guard lock((*open)->mutex);
    const auto& held = (*open)->partial->held();
    if (!within(run.first, run.count, held.size())) return nothing();
    const auto from = held.begin() + static_cast<std::ptrdiff_t>(run.first);
    const auto to = from + static_cast<std::ptrdiff_t>(run.count);
    if (std::find(from, to, false) != to) return nothing();
    const auto feeds = held_after_transfer(*roster, row.named_feeds(), (*open)->partial->through(), row.held);
    if (std::find(feeds.begin(), feeds.end(), run.feed) == feeds.end()) return nothing();
  }
  const auto base = base_of(row, run);
  const auto& chunks = (*open)->partial->chunks();
  return formed_run(partial_run(*open, run.first, run.count), {chunks, run.first, run.count}, base.get(), packed_run_bytes_);
}

}  // namespace essaimage::store

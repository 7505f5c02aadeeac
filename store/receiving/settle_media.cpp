// Media of the library that became whole: how they come into their places, durably and many together, and what is recorded of
// them then.
#include <algorithm>
#include <span>

#include "proto/limits.hpp"
#include "store/library/library_impl.hpp"
#include "store/withdrawal/withdrawals_impl.hpp"

namespace essaimage::store {

namespace {

/// A batch costs two syncs of the file system: enough for many small files, and never long after a
/// large one.
constexpr std::size_t batch_files_max = 64;
constexpr std::uint64_t batch_bytes_max = 64 * limits::MiB;
/// Where another thread settles, as much again may gather while it waits for the disk; then whoever brings more waits, too.
/// Each file keeps a descriptor open.
constexpr std::size_t gathered_files_max = 256;
constexpr std::uint64_t gathered_bytes_max = 256 * limits::MiB;

}  // namespace

struct LibraryImpl::Completed {
  OpenPartialPtr open;
  FeedList through;
};

void LibraryImpl::complete_later(const OpenPartialPtr& partial) {
  const std::lock_guard lock(complete_mutex_);
  if (std::find(complete_.begin(), complete_.end(), partial) == complete_.end()) complete_.push_back(partial);
}

void LibraryImpl::run_begins() {
  const std::lock_guard lock(complete_mutex_);
  ++runs_open_;
}

void LibraryImpl::keep_partial(OpenPartial& open) {
  const std::lock_guard lock(open.mutex);
  if (open.dropped || open.partial->complete()) return;  // whole ones settle
  if (const auto kept = open.partial->keep(); !kept) note(kept.error(), open.partial->media().hex());
}

/// Settled together while more is coming, so that many small files share the syncs; at once when
/// nothing else is.
void LibraryImpl::settle_if_due(bool run_ended) {
  bool due = false;
  {
    const std::lock_guard lock(complete_mutex_);
    if (run_ended) --runs_open_;
    if (complete_.empty() || no_room_) return;  // catch_up() tries again once in a while, not each slice
    std::uint64_t bytes = 0;
    for (const auto& open : complete_) bytes += open->partial->chunks().bytes;
    due = ask_to_settle_ ? complete_.size() >= gathered_files_max || bytes >= gathered_bytes_max
                         : runs_open_ == 0 || complete_.size() >= batch_files_max || bytes >= batch_bytes_max;
  }
  if (due) return settle_media();
  if (ask_to_settle_) ask_to_settle_();
}

void LibraryImpl::settle_media() {
  const std::lock_guard changing(changing_);
  complete_media();
}

void LibraryImpl::complete_media() {
  std::vector<OpenPartialPtr> list;
  {
    const std::lock_guard lock(complete_mutex_);
    list.swap(complete_);
  }
  if (list.empty()) return;
  const auto settled = settle_together(list);
  if (settled) return;
  note(settled.error(), "media");
  for (const auto& open : list) {  // one that cannot be settled keeps no other from it
    const auto alone = list.size() == 1 ? settled : settle_together({&open, 1});
    if (!alone) give_up(open, alone.error());
  }
}

Status LibraryImpl::settle_together(std::span<const OpenPartialPtr> list) {
  TRY(const auto batch, media_->begin());
  std::vector<Completed> good;
  std::vector<Sha256> bad;
  std::vector<OpenPartialPtr> again;
  for (const auto& open : list) {
    const Sha256 media = open->partial->media();
    Status added;
    {
      const std::lock_guard lock(open->mutex);
      if (open->dropped || !open->partial->complete()) continue;
      added = batch->add(*open->partial);
      if (added) good.push_back({open, open->partial->through()});
      // Every chunk is as listed, and the whole is not what its name says: the author's list lies.
      open->dropped = !added && added.error().code == Errc::media_bad;
      if (!added && !open->dropped) {
        if (const auto kept = open->partial->keep(); !kept) note(kept.error(), media.hex());
        if (open->partial->complete()) again.push_back(open);  // it could not be read now
      }
    }
    if (added) continue;
    note(added.error(), media.hex());
    bad.push_back(media);
    if (added.error().code != Errc::media_bad) continue;
    if (const auto refused = state_->refuse_list(media, open->chunk_list); !refused) note(refused.error(), media.hex());
    close_partial(media);
  }
  for (const auto& media : bad) tell_need(media);
  for (const auto& open : again) complete_later(open);
  CHECK_OK(batch->settle());
  complete_all(good);
  no_room_ = false;
  return {};
}

/// A full disk may have room later. What is gone, or cannot be moved for another reason, is fetched again.
void LibraryImpl::give_up(const OpenPartialPtr& open, const Error& why) {
  const Sha256 media = open->partial->media();
  if (why.code == Errc::disk_full) {
    no_room_ = true;
    return complete_later(open);
  }
  note(why, media.hex());
  // Another partial file may lie there by now: it is not this one's to remove.
  const auto dropped = why.code == Errc::conflict ? Status{} : drop_partial(media);
  if (!dropped) {
    note(dropped.error(), media.hex());
    behind_ = true;  // it lies there still, whole, and is looked at again
  }
  {
    const std::lock_guard lock(open->mutex);
    open->dropped = true;
  }
  tell_need(media);
}

void LibraryImpl::complete_all(std::span<const Completed> list) {
  // It is whole and in its place: the record is made up for later, and nothing of it is needed.
  const auto unrecorded = [&](const Sha256& media, const Error& why) {
    behind_ = true;
    note(why, media.hex());
  };
  std::vector<State::Whole> whole;
  std::vector<Sha256> recorded;
  for (const auto& completed : list) {
    const Sha256 media = completed.open->partial->media();
    close_partial(media);
    auto each = whole_of(completed);
    if (!each) {
      unrecorded(media, each.error());
      continue;
    }
    if (*each) whole.push_back(std::move(**each));
    recorded.push_back(media);
  }
  const auto held = state_->hold(whole);
  withdrawals_->heads_changed();  // what was erased may be here again
  for (const auto& media : recorded) {
    const auto more = held ? hold_more(media) : held;
    if (more) tell_need(media);
    else unrecorded(media, more.error());
  }
}

/// Nothing if it is for no feed; then it is removed, if it is not held already.
Result<std::optional<State::Whole>> LibraryImpl::whole_of(const Completed& completed) {
  const PartialMedia& partial = *completed.open->partial;
  const auto roster = picture()->roster;
  TRY(const auto row, state_->media(partial.media()));
  if (!roster) return std::nullopt;
  auto feeds = row ? held_after_transfer(*roster, row->named_feeds(), completed.through, row->held) : FeedList();
  if (feeds.empty() && (!row || row->held.empty())) {  // nobody may have it by these bytes
    const std::lock_guard lock(completed.open->mutex);
    completed.open->dropped = true;
    CHECK_OK(media_->remove(partial.media()));
    return std::nullopt;
  }
  return State::Whole{partial.media(), std::move(feeds), &partial.chunks()};
}

Status LibraryImpl::hold_more(const Sha256& media) {
  const auto roster = picture()->roster;
  TRY(const auto row, state_->media(media));
  return roster && row ? hold_more(*roster, *row) : Status{};
}

}  // namespace essaimage::store

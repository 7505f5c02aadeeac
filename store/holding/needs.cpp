// What the library lacks of media, as the core is told of it: which feeds name it, what of it is here, and through which
// feeds it may come.
#include "store/library/library_impl.hpp"

namespace essaimage::store {

Result<MediaNeed> LibraryImpl::need_of(const MediaWant& want) const {
  const auto roster = picture()->roster;
  MediaNeed need;
  need.media = want.media;
  need.bytes = want.bytes;
  need.chunk_list = want.chunk_list;
  TRY(const auto feeds, askable(want));
  for (const auto& feed : feeds) {
    if (roster && roster->may_hold(identity_.slug, feed.audience)) need.feeds.push_back(feed);
  }
  if (need.feeds.empty()) return fail(Errc::not_found, want.media.hex());
  TRY(const auto chunks, read_chunk_list(want.chunk_list));
  for (const auto& chunk : chunks.chunks) need.chunk_bytes.push_back(chunk.bytes);
  need.held = held_of(want);
  need.held.resize(need.chunk_bytes.size());
  for (const auto& feed : need.feeds) {
    TRY(const auto older, state_->older_of(feed, want.media));
    if (!older || !media_->has(*older)) continue;
    TRY(const bool held, state_->holds(feed, *older));
    if (!held) continue;
    need.base = MediaBase{feed, *older};
    break;
  }
  TRY(need.due, deadlines_.is_due(want.media));
  return need;
}

Result<FeedList> LibraryImpl::askable(const MediaWant& want) const {
  std::error_code ignored;
  const auto roster = picture()->roster;
  if (!roster || !std::filesystem::exists(layout_.partial(want.media), ignored)) return want.feeds;
  const auto open = open_partial(want.media, want.chunk_list);
  if (!open) return want.feeds;  // begun under another list, and in use: settled when that is
  FeedList through;
  {
    const std::lock_guard lock((*open)->mutex);
    through = (*open)->partial->through();
  }
  if (through.empty()) return want.feeds;
  TRY(const auto row, state_->media(want.media));
  return row ? may_join(*roster, row->named_feeds(), through, want.feeds, row->held) : want.feeds;
}

Status LibraryImpl::may_join_partial(OpenPartial& open, const FeedId& through) const {
  const auto roster = picture()->roster;
  const auto& before = open.partial->through();
  if (!roster || before.empty() || contains(before, through)) return {};
  const auto& media = open.partial->media();
  TRY(const auto want, want_of(media));
  TRY(const auto row, state_->media(media));
  if (!want || !row) return {};
  const auto feeds = may_join(*roster, row->named_feeds(), before, want->feeds, row->held);
  if (contains(feeds, through)) return {};
  return fail(Errc::conflict, media.hex() + ": some of it came through a feed that " + through.str() + " must not mix with");
}

void LibraryImpl::joined(const Sha256& media) {
  const std::lock_guard changing(changing_);
  tell_need(media);
}

Result<std::vector<MediaNeed>> LibraryImpl::needs() const {
  std::vector<MediaNeed> needs;
  if (!holding_.grants_any()) return needs;
  TRY(const auto wants, state_->wants());
  for (const auto& lists : wants) {
    if (!holding_.is_granted(lists.front().media)) continue;
    TRY(const auto judged, judge_want(lists, false));
    auto need = need_of(judged.want);
    if (need) needs.push_back(std::move(*need));
  }
  return needs;
}

void LibraryImpl::tell_need(const Sha256& media) {
  const auto lists = state_->wants_of(media);
  if (!lists) return note(lists.error(), media.hex());
  if (lists->empty()) holding_.forget(media);
  const auto needed = lists->empty() ? Result<std::optional<MediaWant>>(std::nullopt) : admit(*lists);
  if (!needed) return note(needed.error(), media.hex());
  if (!*needed) {
    if (media_->has(media)) {
      tell(change::MediaComplete{media});
    } else {
      tell(change::MediaUnneeded{media});
    }
    return;
  }
  const auto need = need_of(**needed);
  if (need) {
    tell(change::MediaNeeded{*need});
  } else if (need.error().code == Errc::not_found) {
    tell(change::MediaUnneeded{media});
  } else {
    note(need.error(), media.hex());
    for (const FeedId& feed : (**needed).feeds) mender_.suspect(feed, need.error());
  }
}

}  // namespace essaimage::store

// Media of the library on their way in: what is needed, what lies here of it, and when it is whole.
#include <algorithm>
#include <span>
#include <utility>

#include "proto/limits.hpp"
#include "store/library/library_impl.hpp"
#include "store/withdrawal/withdrawals_impl.hpp"

namespace essaimage::store {

namespace {

constexpr std::size_t partials_open_max = 64;  // descriptors: two for each

}  // namespace

Result<ChunkList> LibraryImpl::read_chunk_list(const ObjectId& blob) const {
  TRY(const auto content, objects_->read(blob, ObjectType::blob));
  return parse_chunk_list(content);
}

// --- partial media files
// ---------------------------------------------------------------------------------------------------

Result<OpenPartialPtr> LibraryImpl::open_partial(const Sha256& media, const ObjectId& chunk_list) const {
  const std::lock_guard lock(partials_mutex_);
  const auto same = [&](const OpenPartialPtr& open) { return open->partial->media() == media; };
  auto it = std::find_if(partials_.begin(), partials_.end(), same);
  if (it != partials_.end() && (*it)->chunk_list != chunk_list && it->use_count() == 1 && (*it)->partial->keep()) {
    partials_.erase(it);  // begun under another list; opening it anew finds its chunks again
    it = partials_.end();
  }
  if (it != partials_.end()) {
    if ((*it)->chunk_list != chunk_list) return fail(Errc::conflict, media.hex());
    partials_.splice(partials_.begin(), partials_, it);
    return partials_.front();
  }
  TRY(const auto chunks, read_chunk_list(chunk_list));
  auto open = std::make_shared<OpenPartial>();
  open->chunk_list = chunk_list;
  TRY(open->partial, media_->open_partial(media, chunks));
  partials_.push_front(open);
  for (auto old = std::prev(partials_.end()); partials_.size() > partials_open_max && old != partials_.begin();) {
    const auto last = old--;
    // One whose record cannot be written now would be lost with what the core was told of it.
    if (last->use_count() == 1 && (*last)->partial->keep()) partials_.erase(last);
  }
  return open;
}

void LibraryImpl::close_partial(const Sha256& media) const {
  const std::lock_guard lock(partials_mutex_);
  partials_.remove_if([&](const OpenPartialPtr& open) { return open->partial->media() == media; });
}

Status LibraryImpl::drop_partial(const Sha256& media) {
  const std::lock_guard lock(partials_mutex_);
  const auto it =
      std::find_if(partials_.begin(), partials_.end(), [&](const OpenPartialPtr& open) { return open->partial->media() == media; });
  if (it == partials_.end()) return media_->drop_partial(media);
  const OpenPartialPtr open = *it;
  partials_.erase(it);
  const std::lock_guard opened(open->mutex);
  open->dropped = true;
  return media_->drop_partial(media);
}

/// By chunk; empty if nothing is here.
std::vector<bool> LibraryImpl::held_of(const MediaWant& want) const {
  std::error_code ignored;
  if (!std::filesystem::exists(layout_.partial(want.media), ignored)) return {};
  const auto open = open_partial(want.media, want.chunk_list);
  if (!open) return {};
  const std::lock_guard lock((*open)->mutex);
  return (*open)->partial->held();
}

/// What an earlier run left: whole ones are settled now; what nobody needs goes, unless a feed of it was lost: that may name
/// it again when peers have brought it.
Status LibraryImpl::resume_partials() {
  for (const auto& media : media_->partials()) {
    TRY(const auto want, want_of(media));
    if (!want || !holding_.keeps_partial(media)) {
      if (want || !may_be_named_again(media)) CHECK_OK(drop_partial(media));
      continue;
    }
    if (const auto done = complete_if_whole(*want); !done) note(done.error(), media.hex());
  }
  complete_media();
  return {};
}

bool LibraryImpl::may_be_named_again(const Sha256& media) const {
  std::error_code ignored;
  if (!std::filesystem::exists(layout_.partial(media), ignored)) return false;
  const auto lost = lost_feeds();
  if (!lost) return true;
  const auto through = media_->partial_through(media);
  return std::any_of(through.begin(), through.end(), [&](const FeedId& feed) { return contains(*lost, feed); });
}

/// By an earlier run, or by what was copied.
Status LibraryImpl::complete_if_whole(const MediaWant& want) {
  std::error_code ignored;
  if (!std::filesystem::exists(layout_.partial(want.media), ignored)) return {};
  const auto open = open_partial(want.media, want.chunk_list);
  if (!open) return open.error().code == Errc::conflict ? Status{} : tl::unexpected(open.error());  // begun by another list
  const std::lock_guard lock((*open)->mutex);
  if ((*open)->partial->complete()) complete_later(*open);
  return {};
}

// --- what changed of naming
// -----------------------------------------------------------------------------------------------------------

/// Media whose naming, or whose feeds' audiences, have changed: held for more feeds, copied from
/// here, or needed.
void LibraryImpl::settle_naming(const std::vector<Sha256>& touched) {
  std::vector<Sha256> each = touched;
  std::sort(each.begin(), each.end());
  each.erase(std::unique(each.begin(), each.end()), each.end());
  withdrawals_->touched(each);
  for (const auto& media : each) {
    if (const auto settled = settle_one(media); !settled) note(settled.error(), media.hex());
  }
  complete_media();
  for (const auto& media : each) tell_need(media);
  if (!std::exchange(short_of_room_, false)) return;
  // Who came first has the room now, and should not for that alone.
  if (const auto planned = plan_holding({}); !planned) note(planned.error(), "holding");
}

void LibraryImpl::tell_media(const Sha256& media) {
  {
    const std::lock_guard changing(changing_);
    if (behind_) return;  // catch_up() looks at all of them
    {
      const std::lock_guard lock(complete_mutex_);
      const auto same = [&](const OpenPartialPtr& open) { return open->partial->media() == media; };
      if (std::any_of(complete_.begin(), complete_.end(), same)) return;  // it waits for its turn, or for room
    }
    if (const auto settled = settle_one(media); !settled) note(settled.error(), media.hex());
    tell_need(media);
  }
  settle_if_due(false);
}

Status LibraryImpl::settle_one(const Sha256& media) {
  const auto roster = picture()->roster;
  TRY(const auto row, state_->media(media));
  if (!roster) return {};
  if (row && !row->named.empty() && media_->has(media)) {
    CHECK_OK(hold_more(*roster, *row));
  }
  TRY(const auto lists, state_->wants_of(media));
  if (lists.empty()) return may_be_named_again(media) ? Status{} : drop_partial(media);
  TRY(const auto needed, admit(lists));
  if (!needed) return holding_.keeps_partial(media) ? Status{} : drop_partial(media);
  TRY(const auto feeds, askable(*needed));
  if (feeds.empty()) CHECK_OK(drop_partial(media));  // what came came through feeds that do not name it any more
  CHECK_OK(reuse(*needed));
  return complete_if_whole(*needed);
}

/// A file that is here is held for every feed to which it may pass. A list that it did not come by
/// is checked against the file first: serving by an author's false list would make us send bad
/// chunks.
Status LibraryImpl::hold_more(const Roster& roster, const MediaRow& row) {
  const auto more = newly_held(roster, row.named_feeds(), row.held);
  FeedList good;
  for (const auto& naming : row.named) {
    if (naming.refused || !contains(more, naming.feed)) continue;
    const bool known_list = std::any_of(row.named.begin(), row.named.end(), [&](const MediaRow::Naming& other) {
      return other.chunk_list == naming.chunk_list && contains(row.held, other.feed);
    });
    if (!known_list) {
      TRY(const auto chunks, read_chunk_list(naming.chunk_list));
      const auto fits = media_->verify(row.media, chunks);
      if (!fits && fits.error().code == Errc::chunk_bad) {
        CHECK_OK(state_->refuse_list(row.media, naming.chunk_list));
        continue;
      }
      CHECK_OK(fits);
    }
    good.push_back(naming.feed);
  }
  return good.empty() ? Status{} : state_->hold(row.media, good);
}

/// Copies what lies here already and may be used, before anything is asked of a peer.
Status LibraryImpl::reuse(const MediaWant& want) {
  TRY(const bool knows, state_->knows_chunks());
  if (!knows) return {};
  const auto roster = picture()->roster;
  TRY(const auto chunks, read_chunk_list(want.chunk_list));
  bool found = false;
  for (const auto& chunk : chunks.chunks) {
    TRY(const auto places, state_->find_chunk(chunk.id));
    found = found || !places.empty();
    if (found) break;
  }
  if (!found) return {};  // no partial file is made for nothing
  TRY(const auto open, open_partial(want.media, want.chunk_list));
  const std::lock_guard lock(open->mutex);
  TRY(const auto copied, reuse_chunks(*roster, *state_, *media_, *open->partial, want.feeds));
  (void)copied;
  return open->partial->complete() ? Status{} : open->partial->keep();
}

Result<std::vector<Sha256>> LibraryImpl::find_media(const FeedId& feed, const std::vector<Sha256>& media) const {
  std::vector<Sha256> found;
  if (!may_serve(feed)) return found;
  for (const auto& id : media) {
    TRY(const bool serves, state_->serves(feed, id));
    if (serves && media_->has(id)) found.push_back(id);
  }
  return found;
}

}  // namespace essaimage::store

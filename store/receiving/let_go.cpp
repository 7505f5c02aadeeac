// Feeds of mirrors that are over for this centre: what others published there leaves the library, texts and media. What else it
// holds for another feed, or published itself, stays.
//
// The refs go first, with the word that ends it (fallback.cpp); whatever of this is cut short is done at the next start, where a
// feed is indexed that has no head. Texts are collected with the withdrawn ones (withdrawal/collect.cpp).
#include <algorithm>

#include "store/library/library_impl.hpp"
#include "store/receiving/left_epochs.hpp"

namespace essaimage::store {

bool is_let_go(const Roster& roster, const std::string& self, const FeedId& feed) {
  if (feed.audience.kind != Audience::Kind::mirror || feed.centre == self) return false;
  const Member* member = roster.find(self);
  return member != nullptr && !member->suspended && !roster.may_hold(*member, feed.audience);
}

Result<std::vector<Sha256>> LibraryImpl::leave_feed(const FeedId& feed) {
  const auto roster = picture()->roster;
  if (!roster || !is_let_go(*roster, identity_.slug, feed)) return state_->lose_feed(feed);
  CHECK_OK(state_->put(std::string(let_go_key), "1"));  // its texts are to be collected
  TRY(const auto alone, state_->held_alone(feed));
  for (const auto& media : alone) CHECK_OK(media_->remove(media));
  for (const auto& media : media_->partials()) {
    const auto through = media_->partial_through(media);
    const bool of_it = std::ranges::all_of(through, [&](const FeedId& each) { return each == feed; });
    if (of_it && !through.empty()) CHECK_OK(drop_partial(media));
  }
  CHECK_OK(sync_folder(layout_.partials()));
  TRY(auto touched, state_->let_go(feed));
  touched.insert(touched.end(), alone.begin(), alone.end());
  return touched;
}

}  // namespace essaimage::store

#pragma once
// Answers to MediaQuery: what of that feed's media we hold, now and whenever more has arrived. Whole media are looked up
// in the store, under the feed's current tree; partial ones are our own wants.

#include <map>

#include "daemon/core/context.hpp"
#include "daemon/core/wants.hpp"

namespace essaimage::core {

class MediaAnswers {
 public:
  MediaAnswers(Context& context, const Wants& wants) : context_(context), wants_(wants) {}

  void query(Link& link, const message::MediaQuery& query);
  void found(const input::MediaFound& found);
  void head_changed(const FeedId& feed);
  /// Before the want is forgotten.
  void media_complete(const Sha256& media);
  void chunks_stored(const Sha256& media) { grown_.insert(media); }
  void link_closed(LinkId link);
  void tick();

 private:
  using Asked = std::pair<LinkId, FeedId>;
  /// A promise to tell more of one media.
  struct Subscription {
    std::size_t told_chunks = 0;
    Instant told_at;
  };
  struct Lookup {
    LinkId link = 0;
    FeedId feed;
    std::vector<Sha256> media;
    bool all = true;  ///< answer every media, not just those found
  };
  void look_up(LinkId link, const FeedId& feed, std::vector<Sha256> media, bool all);
  message::MediaHave::Item partial(const FeedId& feed, const Sha256& media) const;
  void subscribe(LinkId link, const FeedId& feed, const Sha256& media, std::size_t told_chunks);
  void unsubscribe(LinkId link, const FeedId& feed, const Sha256& media);

  Context& context_;
  const Wants& wants_;
  std::map<Sha256, std::map<Asked, Subscription>> subscriptions_;
  std::map<LinkId, std::set<std::pair<FeedId, Sha256>>> by_link_;
  std::map<JobId, Lookup> lookups_;
  std::set<Sha256> grown_;  ///< since the last tick
};

}  // namespace essaimage::core

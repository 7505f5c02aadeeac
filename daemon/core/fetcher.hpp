#pragma once
// Fetching feeds: which feed from whom, one fetch a feed, the federation's feed first, elsewhere after a failure. It speaks
// FetchFeed, Credit, Cancel and hears FeedOffer, Slice, Unavailable; the store checks the pack whole.

#include <functional>
#include <map>

#include "daemon/core/context.hpp"
#include "daemon/core/flow.hpp"
#include "daemon/core/judge.hpp"
#include "daemon/core/store_rest.hpp"

namespace essaimage::core {

class Fetcher {
 public:
  Fetcher(Context& context, Judge& judge, std::map<LinkId, Flow>& flows) : context_(context), judge_(judge), flows_(flows) {}

  bool owns(LinkId link, std::uint64_t request) const { return requests_.contains({link, request}); }
  bool owns(JobId job) const { return jobs_.contains(job); }
  /// From another link than this one.
  bool fetching_elsewhere(const FeedId& feed, LinkId link) const;
  bool fetching(const FeedId& feed) const { return fetches_.contains(feed); }
  bool idle() const { return fetches_.empty(); }
  std::size_t open_on(LinkId link) const;

  void offer(Link& link, const message::FeedOffer& offer);
  void slice(Link& link, const message::Slice& slice);
  void unavailable(Link& link, std::uint64_t request);
  void slice_taken(const input::SliceTaken& taken);
  void accepted(const input::PackAccepted& accepted);
  void head_changed(const FeedId& feed);
  void feed_frozen(const FeedId& feed);
  void link_closed(LinkId link);
  void link_opened() { dirty_ = true; }
  void roster_changed();
  void tick();
  /// Starts what can be started.
  void plan();
  /// Called after a fetch from that link was accepted and nothing more is wanted from it.
  std::function<void(LinkId)> on_drained;
  /// Called when a feed is asked for from that link.
  std::function<void(Link&, const FeedId&)> on_begun;
  void sync_now();  ///< a rest after a failure of our disk is over

 private:
  struct Fetch {
    LinkId link = 0;
    std::uint64_t request = 0;
    JobId job = 0;
    ObjectId have;
    Head claimed;  ///< why we asked
    std::optional<Head> offered;
    SharedBytes commit;
    std::uint64_t pack_bytes = 0;
    CreditAccount credit;
    std::vector<SharedBytes> early;  ///< slices that overtook the offer; within the credit
    bool early_last = false;
    bool appended = false;  ///< the store has a part of it
    bool accepting = false;
    bool froze = false;         ///< while the store checked it: what it showed is its author's doing
    bool store_failed = false;  ///< our disk refused a slice: what came of the rest says nothing of the peer
    Instant asked_at;
    Pace pace;
  };
  using Fetches = std::map<FeedId, Fetch, ByText>;

  Fetches::iterator of(LinkId link, std::uint64_t request);
  Link* choose(const FeedEntry& entry) const;
  bool federation_first() const;
  void begin(const FeedEntry& entry, Link& link);
  bool offer_fits(Link& link, const FeedId& feed, Fetch& fetch);
  void append(Link& link, const FeedId& feed, Fetch& fetch, const SharedBytes& bytes, bool last);
  void give_credit(Link& link, Fetch& fetch);
  /// Ends it without acceptance; `cancel` tells the peer.
  Fetches::iterator end(Fetches::iterator it, bool cancel);
  /// The claim waits, longer each time.
  void put_off(const FeedId& feed, LinkId link);
  void fail(Fetches::iterator it, bool cancel, Error error);

  Context& context_;
  Judge& judge_;
  std::map<LinkId, Flow>& flows_;
  Fetches fetches_;
  std::map<std::pair<LinkId, std::uint64_t>, FeedId> requests_;
  std::map<JobId, FeedId> jobs_;
  bool dirty_ = false;                 ///< something ended or became due since the last plan
  std::uint64_t planned_changes_ = 0;  ///< heads.changes() then
  StoreRest store_rest_;
};

}  // namespace essaimage::core

#pragma once
// Media from peers: who holds what of our wants, and runs of chunks asked of everybody who holds them, under byte credit;
// a chunk that is bad, late or not served is asked of somebody else. Media that have a deadline come first, then small ones,
// and of each media the chunks that the fewest have (rarest first: Legout et al., "Rarest first and choke algorithms are
// enough", IMC 2006), so that those who are still fetching soon have something for each other, and the first holder sends
// each byte hardly more than once.

#include <map>

#include "daemon/core/context.hpp"
#include "daemon/core/flow.hpp"
#include "daemon/core/store_rest.hpp"
#include "daemon/core/wants.hpp"

namespace essaimage::core {

class MediaPlanner {
 public:
  MediaPlanner(Context& context, Wants& wants, std::map<LinkId, Flow>& flows) : context_(context), wants_(wants), flows_(flows) {}

  bool owns(LinkId link, std::uint64_t request) const { return requests_.contains({link, request}); }
  bool owns(JobId job) const { return runs_.contains(job); }

  void need(const MediaNeed& need);
  void complete(const Sha256& media) { forget(media); }
  void unneeded(const Sha256& media) { forget(media); }

  void link_opened(const Link& link);
  void link_closed(LinkId link);
  void roster_changed();
  void have(Link& link, const message::MediaHave& have);
  void slice(Link& link, const message::Slice& slice);
  void unavailable(Link& link, std::uint64_t request);
  void slice_taken(const input::SliceTaken& taken);
  void stored(const input::ChunksStored& stored);
  void set_traffic(const input::Traffic& traffic);
  void sync_now();  ///< asks again for all that a peer is not known to hold whole, and rests no longer
  void tick();
  void plan();

  /// Some link's answer is not there yet, or holds what we lack.
  bool outstanding() const;
  /// Links that are known to hold something of it that we lack.
  std::vector<LinkId> holders(const Sha256& media) const;
  /// Some link has not yet told whether it holds any of it.
  bool asking(const Sha256& media) const;
  /// The links that each media is being fetched from now.
  std::map<Sha256, std::set<LinkId>> under_way() const;
  /// The link's last answer was that it serves no media now.
  bool refuses(LinkId link) const;
  bool store_rests() const { return store_rest_.lasts(context_.now); }

 private:
  /// What one link told of one media.
  struct Holding {
    FeedId feed;  ///< through which it was asked, and may be fetched
    bool complete = false;
    Bytes chunks;
    Instant retry_at;  ///< not fetched before
    unsigned failures = 0;
    bool holds(std::size_t chunk) const;
    bool helps(const Want& want) const;  ///< holds something that lacks here
    std::size_t weight() const;          ///< more: it holds more
  };
  using Holdings = std::map<Sha256, Holding>;
  struct Source {
    std::set<WantPlace> unasked;
    std::map<Sha256, Instant> asked;      ///< and not answered; when
    std::map<Sha256, std::size_t> turns;  ///< of media that several feeds name: how many it was asked through in vain
    Holdings holdings;                    ///< of what it told to hold some of
    std::set<WantPlace> offers;           ///< holds something; candidates for a run
    std::size_t runs = 0;
    unsigned refusals = 0;  ///< in a row: it rests, or is busy
    Instant rests_until;    ///< not asked for chunks before
    TokenBucket questions{settings::questions_burst, settings::questions_per_second};
    Instant ask_again_at;   ///< for what it did not hold
    std::uint64_t lot = 0;  ///< where in a media this link starts
  };
  struct Run {
    LinkId link = 0;
    std::uint64_t request = 0;
    FeedId feed;
    Sha256 media;
    std::uint32_t first = 0, count = 0;
    Sha256 base;                ///< that the peer was told to be here; zero: none
    std::vector<bool> settled;  ///< by chunk of the run: stored, or refused
    std::size_t unsettled = 0;
    std::uint64_t expected = 0;  ///< at most
    CreditAccount credit;
    bool last = false;
    bool written = false;
    bool taken_over = false;  ///< from a slower link: once is enough
    Instant begun_at;
    Pace pace;
  };
  using Runs = std::map<JobId, Run>;

  void ask(const Link& link, Source& source);
  void ask_through_next(const Link& link, Source& source, const Want& want);
  bool told(Source& source, const FeedId& feed, const message::MediaHave::Item& item, Want& want);
  Holdings::iterator erase(Source& source, Holdings::iterator holding);
  /// The feeds through which a link may be asked for it.
  std::vector<const FeedId*> common_feeds(const Link& link, const Want& want) const;
  bool has_room(const Link& link, const Source& source, const Want& want);
  bool plan_run(Link& link, Source& source);
  std::optional<std::pair<std::uint32_t, std::uint32_t>> pick_run(const Source& source, const Holding& holding, const Want& want,
                                                                  std::uint64_t bytes_max);
  template <class Wanted>
  std::optional<std::size_t> next_of(const Source& source, const Want& want, const Wanted& wanted) const;
  template <class Wanted>
  std::optional<std::size_t> rarest_of(const Want& want, const Wanted& wanted);
  static Sha256 base_through(const FeedId& feed, const Want& want);
  Run& begin(Link& link, Source& source, const Holding& holding, Want& want, std::uint32_t first, std::uint32_t count);
  /// Ends a run: what did not come is missing again.
  void end(Runs::iterator it, bool cancel);
  void fail(Runs::iterator it, bool cancel, const Error& error);
  void finish_if_done(Runs::iterator it);
  void forget(const Sha256& media);
  void offer_again(const Want& want);
  void give_credit(Run& run);
  std::uint64_t allowed(const Link& link, std::uint64_t bytes);
  void give_back(const Run& run);
  void end_game();
  std::optional<JobId> slowest_for(LinkId link, const Source& source);
  Duration time_left(const Run& run, std::size_t bytes_per_second) const;
  void ask_again(Source& source);
  void note_whole(const Want& want);
  void ask_store();

  Context& context_;
  Wants& wants_;
  std::map<LinkId, Flow>& flows_;
  std::map<LinkId, Source> sources_;
  Runs runs_;
  std::map<Sha256, Instant> whole_;  ///< wants of which every chunk is here; since when the store has not said so
  std::map<std::pair<LinkId, std::uint64_t>, JobId> requests_;
  bool dirty_ = false;                    ///< something changed since the last plan
  bool resting_ = false;                  ///< the admin lets no media move
  JobId credited_ = 0;                    ///< the run that was last given credit by a tick: the next goes first
  std::optional<TokenBucket> allowance_;  ///< what may still come from outside the LAN now; nothing: no limit
  StoreRest store_rest_;
};

}  // namespace essaimage::core

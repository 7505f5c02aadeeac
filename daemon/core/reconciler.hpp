#pragma once
// Anti-entropy: rounds of range-based set reconciliation with every open link; when a peer is level. The comparison
// itself is ranges.hpp. An answerer keeps no state; an opener keeps one round a link.

#include "daemon/core/context.hpp"
#include "daemon/core/ranges.hpp"

namespace essaimage::core {

class Reconciler {
 public:
  explicit Reconciler(Context& context) : context_(context) {}

  void link_opened(Link& link);
  void link_closed(LinkId link);
  void received(Link& link, const message::Reconcile& message);

  /// A round with this link soon: something was fetched from it, or it may know more.
  void again(LinkId link);
  void all_again();
  /// A round with every open link, counted.
  void sync_now();
  /// Our head changed: whoever may hold it and is not known to is not level any more.
  void head_changed(const FeedEntry& entry);
  void objects_lost();  ///< of some feed: Heads::lacking()
  void tick();
  /// Starts the rounds asked for; call at the end of each input.
  void flush();

  struct Peer {
    bool level = false;
    std::optional<Instant> level_at;
    bool told = false;  ///< one whole round is done: the peer has told what it holds
    std::optional<std::uint64_t> round;
    bool first_answer = true;
    bool stale = false;  ///< our heads changed since the round was opened
    Instant round_at;
    Instant next_at;
    unsigned unlevel = 0;            ///< rounds since it was level
    unsigned calm = 0;               ///< rounds that found it level since something changed here
    std::uint64_t sync_started = 0;  ///< the command that the running round answers
    std::uint64_t sync_done = 0;
  };
  const Peer* peer(LinkId link) const;
  std::uint64_t sync_asked() const { return sync_asked_; }
  std::uint64_t sync_done() const;  ///< answered by every open link

 private:
  HeadSet shared_heads(const Link& link) const;
  void open_round(Link& link, Peer& peer);
  void learn(Link& link, const HeadSet& own, const Comparison& comparison);
  void learn_head(Link& link, const Head& head);
  void ask_for_lacking(Link& link);
  void finish(Link& link, Peer& peer, bool level, bool ours);

  Context& context_;
  std::map<LinkId, Peer> peers_;
  std::set<LinkId> again_;  ///< those with which a round is to begin, as soon as none is running
  std::uint64_t sync_asked_ = 0;
};

}  // namespace essaimage::core

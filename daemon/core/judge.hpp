#pragma once
// What a raw commit from a peer is worth: read it by the notary, then weigh it against what is held. Proves forks, and
// answers for them (ForkProof). Whatever is wrong with the bytes is the sender's fault, never the author's.

#include "daemon/core/context.hpp"

namespace essaimage::core {

class Judge {
 public:
  explicit Judge(Context& context) : context_(context) {}

  /// The head that this commit proves, of a feed that both sides may hold. Nothing: refused, and reported where due.
  std::optional<Head> read(Link& link, const SharedBytes& commit);

  enum class Standing {
    older,   ///< than held or witnessed: ignored, and reported
    held,    ///< the very same
    forked,  ///< equal order, different commit: the feed is being frozen
    frozen,  ///< of a frozen feed: ignored
    newer,   ///< worth fetching
  };
  Standing weigh(Link& link, const Head& head, const SharedBytes& commit);

  void fork_proof(Link& link, const message::ForkProof& proof);
  void feed_frozen(const input::FeedFrozen& change);
  void fork_kept(const input::ForkKept& kept);
  void tick();
  void start(const std::vector<Fork>& forks);
  /// Sends the proof, if the feed is frozen and may be told.
  void tell_fork(Link& link, const FeedEntry& entry);

 private:
  /// Two commits that the store has not kept yet. A refusal of our own disk is tried again.
  struct Due {
    SharedBytes held, claimed;
    Instant retry_at;
    unsigned failures = 0;
  };
  void keep_fork(FeedEntry& entry, SharedBytes held, SharedBytes claimed);
  void keep(FeedEntry& entry, const Due& due);
  void freeze(const Fork& fork);

  Context& context_;
  std::map<FeedId, Due> due_;
};

}  // namespace essaimage::core

#pragma once
// All feeds that this node knows: the head held, the head witnessed, the proof of a fork, and which link claims to hold
// which head. Claims are unsigned hints about whom to ask. Kept in the order of the feeds' texts, because that is the
// order of reconciliation on the wire.
//
// Callers note claims only of feeds that both sides may hold and whose author is a member: that bounds the table.

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "daemon/core/access.hpp"

namespace essaimage::core {

/// The order of FeedId::str(), without making the texts.
struct ByText {
  bool operator()(const FeedId& a, const FeedId& b) const;
};

/// What a link says that it holds of a feed.
struct Claim {
  LinkId link = 0;
  Order order;
  ObjectId commit;
  bool frozen = false;     ///< told as frozen
  bool announced = false;  ///< may be fetched at once; else (lazy) an announcement may still come
  Instant ripe_at;         ///< not to be fetched before: lazy, or in back-off after a failure
  unsigned failures = 0;   ///< of this link with this feed, since it last kept its word
  bool other = false;      ///< told as frozen, and it holds another head than we do
};

struct FeedEntry {
  FeedId feed;
  std::string text;       ///< feed.str()
  Head held;              ///< order zero: nothing
  SharedBytes commit;     ///< raw, of `held`; null if it was held before the start
  Order witnessed_order;  ///< zero: none
  ObjectId witnessed_commit;
  std::optional<Order> bound;  ///< its author is suspended: nothing beyond this counts
  Ended ended;                 ///< of keys that its author had before
  bool ours = false;           ///< we may hold it, and its author is a member
  std::optional<Fork> fork;    ///< frozen
  Order fork_order;
  bool fork_told = false;        ///< KeepFork is under way
  std::optional<Head> verified;  ///< the newest head that a readable commit proved, not held yet
  SharedBytes verified_commit;
  std::vector<Claim> claims;  ///< by link
  std::optional<Error> last_error;
  bool damaged = false;  ///< what is held could not be read when something newer referred to it
  bool lacking = false;  ///< objects of what is held are lost: it is fetched once more, whole

  bool has() const { return held.order != Order{}; }
  bool frozen() const { return fork.has_value() || fork_told; }
  /// Frozen, and the commits that prove it are lost.
  bool lacks_proof() const { return fork && !fork->first && !fork_told; }
  /// True if a head of this order and commit is worth fetching: newer than held and witnessed, or of equal order and
  /// different (a fork, to be proved). Also what is held, while it is lacking.
  bool lacks(const Order& order, const ObjectId& commit) const;
  /// Frozen, and objects of it are lost: who holds it frozen too may hold just what we do. Nothing else of it is taken.
  bool mends(const Claim& claim) const { return lacking && fork && claim.frozen && !claim.other; }
  bool worth(const Claim& claim) const { return mends(claim) || lacks(claim.order, claim.commit); }
  const Claim* claim(LinkId link) const;
  Claim* claim(LinkId link);
  /// True if a signature that was checked proves this head.
  bool proves(const Order& order, const ObjectId& commit) const;
  /// True if that link is known to hold our head or a newer one.
  bool held_by(LinkId link) const;
};

class Heads {
 public:
  using Table = std::map<FeedId, FeedEntry, ByText>;
  /// Access::limits_of().
  using LimitsOf = std::function<FeedLimits(const FeedId&)>;

  explicit Heads(LimitsOf limits_of = {}) : limits_of_(std::move(limits_of)) {}
  using Shared = std::function<bool(LinkId, const FeedId&)>;
  /// The bounds may have changed; and what a link claimed of a feed that is not for both any more is forgotten, because
  /// nobody will ask for it.
  void roster_changed(const Shared& shared);

  void start(const input::Start& start);
  FeedEntry* find(const FeedId& feed);
  const FeedEntry* find(const FeedId& feed) const;
  FeedEntry& at(const FeedId& feed);

  void set_held(const Head& head, SharedBytes commit);  ///< whole
  void leave(const FeedId& feed);                       ///< nothing is held of it any more
  bool set_lacking(const FeedId& feed);                 ///< false: nothing is held, or it is known
  void set_fork(const Fork& fork, const Order& order);
  void clear_fork(const FeedId& feed);

  /// Replaces what that link claimed of that feed. Where fetching failed, its back-off goes on, whatever it claims.
  void note(LinkId link, const Head& head, bool announced, Instant ripe_at);
  void note_frozen(LinkId link, const FeedId& feed);
  void note_other(LinkId link, const FeedId& feed);
  /// Nothing is claimed any more; what failed is remembered.
  void drop(LinkId link, const FeedId& feed);
  void link_closed(LinkId link);

  const Table& table() const { return table_; }
  Table& table() { return table_; }
  /// Feeds of which some link claims a head worth fetching.
  const std::set<FeedId, ByText>& wanted() const { return wanted_; }
  bool wants_from(LinkId link) const;
  /// Feeds of which what is held is lacking something.
  const std::set<FeedId, ByText>& lacking() const { return lacking_; }
  /// Counts the changes to what is worth fetching.
  std::uint64_t changes() const { return changes_; }
  /// Call after changing an entry through find() or at() in a way that changes what is worth fetching.
  void refresh(const FeedEntry& entry);

 private:
  Claim& claim_at(FeedEntry& entry, LinkId link);

  void limit(FeedEntry& entry);

  LimitsOf limits_of_;
  Table table_;
  std::set<FeedId, ByText> wanted_;
  std::set<FeedId, ByText> lacking_;
  std::uint64_t changes_ = 0;
};

}  // namespace essaimage::core

#pragma once
// Who we are, who is a member, and who may be told of which feed. Every question is answered from the roster of this
// moment; nothing is remembered per peer.
//
// While joining there is no roster yet: then the node that was dialled stands in for the federation, and its region
// feed is the only feed there is.

#include <map>

#include "daemon/core/input.hpp"
#include "proto/roster.hpp"

namespace essaimage::core {

/// What counts of a feed of which the author has a new key: of generations before this one, nothing beyond that head (order
/// zero: nothing at all).
struct Ended {
  std::uint64_t before = 0;
  Head last;
  bool excludes(const Order& order) const { return order.generation < before && order > last.order; }
};

/// What the roster says of how much of a feed counts.
struct FeedLimits {
  /// Its author is suspended: the last order that counts (zero: none).
  std::optional<Order> bound;
  Ended ended;
  bool ours = false;  ///< Access::ours()
};

class Access {
 public:
  void start(const input::Start& start);
  void set_roster(RosterPtr roster);

  const Roster& roster() const { return *roster_; }
  bool provisional() const { return provisional_; }
  const FederationId& federation() const { return federation_; }
  const TransportKey& own_key() const { return own_key_; }
  const std::string& own_slug() const { return own_slug_; }  ///< empty while joining
  bool joined() const { return !own_slug_.empty(); }
  bool is_federation() const { return joined() && own_slug_ == roster_->federation_slug; }
  bool own_suspended() const;

  /// The active member with this key, or null: unknown and suspended alike.
  const Member* member(const TransportKey& peer) const;
  /// Why a key that was a member's is one no more: Errc::key_succeeded (it goes on under another), Errc::publish_suspended.
  std::optional<Errc> ended(const TransportKey& peer) const;
  /// We may hold it, and its author is a member (suspended or not: what it published before stays).
  bool ours(const FeedId& feed) const;
  FeedLimits limits_of(const FeedId& feed) const;
  /// A member of the roster of this moment may hold feeds of that audience.
  bool may_hold(const Member& member, const Audience& audience) const { return roster_->may_hold(member, audience); }
  /// Both that peer and we may hold it.
  bool shared(const Member& peer, const FeedId& feed) const;

 private:
  TransportKey own_key_;
  SigningKey own_signing_;
  FederationId federation_;
  std::string own_slug_;
  const Member* own_ = nullptr;  ///< in roster_; null while joining
  /// Members of this roster whose key was asked for: a region has thousands, and every message asks for one of a few.
  mutable std::map<TransportKey, const Member*> known_;
  RosterPtr roster_ = std::make_shared<const Roster>();
  bool provisional_ = false;
};

}  // namespace essaimage::core

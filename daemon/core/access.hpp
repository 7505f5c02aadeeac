#pragma once
// Who we are, who is a member, and who may be told of which feed. Every question is answered from the roster of this
// moment; nothing is remembered per peer.
//
// While joining there is no roster yet: then the node that was dialled stands in for the federation, and its region
// feed is the only feed there is.

#include "daemon/core/input.hpp"
#include "proto/roster.hpp"

namespace essaimage::core {

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
  /// We may hold it, and its author is a member (suspended or not: what it published before stays).
  bool ours(const FeedId& feed) const;
  /// Of a suspended author's feed: the last order that counts (zero: none). Nothing: no such bound.
  std::optional<Order> bound_of(const FeedId& feed) const;
  /// Both that peer and we may hold it.
  bool shared(const Member& peer, const FeedId& feed) const;

 private:
  /// As the roster says; the commonest questions without looking the member up again.
  bool may_hold(const Member& member, const Audience& audience) const;

  TransportKey own_key_;
  SigningKey own_signing_;
  FederationId federation_;
  std::string own_slug_;
  const Member* own_ = nullptr;  ///< in roster_; null while joining
  RosterPtr roster_ = std::make_shared<const Roster>();
  bool provisional_ = false;
};

}  // namespace essaimage::core

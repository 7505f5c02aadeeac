#pragma once
// The roster: who is a member, with which keys, in which territories, as the federation's feed says it. The store
// derives it from verified statements; the core and the store judge by it. Immutable once made, so freely shared
// between threads as std::shared_ptr<const Roster>.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "proto/ids.hpp"
#include "proto/time.hpp"

namespace essaimage {

struct MemberKeys {
  std::uint64_t generation = 1;  ///< a succession starts the next one
  SigningKey signing;
  TransportKey transport;
  /// Set when a succession ended this generation: its last valid heads. A feed not named has none.
  std::map<FeedId, Head> last_valid;
  /// SHA-256 of the successions of others that it had signed as a neighbour's when it ended, or its member was suspended: they
  /// count still, and nothing else that it signs.
  std::set<Sha256> vouched = {};
  std::set<std::string> by_neighbours = {};  ///< who gave it this key; empty: the federation
};

struct Member {
  std::string slug;
  std::string name;
  std::set<std::string> territories;
  bool suspended = false;
  std::string suspended_why;
  /// Of a suspended member: the last accepted order of each feed. A feed not named is not accepted at all.
  std::map<FeedId, Order> last_accepted;
  std::vector<MemberKeys> keys;        ///< by rising generation; never empty
  std::vector<std::string> endpoints;  ///< where it can be reached: "tcp://…"; from its centre.toml
  /// Members of which so many may give it its next key, in the place of the federation's members role. None: nobody may.
  std::set<std::string> neighbours = {};
  std::uint32_t neighbours_needed = 0;

  const MemberKeys& current_keys() const { return keys.back(); }
};

struct Roster {
  FederationId federation;
  std::string federation_slug;  ///< reserved; also a member
  std::string federation_name;
  std::map<std::string, Member> members;                 ///< by slug
  std::map<std::string, std::set<std::string>> mirrors;  ///< linked territories by slug; of those that run
  /// Of feeds of mirrors that have ended, also of those that were begun again: the last order of the time before.
  std::map<FeedId, Order> mirror_ends;

  const Member* find(const std::string& slug) const;
  /// By a current transport key. Suspended members are found too: the caller decides.
  const Member* find(const TransportKey& key) const;
  /// True if this active member may hold feeds of that audience. The federation belongs to every audience.
  bool may_hold(const std::string& slug, const Audience& audience) const;
  /// The same of a member of this roster that was found already.
  bool may_hold(const Member& member, const Audience& audience) const;
  /// Of its neighbours those that can sign now: members that are not suspended.
  std::vector<const Member*> able_neighbours(const Member& member) const;
  /// The key that must have signed commits of this centre and generation.
  const SigningKey* signing_key(const std::string& centre, std::uint64_t generation) const;
  /// Where the federation's own statements lie.
  FeedId federation_feed() const { return {federation_slug, Audience{}}; }

  /// Current keys of the active members that say where they can be reached, but the federation's, by rising key. A node tries
  /// a few of thousands, and all nodes of one computer look into the same list.
  const std::vector<TransportKey>& reachable() const { return reachable_; }
  /// Those of them that are of this territory.
  const std::vector<TransportKey>& reachable(const std::string& territory) const;

  /// Fills the lookups by transport key and who is reachable; call once after the last change.
  void index();

 private:
  std::map<TransportKey, std::string> by_transport_;
  std::vector<TransportKey> reachable_;
  std::map<std::string, std::vector<TransportKey>> reachable_of_;  ///< by territory
};

/// Whether the federation's word lets that order count: false of a mirror's feed beyond the end of the mirror. Once it was begun
/// again, what follows its end is of a later epoch, so that nobody takes a version that came too late for one of the new time.
bool mirror_accepts(const Roster& roster, const FeedId& feed, const Order& order);

/// True if everybody in `narrow` is in `wide` under this roster: media may be reused from `wide` for `narrow`.
bool includes(const Roster& roster, const Audience& wide, const Audience& narrow);

}  // namespace essaimage

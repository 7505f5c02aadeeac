#pragma once
// Whom to dial, and when: the federation first, then some of each of our own territories, then some of elsewhere until enough
// peers are connected; with back-off. Knows endpoints from the roster, the configuration and the invitation.
//
// Of a member nothing is kept until it is dialled or linked: a region has thousands, and a node knows a few. Nor is anything
// looked at while nothing happened and nobody's time has come.

#include <map>

#include "daemon/core/context.hpp"
#include "daemon/core/status.hpp"

namespace essaimage::core {

class Dialer {
 public:
  explicit Dialer(Context& context) : context_(context) {}

  void start(const input::Start& start);
  void roster_changed();

  void link_up(const Link& link);
  void link_down(const Link& link, const std::string& reason);
  void dial_failed(const input::DialFailed& failure);
  void refused(const Link& link, Errc why);  ///< the peer does not speak with us
  void sync_now();                           ///< whoever waits in back-off is dialled now
  void plan();

  /// Somebody is being dialled or greeted.
  bool connecting() const;

  struct Peer {
    std::size_t next_endpoint = 0;
    bool dialling = false;
    Instant dialled_at;
    Instant connected_at;
    Instant failed_at;
    unsigned failures = 0;
    std::optional<Instant> retry_at;
    bool refused_us = false;
    std::optional<Error> last_error;
    std::optional<Instant> error_since;  ///< of this code
  };
  /// Null: it was neither dialled nor linked yet.
  const Peer* find(const TransportKey& key) const;
  /// Where that member can be dialled, as it says and as our configuration says.
  std::vector<std::string> endpoints(const Member& member) const;

 private:
  /// How many peers more each of our audiences takes; those that have enough are not in it.
  using Lacks = std::map<Audience, std::size_t>;

  Peer* peer_at(const TransportKey& key);  ///< null: no other active member
  void fail(Peer& peer, const TransportKey& key, Errc code, const std::string& reason, unsigned steps);
  bool dial_if_due(const Member& member, bool alone);
  bool is_federation(const TransportKey& key) const;
  bool connected(const TransportKey& key) const;
  std::size_t busy() const;
  std::vector<Audience> own_audiences() const;
  bool brings(const Member& other, const Audience& ours) const;
  Lacks lacks() const;
  void take(Lacks& lacks, const Member& other) const;
  void put_in_order();
  std::vector<TransportKey> configured_only() const;
  const TransportKey* near_or_far(bool near, std::size_t place);
  void sort_far();
  void dial();
  void dial_near(Lacks& lacking, std::size_t& count);
  void plan_again_at(Instant at) { again_at_ = std::min(again_at_, at); }

  Context& context_;
  std::map<TransportKey, Peer> peers_;
  std::vector<PeerEndpoint> configured_;
  /// Whoever has an endpoint, in the order in which this node tries them: another order at each node. Made when needed; of those
  /// from elsewhere only the first, and more when these are not enough.
  std::vector<TransportKey> near_, far_;
  std::size_t far_count_ = 0;  ///< how many there are in all
  bool in_order_ = false;
  std::uint64_t lot_ = 0;
  /// The last plan holds until one of these is no longer so.
  std::uint64_t planned_links_ = 0;  ///< Links::changes()
  Instant again_at_;
};

}  // namespace essaimage::core

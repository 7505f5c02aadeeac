#pragma once
// Whom to dial, and when: the federation first, our own territories next, then the others, until enough peers are
// connected; with back-off. Knows endpoints from the roster, the configuration and the invitation.

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
  void refused(const Link& link);  ///< the peer does not speak with us
  void sync_now();                 ///< whoever waits in back-off is dialled now
  void plan();

  /// Somebody is being dialled or greeted.
  bool connecting() const;

  struct Peer {
    std::string slug;                    ///< empty if it is no member
    std::vector<std::string> endpoints;
    std::size_t next_endpoint = 0;
    std::uint64_t lot = 0;               ///< random order among equals
    bool dialling = false;
    Instant dialled_at;
    Instant connected_at;
    unsigned failures = 0;
    std::optional<Instant> retry_at;
    bool refused_us = false;
    std::optional<Error> last_error;
  };
  const std::map<TransportKey, Peer>& peers() const { return peers_; }

 private:
  void fail(Peer& peer, Errc code, const std::string& reason, unsigned steps);
  int rank(const Peer& peer) const;
  void dial(const TransportKey& key, Peer& peer);
  std::size_t busy() const;

  Context& context_;
  std::map<TransportKey, Peer> peers_;
  std::vector<PeerEndpoint> configured_;
};

}  // namespace essaimage::core

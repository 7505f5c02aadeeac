#include "daemon/core/dialer.hpp"

#include <algorithm>
#include <tuple>

namespace essaimage::core {

void Dialer::start(const input::Start& start) {
  configured_ = start.endpoints;
  roster_changed();
}

void Dialer::roster_changed() {
  std::map<TransportKey, Peer> old = std::move(peers_);
  peers_.clear();
  const auto peer_at = [&](const TransportKey& key) -> Peer& {
    const auto [it, added] = peers_.try_emplace(key);
    if (added) {
      if (const auto known = old.find(key); known != old.end()) it->second = std::move(known->second);
      else it->second.lot = context_.random.next();
      it->second.endpoints.clear();
      it->second.slug.clear();
    }
    return it->second;
  };
  const auto add = [](Peer& peer, const std::string& endpoint) {
    if (std::find(peer.endpoints.begin(), peer.endpoints.end(), endpoint) == peer.endpoints.end()) {
      peer.endpoints.push_back(endpoint);
    }
  };
  for (const auto& [slug, member] : context_.access.roster().members) {
    const TransportKey& key = member.current_keys().transport;
    if (key == context_.access.own_key() || member.suspended) continue;
    Peer& peer = peer_at(key);
    peer.slug = slug;
    for (const std::string& endpoint : member.endpoints) add(peer, endpoint);
  }
  for (const PeerEndpoint& extra : configured_) {
    // Only members are dialled; an endpoint of the configuration waits until the roster names its key.
    const auto it = peers_.find(extra.peer);
    if (it != peers_.end()) add(it->second, extra.endpoint);
  }
}

void Dialer::link_up(const Link& link) {
  const auto it = peers_.find(link.peer);
  if (it == peers_.end()) return;
  it->second.dialling = false;
  it->second.retry_at.reset();
  it->second.connected_at = context_.now;
}

void Dialer::link_down(const Link& link, const std::string& reason) {
  const auto it = peers_.find(link.peer);
  if (it == peers_.end()) return;
  Peer& peer = it->second;
  const bool other = std::any_of(context_.links.all().begin(), context_.links.all().end(), [&](const auto& each) {
    return each.second.peer == link.peer && !each.second.closing && each.first != link.id;
  });
  if (other) return;
  if (link.is_open() || link.phase == Link::Phase::open) {
    peer.refused_us = false;
    if (context_.now - peer.connected_at >= settings::backoff_reset_after) peer.failures = 0;
  }
  fail(peer, Errc::transport, reason, 1);
}

void Dialer::dial_failed(const input::DialFailed& failure) {
  const auto it = peers_.find(failure.peer);
  if (it == peers_.end() || !it->second.dialling) return;
  it->second.next_endpoint += 1;
  fail(it->second, Errc::transport, failure.endpoint + ": " + failure.reason, 1);
}

void Dialer::refused(const Link& link) {
  const auto it = peers_.find(link.peer);
  if (it == peers_.end()) return;
  it->second.refused_us = true;
  fail(it->second, Errc::peer_refuses, {}, 2);
}

void Dialer::fail(Peer& peer, Errc code, const std::string& reason, unsigned steps) {
  peer.dialling = false;
  const Duration base = doubled(settings::backoff_min, peer.failures, settings::backoff_max);
  peer.retry_at = context_.now + jittered(context_.random, base);
  peer.failures = std::min(peer.failures + steps, 20U);
  // A link that ends after a refusal tells nothing more.
  if (!peer.refused_us || code == Errc::peer_refuses) peer.last_error = Error{code, reason};
}

void Dialer::sync_now() {
  for (auto& [key, peer] : peers_) {
    if (peer.endpoints.empty()) continue;
    peer.retry_at.reset();
  }
}

int Dialer::rank(const Peer& peer) const {
  const Roster& roster = context_.access.roster();
  if (peer.slug == roster.federation_slug) return 0;
  const Member* own = roster.find(context_.access.own_slug());
  const Member* other = roster.find(peer.slug);
  if (own == nullptr || other == nullptr) return 2;
  const auto common = [&](const std::string& territory) { return other->territories.contains(territory); };
  return std::any_of(own->territories.begin(), own->territories.end(), common) ? 1 : 2;
}

std::size_t Dialer::busy() const {
  std::size_t count = 0;
  for (const auto& [id, link] : context_.links.all()) {
    if (!link.closing && link.phase != Link::Phase::stranger) ++count;
  }
  for (const auto& [key, peer] : peers_) count += peer.dialling ? 1 : 0;
  return count;
}

bool Dialer::connecting() const {
  const auto under_way = [](const auto& each) { return each.second.dialling; };
  if (std::any_of(peers_.begin(), peers_.end(), under_way)) return true;
  return std::any_of(context_.links.all().begin(), context_.links.all().end(), [](const auto& each) {
    return each.second.phase == Link::Phase::greeting && !each.second.closing;
  });
}

void Dialer::plan() {
  std::size_t count = busy();
  std::vector<std::tuple<int, std::uint64_t, TransportKey>> candidates;
  for (auto& [key, peer] : peers_) {
    if (peer.dialling && context_.now - peer.dialled_at >= settings::dial_within) {
      peer.next_endpoint += 1;
      fail(peer, Errc::timed_out, "no answer", 1);
    }
    const bool due = !peer.retry_at || *peer.retry_at <= context_.now;
    if (peer.endpoints.empty() || peer.dialling || !due || context_.conduct.banned(key, context_.now)) continue;
    candidates.emplace_back(rank(peer), peer.lot, key);
  }
  if (candidates.empty()) return;
  std::sort(candidates.begin(), candidates.end());
  for (const auto& [rank_of, lot, key] : candidates) {
    // The federation's node is always dialled: without its news nothing new can be judged.
    if (count >= settings::peers_wanted && rank_of != 0) break;
    const bool connected = std::any_of(
        context_.links.all().begin(), context_.links.all().end(),
        [&, peer = key](const auto& each) { return each.second.peer == peer && !each.second.closing; });
    if (connected) continue;
    dial(key, peers_.at(key));
    ++count;
  }
}

void Dialer::dial(const TransportKey& key, Peer& peer) {
  peer.dialling = true;
  peer.dialled_at = context_.now;
  context_.emit(effect::Dial{key, peer.endpoints[peer.next_endpoint % peer.endpoints.size()]});
}

}  // namespace essaimage::core

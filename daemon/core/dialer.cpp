#include "daemon/core/dialer.hpp"

#include <algorithm>
#include <cstring>

namespace essaimage::core {
namespace {

/// The place of a member among equals, which another node gives another place.
std::uint64_t drawn(std::uint64_t lot, const TransportKey& key) {
  std::uint64_t start = 0;
  std::memcpy(&start, key.bytes.data(), sizeof start);
  return Random(lot ^ start).next();
}

}  // namespace

void Dialer::start(const input::Start& start) {
  configured_ = start.endpoints;
  lot_ = context_.random.next();
  roster_changed();
}

void Dialer::roster_changed() {
  std::erase_if(peers_, [&](const auto& each) { return context_.access.member(each.first) == nullptr; });
  in_order_ = false;
}

const Dialer::Peer* Dialer::find(const TransportKey& key) const {
  const auto it = peers_.find(key);
  return it == peers_.end() ? nullptr : &it->second;
}

Dialer::Peer* Dialer::peer_at(const TransportKey& key) {
  if (key == context_.access.own_key() || context_.access.member(key) == nullptr) return nullptr;
  return &peers_[key];
}

std::vector<std::string> Dialer::endpoints(const Member& member) const {
  std::vector<std::string> all;
  const auto add = [&](const std::string& endpoint) {
    if (std::find(all.begin(), all.end(), endpoint) == all.end()) all.push_back(endpoint);
  };
  for (const std::string& endpoint : member.endpoints) add(endpoint);
  // Only members are dialled; an endpoint of the configuration waits until the roster names its key.
  for (const PeerEndpoint& extra : configured_) {
    if (extra.peer == member.current_keys().transport) add(extra.endpoint);
  }
  return all;
}

// --- what happened -------------------------------------------------------------------------------------------------------

void Dialer::link_up(const Link& link) {
  Peer* peer = peer_at(link.peer);
  if (peer == nullptr) return;
  peer->dialling = false;
  peer->retry_at.reset();
  peer->connected_at = context_.now;
}

void Dialer::link_down(const Link& link, const std::string& reason) {
  Peer* peer = peer_at(link.peer);
  if (peer == nullptr) return;
  const bool other = std::any_of(context_.links.all().begin(), context_.links.all().end(), [&](const auto& each) {
    return each.second.peer == link.peer && !each.second.closing && each.first != link.id;
  });
  if (other) return;
  if (link.is_open() || link.phase == Link::Phase::open) {
    peer->refused_us = false;
    if (context_.now - peer->connected_at >= settings::backoff_reset_after) peer->failures = 0;
  }
  fail(*peer, link.peer, Errc::transport, reason, 1);
}

void Dialer::dial_failed(const input::DialFailed& failure) {
  Peer* peer = peer_at(failure.peer);
  if (peer == nullptr || !peer->dialling) return;
  peer->next_endpoint += 1;
  fail(*peer, failure.peer, Errc::transport, failure.endpoint + ": " + failure.reason, 1);
}

void Dialer::refused(const Link& link) {
  Peer* peer = peer_at(link.peer);
  if (peer == nullptr) return;
  peer->refused_us = true;
  fail(*peer, link.peer, Errc::peer_refuses, {}, 2);
}

void Dialer::fail(Peer& peer, const TransportKey& key, Errc code, const std::string& reason, unsigned steps) {
  peer.dialling = false;
  peer.failed_at = context_.now;
  // Who has company hears the federation's news from it, and leaves a node that is full, or off, in peace.
  const bool company = is_federation(key) && busy() >= settings::peers_wanted;
  const Duration base = doubled(settings::backoff_min, peer.failures, company ? settings::backoff_in_company : settings::backoff_max);
  peer.retry_at = context_.now + jittered(context_.random, base);
  peer.failures = std::min(peer.failures + steps, 20U);
  // A link that ends after a refusal tells nothing more.
  if (!peer.refused_us || code == Errc::peer_refuses) peer.last_error = Error{code, reason};
}

void Dialer::sync_now() {
  for (auto& [key, peer] : peers_) peer.retry_at.reset();
}

// --- whom to dial ----------------------------------------------------------------------------------------------------------

bool Dialer::is_federation(const TransportKey& key) const {
  const Member* member = context_.access.member(key);
  return member != nullptr && member->slug == context_.access.roster().federation_slug;
}

/// Our territories, and the mirrors by which others are linked with them; none that all belong to.
std::vector<Audience> Dialer::own_audiences() const {
  std::vector<Audience> all;
  const Roster& roster = context_.access.roster();
  const Member* own = roster.find(context_.access.own_slug());
  if (own == nullptr) return all;
  const auto ours = [&](const std::string& territory) { return own->territories.contains(territory); };
  for (const std::string& territory : own->territories) all.push_back({Audience::Kind::territory, territory});
  for (const auto& [slug, linked] : roster.mirrors) {
    if (std::ranges::any_of(linked, ours) && !std::ranges::all_of(linked, ours)) all.push_back({Audience::Kind::mirror, slug});
  }
  return all;
}

/// Of a territory of ours its members bring the news; of a mirror, those of its other territories.
bool Dialer::brings(const Member& other, const Audience& ours) const {
  if (ours.kind == Audience::Kind::territory) return other.territories.contains(ours.slug);
  const Roster& roster = context_.access.roster();
  const auto& linked = roster.mirrors.at(ours.slug);
  const auto& own = roster.find(context_.access.own_slug())->territories;
  return std::ranges::any_of(other.territories, [&](const std::string& each) { return linked.contains(each) && !own.contains(each); });
}

std::size_t Dialer::busy() const {
  std::size_t count = 0;
  for (const auto& [id, link] : context_.links.all()) {
    if (!link.closing && link.phase != Link::Phase::stranger) ++count;
  }
  for (const auto& [key, peer] : peers_) count += peer.dialling ? 1 : 0;
  return count;
}

/// Open, greeting and dialled ones count; not the federation's node, which is of every territory, and may be off.
Dialer::Lacks Dialer::lacks() const {
  Lacks lacks;
  const std::vector<Audience> audiences = own_audiences();
  const auto is_territory = [](const Audience& each) { return each.kind == Audience::Kind::territory; };
  const auto territories = static_cast<std::size_t>(std::ranges::count_if(audiences, is_territory));
  for (const Audience& each : audiences) {
    const std::size_t shared_out = is_territory(each) ? settings::near_wanted / territories : 0;
    lacks[each] = std::max(shared_out, settings::near_wanted_of_each);
  }
  const auto count = [&](const TransportKey& key) {
    const Member* member = context_.access.member(key);
    if (member != nullptr && !is_federation(key)) take(lacks, *member);
  };
  for (const auto& [id, link] : context_.links.all()) {
    if (!link.closing && link.phase != Link::Phase::stranger) count(link.peer);
  }
  for (const auto& [key, peer] : peers_) {
    if (peer.dialling) count(key);
  }
  return lacks;
}

/// One peer more.
void Dialer::take(Lacks& lacks, const Member& other) const {
  for (auto& [audience, count] : lacks) count -= brings(other, audience) ? 1 : 0;
  std::erase_if(lacks, [](const auto& each) { return each.second == 0; });
}

bool Dialer::connecting() const {
  const auto under_way = [](const auto& each) { return each.second.dialling; };
  if (std::any_of(peers_.begin(), peers_.end(), under_way)) return true;
  return std::any_of(context_.links.all().begin(), context_.links.all().end(), [](const auto& each) {
    return !each.second.closing && each.second.phase == Link::Phase::greeting;
  });
}

bool Dialer::connected(const TransportKey& key) const {
  return std::any_of(context_.links.all().begin(), context_.links.all().end(),
                     [&](const auto& each) { return each.second.peer == key && !each.second.closing; });
}

void Dialer::put_in_order() {
  if (in_order_) return;
  in_order_ = true;
  near_.clear();
  far_.clear();
  std::vector<std::pair<std::uint64_t, const Member*>> lots;
  for (const auto& [slug, member] : context_.access.roster().members) {
    // Most of a region cannot be reached from outside: what is cheap to ask comes first.
    if (member.suspended || slug == context_.access.roster().federation_slug) continue;
    if (member.endpoints.empty() && (configured_.empty() || endpoints(member).empty())) continue;
    const TransportKey& key = member.current_keys().transport;
    if (key == context_.access.own_key()) continue;
    lots.emplace_back(drawn(lot_, key), &member);
  }
  std::sort(lots.begin(), lots.end());
  const std::vector<Audience> audiences = own_audiences();
  for (const auto& [lot, of] : lots) {
    const bool near = std::ranges::any_of(audiences, [&, member = of](const Audience& each) { return brings(*member, each); });
    (near ? near_ : far_).push_back(of);
  }
}

bool Dialer::dial_if_due(const Member& member, bool alone) {
  const TransportKey& key = member.current_keys().transport;
  if (key == context_.access.own_key() || member.suspended) return false;
  if (const Peer* known = find(key)) {
    const bool waited = alone && context_.now - known->failed_at >= settings::backoff_max;
    if (known->dialling || (known->retry_at && *known->retry_at > context_.now && !waited)) return false;
  }
  if (context_.conduct.banned(key, context_.now) || connected(key)) return false;
  const auto where = endpoints(member);
  if (where.empty()) return false;
  Peer& peer = peers_[key];
  peer.dialling = true;
  peer.dialled_at = context_.now;
  context_.emit(effect::Dial{key, where[peer.next_endpoint % where.size()]});
  return true;
}

void Dialer::plan() {
  for (auto& [key, peer] : peers_) {
    if (!peer.dialling || context_.now - peer.dialled_at < settings::dial_within) continue;
    peer.next_endpoint += 1;
    fail(peer, key, Errc::timed_out, "no answer", 1);
  }
  std::size_t count = busy();
  const Roster& roster = context_.access.roster();
  // The federation's node is always dialled: without its news nothing new can be judged.
  const Member* federation = roster.find(roster.federation_slug);
  if (federation != nullptr && dial_if_due(*federation, count == 0)) ++count;
  Lacks lacking = lacks();
  if (count >= settings::peers_wanted && lacking.empty()) return;
  put_in_order();
  // A territory's news come from nobody else: peers from elsewhere do not stand in for its own, nor one territory's for another's.
  for (const Member* member : near_) {
    if (lacking.empty()) break;
    const bool helps = std::ranges::any_of(lacking, [&](const auto& each) { return brings(*member, each.first); });
    if (!helps || !dial_if_due(*member, count == 0)) continue;
    take(lacking, *member);
    ++count;
  }
  // With peers of our own territories alone, each territory would be an island.
  for (const Order* order : {&far_, &near_}) {
    for (const Member* member : *order) {
      if (count >= settings::peers_wanted) return;
      if (dial_if_due(*member, count == 0)) ++count;
    }
  }
}

}  // namespace essaimage::core

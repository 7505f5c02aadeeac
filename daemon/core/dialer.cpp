#include "daemon/core/dialer.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace essaimage::core {
namespace {

/// The place of a member among equals, which another node gives another place.
std::uint64_t drawn(std::uint64_t lot, const TransportKey& key) {
  std::uint64_t start = 0;
  std::memcpy(&start, key.bytes.data(), sizeof start);
  return Random(lot ^ start).next();
}

/// Of those from elsewhere so many are put in order at first: enough for most nodes until the members change.
constexpr std::size_t far_sorted_first = 32;
constexpr Instant never{std::numeric_limits<std::int64_t>::max()};

}  // namespace

void Dialer::start(const input::Start& start) {
  configured_ = start.endpoints;
  lot_ = context_.random.next();
  roster_changed();
}

void Dialer::roster_changed() {
  std::erase_if(peers_, [&](const auto& each) { return context_.access.member(each.first) == nullptr; });
  in_order_ = false;
  again_at_ = context_.now;
}

const Dialer::Peer* Dialer::find(const TransportKey& key) const {
  const auto it = peers_.find(key);
  return it == peers_.end() ? nullptr : &it->second;
}

Dialer::Peer* Dialer::peer_at(const TransportKey& key) {
  if (key == context_.access.own_key() || context_.access.member(key) == nullptr) return nullptr;
  again_at_ = context_.now;  // whoever asks for it changes it
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

void Dialer::refused(const Link& link, Errc why) {
  Peer* peer = peer_at(link.peer);
  if (peer == nullptr) return;
  peer->refused_us = true;
  fail(*peer, link.peer, why, {}, 2);
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
  if (peer.refused_us && code == Errc::transport) return;
  if (!peer.last_error || peer.last_error->code != code) peer.error_since = context_.now;
  peer.last_error = Error{code, reason};
}

void Dialer::sync_now() {
  for (auto& [key, peer] : peers_) peer.retry_at.reset();
  again_at_ = context_.now;
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
  return std::any_of(context_.links.all().begin(), context_.links.all().end(),
                     [](const auto& each) { return !each.second.closing && each.second.phase == Link::Phase::greeting; });
}

bool Dialer::connected(const TransportKey& key) const {
  return std::any_of(context_.links.all().begin(), context_.links.all().end(),
                     [&](const auto& each) { return each.second.peer == key && !each.second.closing; });
}

/// Members that say of no endpoint themselves, and of whom our configuration knows one.
std::vector<TransportKey> Dialer::configured_only() const {
  std::vector<TransportKey> keys;
  for (const PeerEndpoint& extra : configured_) {
    const Member* member = context_.access.member(extra.peer);
    const bool known = member == nullptr || !member->endpoints.empty() || is_federation(extra.peer);
    if (!known && std::find(keys.begin(), keys.end(), extra.peer) == keys.end()) keys.push_back(extra.peer);
  }
  return keys;
}

void Dialer::put_in_order() {
  if (in_order_) return;
  in_order_ = true;
  const Roster& roster = context_.access.roster();
  std::set<TransportKey> near;
  const auto add = [&](const std::string& territory) {
    for (const TransportKey& key : roster.reachable(territory)) near.insert(key);
  };
  const std::vector<Audience> audiences = own_audiences();
  for (const Audience& each : audiences) {
    if (each.kind == Audience::Kind::territory) add(each.slug);
    else
      for (const std::string& linked : roster.mirrors.at(each.slug)) add(linked);
  }
  for (const TransportKey& key : configured_only()) near.insert(key);
  std::erase_if(near, [&](const TransportKey& key) {
    const auto brings_us = [&](const Audience& each) { return brings(*context_.access.member(key), each); };
    return key == context_.access.own_key() || std::ranges::none_of(audiences, brings_us);
  });
  near_.assign(near.begin(), near.end());
  std::ranges::sort(near_, {}, [&](const TransportKey& key) { return drawn(lot_, key); });
  far_.clear();
  far_count_ = std::numeric_limits<std::size_t>::max();  // not counted yet
}

/// Makes the order of those from elsewhere longer. Most of a region cannot be reached from outside, and of the rest most are never tried.
void Dialer::sort_far() {
  std::vector<std::pair<std::uint64_t, TransportKey>> lots;
  const auto add = [&](const TransportKey& key) {
    if (key == context_.access.own_key() || std::find(near_.begin(), near_.end(), key) != near_.end()) return;
    lots.emplace_back(drawn(lot_, key), key);
  };
  for (const TransportKey& key : context_.access.roster().reachable()) add(key);
  for (const TransportKey& key : configured_only()) add(key);
  far_count_ = lots.size();
  const std::size_t length = std::min(lots.size(), std::max(far_sorted_first, far_.size() * 4));
  std::ranges::partial_sort(lots, lots.begin() + static_cast<std::ptrdiff_t>(length));
  far_.clear();
  for (std::size_t i = 0; i < length; ++i) far_.push_back(lots[i].second);
}

/// Null: there is none at this place.
const TransportKey* Dialer::near_or_far(bool near, std::size_t place) {
  if (near) return place < near_.size() ? &near_[place] : nullptr;
  if (place >= far_.size() && far_.size() < far_count_) sort_far();
  return place < far_.size() ? &far_[place] : nullptr;
}

bool Dialer::dial_if_due(const Member& member, bool alone) {
  const TransportKey& key = member.current_keys().transport;
  if (key == context_.access.own_key() || member.suspended) return false;
  if (const Peer* known = find(key)) {
    const bool waited = alone && context_.now - known->failed_at >= settings::backoff_max;
    if (alone) plan_again_at(known->failed_at + settings::backoff_max);
    if (known->dialling || (known->retry_at && *known->retry_at > context_.now && !waited)) return false;
  }
  if (const auto until = context_.conduct.banned_until(key, context_.now)) {
    plan_again_at(*until);
    return false;
  }
  if (connected(key)) return false;
  const auto where = endpoints(member);
  if (where.empty()) return false;
  Peer& peer = peers_[key];
  peer.dialling = true;
  peer.dialled_at = context_.now;
  context_.emit(effect::Dial{key, where[peer.next_endpoint % where.size()]});
  return true;
}

/// A territory's news come from nobody else: peers from elsewhere do not stand in for its own, nor one territory's for another's.
void Dialer::dial_near(Lacks& lacking, std::size_t& count) {
  for (const TransportKey& key : near_) {
    if (lacking.empty()) return;
    const Member& member = *context_.access.member(key);
    const bool helps = std::ranges::any_of(lacking, [&](const auto& each) { return brings(member, each.first); });
    if (!helps || !dial_if_due(member, count == 0)) continue;
    take(lacking, member);
    ++count;
  }
}

void Dialer::plan() {
  if (context_.now < again_at_ && planned_links_ == context_.links.changes()) return;
  for (auto& [key, peer] : peers_) {
    if (!peer.dialling || context_.now - peer.dialled_at < settings::dial_within) continue;
    peer.next_endpoint += 1;
    fail(peer, key, Errc::timed_out, "no answer", 1);
  }
  again_at_ = never;
  planned_links_ = context_.links.changes();
  dial();
  for (const auto& [key, peer] : peers_) {
    if (peer.dialling) plan_again_at(peer.dialled_at + settings::dial_within);
    else if (peer.retry_at && *peer.retry_at > context_.now) plan_again_at(*peer.retry_at);
  }
}

void Dialer::dial() {
  std::size_t count = busy();
  const Roster& roster = context_.access.roster();
  // The federation's node is always dialled: without its news nothing new can be judged.
  const Member* federation = roster.find(roster.federation_slug);
  if (federation != nullptr && dial_if_due(*federation, count == 0)) ++count;
  Lacks lacking = lacks();
  if (count >= settings::peers_wanted && lacking.empty()) return;
  put_in_order();
  dial_near(lacking, count);
  // With peers of our own territories alone, each territory would be an island.
  for (const bool near : {false, true}) {
    for (std::size_t place = 0; count < settings::peers_wanted; ++place) {
      const TransportKey* key = near_or_far(near, place);
      if (key == nullptr) break;
      if (dial_if_due(*context_.access.member(*key), count == 0)) ++count;
    }
  }
}

}  // namespace essaimage::core

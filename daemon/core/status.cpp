#include "daemon/core/status.hpp"

#include <algorithm>

#include "daemon/core/parts.hpp"

namespace essaimage::core {
namespace {

std::string name_of(const Parts& parts, LinkId id) {
  const Link* link = parts.context.links.find(id);
  return link != nullptr ? link->name : std::string();
}

const Link* link_to(const Parts& parts, const TransportKey& peer) {
  for (const auto& [id, link] : parts.context.links.all()) {
    if (link.peer == peer && !link.closing && link.phase != Link::Phase::stranger) return &link;
  }
  return nullptr;
}

/// Nothing is on its way in either direction on this link, and the last reconciliation said so.
bool level(const Parts& parts, const Link& link) {
  const Reconciler::Peer* peer = parts.reconciler.peer(link.id);
  return peer != nullptr && peer->level && parts.server.serving(link.id) == 0 && parts.fetcher.open_on(link.id) == 0;
}

PeerStatus peer_status(const Parts& parts, const Member& member) {
  static const Dialer::Peer nothing_yet;
  const TransportKey& key = member.current_keys().transport;
  const Dialer::Peer* known = parts.dialer.find(key);
  const Dialer::Peer& peer = known != nullptr ? *known : nothing_yet;
  const auto endpoints = parts.dialer.endpoints(member);
  using State = PeerStatus::State;
  PeerStatus status;
  status.slug = member.slug;
  status.transport = key;
  if (!endpoints.empty()) status.endpoint = endpoints[peer.next_endpoint % endpoints.size()];
  status.last_error = peer.last_error;
  status.error_since = peer.error_since;
  status.retry_at = peer.retry_at;
  if (const Link* link = link_to(parts, key)) {
    status.state = link->is_open() ? State::connected : State::connecting;
    if (!link->endpoint.empty()) status.endpoint = link->endpoint;
    status.level = link->is_open() && level(parts, *link);
    if (const auto* reconciled = parts.reconciler.peer(link->id)) status.level_at = reconciled->level_at;
    status.received_bytes = link->received_bytes;
    status.sent_bytes = link->sent_bytes;
    status.refuses_media = parts.planner.refuses(link->id);
    status.retry_at.reset();
    return status;
  }
  if (peer.dialling) status.state = State::connecting;
  else if (peer.refused_us) status.state = State::refused_us;
  else if (endpoints.empty()) status.state = State::unreachable;
  else status.state = State::waiting;
  return status;
}

bool is_lacking(const Parts& parts, const FeedEntry& entry) {
  if (!parts.context.access.ours(entry.feed) || (entry.frozen() && !entry.lacking)) return false;
  const Order& had = entry.has() ? entry.held.order : entry.witnessed_order;
  const bool counts = had != Order{} && (!entry.bound || had <= *entry.bound);
  return counts && (entry.lacking || !entry.has());
}

FeedStatus feed_status(const Parts& parts, const FeedEntry& entry) {
  FeedStatus status;
  status.held = entry.held;
  status.frozen = entry.frozen();
  status.lacking = is_lacking(parts, entry);
  status.fetching = parts.fetcher.fetching(entry.feed);
  status.last_error = entry.last_error;
  status.wanted = entry.verified;
  for (const Claim& claim : entry.claims) {
    const bool enough = entry.has() || claim.order >= entry.witnessed_order;  // less is not what was lost
    if (enough && entry.held_by(claim.link) && !claim.other) status.holders.push_back(name_of(parts, claim.link));
  }
  return status;
}

MediaStatus media_status(const Parts& parts, const Want& want) {
  MediaStatus status;
  status.media = want.need.media;
  status.bytes = want.need.bytes;
  status.here_bytes = want.held_bytes;
  status.feeds = want.need.feeds;
  status.asking = parts.planner.asking(want.need.media);
  for (const LinkId link : parts.planner.holders(want.need.media)) status.holders.push_back(name_of(parts, link));
  return status;
}

}  // namespace

bool is_level(const Parts& parts) {
  if (!parts.context.access.joined()) return false;
  if (!parts.context.heads.wanted().empty() || !parts.fetcher.idle() || parts.planner.outstanding()) return false;
  return std::all_of(parts.context.links.all().begin(), parts.context.links.all().end(),
                     [&](const auto& each) { return !each.second.is_open() || level(parts, each.second); });
}

NodeStatus status_of(const Parts& parts, Instant) {
  const Context& context = parts.context;
  NodeStatus status;
  status.slug = context.access.own_slug();
  status.joined = context.access.joined();
  status.suspended = context.access.own_suspended();
  status.own_heads_confirmed = parts.own_heads_confirmed;
  status.join_error = parts.joiner.error();
  status.sync_rounds_asked = parts.reconciler.sync_asked();
  // Who is still being dialled has not answered.
  const std::uint64_t done = parts.reconciler.sync_done();
  const bool last_open = done == status.sync_rounds_asked && done > 0 && parts.dialer.connecting();
  status.sync_rounds_done = last_open ? done - 1 : done;
  status.level = is_level(parts);
  for (const auto& [slug, member] : context.access.roster().members) {
    const bool own = member.current_keys().transport == context.access.own_key();
    if (!own && !member.suspended) status.peers.push_back(peer_status(parts, member));
  }
  for (const auto& [feed, entry] : context.heads.table()) {
    const bool known = entry.has() || !entry.claims.empty() || entry.frozen() || is_lacking(parts, entry);
    if (known) status.feeds.push_back(feed_status(parts, entry));
  }
  status.store_rests = parts.planner.store_rests();
  const auto under_way = parts.planner.under_way();
  for (const auto& [media, want] : parts.wants.table()) {
    status.media.push_back(media_status(parts, want));
    const auto links = under_way.find(media);
    if (links == under_way.end()) continue;
    for (const LinkId link : links->second) status.media.back().from.push_back(name_of(parts, link));
  }
  return status;
}

}  // namespace essaimage::core

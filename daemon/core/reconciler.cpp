#include "daemon/core/reconciler.hpp"

#include <algorithm>

namespace essaimage::core {

void Reconciler::link_opened(Link& link) {
  Peer& peer = peers_[link.id];
  // One side is enough; the other follows after an interval, in case.
  if (link.outbound) again_.insert(link.id);
  peer.next_at = context_.now + jittered(context_.random, settings::round_interval);
  peer.sync_started = peer.sync_done = 0;
  if (sync_done() < sync_asked_) again_.insert(link.id);
}

void Reconciler::link_closed(LinkId link) {
  peers_.erase(link);
  again_.erase(link);
}

const Reconciler::Peer* Reconciler::peer(LinkId link) const {
  const auto it = peers_.find(link);
  return it == peers_.end() ? nullptr : &it->second;
}

HeadSet Reconciler::shared_heads(const Link& link) const {
  HeadSet set;
  const Member* peer = context_.member(link);
  if (peer == nullptr) return set;
  for (const auto& [feed, entry] : context_.heads.table()) {
    if (!entry.has() && !entry.fork) continue;
    if (!entry.ours || !context_.access.may_hold(*peer, feed.audience)) continue;
    if (entry.bound == Order{}) continue;
    if (entry.fork) {
      set.push_back({entry.text, &entry.feed, {}, {}});
    } else if (entry.bound && entry.held.order >= *entry.bound) {
      // Whoever holds more of a suspended author's feed than counts is level with whoever holds just that.
      set.push_back({entry.text, &entry.feed, *entry.bound, {}});
    } else {
      set.push_back({entry.text, &entry.feed, entry.held.order, entry.held.commit});
    }
  }
  return set;
}

void Reconciler::open_round(Link& link, Peer& peer) {
  const HeadSet own = shared_heads(link);
  again_.erase(link.id);
  peer.round = context_.random.next();
  peer.round_at = context_.now;
  peer.first_answer = true;
  peer.stale = false;
  peer.sync_started = sync_asked_;
  context_.send(link, message::Reconcile{*peer.round, true, opening_ranges(context_.notary, *peer.round, own)});
}

void Reconciler::received(Link& link, const message::Reconcile& message) {
  Peer& peer = peers_[link.id];
  const bool ours = peer.round == message.round;
  if (message.ranges.empty()) {  // nothing left
    if (message.opening) return;
    finish(link, peer, ours && peer.first_answer, ours);
    return;
  }
  const HeadSet own = shared_heads(link);
  const Comparison comparison = compare(context_.notary, message.round, own, message.ranges);
  const bool level = message.opening && comparison.reply.empty();
  if (ours) {
    peer.first_answer = false;
    peer.round_at = context_.now;
  }
  context_.send(link, message::Reconcile{message.round, false, comparison.reply});
  learn(link, own, comparison);
  if (level) finish(link, peer, true, false);
  else if (comparison.reply.empty()) finish(link, peer, false, ours);
  else peer.level = false;
}

void Reconciler::learn(Link& link, const HeadSet& own, const Comparison& comparison) {
  // `own` points into the table, which learning may change: take what is needed first.
  std::vector<Head> equal;
  std::vector<FeedId> lacking;
  for (const auto& [first, end] : comparison.equal) {
    for (std::size_t i = first; i < end; ++i) equal.push_back({*own[i].feed, own[i].order, own[i].commit});
  }
  for (const std::size_t i : comparison.lacking) lacking.push_back(*own[i].feed);
  for (const Head& head : equal) learn_head(link, head);
  for (const Head& head : comparison.told) learn_head(link, head);
  for (const FeedId& feed : lacking) context_.heads.drop(link.id, feed);
}

void Reconciler::learn_head(Link& link, const Head& head) {
  if (!context_.shared(link, head.feed)) return;
  if (head.order != Order{}) return context_.heads.note(link.id, head, true, context_.now);
  context_.heads.note_frozen(link.id, head.feed);
  const FeedEntry& entry = context_.heads.at(head.feed);
  if (!entry.frozen() || entry.lacks_proof()) context_.send(link, message::Graft{head.feed});
}

void Reconciler::finish(Link& link, Peer& peer, bool level, bool ours) {
  peer.told = true;
  if (ours) {
    peer.round.reset();
    // What changed here while the round was on its way makes its verdict old.
    if (peer.stale) level = false;
    if (peer.stale) again_.insert(link.id);
    peer.sync_done = std::max(peer.sync_done, peer.sync_started);
  }
  const bool was_level = peer.level;
  peer.level = level;
  if (level) {
    ask_for_lacking(link);
    peer.level_at = context_.now;
    peer.unlevel = 0;
    // News comes by announcements; a round only finds what they missed.
    const Duration wait = doubled(settings::round_interval, peer.calm, settings::round_interval_max);
    peer.next_at = context_.now + jittered(context_.random, wait);
    peer.calm += 1;
    if (!was_level) context_.report(Event::Kind::level, link.name);
  } else {
    const Duration wait = doubled(settings::round_retry_min, peer.unlevel, settings::round_interval);
    peer.next_at = context_.now + jittered(context_.random, wait);
    peer.unlevel += 1;
    peer.calm = 0;
  }
}

void Reconciler::again(LinkId link) {
  if (peers_.contains(link)) again_.insert(link);
}

void Reconciler::all_again() {
  for (const auto& [id, peer] : peers_) again_.insert(id);
}

void Reconciler::sync_now() {
  sync_asked_ += 1;
  all_again();
}

std::uint64_t Reconciler::sync_done() const {
  std::uint64_t done = sync_asked_;
  for (const auto& [id, peer] : peers_) {
    const Link* link = context_.links.find(id);
    if (link != nullptr && link->is_open()) done = std::min(done, peer.sync_done);
  }
  return done;
}

void Reconciler::head_changed(const FeedEntry& entry) {
  for (auto& [id, peer] : peers_) {
    const Link* link = context_.links.find(id);
    if (link == nullptr || !context_.shared(*link, entry.feed)) continue;
    peer.calm = 0;
    if (entry.held_by(id)) continue;
    peer.level = false;
    peer.stale = true;
    peer.unlevel = 0;
    const Instant soon = context_.now + settings::round_retry_min;
    peer.next_at = std::min(peer.next_at, soon);
  }
}

void Reconciler::objects_lost() {
  for (const auto& [id, peer] : peers_) {
    Link* link = context_.links.find(id);
    if (link != nullptr && peer.level) ask_for_lacking(*link);
  }
}

/// Who is level holds what we do, and so what lacks here.
void Reconciler::ask_for_lacking(Link& link) {
  for (const FeedId& feed : context_.heads.lacking()) {
    const FeedEntry& entry = *context_.heads.find(feed);
    const Claim* claim = entry.claim(link.id);
    if (entry.fork) {
      if (context_.shared(link, feed) && (claim == nullptr || !claim->frozen)) context_.heads.note_frozen(link.id, feed);
    } else if (claim == nullptr || claim->order < entry.held.order) {
      learn_head(link, entry.held);
    }
  }
}

void Reconciler::tick() {
  for (auto& [id, peer] : peers_) {
    if (peer.round && context_.now - peer.round_at >= settings::round_within) {
      peer.round.reset();
      peer.level = false;
      peer.next_at = context_.now + jittered(context_.random, settings::round_within);
    }
    if (!peer.round && peer.next_at <= context_.now) {
      again_.insert(id);
      peer.next_at = context_.now + jittered(context_.random, settings::round_interval);
    }
  }
}

void Reconciler::flush() {
  for (auto it = again_.begin(); it != again_.end();) {
    const LinkId id = *it++;  // what begins leaves the set
    Peer& peer = peers_.at(id);
    if (peer.round) continue;
    Link* link = context_.links.find(id);
    if (link != nullptr && link->is_open()) open_round(*link, peer);
  }
}

}  // namespace essaimage::core

#include "daemon/core/heads.hpp"

#include <algorithm>

namespace essaimage::core {
namespace {

/// Compares `a + '/'…` with `b + '/'…`.
int compare_centres(const std::string& a, const std::string& b) {
  const std::size_t common = std::min(a.size(), b.size());
  if (const int order = a.compare(0, common, b, 0, common); order != 0) return order;
  if (a.size() == b.size()) return 0;
  // The shorter one goes on with '/', which is above '-' and below every letter and digit.
  const bool hyphen = (a.size() > common ? a : b)[common] == '-';
  return (a.size() > common) == hyphen ? -1 : 1;
}

/// mirror < region < territory, as texts.
int rank(Audience::Kind kind) {
  switch (kind) {
    case Audience::Kind::mirror: return 0;
    case Audience::Kind::region: return 1;
    case Audience::Kind::territory: return 2;
  }
  ESSAIMAGE_ASSERT(false);
}

}  // namespace

bool ByText::operator()(const FeedId& a, const FeedId& b) const {
  if (const int order = compare_centres(a.centre, b.centre); order != 0) return order < 0;
  if (a.audience.kind != b.audience.kind) return rank(a.audience.kind) < rank(b.audience.kind);
  return a.audience.slug < b.audience.slug;
}

bool FeedEntry::lacks(const Order& order, const ObjectId& commit_id) const {
  if (order == Order{} || fork_told || (bound && order > *bound) || ended.excludes(order)) return false;
  if (fork) {
    // Only a new generation or epoch can free it.
    const Order& at = std::max(fork_order, held.order);
    return std::pair(order.generation, order.epoch) > std::pair(at.generation, at.epoch);
  }
  // A bound is told without commit (reconciler.cpp).
  const bool as_held = order == held.order && (commit_id == held.commit || commit_id.is_zero());
  if (lacking && as_held) return order >= witnessed_order;
  if (order == held.order) return commit_id != held.commit && !commit_id.is_zero();
  if (order < held.order || order < witnessed_order) return false;
  return order != witnessed_order || commit_id == witnessed_commit || commit_id.is_zero();
}

const Claim* FeedEntry::claim(LinkId link) const { return const_cast<FeedEntry*>(this)->claim(link); }

Claim* FeedEntry::claim(LinkId link) {
  for (Claim& each : claims) {
    if (each.link == link) return &each;
  }
  return nullptr;
}

bool FeedEntry::proves(const Order& order, const ObjectId& commit_id) const {
  return verified && verified->order == order && verified->commit == commit_id;
}

bool FeedEntry::held_by(LinkId link) const {
  const Claim* known = claim(link);
  if (known == nullptr) return false;
  if (frozen()) return known->frozen;
  if (known->order == Order{}) return false;  // a back-off, and no claim
  return known->order > held.order || (known->order == held.order && known->commit == held.commit);
}

void Heads::start(const input::Start& start) {
  for (const Head& head : start.heads) at(head.feed).held = head;
  for (const Head& head : start.witnessed) {
    FeedEntry& entry = at(head.feed);
    entry.witnessed_order = head.order;
    entry.witnessed_commit = head.commit;
  }
}

FeedEntry* Heads::find(const FeedId& feed) {
  const auto it = table_.find(feed);
  return it == table_.end() ? nullptr : &it->second;
}
const FeedEntry* Heads::find(const FeedId& feed) const { return const_cast<Heads*>(this)->find(feed); }

FeedEntry& Heads::at(const FeedId& feed) {
  const auto [it, added] = table_.try_emplace(feed);
  if (added) {
    it->second.feed = it->second.held.feed = feed;
    it->second.text = feed.str();
    limit(it->second);
  }
  return it->second;
}

void Heads::roster_changed(const Shared& shared) {
  for (auto& [feed, entry] : table_) {
    std::erase_if(entry.claims, [&, of = &feed](const Claim& claim) { return !shared(claim.link, *of); });
    limit(entry);
    refresh(entry);
  }
}

/// Who accepted more of an old key than counts now would take nothing older any more: that is forgotten.
void Heads::limit(FeedEntry& entry) {
  if (!limits_of_) return;
  FeedLimits limits = limits_of_(entry.feed);
  entry.bound = limits.bound;
  entry.ours = limits.ours;
  entry.ended = std::move(limits.ended);
  if (entry.ended.excludes(entry.witnessed_order)) {
    entry.witnessed_order = entry.ended.last.order;
    entry.witnessed_commit = entry.ended.last.commit;
  }
  if (entry.verified && entry.ended.excludes(entry.verified->order)) {
    entry.verified.reset();
    entry.verified_commit.reset();
  }
}

void Heads::set_held(const Head& head, SharedBytes commit) {
  FeedEntry& entry = at(head.feed);
  entry.held = head;
  entry.commit = std::move(commit);
  if (head.order > entry.witnessed_order) {
    entry.witnessed_order = head.order;
    entry.witnessed_commit = head.commit;
  }
  if (entry.verified && entry.verified->order <= head.order) {
    entry.verified.reset();
    entry.verified_commit.reset();
  }
  entry.last_error.reset();
  entry.lacking = false;
  lacking_.erase(head.feed);
  refresh(entry);
}

void Heads::leave(const FeedId& feed) {
  FeedEntry* entry = find(feed);
  if (entry == nullptr) return;
  entry->held = {feed, {}, {}};
  entry->commit.reset();
  entry->lacking = false;
  lacking_.erase(feed);
  refresh(*entry);
}

bool Heads::set_lacking(const FeedId& feed) {
  FeedEntry* entry = find(feed);
  if (entry == nullptr || !entry->has() || entry->lacking) return false;
  entry->lacking = true;
  lacking_.insert(feed);
  refresh(*entry);
  return true;
}

void Heads::set_fork(const Fork& fork, const Order& order) {
  FeedEntry& entry = at(fork.feed);
  entry.fork = fork;
  entry.fork_order = order;
  entry.fork_told = false;
  entry.verified.reset();
  entry.verified_commit.reset();
  refresh(entry);
}

void Heads::clear_fork(const FeedId& feed) {
  FeedEntry* entry = find(feed);
  if (entry == nullptr) return;
  entry->fork.reset();
  entry->fork_told = false;
  for (Claim& claim : entry->claims) claim.frozen = claim.other = false;
  refresh(*entry);
}

Claim& Heads::claim_at(FeedEntry& entry, LinkId link) {
  if (Claim* known = entry.claim(link)) return *known;
  entry.claims.push_back({});
  entry.claims.back().link = link;
  return entry.claims.back();
}

void Heads::note(LinkId link, const Head& head, bool announced, Instant ripe_at) {
  FeedEntry& entry = at(head.feed);
  Claim& claim = claim_at(entry, link);
  if (claim.order == head.order && claim.commit == head.commit && !claim.frozen) {
    // Told again: a back-off goes on, a lazy claim may become an announced one.
    if (announced && !claim.announced && claim.failures == 0) claim.ripe_at = ripe_at;
    claim.announced = claim.announced || announced;
  } else {
    const bool waits = claim.failures > 0;
    if (waits) ripe_at = std::max(ripe_at, claim.ripe_at);
    claim = {link, head.order, head.commit, false, announced || waits, ripe_at, claim.failures};
  }
  refresh(entry);
}

void Heads::note_frozen(LinkId link, const FeedId& feed) {
  FeedEntry& entry = at(feed);
  Claim& claim = claim_at(entry, link);
  claim = {link, {}, {}, true, true, claim.ripe_at, claim.failures, claim.other};
  refresh(entry);
}

/// It stays so until the feed is freed.
void Heads::note_other(LinkId link, const FeedId& feed) {
  FeedEntry* entry = find(feed);
  Claim* claim = entry != nullptr ? entry->claim(link) : nullptr;
  if (claim == nullptr) return;
  claim->other = true;
  refresh(*entry);
}

void Heads::drop(LinkId link, const FeedId& feed) {
  FeedEntry* entry = find(feed);
  if (entry == nullptr) return;
  if (Claim* claim = entry->claim(link); claim != nullptr && claim->failures > 0) {
    *claim = {link, {}, {}, false, true, claim->ripe_at, claim->failures};
  } else {
    std::erase_if(entry->claims, [&](const Claim& each) { return each.link == link; });
  }
  refresh(*entry);
}

void Heads::link_closed(LinkId link) {
  for (auto it = table_.begin(); it != table_.end();) {
    FeedEntry& entry = it->second;
    const auto gone = std::erase_if(entry.claims, [&](const Claim& claim) { return claim.link == link; });
    if (gone > 0) refresh(entry);
    const bool empty = !entry.has() && entry.witnessed_order == Order{} && !entry.frozen() && entry.claims.empty();
    it = empty ? table_.erase(it) : std::next(it);
  }
}

bool Heads::wants_from(LinkId link) const {
  return std::any_of(wanted_.begin(), wanted_.end(), [&](const FeedId& feed) {
    const FeedEntry& entry = *find(feed);
    const Claim* claim = entry.claim(link);
    return claim != nullptr && entry.worth(*claim);
  });
}

void Heads::refresh(const FeedEntry& entry) {
  changes_ += 1;
  const bool wanted = std::any_of(entry.claims.begin(), entry.claims.end(), [&](const Claim& claim) { return entry.worth(claim); });
  if (wanted) {
    wanted_.insert(entry.feed);
  } else {
    wanted_.erase(entry.feed);
  }
}

}  // namespace essaimage::core

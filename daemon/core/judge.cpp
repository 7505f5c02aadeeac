#include "daemon/core/judge.hpp"

namespace essaimage::core {

std::optional<Head> Judge::read(Link& link, const SharedBytes& commit) {
  if (context_.access.provisional()) return std::nullopt;  // no roster yet: nothing can be judged
  auto head = context_.notary.read_head(*commit, context_.access.roster());
  if (!head) {
    // An author that we do not know may be known to the peer already: the federation's news will come. And what counts no more
    // here the peer may not have heard of.
    if (head.error().code == Errc::feed_unknown_author || head.error().code == Errc::feed_beyond) return std::nullopt;
    context_.report(Event::Kind::forgery_refused, link.name, {}, head.error());
    context_.blame(link, settings::score_max, head.error());
    return std::nullopt;
  }
  // The peer's news may be older or newer than ours: what we may not hold is ignored without blame.
  if (!context_.shared(link, head->feed)) return std::nullopt;
  return std::move(*head);
}

Judge::Standing Judge::weigh(Link& link, const Head& head, const SharedBytes& commit) {
  FeedEntry& entry = context_.heads.at(head.feed);
  if (entry.fork_told) return Standing::frozen;
  if (entry.fork && entry.lacks(head.order, head.commit)) return Standing::newer;
  const bool proves = entry.has() && head.order == entry.held.order && head.commit != entry.held.commit;
  if (entry.fork && !(entry.lacks_proof() && proves)) return Standing::frozen;
  if (entry.has() && head.order == entry.held.order) {
    if (head.commit == entry.held.commit) return entry.lacking ? Standing::newer : Standing::held;
    keep_fork(entry, entry.commit, commit);
    return Standing::forked;
  }
  if (entry.verified && entry.verified->order == head.order && entry.verified->commit != head.commit) {
    keep_fork(entry, entry.verified_commit, commit);
    return Standing::forked;
  }
  if (!entry.lacks(head.order, head.commit)) {
    context_.report(Event::Kind::rollback_refused, link.name, head.feed);
    return Standing::older;
  }
  if (!entry.verified || entry.verified->order < head.order) {
    entry.verified = head;
    entry.verified_commit = commit;
  }
  return Standing::newer;
}

void Judge::keep_fork(FeedEntry& entry, SharedBytes held, SharedBytes claimed) {
  const auto [it, is_new] = due_.try_emplace(entry.feed);
  it->second.held = std::move(held);
  it->second.claimed = std::move(claimed);
  if (it->second.retry_at <= context_.now) keep(entry, it->second);
}

void Judge::keep(FeedEntry& entry, const Due& due) {
  entry.fork_told = true;
  context_.heads.refresh(entry);
  context_.emit(effect::KeepFork{entry.feed, due.held, due.claimed});
}

void Judge::fork_kept(const input::ForkKept& kept) {
  FeedEntry& entry = context_.heads.at(kept.feed);
  entry.fork_told = false;
  context_.heads.refresh(entry);
  const auto it = due_.find(kept.feed);
  if (!kept.status) entry.last_error = kept.status.error();
  if (it == due_.end()) return;
  // What is no matter of our disk, the store has judged: it is no fork to it.
  if (kept.status || describe(kept.status.error().code, Language::english).actor != Actor::admin) {
    due_.erase(it);
    return;
  }
  it->second.retry_at = context_.now + doubled(settings::retry_min, it->second.failures++, settings::retry_max);
}

void Judge::tick() {
  for (const auto& [feed, due] : due_) {
    FeedEntry& entry = context_.heads.at(feed);
    if ((!entry.frozen() || entry.lacks_proof()) && due.retry_at <= context_.now) keep(entry, due);
  }
}

void Judge::fork_proof(Link& link, const message::ForkProof& proof) {
  const auto first = read(link, proof.first);
  if (!first || link.closing) return;
  const auto second = read(link, proof.second);
  if (!second || link.closing) return;
  if (first->feed != second->feed || first->order != second->order || first->commit == second->commit) {
    context_.report(Event::Kind::forgery_refused, link.name, first->feed, Error{Errc::malformed, "no fork"});
    context_.blame(link, settings::score_max, Error{Errc::malformed, "a proof of a fork that proves nothing"});
    return;
  }
  context_.heads.note_frozen(link.id, first->feed);
  FeedEntry& entry = context_.heads.at(first->feed);
  if (entry.frozen() && !entry.lacks_proof()) return;
  // Freed since, and we know it; of our own feed, whether our later epoch resolves a fork, the store can tell.
  const Order& held = entry.held.order;
  const bool own = first->feed.centre == context_.access.own_slug();
  if (held.generation > first->order.generation) return;
  if (!own && std::pair(held.generation, held.epoch) > std::pair(first->order.generation, first->order.epoch)) return;
  keep_fork(entry, proof.first, proof.second);
}

void Judge::start(const std::vector<Fork>& forks) {
  for (const Fork& fork : forks) freeze(fork);
}

void Judge::freeze(const Fork& fork) {
  FeedEntry& entry = context_.heads.at(fork.feed);
  Order at = std::max(entry.held.order, entry.witnessed_order);  // where the proof is lost
  if (fork.first) {
    const auto head = context_.notary.read_head(*fork.first, context_.access.roster());
    at = head ? head->order : entry.held.order;
  }
  context_.heads.set_fork(fork, at);
}

void Judge::feed_frozen(const input::FeedFrozen& change) {
  if (!change.frozen) return context_.heads.clear_fork(change.fork.feed);
  freeze(change.fork);
  const FeedEntry& entry = context_.heads.at(change.fork.feed);
  context_.report(Event::Kind::fork_seen, {}, change.fork.feed);
  for (auto& [id, link] : context_.links.all()) tell_fork(link, entry);
}

void Judge::tell_fork(Link& link, const FeedEntry& entry) {
  if (!link.is_open() || !entry.fork || !entry.fork->first || !context_.shared(link, entry.feed)) return;
  const Claim* claim = entry.claim(link.id);
  if (claim != nullptr && claim->frozen) return;
  context_.send(link, message::ForkProof{entry.fork->first, entry.fork->second});
}

}  // namespace essaimage::core

#include "daemon/core/announcer.hpp"

#include "proto/limits.hpp"

namespace essaimage::core {

void Announcer::head_changed(const FeedId& feed) {
  const FeedEntry* entry = context_.heads.find(feed);
  if (entry == nullptr || !entry->has() || entry->frozen()) return;
  for (auto& [id, link] : context_.links.all()) {
    if (!link.is_open() || entry->held_by(id) || !context_.shared(link, feed)) continue;
    if (sides_[id].eager && entry->commit) {
      context_.send(link, message::Announce{entry->commit});
    } else {
      tell_lazily(id, entry->held);
    }
  }
}

void Announcer::link_closed(LinkId link) {
  sides_.erase(link);
  telling_.erase(link);
}

bool Announcer::is_spare(LinkId link) const {
  const auto it = sides_.find(link);
  return it != sides_.end() && !it->second.eager && it->second.pruned;
}

void Announcer::tell_lazily(LinkId link, const Head& head) {
  sides_[link].have.push_back(head);
  telling_.insert(link);
}

void Announcer::announce(Link& link, const message::Announce& announce, const std::function<bool(const FeedId&)>& fetching_elsewhere) {
  const auto head = judge_.read(link, announce.commit);
  if (!head) return;
  switch (judge_.weigh(link, *head, announce.commit)) {
    case Judge::Standing::held:
      context_.heads.note(link.id, *head, true, context_.now);
      prune_sender(link);
      break;
    case Judge::Standing::newer:
      context_.heads.note(link.id, *head, true, context_.now);
      if (fetching_elsewhere(head->feed)) prune_sender(link);
      break;
    case Judge::Standing::older: context_.heads.note(link.id, *head, true, context_.now); break;
    case Judge::Standing::forked:
    case Judge::Standing::frozen: break;
  }
}

void Announcer::prune_sender(Link& link) {
  Side& side = sides_[link.id];
  if (side.pruned) return;
  side.pruned = true;
  context_.send(link, message::Prune{});
}

void Announcer::asked(Link& link, const FeedId& feed) {
  Side& side = sides_[link.id];
  if (!side.pruned) return;
  side.pruned = false;
  context_.send(link, message::Graft{feed});
}

void Announcer::have(Link& link, const message::Have& have) {
  for (const Head& head : have.heads) {
    if (!context_.shared(link, head.feed)) continue;
    context_.heads.note(link.id, head, false, context_.now + settings::graft_after);
  }
}

void Announcer::graft(Link& link, const message::Graft& graft) {
  sides_[link.id].eager = true;
  const FeedEntry* entry = context_.heads.find(graft.feed);
  if (entry == nullptr || !context_.shared(link, graft.feed)) return;
  if (entry->fork) {
    judge_.tell_fork(link, *entry);
  } else if (entry->has() && entry->commit) {
    context_.send(link, message::Announce{entry->commit});
  } else if (entry->has()) {
    tell_lazily(link.id, entry->held);
  }
}

void Announcer::tick() {
  std::set<LinkId> grafted;  // one Graft makes the whole link eager; the heads themselves are fetched
  for (const FeedId& feed : context_.heads.wanted()) {
    for (Claim& claim : context_.heads.find(feed)->claims) {
      if (claim.announced || claim.frozen || claim.ripe_at > context_.now) continue;
      claim.announced = true;
      Link* link = context_.links.find(claim.link);
      if (link == nullptr || !link->is_open() || !grafted.insert(claim.link).second) continue;
      sides_[link->id].pruned = false;
      context_.send(*link, message::Graft{feed});
    }
  }
}

void Announcer::flush() {
  for (const LinkId id : telling_) {
    Side& side = sides_.at(id);
    Link* link = context_.links.find(id);
    while (link != nullptr && !side.have.empty()) {
      const std::size_t count = std::min(side.have.size(), limits::heads_per_message_max);
      message::Have have;
      have.heads.assign(side.have.begin(), side.have.begin() + static_cast<std::ptrdiff_t>(count));
      side.have.erase(side.have.begin(), side.have.begin() + static_cast<std::ptrdiff_t>(count));
      context_.send(*link, std::move(have));
    }
    side.have.clear();
  }
  telling_.clear();
}

}  // namespace essaimage::core

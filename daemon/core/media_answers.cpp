#include "daemon/core/media_answers.hpp"

#include <algorithm>

namespace essaimage::core {

void MediaAnswers::query(Link& link, const message::MediaQuery& query) {
  std::size_t under_way = 0;
  for (const auto& [job, lookup] : lookups_) under_way += lookup.link == link.id ? lookup.media.size() : 0;
  const bool busy = under_way >= settings::looked_up_per_link;
  if (!busy && context_.shared(link, query.feed)) {
    return look_up(link.id, query.feed, query.media, true);
  }
  message::MediaHave answer{query.feed, {}};
  for (const Sha256& media : query.media) answer.items.push_back({media, false, {}, {}});
  context_.send(link, std::move(answer));
}

void MediaAnswers::look_up(LinkId link, const FeedId& feed, std::vector<Sha256> media, bool all) {
  const JobId job = context_.new_job();
  context_.emit(effect::FindMedia{job, feed, media});
  lookups_.emplace(job, Lookup{link, feed, std::move(media), all});
}

message::MediaHave::Item MediaAnswers::partial(const FeedId& feed, const Sha256& media) const {
  const Want* want = wants_.find(media);
  if (want == nullptr || want->held == 0 || !want->names(feed)) return {media, false, {}, {}};
  return {media, false, want->held_map(), want->need.chunk_list};
}

void MediaAnswers::found(const input::MediaFound& found) {
  const auto it = lookups_.find(found.job);
  if (it == lookups_.end()) return;
  const Lookup lookup = std::move(it->second);
  lookups_.erase(it);
  Link* link = context_.links.find(lookup.link);
  // The requester may have been moved out of the audience meanwhile.
  if (link == nullptr || !link->is_open() || !context_.shared(*link, lookup.feed)) return;
  const std::set<Sha256> complete(found.complete.begin(), found.complete.end());
  message::MediaHave answer{lookup.feed, {}};
  std::size_t bytes = 0;
  const auto flush = [&] {
    if (!answer.items.empty()) context_.send(*link, answer);
    answer.items.clear();
    bytes = 0;
  };
  for (const Sha256& media : lookup.media) {
    message::MediaHave::Item item{media, complete.contains(media), {}, {}};
    if (item.complete) {
      unsubscribe(link->id, lookup.feed, media);
    } else {
      item = partial(lookup.feed, media);
      const Want* want = wants_.find(media);
      subscribe(link->id, lookup.feed, media, want != nullptr ? want->held : 0);
      if (!lookup.all && item.chunks.empty()) continue;
    }
    const std::size_t item_bytes = 48 + item.chunks.size();
    if (bytes + item_bytes > limits::slice_bytes_max) flush();
    bytes += item_bytes;
    answer.items.push_back(std::move(item));
  }
  flush();
}

void MediaAnswers::subscribe(LinkId link, const FeedId& feed, const Sha256& media, std::size_t told_chunks) {
  auto& of_link = by_link_[link];
  if (of_link.size() >= settings::subscriptions_per_link && !of_link.contains({feed, media})) return;
  of_link.insert({feed, media});
  subscriptions_[media][{link, feed}] = {told_chunks, context_.now};
}

void MediaAnswers::unsubscribe(LinkId link, const FeedId& feed, const Sha256& media) {
  if (const auto of_link = by_link_.find(link); of_link != by_link_.end()) of_link->second.erase({feed, media});
  const auto it = subscriptions_.find(media);
  if (it == subscriptions_.end()) return;
  it->second.erase({link, feed});
  if (it->second.empty()) subscriptions_.erase(it);
}

void MediaAnswers::head_changed(const FeedId& feed) {
  for (const auto& [link_id, asked] : by_link_) {
    std::vector<Sha256> media;
    for (auto it = asked.lower_bound({feed, {}}); it != asked.end() && it->first == feed; ++it) {
      media.push_back(it->second);
      if (media.size() < limits::media_per_message_max) continue;
      look_up(link_id, feed, std::move(media), false);
      media.clear();
    }
    if (!media.empty()) look_up(link_id, feed, std::move(media), false);
  }
}

void MediaAnswers::media_complete(const Sha256& media) {
  const auto it = subscriptions_.find(media);
  const Want* want = wants_.find(media);
  if (it == subscriptions_.end() || want == nullptr) return;
  std::vector<Asked> told;
  for (const auto& [asked, subscription] : it->second) {
    const auto& [link_id, feed] = asked;
    Link* link = context_.links.find(link_id);
    if (link == nullptr || !link->is_open() || !want->names(feed) || !context_.shared(*link, feed)) continue;
    context_.send(*link, message::MediaHave{feed, {{media, true, {}, {}}}});
    told.push_back(asked);
  }
  for (const auto& [link_id, feed] : told) unsubscribe(link_id, feed, media);
}

void MediaAnswers::tick() {
  std::set<Sha256> later;
  for (const Sha256& media : grown_) {
    const auto it = subscriptions_.find(media);
    const Want* want = wants_.find(media);
    if (it == subscriptions_.end() || want == nullptr) continue;
    for (auto& [asked, subscription] : it->second) {
      const auto& [link_id, feed] = asked;
      Link* link = context_.links.find(link_id);
      if (link == nullptr || !link->is_open() || !want->names(feed) || !context_.shared(*link, feed)) continue;
      // Of a large map only notable growth is worth its bytes.
      const bool notable = want->held >= subscription.told_chunks + 1 + want->chunks.size() / 200;
      if (!notable || context_.now - subscription.told_at < settings::have_interval) {
        if (want->held > subscription.told_chunks) later.insert(media);
        continue;
      }
      subscription = {want->held, context_.now};
      context_.send(*link, message::MediaHave{feed, {partial(feed, media)}});
    }
  }
  grown_ = std::move(later);
}

void MediaAnswers::link_closed(LinkId link) {
  const auto it = by_link_.find(link);
  if (it != by_link_.end()) {
    const auto asked = std::move(it->second);
    by_link_.erase(it);
    for (const auto& [feed, media] : asked) {
      const auto subscribed = subscriptions_.find(media);
      if (subscribed == subscriptions_.end()) continue;
      subscribed->second.erase({link, feed});
      if (subscribed->second.empty()) subscriptions_.erase(subscribed);
    }
  }
  std::erase_if(lookups_, [&](const auto& each) { return each.second.link == link; });
}

}  // namespace essaimage::core

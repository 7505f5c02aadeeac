#include "daemon/core/server.hpp"

#include <algorithm>
#include <limits>

namespace essaimage::core {

void Server::fetch_feed(Link& link, const message::FetchFeed& request) {
  Source source;
  source.feed = request.feed;
  source.have = request.have;
  source.plain = request.plain;
  source.credit = request.credit_bytes;
  const FeedEntry* entry = context_.heads.find(request.feed);
  // A frozen one only to who holds it and has lost objects of it: it takes nothing but the head that it has.
  const bool mends = request.plain && request.have.is_zero();
  const bool serves = entry != nullptr && entry->has() && (mends || !entry->frozen()) && entry->held.commit != request.have;
  add(link, request.request, std::move(source), serves && context_.shared(link, request.feed));
}

void Server::fetch_chunks(Link& link, const message::FetchChunks& request) {
  Source source;
  source.pack = false;
  source.feed = request.feed;
  source.media = request.media;
  source.list = request.list;
  source.first = request.first;
  source.count = request.count;
  source.base = request.base;
  source.credit = request.credit_bytes;
  const FeedEntry* entry = context_.heads.find(request.feed);
  add(link, request.request, std::move(source), entry != nullptr && entry->has() && media_moves_ && context_.shared(link, request.feed));
}

void Server::add(Link& link, std::uint64_t request, Source source, bool allowed) {
  if (request <= link.seen_request) return;  // repeated
  link.seen_request = request;
  if (!allowed || serving(link.id) + abandoned(link.id) >= settings::queued_per_link) {
    return context_.send(link, message::Unavailable{request});
  }
  source.active_at = context_.now;
  sources_.emplace(Key{link.id, request}, std::move(source));
  open_queued();
}

std::size_t Server::serving(LinkId link) const {
  const auto first = sources_.lower_bound({link, 0});
  const auto end = sources_.upper_bound({link, std::numeric_limits<std::uint64_t>::max()});
  return static_cast<std::size_t>(std::distance(first, end));
}

std::size_t Server::abandoned(LinkId link) const {
  return static_cast<std::size_t>(
      std::count_if(abandoned_.begin(), abandoned_.end(), [&](const auto& each) { return each.second == link; }));
}

void Server::open_queued() {
  while (open_ < settings::sources_max) {
    const auto next = next_queued();
    if (next == sources_.end()) return;
    Source& source = next->second;
    source.job = context_.new_job();
    jobs_.emplace(source.job, next->first);
    open_ += 1;
    open(source);
  }
}

/// The first of the link that has the fewest open, so that no link waits for another one's queue to end.
Server::Sources::iterator Server::next_queued() {
  auto best = sources_.end();
  std::size_t fewest = settings::sources_per_link;
  for (auto it = sources_.begin(); it != sources_.end();) {
    const LinkId link = it->first.first;
    std::size_t open_here = abandoned(link);
    auto queued = sources_.end();
    for (; it != sources_.end() && it->first.first == link; ++it) {
      if (it->second.job != 0) ++open_here;
      else if (queued == sources_.end()) queued = it;
    }
    if (queued == sources_.end() || open_here >= fewest) continue;
    fewest = open_here;
    best = queued;
  }
  return best;
}

void Server::open(Source& source) {
  if (source.pack) {
    context_.emit(effect::OpenPack{source.job, source.feed, source.have, source.plain});
  } else {
    context_.emit(effect::OpenRun{source.job, source.feed, source.media, source.list, source.first, source.count, source.base});
  }
}

Server::Sources::iterator Server::by_job(JobId job) {
  const auto key = jobs_.find(job);
  return key == jobs_.end() ? sources_.end() : sources_.find(key->second);
}

void Server::opened(const input::SourceOpened& opened) {
  if (abandoned_.erase(opened.job) > 0) {
    open_ -= 1;
    return open_queued();
  }
  const auto it = by_job(opened.job);
  if (it == sources_.end()) return;
  Source& source = it->second;
  Link* link = context_.links.find(it->first.first);
  if (!opened.bytes) {
    // The requester's head is none of ours: another epoch, or a fork. All of it, then.
    if (source.pack && !source.have.is_zero() && opened.bytes.error().code == Errc::not_found) {
      source.have = {};
      return open(source);
    }
    jobs_.erase(source.job);
    source.job = 0;
    open_ -= 1;
    return refuse(it);
  }
  source.bytes = *opened.bytes;
  source.active_at = context_.now;
  if (link == nullptr) return;
  if (source.pack) context_.send(*link, message::FeedOffer{it->first.second, opened.commit, *source.bytes});
  pump(*link, it->first, source);
}

void Server::pump(Link& link, const Key& key, Source& source) {
  if (!source.bytes || source.reading || !link.bulk_writable) return;
  const std::uint64_t left = *source.bytes - source.sent;
  const std::uint64_t allowed = source.credit - std::min(source.credit, source.sent);
  const std::uint64_t size = std::min<std::uint64_t>({left, allowed, uplink_.slice_bytes_max()});
  if (size == 0 && left > 0) return;
  if (!uplink_.take(link, static_cast<std::size_t>(size))) return;
  last_ = key;
  source.reading = true;
  context_.emit(effect::ReadSource{source.job, source.sent, static_cast<std::size_t>(size)});
}

void Server::read(const input::SourceRead& read) {
  const auto it = by_job(read.job);
  if (it == sources_.end()) return;
  Source& source = it->second;
  source.reading = false;
  Link* link = context_.links.find(it->first.first);
  if (link == nullptr) return;
  const bool fits = read.bytes && read.offset == source.sent && (*read.bytes)->size() <= limits::slice_bytes_max &&
                    source.sent + (*read.bytes)->size() <= *source.bytes && (!(*read.bytes)->empty() || *source.bytes == 0);
  if (!fits || !context_.shared(*link, source.feed)) return refuse(it);
  const std::uint64_t offset = source.sent;
  source.sent += (*read.bytes)->size();
  source.active_at = context_.now;
  const bool last = source.sent == *source.bytes;
  context_.send(*link, message::Slice{it->first.second, offset, last, *read.bytes});
  if (last) {
    erase(it);
    open_queued();
  } else {
    pump(*link, it->first, source);
  }
}

void Server::resume() {
  // Text first, but for every fourth time: whoever takes packs without end must not starve all media.
  const bool media_first = ++turns_ % settings::media_turn == 0;
  for (const bool pack : {!media_first, media_first}) {
    const auto start = sources_.upper_bound(last_);
    const auto pump_some = [&](Sources::iterator from, Sources::iterator to) {
      for (auto it = from; it != to; ++it) {
        Link* link = context_.links.find(it->first.first);
        if (link != nullptr && it->second.pack == pack) pump(*link, it->first, it->second);
      }
    };
    pump_some(start, sources_.end());
    pump_some(sources_.begin(), start);
  }
}

void Server::set_media(bool moves) {
  media_moves_ = moves;
  if (!moves) refuse_all([](const Key&, const Source& source) { return !source.pack; });
}

void Server::credit(Link& link, const message::Credit& credit) {
  const auto it = sources_.find({link.id, credit.request});
  // It ended, and the credit was under way; or it is spelt out in drops.
  const std::uint64_t before = it == sources_.end() ? credit.total : it->second.credit;
  if (credit.total <= before || credit.total - before < settings::small_slice) context_.charge(link, settings::idle_cost);
  if (it == sources_.end() || link.closing || credit.total <= before) return;
  Source& source = it->second;
  source.credit = credit.total;
  source.active_at = context_.now;
  pump(link, it->first, source);
}

void Server::cancel(Link& link, const message::Cancel& cancel) {
  const auto it = sources_.find({link.id, cancel.request});
  if (it == sources_.end()) return;
  // Opening it took time of the disk and the processor, for nothing: not to be asked for without end.
  if (it->second.job != 0 && it->second.sent == 0) context_.charge(link, settings::unused_cost);
  erase(it);
  open_queued();
}

Server::Sources::iterator Server::erase(Sources::iterator it) {
  Source& source = it->second;
  if (source.job != 0) {
    context_.emit(effect::CloseSource{source.job});
    jobs_.erase(source.job);
    if (source.bytes) {
      open_ -= 1;
    } else {
      abandoned_.emplace(source.job, it->first.first);
    }
  }
  return sources_.erase(it);
}

void Server::refuse(Sources::iterator it) {
  if (Link* link = context_.links.find(it->first.first)) {
    context_.send(*link, message::Unavailable{it->first.second});
  }
  erase(it);
  open_queued();
}

void Server::link_closed(LinkId link) {
  auto it = sources_.lower_bound({link, 0});
  while (it != sources_.end() && it->first.first == link) it = erase(it);
  open_queued();
}

void Server::link_writable(LinkId link_id) {
  Link* link = context_.links.find(link_id);
  if (link == nullptr || !link->bulk_writable) return;
  for (auto it = sources_.lower_bound({link_id, 0}); it != sources_.end() && it->first.first == link_id; ++it) {
    pump(*link, it->first, it->second);
  }
}

void Server::roster_changed() {
  refuse_all([this](const Key& key, const Source& source) {
    const Link* link = context_.links.find(key.first);
    return link != nullptr && !context_.shared(*link, source.feed);
  });
}

void Server::tick() {
  refuse_all([this](const Key& key, const Source& source) {
    const Link* link = context_.links.find(key.first);
    const bool stuck = source.credit <= source.sent || (link != nullptr && !link->bulk_writable);
    return source.bytes && !source.reading && stuck && context_.now - source.active_at >= settings::source_idle;
  });
}

void Server::refuse_all(const std::function<bool(const Key&, const Source&)>& which) {
  std::vector<Key> keys;
  for (const auto& [key, source] : sources_) {
    if (which(key, source)) keys.push_back(key);
  }
  for (const Key& key : keys) {
    if (const auto it = sources_.find(key); it != sources_.end()) refuse(it);
  }
}

}  // namespace essaimage::core

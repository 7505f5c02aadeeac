#include "daemon/core/media_planner.hpp"

#include <algorithm>
#include <bit>
#include <limits>

namespace essaimage::core {

bool MediaPlanner::Holding::holds(std::size_t chunk) const {
  return complete || (chunk / 8 < chunks.size() && (chunks[chunk / 8] >> (chunk % 8) & 1U) != 0);
}

bool MediaPlanner::Holding::helps(const Want& want) const {
  for (std::size_t i = want.first_missing; i < want.chunks.size(); ++i) {
    if (want.chunks[i] != Want::Chunk::held && holds(i)) return true;
  }
  return false;
}

std::size_t MediaPlanner::Holding::weight() const {
  if (complete) return std::numeric_limits<std::size_t>::max();
  std::size_t held = 0;
  for (const std::uint8_t byte : chunks) held += static_cast<std::size_t>(std::popcount(byte));
  return held;
}

// --- who holds what ----------------------------------------------------------------------------------------------------

void MediaPlanner::need(const MediaNeed& need) {
  dirty_ = true;
  if (wants_.table().empty()) {  // nobody was asked for anything meanwhile
    for (auto& [link, source] : sources_) source.ask_again_at = context_.now + settings::round_interval;
  }
  const Want* before = wants_.find(need.media);
  if (before != nullptr && !before->counts_as(need)) forget(need.media);
  before = wants_.find(need.media);
  const auto old_place = before != nullptr ? std::optional(before->place()) : std::nullopt;
  wants_.put(need);
  const Want& want = *wants_.find(need.media);
  note_whole(want);
  // What was asked for against a file that cannot be read any more is asked for anew, and is nobody's failure.
  for (auto it = runs_.begin(); it != runs_.end();) {
    const auto run = it++;
    const bool stale =
        run->second.media == need.media && !run->second.base.is_zero() && run->second.base != base_through(run->second.feed, want);
    if (stale) end(run, true);
  }
  for (auto& [link, source] : sources_) {
    if (old_place && *old_place != want.place()) {  // it has a deadline now, or none any more
      if (source.unasked.erase(*old_place) > 0) source.unasked.insert(want.place());
      if (source.offers.erase(*old_place) > 0) source.offers.insert(want.place());
    }
    const auto holding = source.holdings.find(need.media);
    if (holding != source.holdings.end()) {
      if (want.names(holding->second.feed)) {
        source.offers.insert(want.place());
        continue;
      }
      erase(source, holding);
    }
    if (!source.asked.contains(need.media)) source.unasked.insert(want.place());
  }
}

void MediaPlanner::forget(const Sha256& media) {
  dirty_ = true;
  const Want* want = wants_.find(media);
  if (want == nullptr) return;
  for (auto it = runs_.begin(); it != runs_.end();) {
    const auto run = it++;
    if (run->second.media == media) end(run, true);
  }
  for (auto& [link, source] : sources_) {
    source.unasked.erase(want->place());
    source.offers.erase(want->place());
    source.asked.erase(media);
    source.turns.erase(media);
    source.holdings.erase(media);
  }
  wants_.erase(media);
  whole_.erase(media);
}

void MediaPlanner::note_whole(const Want& want) {
  if (want.held < want.chunks.size()) {
    whole_.erase(want.need.media);
  } else {
    whole_.try_emplace(want.need.media, context_.now);
  }
}

/// What the store told while a chunk was on its way to us may have crossed with it: then neither of us would ever go on.
void MediaPlanner::ask_store() {
  for (auto& [media, since] : whole_) {
    if (context_.now - since < settings::answer_within) continue;
    since = context_.now;
    context_.emit(effect::TellMedia{media});
  }
}

void MediaPlanner::link_opened(const Link& link) {
  dirty_ = true;
  Source& source = sources_[link.id];
  source.unasked = wants_.in_order();
  source.lot = context_.random.next();
  source.ask_again_at = context_.now + settings::round_interval;
}

void MediaPlanner::link_closed(LinkId link) {
  for (auto it = runs_.begin(); it != runs_.end();) {
    const auto run = it++;
    if (run->second.link == link) end(run, false);
  }
  const auto source = sources_.find(link);
  if (source == sources_.end()) return;
  for (auto it = source->second.holdings.begin(); it != source->second.holdings.end();) it = erase(source->second, it);
  sources_.erase(source);
}

MediaPlanner::Holdings::iterator MediaPlanner::erase(Source& source, Holdings::iterator holding) {
  if (Want* want = wants_.find(holding->first)) want->take_copies(holding->second.chunks);
  return source.holdings.erase(holding);
}

void MediaPlanner::roster_changed() {
  for (auto it = runs_.begin(); it != runs_.end();) {
    const auto run = it++;
    const Link* link = context_.links.find(run->second.link);
    if (link != nullptr && !context_.shared(*link, run->second.feed)) end(run, true);
  }
  for (auto& [id, source] : sources_) {
    const Link* link = context_.links.find(id);
    if (link == nullptr) continue;
    for (auto it = source.holdings.begin(); it != source.holdings.end();) {
      it = context_.shared(*link, it->second.feed) ? std::next(it) : erase(source, it);
    }
    ask_again(source);
  }
}

void MediaPlanner::ask_again(Source& source) {
  dirty_ = true;
  source.ask_again_at = context_.now + settings::round_interval;
  for (const WantPlace& place : wants_.in_order()) {
    const auto holding = source.holdings.find(place.media);
    const bool holds_all = holding != source.holdings.end() && holding->second.complete;
    if (!holds_all && !source.asked.contains(place.media)) source.unasked.insert(place);
  }
}

std::vector<const FeedId*> MediaPlanner::common_feeds(const Link& link, const Want& want) const {
  std::vector<const FeedId*> feeds;
  for (const FeedId& feed : want.need.feeds) {
    if (context_.shared(link, feed)) feeds.push_back(&feed);
  }
  return feeds;
}

void MediaPlanner::ask(const Link& link, Source& source) {
  std::map<FeedId, std::vector<Sha256>> questions;
  while (!source.unasked.empty() && source.asked.size() < settings::asked_media_max) {
    const auto place = source.unasked.begin();
    const Want* want = wants_.find(place->media);
    const auto feeds = want != nullptr ? common_feeds(link, *want) : std::vector<const FeedId*>();
    if (!feeds.empty()) {
      const auto turn = source.turns.find(place->media);
      const FeedId& feed = *feeds[turn == source.turns.end() ? 0 : turn->second % feeds.size()];
      if (!questions.contains(feed) && !source.questions.take(1, context_.now)) break;
      questions[feed].push_back(place->media);
      source.asked[place->media] = context_.now;
    }
    source.unasked.erase(place);
  }
  Link& to = *context_.links.find(link.id);
  for (auto& [feed, media] : questions) {
    for (std::size_t at = 0; at < media.size(); at += limits::media_per_message_max) {
      const std::size_t end_at = std::min(media.size(), at + limits::media_per_message_max);
      context_.send(to, message::MediaQuery{
                            feed, {media.begin() + static_cast<std::ptrdiff_t>(at), media.begin() + static_cast<std::ptrdiff_t>(end_at)}});
    }
  }
}

void MediaPlanner::have(Link& link, const message::MediaHave& have) {
  dirty_ = true;
  const auto it = sources_.find(link.id);
  const bool may_tell = it != sources_.end() && context_.shared(link, have.feed);
  std::size_t idle = 0;
  for (const auto& item : have.items) {
    Want* want = wants_.find(item.media);
    if (!may_tell || want == nullptr || !want->names(have.feed) || !told(it->second, have.feed, item, *want)) ++idle;
    else if (!item.complete) ask_through_next(link, it->second, *want);
  }
  if (idle == 0) return;
  context_.charge(link, settings::idle_cost + static_cast<double>(idle) * settings::idle_item_cost);
}

/// What a link does not hold for one feed it may hold for another that names it: nothing passes from a narrow audience to a wide one.
void MediaPlanner::ask_through_next(const Link& link, Source& source, const Want& want) {
  const auto holding = source.holdings.find(want.need.media);
  if (holding != source.holdings.end() && holding->second.helps(want)) return;
  const std::size_t feeds = common_feeds(link, want).size();
  if (feeds < 2) return;
  const std::size_t turn = ++source.turns[want.need.media];
  if (turn % feeds != 0) source.unasked.insert(want.place());  // all in turn, and then again when others are
}

/// True if it was asked, or tells of more than before: who is not asked has no reason to tell of less.
bool MediaPlanner::told(Source& source, const FeedId& feed, const message::MediaHave::Item& item, Want& want) {
  const bool asked = source.asked.erase(item.media) + source.unasked.erase(want.place()) > 0;
  // Bits that count by another list say nothing about this one.
  const bool some = item.list == want.need.chunk_list && item.chunks.size() <= (want.chunks.size() + 7) / 8 &&
                    std::any_of(item.chunks.begin(), item.chunks.end(), [](std::uint8_t byte) { return byte != 0; });
  if (!item.complete && !some) {
    source.offers.erase(want.place());
    if (const auto held = source.holdings.find(item.media); held != source.holdings.end()) erase(source, held);
    return asked;
  }
  Holding& holding = source.holdings[item.media];
  const std::size_t before = holding.weight();
  holding.feed = feed;
  holding.complete = item.complete;
  want.take_copies(holding.chunks);
  holding.chunks = some && !item.complete ? item.chunks : Bytes{};
  want.add_copies(holding.chunks);
  source.offers.insert(want.place());
  return asked || holding.weight() > before;
}

std::vector<LinkId> MediaPlanner::holders(const Sha256& media) const {
  std::vector<LinkId> links;
  const Want* want = wants_.find(media);
  for (const auto& [link, source] : sources_) {
    const auto holding = source.holdings.find(media);
    if (want != nullptr && holding != source.holdings.end() && holding->second.helps(*want)) links.push_back(link);
  }
  return links;
}

bool MediaPlanner::asking(const Sha256& media) const {
  const Want* want = wants_.find(media);
  return want != nullptr && std::any_of(sources_.begin(), sources_.end(), [&](const auto& each) {
           return each.second.asked.contains(media) || each.second.unasked.contains(want->place());
         });
}

std::map<Sha256, std::set<LinkId>> MediaPlanner::under_way() const {
  std::map<Sha256, std::set<LinkId>> links;
  for (const auto& [job, run] : runs_) {
    // Whoever refused is asked again from time to time: that alone brings nothing.
    if (run.credit.received > 0 || !refuses(run.link)) links[run.media].insert(run.link);
  }
  return links;
}

bool MediaPlanner::refuses(LinkId link) const {
  const auto source = sources_.find(link);
  return source != sources_.end() && source->second.refusals > 0;
}

bool MediaPlanner::outstanding() const {
  if (resting_) return false;
  if (!runs_.empty()) return true;
  for (const auto& [link, source] : sources_) {
    if (!source.unasked.empty() || !source.asked.empty() || !source.offers.empty()) return true;
  }
  return !whole_.empty();  // the store is checking them
}

}  // namespace essaimage::core

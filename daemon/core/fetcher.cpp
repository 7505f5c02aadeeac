#include "daemon/core/fetcher.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <tuple>

namespace essaimage::core {

bool Fetcher::fetching_elsewhere(const FeedId& feed, LinkId link) const {
  const auto it = fetches_.find(feed);
  return it != fetches_.end() && it->second.link != link;
}

std::size_t Fetcher::open_on(LinkId link) const {
  return static_cast<std::size_t>(std::count_if(fetches_.begin(), fetches_.end(),
                                                [&](const auto& each) { return each.second.link == link && !each.second.accepting; }));
}

Fetcher::Fetches::iterator Fetcher::of(LinkId link, std::uint64_t request) {
  const auto it = requests_.find({link, request});
  return it == requests_.end() ? fetches_.end() : fetches_.find(it->second);
}

void Fetcher::sync_now() {
  store_rest_.end();
  dirty_ = true;
}

// --- choosing ------------------------------------------------------------------------------------------------------------

void Fetcher::plan() {
  if (!dirty_ && planned_changes_ == context_.heads.changes()) return;
  dirty_ = false;
  planned_changes_ = context_.heads.changes();
  if (context_.heads.wanted().empty() || store_rest_.lasts(context_.now)) return;
  const FeedId federation = context_.access.roster().federation_feed();
  if (!fetching(federation) && context_.heads.wanted().contains(federation)) {
    const FeedEntry& entry = *context_.heads.find(federation);
    if (Link* link = choose(entry)) begin(entry, *link);
  }
  if (context_.access.provisional() || federation_first()) return;
  const std::size_t fetches_max = std::min(settings::fetches_max, settings::fetches_per_link * context_.links.size());
  for (const FeedId& feed : context_.heads.wanted()) {
    if (fetches_.size() >= fetches_max) return;
    if (fetching(feed)) continue;
    const FeedEntry& entry = *context_.heads.find(feed);
    if (Link* link = choose(entry)) begin(entry, *link);
  }
}

/// Everything else is judged by the federation's feed: while proven news of it are on their way, nothing else starts. A
/// mere claim holds up nobody.
bool Fetcher::federation_first() const {
  const auto it = fetches_.find(context_.access.roster().federation_feed());
  if (it == fetches_.end() || context_.now - it->second.asked_at >= settings::federation_first) return false;
  const Fetch& fetch = it->second;
  return fetch.offered || context_.heads.find(it->first)->proves(fetch.claimed.order, fetch.claimed.commit);
}

/// Who never failed before who did, proven heads before claims, then the newest, then the link with least to do: a lie
/// about a high head is tried, and does not stand before honest lower ones for ever.
Link* Fetcher::choose(const FeedEntry& entry) const {
  Link* best = nullptr;
  std::tuple<bool, bool, Order> best_worth;
  std::size_t best_load = 0;
  for (const Claim& claim : entry.claims) {
    if (claim.ripe_at > context_.now || !entry.worth(claim)) continue;
    Link* link = context_.links.find(claim.link);
    if (link == nullptr || !link->is_open() || !context_.shared(*link, entry.feed)) continue;
    const std::size_t load = open_on(claim.link);
    if (load >= settings::fetches_per_link) continue;
    const std::tuple worth(claim.failures == 0, entry.proves(claim.order, claim.commit), claim.order);
    if (best != nullptr && (worth < best_worth || (worth == best_worth && load >= best_load))) continue;
    best = link;
    best_worth = worth;
    best_load = load;
  }
  return best;
}

void Fetcher::begin(const FeedEntry& entry, Link& link) {
  Fetch fetch;
  const Claim& claim = *entry.claim(link.id);
  fetch.link = link.id;
  fetch.request = link.next_request++;
  fetch.job = context_.new_job();
  if (!entry.lacking) fetch.have = entry.held.commit;
  fetch.claimed = entry.mends(claim) ? entry.held : Head{entry.feed, claim.order, claim.commit};
  fetch.asked_at = context_.now;
  fetch.credit.given = limits::slice_bytes_max;
  requests_.emplace(std::pair(link.id, fetch.request), entry.feed);
  jobs_.emplace(fetch.job, entry.feed);
  context_.send(link, message::FetchFeed{fetch.request, entry.feed, fetch.have, fetch.credit.given, entry.damaged || entry.lacking});
  context_.report(Event::Kind::fetch_started, link.name, entry.feed);
  if (on_begun) on_begun(link, entry.feed);
  fetches_.emplace(entry.feed, std::move(fetch));
}

// --- receiving -----------------------------------------------------------------------------------------------------------

void Fetcher::offer(Link& link, const message::FeedOffer& offer) {
  const auto it = of(link.id, offer.request);
  if (it == fetches_.end() || it->second.offered) return (void)context_.charge(link, settings::stray_cost);
  Fetch& fetch = it->second;
  const FeedId feed = it->first;
  fetch.pace.start(context_.now);
  if (offer.pack_bytes == 0 || offer.pack_bytes > limits::pack_bytes_max) {
    context_.blame(link, settings::score_max, Error{Errc::malformed, "size of a pack"});
    return fail(it, true, Error{Errc::malformed, "size of a pack"});
  }
  fetch.commit = offer.commit;
  fetch.pack_bytes = offer.pack_bytes;
  if (!offer_fits(link, feed, fetch)) return;
  const std::vector<SharedBytes> early = std::move(fetch.early);
  fetch.early.clear();
  for (std::size_t i = 0; i < early.size(); ++i) {
    append(link, feed, fetch, early[i], fetch.early_last && i + 1 == early.size());
    if (!fetching(feed)) return;
  }
  give_credit(link, fetch);
}

bool Fetcher::offer_fits(Link& link, const FeedId& feed, Fetch& fetch) {
  if (context_.access.provisional()) {
    // There is no roster to read it by: the store judges the federation's first feed as a whole.
    fetch.offered = fetch.claimed;
    return true;
  }
  const auto head = judge_.read(link, fetch.commit);
  const auto it = fetches_.find(feed);
  if (!head || head->feed != feed) {
    if (head) context_.blame(link, settings::score_max, Error{Errc::malformed, "an offer of another feed"});
    fail(it, true, Error{Errc::malformed, "an offer that cannot be read"});
    context_.heads.drop(link.id, feed);
    return false;
  }
  if (const FeedEntry& entry = context_.heads.at(feed); entry.fork && entry.lacking && *head == entry.held) {
    fetch.offered = *head;
    return true;
  }
  switch (judge_.weigh(link, *head, fetch.commit)) {
    case Judge::Standing::newer:
      context_.heads.note(link.id, *head, true, context_.now);
      fetch.offered = *head;
      return true;
    case Judge::Standing::older:
    case Judge::Standing::held:
      // It claimed more than it has: harmless once, a nuisance often.
      if (head->order < fetch.claimed.order) context_.blame(link, 20, Error{Errc::malformed, "claimed a newer head"});
      context_.heads.note(link.id, *head, true, context_.now);
      break;
    case Judge::Standing::forked:
    case Judge::Standing::frozen:
      if (context_.heads.at(feed).lacking) context_.heads.note_other(link.id, feed);
      else context_.heads.drop(link.id, feed);
      break;
  }
  if (fetches_.contains(feed)) end(fetches_.find(feed), true);
  return false;
}

void Fetcher::slice(Link& link, const message::Slice& slice) {
  const auto it = of(link.id, slice.request);
  if (it == fetches_.end()) return;
  Fetch& fetch = it->second;
  flows_[link.id].received(slice.bytes->size(), context_.now);
  if (slice.offset < fetch.credit.received) return (void)context_.charge(link, settings::stray_cost);  // repeated
  context_.charge_small(link, slice);
  if (slice.offset > fetch.credit.received) {
    return fail(it, true, Error{Errc::malformed, "a slice is missing"});
  }
  fetch.pace.received(slice.bytes->size(), context_.now);
  fetch.credit.received += slice.bytes->size();
  if (fetch.credit.received > fetch.credit.given) {
    context_.blame(link, settings::score_max, Error{Errc::malformed, "more than the credit"});
    return fail(it, true, Error{Errc::malformed, "more than the credit"});
  }
  if (!fetch.offered) {
    fetch.early.push_back(slice.bytes);
    fetch.early_last = fetch.early_last || slice.last;
    return;
  }
  append(link, it->first, fetch, slice.bytes, slice.last);
}

void Fetcher::append(Link& link, const FeedId& feed, Fetch& fetch, const SharedBytes& bytes, bool last) {
  if (!bytes->empty()) {
    fetch.appended = true;
    fetch.credit.storing.push_back(bytes->size());
    context_.emit(effect::AppendPack{fetch.job, bytes});
  }
  const bool whole = fetch.credit.received == fetch.pack_bytes;
  if (fetch.credit.received > fetch.pack_bytes || (last && !whole && fetch.early.empty())) {
    context_.blame(link, settings::score_max, Error{Errc::malformed, "a pack of another size"});
    return fail(fetches_.find(feed), true, Error{Errc::malformed, "a pack of another size"});
  }
  if (!last) return;
  fetch.accepting = true;
  requests_.erase({fetch.link, fetch.request});
  context_.emit(effect::AcceptPack{fetch.job, feed, fetch.commit});
}

void Fetcher::give_credit(Link& link, Fetch& fetch) {
  if (!fetch.offered || fetch.accepting) return;
  const std::uint64_t due = fetch.credit.due(flows_[link.id].share(open_on(link.id)), fetch.pack_bytes);
  if (due == 0) return;
  if (!fetch.credit.owed()) fetch.pace.start(context_.now);  // it was we who let it wait
  fetch.credit.given += due;
  context_.send(link, message::Credit{fetch.request, fetch.credit.given});
}

void Fetcher::slice_taken(const input::SliceTaken& taken) {
  const auto job = jobs_.find(taken.job);
  if (job == jobs_.end()) return;
  const auto it = fetches_.find(job->second);
  Fetch& fetch = it->second;
  if (!taken.status) {
    if (fetch.store_failed) return;
    fetch.store_failed = true;
    store_rest_.failed(context_.now);
    return fail(it, true, taken.status.error());
  }
  fetch.credit.stored();
  if (Link* link = context_.links.find(fetch.link)) give_credit(*link, fetch);
}

void Fetcher::accepted(const input::PackAccepted& accepted) {
  const auto job = jobs_.find(accepted.job);
  if (job == jobs_.end()) return;
  const auto it = fetches_.find(job->second);
  const FeedId feed = it->first;
  const Fetch fetch = it->second;
  jobs_.erase(job);
  fetches_.erase(it);
  dirty_ = true;
  Link* link = context_.links.find(fetch.link);
  if (accepted.status) {
    store_rest_.succeeded();
    context_.heads.at(feed).damaged = false;
    if (Claim* claim = context_.heads.at(feed).claim(fetch.link)) claim->failures = 0;
    if (link == nullptr) return;
    if (!context_.heads.wants_from(link->id) && on_drained) on_drained(link->id);
    return;
  }
  if (fetch.store_failed) return;  // told, and put off, when the slice failed
  const Error& error = accepted.status.error();
  context_.heads.at(feed).last_error = error;
  context_.report(Event::Kind::fetch_failed, link != nullptr ? link->name : std::string(), feed, error);
  // What we published or accepted meanwhile makes no liar of who sent what was newer then.
  const bool overtaken = fetch.offered && fetch.offered->order <= context_.heads.at(feed).held.order && error.code == Errc::feed_older;
  if (!fetch.froze && !overtaken && describe(error.code, Language::english).actor == Actor::peer) {
    context_.heads.drop(fetch.link, feed);
    if (link == nullptr) return;
    context_.report(Event::Kind::forgery_refused, link->name, feed, error);
    context_.blame(*link, settings::score_max, error);
    return;
  }
  put_off(feed, fetch.link);
  if (describe(error.code, Language::english).actor != Actor::admin) return;
  if ((error.code == Errc::corrupt || error.code == Errc::object_missing) && !context_.heads.at(feed).damaged) {
    context_.heads.at(feed).damaged = true;  // asked for once more, with reference to nothing of it
    return;
  }
  store_rest_.failed(context_.now);
}

// --- failures --------------------------------------------------------------------------------------------------------------

Fetcher::Fetches::iterator Fetcher::end(Fetches::iterator it, bool cancel) {
  Fetch& fetch = it->second;
  if (fetch.accepting) return std::next(it);  // the store will answer
  dirty_ = true;
  if (Link* link = context_.links.find(fetch.link); cancel && link != nullptr) {
    context_.send(*link, message::Cancel{fetch.request});
  }
  if (fetch.appended) context_.emit(effect::DropPack{fetch.job});
  requests_.erase({fetch.link, fetch.request});
  jobs_.erase(fetch.job);
  return fetches_.erase(it);
}

void Fetcher::put_off(const FeedId& feed, LinkId link) {
  FeedEntry* entry = context_.heads.find(feed);
  Claim* claim = entry != nullptr ? entry->claim(link) : nullptr;
  if (claim == nullptr) return;
  claim->ripe_at = context_.now + jittered(context_.random, doubled(settings::retry_min, claim->failures, settings::retry_max));
  claim->announced = true;
  claim->failures += 1;
}

void Fetcher::fail(Fetches::iterator it, bool cancel, Error error) {
  if (it == fetches_.end()) return;
  const FeedId feed = it->first;
  const LinkId link_id = it->second.link;
  const Link* link = context_.links.find(link_id);
  context_.report(Event::Kind::fetch_failed, link != nullptr ? link->name : std::string(), feed, error);
  context_.heads.at(feed).last_error = std::move(error);
  put_off(feed, link_id);
  end(it, cancel);
}

void Fetcher::unavailable(Link& link, std::uint64_t request) {
  const auto it = of(link.id, request);
  if (it == fetches_.end()) return;
  const FeedId feed = it->first;
  fail(it, false, Error{Errc::not_found, "the peer does not serve it now"});
  FeedEntry* entry = context_.heads.find(feed);
  Claim* claim = entry != nullptr ? entry->claim(link.id) : nullptr;
  // It may be busy: asked again later, and given up when it says so for long.
  if (claim != nullptr && claim->failures > 4) context_.heads.drop(link.id, feed);
}

void Fetcher::head_changed(const FeedId& feed) {
  const auto it = fetches_.find(feed);
  if (it == fetches_.end() || it->second.accepting) return;
  const Fetch& fetch = it->second;
  const Head& target = fetch.offered ? *fetch.offered : fetch.claimed;
  // The pack was asked for relative to what was held before; what it leads to may be held by now.
  if (!context_.heads.at(feed).lacks(target.order, target.commit)) end(it, true);
}

void Fetcher::feed_frozen(const FeedId& feed) {
  const auto it = fetches_.find(feed);
  if (it == fetches_.end()) return;
  it->second.froze = true;
  end(it, true);
}

void Fetcher::link_closed(LinkId link) {
  for (auto it = fetches_.begin(); it != fetches_.end();) {
    it = it->second.link == link ? end(it, false) : std::next(it);
  }
}

void Fetcher::roster_changed() {
  for (auto it = fetches_.begin(); it != fetches_.end();) {
    const Link* link = context_.links.find(it->second.link);
    const bool allowed = link != nullptr && context_.shared(*link, it->first);
    it = allowed || it->second.accepting ? std::next(it) : end(it, true);
  }
}

void Fetcher::tick() {
  dirty_ = true;  // back-offs end
  std::vector<FeedId> late;
  for (const auto& [feed, fetch] : fetches_) {
    if (fetch.accepting) continue;
    // Bytes, or the mark of the end.
    const bool owed = fetch.credit.owed() || fetch.credit.received == fetch.pack_bytes;
    const bool is_late = fetch.offered ? owed && fetch.pace.late(context_.now) : context_.now - fetch.asked_at >= settings::answer_within;
    if (is_late) late.push_back(feed);
  }
  std::set<LinkId> blamed;  // once, however many feeds wait behind one stalled line
  for (const FeedId& feed : late) {
    const auto it = fetches_.find(feed);
    Link* link = context_.links.find(it->second.link);
    if (link != nullptr && blamed.insert(link->id).second) {
      context_.blame(*link, settings::late_points, Error{Errc::timed_out, feed.str()});
    }
    fail(it, true, Error{Errc::timed_out, "the peer stopped sending"});
  }
}

}  // namespace essaimage::core

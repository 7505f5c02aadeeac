// The runs of MediaPlanner: begun, received under credit, settled chunk by chunk, ended.
#include <algorithm>
#include <set>

#include "daemon/core/media_planner.hpp"

namespace essaimage::core {

void MediaPlanner::plan() {
  if (!dirty_) return;
  dirty_ = false;
  if (wants_.table().empty() || resting_ || store_rest_.lasts(context_.now)) return;
  for (auto& [id, source] : sources_) {
    Link* link = context_.links.find(id);
    if (link == nullptr || !link->is_open()) continue;
    if (!source.unasked.empty()) ask(*link, source);
    while (source.runs < settings::runs_per_link && runs_.size() < settings::runs_max && plan_run(*link, source)) {
    }
  }
}

/// A few runs keep a link busy. Of small media it takes more, until a window of bytes is on its way; and one is always
/// free, so that a guide does not wait for a piece of a film.
bool MediaPlanner::has_room(const Link& link, const Source& source, const Want& want) {
  const Flow& flow = flows_[link.id];
  if (source.runs < flow.runs()) return true;
  if (want.need.bytes > settings::run_bytes) return false;
  if (source.runs == flow.runs()) return true;
  std::uint64_t coming = 0;
  for (const auto& [job, run] : runs_) coming += run.link == link.id ? run.expected - run.credit.received : 0;
  return coming < flow.window();
}

bool MediaPlanner::plan_run(Link& link, Source& source) {
  if (source.rests_until > context_.now) return false;
  if (!link.lan && allowance_ && allowance_->available(context_.now) < static_cast<double>(settings::share_min)) return false;
  const std::uint64_t bytes_max = std::min<std::uint64_t>(flows_[link.id].window(), settings::run_bytes);
  for (auto place = source.offers.begin(); place != source.offers.end();) {
    Want* want = wants_.find(place->media);
    const auto holding = source.holdings.find(place->media);
    if (want == nullptr || holding == source.holdings.end()) {
      place = source.offers.erase(place);
      continue;
    }
    if (!has_room(link, source, *want)) return false;  // those behind it can wait, or are no smaller
    if (holding->second.retry_at > context_.now) {
      ++place;
      continue;
    }
    const auto run = pick_run(source, holding->second, *want, bytes_max);
    if (!run) {
      place = source.offers.erase(place);  // until it tells more, or a chunk is missing again
      continue;
    }
    begin(link, source, holding->second, *want, run->first, run->second);
    return true;
  }
  return false;
}

/// Where only whole holders are known: in order, each link from a place of its own, so that each brings what the others do
/// not, and the disk writes long pieces.
template <class Wanted>
std::optional<std::size_t> MediaPlanner::next_of(const Source& source, const Want& want, const Wanted& wanted) const {
  const std::size_t count = want.chunks.size();
  const std::size_t start = sources_.size() > 1 ? source.lot % count : want.first_missing;
  for (std::size_t step = 0; step < count; ++step) {
    if (wanted((start + step) % count)) return (start + step) % count;
  }
  return std::nullopt;
}

/// In a swarm: any of the rarest, drawn, or all of its members would ask the source for the same one.
template <class Wanted>
std::optional<std::size_t> MediaPlanner::rarest_of(const Want& want, const Wanted& wanted) {
  std::optional<std::size_t> rarest;
  std::uint64_t equals = 0;
  for (std::size_t i = want.first_missing; i < want.chunks.size(); ++i) {
    if (!wanted(i) || (rarest && want.copies[i] > want.copies[*rarest])) continue;
    equals = rarest && want.copies[i] == want.copies[*rarest] ? equals + 1 : 1;
    if (equals == 1 || context_.random.below(equals) == 0) rarest = i;
  }
  return rarest;
}

std::optional<std::pair<std::uint32_t, std::uint32_t>> MediaPlanner::pick_run(const Source& source, const Holding& holding,
                                                                              const Want& want, std::uint64_t bytes_max) {
  const std::size_t count = want.chunks.size();
  if (want.missing == 0) return std::nullopt;
  const auto wanted = [&](std::size_t i) { return want.chunks[i] == Want::Chunk::missing && holding.holds(i); };
  const auto rarest = want.parts == 0 ? next_of(source, want, wanted) : rarest_of(want, wanted);
  if (!rarest) return std::nullopt;
  const std::size_t first = *rarest;
  std::uint64_t bytes = want.need.chunk_bytes[first];
  std::size_t end = first + 1;
  while (end < count && wanted(end) && want.copies[end] <= want.copies[first] && bytes + want.need.chunk_bytes[end] <= bytes_max) {
    bytes += want.need.chunk_bytes[end++];
  }
  return std::pair(static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(end - first));
}

Sha256 MediaPlanner::base_through(const FeedId& feed, const Want& want) {
  const auto& base = want.need.base;
  return base && base->feed == feed ? base->media : Sha256{};
}

MediaPlanner::Run& MediaPlanner::begin(Link& link, Source& source, const Holding& holding, Want& want, std::uint32_t first,
                                       std::uint32_t count) {
  Run run;
  run.link = link.id;
  run.request = link.next_request++;
  run.feed = holding.feed;
  run.media = want.need.media;
  run.base = base_through(run.feed, want);
  run.first = first;
  run.count = count;
  run.settled.assign(count, false);
  run.unsettled = count;
  run.pace.start(context_.now);
  for (std::uint32_t i = first; i < first + count; ++i) {
    want.set(i, Want::Chunk::flying);
    run.expected += want.need.chunk_bytes[i];
  }
  run.expected += limits::run_overhead_bytes;
  source.runs += 1;
  run.credit.given = allowed(link, std::min<std::uint64_t>(run.expected, flows_[link.id].share(source.runs)));
  context_.send(link,
                message::FetchChunks{run.request, run.feed, run.media, want.need.chunk_list, first, count, run.credit.given, run.base});
  const JobId job = context_.new_job();
  requests_.emplace(std::pair(link.id, run.request), job);
  run.begun_at = context_.now;
  return runs_.emplace(job, std::move(run)).first->second;
}

void MediaPlanner::slice(Link& link, const message::Slice& slice) {
  const auto request = requests_.find({link.id, slice.request});
  if (request == requests_.end()) return (void)context_.charge(link, settings::stray_cost);
  const auto it = runs_.find(request->second);
  Run& run = it->second;
  flows_[link.id].received(slice.bytes->size(), context_.now);
  if (slice.offset < run.credit.received) return (void)context_.charge(link, settings::stray_cost);  // repeated
  context_.charge_small(link, slice);
  if (slice.offset > run.credit.received) return fail(it, true, Error{Errc::malformed, "a slice is missing"});
  run.pace.received(slice.bytes->size(), context_.now);
  run.credit.received += slice.bytes->size();
  if (run.credit.received > run.credit.given) {
    context_.blame(link, settings::score_max, Error{Errc::malformed, "more than the credit"});
    return fail(it, true, Error{Errc::malformed, "more than the credit"});
  }
  if (!slice.last && run.credit.received == run.expected) {
    context_.blame(link, settings::late_points, Error{Errc::malformed, "a run of another size"});
    return fail(it, true, Error{Errc::malformed, "a run of another size"});
  }
  run.written = true;
  run.credit.storing.push_back(slice.bytes->size());
  context_.emit(effect::WriteRun{it->first, run.feed, run.media, run.first, run.count, slice.offset, slice.bytes, slice.last, run.base});
  if (!slice.last) return;
  run.last = true;
  requests_.erase(request);
}

void MediaPlanner::slice_taken(const input::SliceTaken& taken) {
  const auto it = runs_.find(taken.job);
  if (it == runs_.end()) return;
  Run& run = it->second;
  if (!taken.status) {
    const Error& error = taken.status.error();
    if (describe(error.code, Language::english).actor == Actor::admin) {
      store_rest_.failed(context_.now);
    }
    return fail(it, true, error);
  }
  run.credit.stored();
  give_credit(run);
}

void MediaPlanner::give_credit(Run& run) {
  Link* link = context_.links.find(run.link);
  const auto source = sources_.find(run.link);
  if (link == nullptr || source == sources_.end() || run.last) return;
  const std::uint64_t due = allowed(*link, run.credit.due(flows_[run.link].share(source->second.runs), run.expected));
  if (due == 0) return;
  if (!run.credit.owed()) run.pace.start(context_.now);  // it was we who let it wait
  run.credit.given += due;
  context_.send(*link, message::Credit{run.request, run.credit.given});
}

/// As much of it as the admin's limit allows now; what it does not is given at a later tick.
std::uint64_t MediaPlanner::allowed(const Link& link, std::uint64_t bytes) {
  if (link.lan || !allowance_) return bytes;
  const auto available = static_cast<std::uint64_t>(std::max(0.0, allowance_->available(context_.now)));
  const std::uint64_t some = available >= std::min<std::uint64_t>(bytes, settings::share_min) ? std::min(bytes, available) : 0;
  allowance_->take(static_cast<double>(some), context_.now);
  return some;
}

/// A run that is compressed takes less than was allowed.
void MediaPlanner::give_back(const Run& run) {
  const Link* link = context_.links.find(run.link);
  if (allowance_ && link != nullptr && !link->lan) {
    allowance_->give_back(static_cast<double>(run.credit.given - run.credit.received));
  }
}

void MediaPlanner::set_traffic(const input::Traffic& traffic) {
  allowance_.reset();
  if (traffic.download) {
    const auto rate = static_cast<double>(*traffic.download);
    allowance_.emplace(std::max(rate, 2.0 * static_cast<double>(settings::share_min)), rate);
  }
  resting_ = !traffic.media;
  dirty_ = true;
  while (resting_ && !runs_.empty()) end(runs_.begin(), true);
}

void MediaPlanner::stored(const input::ChunksStored& stored) {
  const auto it = runs_.find(stored.job);
  Want* want = wants_.find(stored.media);
  const auto end_of = static_cast<std::uint64_t>(stored.first) + stored.count;
  // It may have become whole for the feed of this run meanwhile, and be needed for another one still: from the beginning.
  const bool counts = want != nullptr && stored.status && (it == runs_.end() || want->names(it->second.feed));
  if (counts && end_of <= want->chunks.size()) {
    for (std::uint32_t i = stored.first; i < end_of; ++i) want->set(i, Want::Chunk::held);
    store_rest_.succeeded();
  }
  if (it == runs_.end()) {  // given up meanwhile; what was stored counts all the same
    if (want != nullptr) note_whole(*want);
    return;
  }
  Run& run = it->second;
  for (std::uint64_t i = stored.first; i < end_of; ++i) {
    const std::uint64_t at = i - run.first;
    if (i < run.first || at >= run.count || run.settled[at]) continue;
    run.settled[at] = true;
    run.unsettled -= 1;
    if (!counts && want != nullptr) want->set(i, Want::Chunk::missing);
  }
  if (want != nullptr) note_whole(*want);
  if (stored.status) return finish_if_done(it);
  // Bad bytes: this link is not asked for this media for a while.
  const Error error = stored.status.error();
  if (Link* link = context_.links.find(run.link); link != nullptr && describe(error.code, Language::english).actor == Actor::peer) {
    context_.report(Event::Kind::forgery_refused, link->name, run.feed, error);
    context_.blame(*link, settings::score_max / 5, error);
  }
  fail(it, true, error);
}

void MediaPlanner::finish_if_done(Runs::iterator it) {
  const Run& run = it->second;
  if (!run.last || run.unsettled > 0) return;
  Event event;
  event.kind = Event::Kind::media_progress;
  event.media = run.media;
  event.bytes = run.expected - limits::run_overhead_bytes;
  if (const Link* link = context_.links.find(run.link)) event.peer = link->name;
  context_.report(std::move(event));
  if (const auto source = sources_.find(run.link); source != sources_.end()) {
    source->second.runs -= 1;
    source->second.refusals = 0;
    if (const auto holding = source->second.holdings.find(run.media); holding != source->second.holdings.end()) {
      holding->second.failures = 0;
    }
  }
  give_back(run);
  runs_.erase(it);
  dirty_ = true;
}

void MediaPlanner::end(Runs::iterator it, bool cancel) {
  dirty_ = true;
  const Run run = std::move(it->second);
  const JobId job = it->first;
  runs_.erase(it);
  requests_.erase({run.link, run.request});
  if (Link* link = context_.links.find(run.link); link != nullptr && cancel && !run.last) {
    context_.send(*link, message::Cancel{run.request});
  }
  if (run.written) context_.emit(effect::DropRun{job});
  if (const auto source = sources_.find(run.link); source != sources_.end()) source->second.runs -= 1;
  Want* want = wants_.find(run.media);
  if (want == nullptr) return;
  for (std::uint32_t i = 0; i < run.count; ++i) {
    if (!run.settled[i] && want->chunks[run.first + i] == Want::Chunk::flying) {
      want->set(run.first + i, Want::Chunk::missing);
    }
  }
  offer_again(*want);
}

void MediaPlanner::offer_again(const Want& want) {
  for (auto& [link, source] : sources_) {
    if (source.holdings.contains(want.need.media)) source.offers.insert(want.place());
  }
}

void MediaPlanner::fail(Runs::iterator it, bool cancel, const Error& error) {
  const Run& run = it->second;
  Event event;
  event.kind = Event::Kind::fetch_failed;
  event.media = run.media;
  event.feed = run.feed;
  event.error = error;
  if (const Link* link = context_.links.find(run.link)) event.peer = link->name;
  context_.report(std::move(event));
  if (const auto source = sources_.find(run.link); source != sources_.end()) {
    if (const auto holding = source->second.holdings.find(run.media); holding != source->second.holdings.end()) {
      const Duration wait = doubled(settings::retry_min, holding->second.failures++, settings::retry_max);
      holding->second.retry_at = context_.now + jittered(context_.random, wait);
    }
  }
  end(it, cancel);
}

void MediaPlanner::unavailable(Link& link, std::uint64_t request) {
  const auto it = requests_.find({link.id, request});
  if (it == requests_.end()) return;
  const Sha256 media = runs_.at(it->second).media;
  // It may have it no longer: that it tells, whatever else keeps it from serving.
  if (const Want* want = wants_.find(media)) sources_.at(link.id).unasked.insert(want->place());
  // It rests, or too many ask: what it has can wait, and what others have comes from them. All that was asked of it before it
  // said so is refused with the first, and says no more.
  Source& source = sources_.at(link.id);
  if (source.rests_until > context_.now) return end(runs_.find(it->second), false);
  fail(runs_.find(it->second), false, Error{Errc::not_found, "the peer does not serve it now"});
  source.rests_until = context_.now + jittered(context_.random, doubled(settings::refused_rest, source.refusals++, settings::retry_max));
  const auto holding = source.holdings.find(media);
  if (holding == source.holdings.end() || holding->second.failures <= 3) return;
  erase(source, holding);  // asked again with the others that it does not hold
  if (const Want* want = wants_.find(media)) source.offers.erase(want->place());
}

void MediaPlanner::sync_now() {
  store_rest_.end();
  dirty_ = true;
  for (auto& [link, source] : sources_) {
    ask_again(source);
    for (auto& [media, holding] : source.holdings) holding.retry_at = {};
  }
}

void MediaPlanner::tick() {
  if (wants_.table().empty()) return;  // then nothing is asked, and no run is under way
  dirty_ = true;
  // Under a limit, in turn: else the oldest would take it all.
  const auto start = runs_.upper_bound(credited_);
  for (auto it = start; it != runs_.end(); ++it) give_credit(it->second);
  for (auto it = runs_.begin(); it != start; ++it) give_credit(it->second);
  if (start != runs_.end()) credited_ = start->first;
  else if (!runs_.empty()) credited_ = runs_.begin()->first;
  end_game();
  ask_store();
  std::vector<JobId> late;
  for (const auto& [job, run] : runs_) {
    if (!run.last && run.credit.owed() && run.pace.late(context_.now)) late.push_back(job);
  }
  std::set<LinkId> blamed;  // once, however many runs wait behind one stalled line
  for (const JobId job : late) {
    const auto it = runs_.find(job);
    Link* link = context_.links.find(it->second.link);
    if (link != nullptr && blamed.insert(link->id).second) {
      context_.blame(*link, settings::late_points, Error{Errc::timed_out, it->second.feed.str()});
    }
    fail(it, true, Error{Errc::timed_out, "the peer stopped sending"});
  }
  for (auto& [id, source] : sources_) {
    if (source.ask_again_at <= context_.now) ask_again(source);
    for (auto asked = source.asked.begin(); asked != source.asked.end();) {
      const Want* want = wants_.find(asked->first);
      const bool unanswered = context_.now - asked->second >= settings::answer_within;
      if (want != nullptr && unanswered) source.unasked.insert(want->place());
      asked = want == nullptr || unanswered ? source.asked.erase(asked) : std::next(asked);
    }
  }
}

}  // namespace essaimage::core

#include "daemon/core/replica.hpp"

#include <algorithm>

#include "daemon/core/parts.hpp"

namespace essaimage::core {

/// Routes each input to the parts, then lets them plan.
struct Replica::Impl : Parts {
  explicit Impl(const Notary& notary) : Parts(notary) {
    fetcher.on_drained = [this](LinkId link) { reconciler.again(link); };
    sessions.on_silent = [this](Link& link) { uplink.keep_alive(link); };
    sessions.is_spare = [this](LinkId link) { return announcer.is_spare(link); };
    fetcher.on_begun = [this](Link& link, const FeedId& feed) { announcer.asked(link, feed); };
  }

  // --- inputs ------------------------------------------------------------------------------------------------------------

  void operator()(const input::Start& start) {
    started_at = context.now;
    context.agent = start.agent;
    context.random = Random(start.seed);
    context.access.start(start);
    context.heads.start(start);
    judge.start(start.forks);
    joiner.start(start.joining);
    joiner.roster_changed();
    dialer.start(start);
    for (const MediaNeed& need : start.needs) planner.need(need);
    next_tick = context.now;
    (*this)(input::Tick{});
  }

  void operator()(const input::LinkUp& up) {
    if (!sessions.link_up(up, joiner.joining())) return;
    dialer.link_up(*context.links.find(up.link));
  }

  void operator()(const input::LinkDown& down) {
    Link* link = context.links.find(down.link);
    if (link == nullptr) return;
    context.links.close(*link);
    down_reason = down.reason;
  }

  void operator()(const input::DialFailed& failure) {
    dialer.dial_failed(failure);
    dialer.plan();
  }

  void operator()(const input::Received& received) {
    Link* link = context.links.find(received.link);
    if (link == nullptr) return;
    switch (sessions.received(*link, received.message)) {
      case Sessions::Verdict::drop: return;
      case Sessions::Verdict::joining:
        if (!may_admit()) return sessions.refuse(*link);  // it asks again soon
        return joiner.request(*link, std::get<message::Join>(received.message));
      case Sessions::Verdict::opened: return opened(*link);
      case Sessions::Verdict::deliver: break;
    }
    std::visit([&](const auto& message) { deliver(*link, message); }, received.message);
  }

  void operator()(const input::Garbage& garbage) {
    if (Link* link = context.links.find(garbage.link)) {
      context.blame(*link, settings::score_max, Error{Errc::malformed, "garbage"});
    }
  }

  void operator()(const input::Writable& change) {
    sessions.writable(change);
    server.link_writable(change.link);
  }

  void operator()(const input::Tick&) {
    planned_wake.reset();
    uplink.tick();
    server.resume();
    if (context.now < next_tick) return;
    next_tick = context.now + settings::tick_interval;
    sessions.tick();
    announcer.tick();
    reconciler.tick();
    judge.tick();
    fetcher.tick();
    server.tick();
    answers.tick();
    planner.tick();
    locator.tick();
    sweep();
    dialer.plan();
  }

  void operator()(const input::SourceOpened& opened) { server.opened(opened); }
  void operator()(const input::SourceRead& read) { server.read(read); }
  void operator()(const input::MediaFound& found) { answers.found(found); }
  void operator()(const input::SliceTaken& taken) {
    if (fetcher.owns(taken.job)) fetcher.slice_taken(taken);
    else planner.slice_taken(taken);
  }
  void operator()(const input::PackAccepted& accepted) { fetcher.accepted(accepted); }
  void operator()(const input::ChunksStored& stored) {
    planner.stored(stored);
    if (stored.status) answers.chunks_stored(stored.media);
  }
  void operator()(const input::Admitted& admitted) { joiner.admitted(admitted); }
  void operator()(const input::ForkKept& kept) { judge.fork_kept(kept); }

  void operator()(const input::HeadChanged& change) {
    context.heads.set_held(change.head, change.commit);
    fetcher.head_changed(change.head.feed);
    announcer.head_changed(change.head.feed);
    reconciler.head_changed(context.heads.at(change.head.feed));
    answers.head_changed(change.head.feed);
    context.report(Event::Kind::feed_advanced, {}, change.head.feed);
  }

  void operator()(const input::ObjectsLost& lost) {
    if (!context.heads.set_lacking(lost.feed)) return;
    reconciler.objects_lost();
    context.report(Event::Kind::objects_lost, {}, lost.feed);
  }

  void operator()(const input::FeedLeft& left) {
    context.heads.leave(left.feed);
    fetcher.head_changed(left.feed);
    answers.head_changed(left.feed);
    reconciler.all_again();  // who has what counts
  }

  void operator()(const input::RosterChanged& change) {
    context.access.set_roster(change.roster);
    context.heads.roster_changed([this](LinkId id, const FeedId& feed) {
      const Link* link = context.links.find(id);
      return link != nullptr && context.shared(*link, feed);
    });
    sessions.roster_changed();
    joiner.roster_changed();
    dialer.roster_changed();
    fetcher.roster_changed();
    server.roster_changed();
    planner.roster_changed();
    reconciler.all_again();  // what each peer may hold, and what can be judged, may have changed
    sweep();
    dialer.plan();
  }

  void operator()(const input::MediaNeeded& needed) { planner.need(needed.need); }
  void operator()(const input::MediaComplete& complete) {
    if (wants.find(complete.media) == nullptr) return;  // told once already
    answers.media_complete(complete.media);
    planner.complete(complete.media);
    // Whole at once: gcc 12 takes the optional parts of an Event that is filled in for used before they are set.
    context.report(Event{Event::Kind::media_completed, {}, std::nullopt, complete.media, 0, std::nullopt, std::nullopt});
  }
  void operator()(const input::MediaUnneeded& unneeded) { planner.unneeded(unneeded.media); }

  void operator()(const input::FeedFrozen& change) {
    judge.feed_frozen(change);
    if (change.frozen) fetcher.feed_frozen(change.fork.feed);
    reconciler.head_changed(context.heads.at(change.fork.feed));
  }

  void operator()(const input::Traffic& traffic) {
    uplink.set_limit(traffic.upload);
    server.set_media(traffic.media);
    planner.set_traffic(traffic);
  }

  void operator()(const input::SyncNow&) {
    dialer.sync_now();
    reconciler.sync_now();
    fetcher.sync_now();
    planner.sync_now();
    dialer.plan();
  }

  void operator()(const input::Locate& locate) { locator.locate(locate); }

  // --- messages of open links ----------------------------------------------------------------------------------------------

  void deliver(Link& link, const message::Refused&) {
    const Error why{link.ended.value_or(Errc::peer_refuses), {}};
    context.report(Event::Kind::peer_refused, link.name, {}, why);
    dialer.refused(link, why.code);
    refused.insert(link.id);
    context.close(link);
  }
  void deliver(Link& link, const message::JoinReply& reply) {
    const auto code = errc_from(reply.code);
    const bool told = !reply.accepted && (code == Errc::key_succeeded || code == Errc::publish_suspended);
    link.ended = told ? code : std::nullopt;
    joiner.reply(link, reply);
  }
  void deliver(Link& link, const message::Announce& announce) {
    // Pruned are copies of what is on its way from elsewhere; which feed it is, the announcer reads.
    announcer.announce(link, announce, [&](const FeedId& feed) { return fetcher.fetching_elsewhere(feed, link.id); });
  }
  void deliver(Link& link, const message::Have& have) { announcer.have(link, have); }
  void deliver(Link& link, const message::Graft& graft) { announcer.graft(link, graft); }
  void deliver(Link& link, const message::Prune&) { announcer.prune(link); }
  void deliver(Link& link, const message::ForkProof& proof) { judge.fork_proof(link, proof); }
  void deliver(Link& link, const message::Reconcile& reconcile) { reconciler.received(link, reconcile); }
  void deliver(Link& link, const message::FetchFeed& fetch) { server.fetch_feed(link, fetch); }
  void deliver(Link& link, const message::FeedOffer& offer) { fetcher.offer(link, offer); }
  void deliver(Link& link, const message::MediaQuery& query) { answers.query(link, query); }
  void deliver(Link& link, const message::MediaHave& have) {
    if (!locator.asked(link.id)) return planner.have(link, have);
    if (const auto rest = locator.have(link, have); !rest.items.empty()) planner.have(link, rest);
  }
  void deliver(Link& link, const message::FetchChunks& fetch) { server.fetch_chunks(link, fetch); }
  void deliver(Link& link, const message::Slice& slice) {
    if (fetcher.owns(link.id, slice.request)) fetcher.slice(link, slice);
    else planner.slice(link, slice);
  }
  void deliver(Link& link, const message::Credit& credit) { server.credit(link, credit); }
  void deliver(Link& link, const message::Cancel& cancel) { server.cancel(link, cancel); }
  void deliver(Link& link, const message::Unavailable& unavailable) {
    if (fetcher.owns(link.id, unavailable.request)) fetcher.unavailable(link, unavailable.request);
    else planner.unavailable(link, unavailable.request);
  }
  void deliver(Link& link, const message::Ping& ping) { context.send(link, message::Pong{ping.token, context.now.ms}); }
  void deliver(Link& link, const message::Pong& pong) { uplink.pong(link, pong); }
  // Answered by Sessions before delivery.
  void deliver(Link&, const message::Open&) {}
  void deliver(Link&, const message::Hello&) {}
  void deliver(Link&, const message::Join&) {}

  // --- links -----------------------------------------------------------------------------------------------------------------

  void opened(Link& link) {
    reconciler.link_opened(link);
    planner.link_opened(link);
    uplink.link_opened(link);
    fetcher.link_opened();
  }

  /// Forgets the links that were closed while this input was handled.
  void sweep() {
    while (const auto closed = context.links.take_closed()) {
      const Link& link = *closed;
      fetcher.link_closed(link.id);
      server.link_closed(link.id);
      uplink.link_closed(link.id);
      planner.link_closed(link.id);
      answers.link_closed(link.id);
      locator.link_closed(link.id);
      announcer.link_closed(link.id);
      reconciler.link_closed(link.id);
      joiner.link_closed(link.id);
      context.heads.link_closed(link.id);
      flows.erase(link.id);
      if (refused.erase(link.id) == 0) dialer.link_down(link, down_reason);
      if (link.phase == Link::Phase::open) context.report(Event::Kind::peer_lost, link.name);
    }
  }

  /// A federation's node that was restored must not write to its feed before a member told how far that went. With no
  /// member in sight nobody could ever join, so it waits a while only.
  bool may_admit() const {
    if (own_heads_confirmed || !context.access.is_federation()) return true;
    const auto is_open = [](const auto& each) { return each.second.is_open(); };
    const bool company = std::any_of(context.links.all().begin(), context.links.all().end(), is_open);
    return !company && context.now - started_at >= settings::admit_alone_after;
  }

  /// Somebody who may hold feeds of that audience has told what it holds.
  bool told_of(const Audience& audience) const {
    return std::any_of(context.links.all().begin(), context.links.all().end(), [&](const auto& each) {
      const Reconciler::Peer* peer = reconciler.peer(each.first);
      const Member* member = each.second.is_open() && peer != nullptr && peer->told ? context.member(each.second) : nullptr;
      return member != nullptr && context.access.may_hold(*member, audience);
    });
  }

  /// Of our territories and mirrors those from elsewhere can tell nothing. Where nobody of them is in sight, that is waited for a
  /// while only.
  bool told_of_each() const {
    if (context.now - started_at >= settings::confirm_within) return true;
    const Roster& roster = context.access.roster();
    const Member& own = *roster.find(context.access.own_slug());
    const auto told = [&](const std::string& slug) { return told_of({Audience::Kind::territory, slug}); };
    return std::ranges::all_of(own.territories, told) && std::ranges::all_of(roster.mirrors, [&](const auto& each) {
             const Audience mirror{Audience::Kind::mirror, each.first};
             return !context.access.may_hold(own, mirror) || told_of(mirror);
           });
  }

  /// Publishing waits until somebody has told what it holds of our own feeds.
  void confirm_own_heads() {
    if (own_heads_confirmed || !context.access.joined()) return;
    const std::string& own = context.access.own_slug();
    const auto& members = context.access.roster().members;
    const bool alone =
        std::none_of(members.begin(), members.end(), [&](const auto& each) { return each.first != own && !each.second.suspended; });
    const bool behind = is_behind();  // whoever told before may be gone when others tell
    own_heads_confirmed = alone || (told_of({}) && told_of_each() && !behind);
  }

  /// Somebody told of more than is held of a feed of ours. If they are gone before all of it is here, others may know less: that is
  /// waited for a while.
  bool is_behind() {
    std::erase_if(behind_in, [&](const auto& each) {
      const FeedEntry* entry = context.heads.find(each.first);
      if (entry != nullptr && entry->frozen()) return true;  // of what was forked nothing comes, and it is refused for that
      const Order held = entry != nullptr ? entry->held.order : Order{};
      const bool came = held != each.second.held && held >= each.second.told;
      return came || context.now - started_at >= settings::confirm_within;
    });
    for (const FeedId& feed : context.heads.wanted()) {
      const FeedEntry& entry = *context.heads.find(feed);
      const auto is_newer = [&](const Claim& claim) {
        const bool as_held = claim.order == entry.held.order && (claim.commit == entry.held.commit || claim.commit.is_zero());
        return !as_held && entry.lacks(claim.order, claim.commit);
      };
      const bool newer = !entry.lacking || std::ranges::any_of(entry.claims, is_newer);
      if (feed.centre != context.access.own_slug() || !newer) continue;
      Behind& behind = behind_in[feed];
      behind.held = entry.held.order;
      for (const Claim& claim : entry.claims)
        if (is_newer(claim)) behind.told = std::max(behind.told, claim.order);
    }
    return !behind_in.empty();
  }

  void settle() {
    sweep();
    fetcher.plan();
    planner.plan();
    reconciler.flush();
    announcer.flush();
    sweep();
    confirm_own_heads();
    down_reason.clear();
    plan_wake();
  }

  void plan_wake() {
    Instant at = next_tick;
    if (const auto sooner = uplink.wake_at()) at = std::min(at, std::max(*sooner, context.now));
    if (planned_wake && *planned_wake <= at) return;
    planned_wake = at;
    context.emit(effect::WakeAt{at});
  }

  std::set<LinkId> refused;  ///< closed because the peer does not speak with us
  std::string down_reason;
  Instant started_at;
  struct Behind {
    Order held, told;
  };
  std::map<FeedId, Behind> behind_in;  ///< of our own feeds those of which more was told of, and what was held then
  Instant next_tick;                   ///< the parts' own timers
  std::optional<Instant> planned_wake;
};

Replica::Replica(const Notary& notary) : impl_(std::make_unique<Impl>(notary)) {}
Replica::~Replica() = default;

void Replica::on(const Input& input, Instant now) {
  impl_->context.now = now;
  std::visit(*impl_, input);
  impl_->settle();
}

std::optional<Effect> Replica::next() {
  auto& effects = impl_->context.effects;
  if (effects.empty()) return std::nullopt;
  Effect effect = std::move(effects.front());
  effects.pop_front();
  return effect;
}

NodeStatus Replica::status(Instant now) const { return status_of(*impl_, now); }
bool Replica::settled() const { return is_level(*impl_) && !impl_->dialer.connecting(); }
bool Replica::own_heads_confirmed() const { return impl_->own_heads_confirmed; }

}  // namespace essaimage::core

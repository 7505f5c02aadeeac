#include "tests/sim/world.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "proto/codec.hpp"

namespace essaimage::sim {
namespace effect = core::effect;
namespace input = core::input;
using std::chrono::milliseconds;

World::World(std::uint64_t seed, std::size_t nodes, const StoresMaker& stores)
    : random(seed),
      network(
          random, [this](Instant at, std::function<void()> run) { schedule(at, std::move(run)); },
          [this](std::size_t node, std::uint64_t incarnation, core::Input in) {
            if (nodes_[node].up && nodes_[node].incarnation == incarnation) feed(node, std::move(in));
          }) {
  stores_ = stores(random, [this] { return now_; });
  for (std::size_t i = 0; i < nodes; ++i) {
    Node node;
    node.index = i;
    node.slug = slug_of(i);
    node.store = stores_->make(i, node.slug);
    nodes_.push_back(std::move(node));
    network.keys.push_back(nodes_[i].store->transport_key());
    by_endpoint_[stores_->endpoint_of(i)] = i;
  }
  network.on_sent = [this](std::size_t from, std::size_t to, const Message& message) { check_sent(from, to, message); };
}

// --- building ------------------------------------------------------------------------------------------------------------

void World::make_federation(const std::map<std::size_t, std::set<std::string>>& territories, const std::set<std::size_t>& reachable) {
  std::map<std::size_t, Stores::Founded> members;
  for (const auto& [index, names] : territories) members[index] = {names, reachable.contains(index)};
  stores_->found(members);
  network.keys[0] = nodes_[0].store->transport_key();
}

void World::invite(std::size_t index, const std::set<std::string>& territories) {
  feed_all(0, stores_->invite(index, territories));
  network.keys[index] = nodes_[index].store->transport_key();
}

void World::start(std::size_t index) {
  Node& node = nodes_[index];
  node.up = true;
  node.incarnation += 1;
  node.replica = std::make_unique<core::Replica>(stores_->notary());
  node.store_free = now_;
  network.node_up(index, node.incarnation);
  feed(index, node.store->start_input(random.next()));
  feed_all(index, node.store->started());
  if (stores_->has_upkeep()) keep_up(index, node.incarnation);
}

void World::keep_up(std::size_t index, std::uint64_t incarnation) {
  Node& node = nodes_[index];
  if (!node.up || node.incarnation != incarnation) return;
  feed_all(index, node.store->upkeep(now_, nodes_[index].replica->own_heads_confirmed()));
  schedule(now_ + milliseconds(1'000), [this, index, incarnation] { keep_up(index, incarnation); });
}

void World::start_all() {
  for (std::size_t i = 0; i < nodes_.size(); ++i) start(i);
}

// --- what happens ----------------------------------------------------------------------------------------------------------

void World::crash(std::size_t index) {
  Node& node = nodes_[index];
  if (!node.up) return;
  network.coverage.strike(Fault::crash);
  node.up = false;
  node.store->crash();
  if (crashes_lose_unsynced && node.store->lose_unsynced() > 0) network.coverage.strike(Fault::unsynced_lost);
  node.replica.reset();
  network.node_down(index, now_);
}

void World::restore(std::size_t index, const SimStore::BackupPtr& backup, bool keep_witnessed) {
  network.coverage.strike(Fault::backup_restored);
  lose_disk(index, [&] { nodes_[index].store->restore(backup, keep_witnessed); });
  if (!keep_witnessed) forget_accepted(index);
  for (auto& [of, accepted] : accepted_) {
    if (of.first == index) accepted.held = held(index, of.second);
  }
  if (on_restored) on_restored(index);
}

void World::lose_disk(std::size_t index, const std::function<void()>& lose) {
  const auto is_here = [&](const Head& head) { return held(index, head.feed) >= head.order; };
  const auto alone =
      std::ranges::stable_partition(acknowledged, [&](const Head& head) { return !is_here(head) || elsewhere(head, index); });
  const std::vector<Head> only_here(alone.begin(), alone.end());
  acknowledged.erase(alone.begin(), alone.end());
  lose();
  std::ranges::copy_if(only_here, std::back_inserter(acknowledged), is_here);
}

void World::lose_objects(std::size_t index) {
  network.coverage.strike(Fault::objects_lost);
  nodes_[index].store->lose_objects();
}

bool World::publish(std::size_t index, const std::vector<Audience>& audiences, std::size_t media, bool offline) {
  Node& node = nodes_[index];
  if (!node.up || (!offline && !nodes_[index].replica->own_heads_confirmed())) return false;
  auto published = node.store->publish(audiences, media);
  if (!published) return false;
  if (!published->heads.empty() && !nodes_[index].replica->own_heads_confirmed()) network.coverage.strike(Fault::published_unasked);
  const auto is_for_mirror = [](const Head& head) { return head.feed.audience.kind == Audience::Kind::mirror; };
  if (std::ranges::any_of(published->heads, is_for_mirror)) network.coverage.strike(Fault::mirror_published);
  if (!published->heads.empty() && !has_its_key(index)) network.coverage.strike(Fault::stolen_key_used);
  acknowledged.insert(acknowledged.end(), published->heads.begin(), published->heads.end());
  feed_all(index, std::move(published->inputs));
  return true;
}

bool World::resolve_forks() {
  bool any = false;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (!counts(i) || !nodes_[i].up || !has_its_key(i) || hostile(nodes_[i].slug)) continue;
    auto resolved = nodes_[i].store->resolve_forks();
    for (const Head& head : resolved.heads) {
      network.coverage.strike(Fault::fork_resolved);
      std::erase_if(acknowledged, [&](const Head& each) { return each.feed == head.feed; });
      acknowledged.push_back(head);
      any = true;
    }
    feed_all(i, std::move(resolved.inputs));
  }
  return any;
}

void World::suspend(std::size_t index) {
  auto changes = nodes_[0].store->suspend(nodes_[index].slug);
  if (!changes) return violated(nodes_[index].slug + " cannot be suspended: " + to_line(changes.error()));
  network.coverage.strike(Fault::suspension);
  feed_all(0, std::move(*changes));
}

bool World::move(std::size_t index, const std::set<std::string>& territories) {
  if (truth().find(nodes_[index].slug) == nullptr) return false;
  const Roster before = truth();
  auto changes = stores_->move(index, territories);
  if (!changes) return false;
  note_left(index, before);
  network.coverage.strike(Fault::territories_changed);
  feed_all(0, std::move(*changes));
  return true;
}

bool World::link(const std::string& mirror, const std::set<std::string>& territories) {
  const Roster before = truth();
  auto changes = stores_->link(mirror, territories);
  if (!changes) return false;
  for (std::size_t i = 0; i < nodes_.size(); ++i) note_left(i, before);
  network.coverage.strike(territories.empty() ? Fault::territories_unlinked : Fault::territories_linked);
  feed_all(0, std::move(*changes));
  return true;
}

void World::note_left(std::size_t index, const Roster& before) {
  Node& node = nodes_[index];
  const auto note = [&](const Audience& audience) {
    if (truth().may_hold(node.slug, audience)) node.left.erase(audience);
    else if (before.may_hold(node.slug, audience)) node.left.insert(audience);
  };
  for (const Roster* roster : {&before, &truth()}) {
    const Member* member = roster->find(node.slug);
    if (member == nullptr) continue;
    for (const std::string& each : member->territories) note({Audience::Kind::territory, each});
    for (const auto& [slug, linked] : roster->mirrors) note({Audience::Kind::mirror, slug});
  }
}

bool World::give_new_key(std::size_t index) {
  auto changes = stores_->give_new_key(index);
  if (!changes) return false;
  network.coverage.strike(Fault::key_stolen);
  feed_all(0, std::move(*changes));
  return true;
}

bool World::begin_anew(std::size_t index) {
  if (!stores_->knows_new_keys()) return false;
  crash(index);
  const bool had_its_key = has_its_key(index);
  lose_disk(index, [&] { stores_->begin_anew(index); });
  if (had_its_key) network.coverage.strike(Fault::key_lost);
  network.keys[index] = nodes_[index].store->transport_key();
  nodes_[index].left.clear();
  forget_accepted(index);
  start(index);
  return true;
}

bool World::has_its_key(std::size_t index) const {
  const Member* member = truth().find(nodes_[index].slug);
  return member != nullptr && member->current_keys().transport == nodes_[index].store->transport_key();
}

void World::forget_accepted(std::size_t index) {
  std::erase_if(accepted_, [&](const auto& each) { return each.first.first == index; });
}

void World::jump_clock(std::size_t index, Duration ahead) {
  network.coverage.strike(Fault::clock_jumped);
  nodes_[index].clock.jump(ahead);
  feed(index, input::Tick{});
}

// --- driving -----------------------------------------------------------------------------------------------------------------

void World::schedule(Instant at, std::function<void()> run) {
  if (free_places_.empty()) {
    free_places_.push_back(actions_.size());
    actions_.emplace_back();
  }
  const std::size_t place = free_places_.back();
  free_places_.pop_back();
  actions_[place] = std::move(run);
  events_.push({std::max(at, now_), ++last_number_, place});
}

void World::feed(std::size_t index, core::Input in) {
  Node& node = nodes_[index];
  if (!node.up) return;
  inputs_ += 1;
  if (verbose) print_media(node, in);
  if (const auto* change = std::get_if<input::HeadChanged>(&in)) check_head(index, *change);
  if (const auto* left = std::get_if<input::FeedLeft>(&in)) {
    network.coverage.strike(Fault::feed_left);
    accepted_.erase({index, left->feed});
  }
  node.replica->on(in, node.clock.read(now_));
  while (auto effect = node.replica->next()) {
    network.coverage.saw(*effect);
    perform(node, std::move(*effect));
  }
}

/// What the store tells of media; the rest is seen by messages and events.
void World::print_media(const Node& node, const core::Input& in) const {
  const auto print = [&](const char* what, const Sha256& media, const std::string& more = {}) {
    std::printf("%9.3f %s media %s %s %s\n", static_cast<double>(now_.ms) / 1000, node.slug.c_str(), media.hex().substr(0, 8).c_str(), what,
                more.c_str());
  };
  if (const auto* needed = std::get_if<input::MediaNeeded>(&in)) {
    std::string feeds;
    for (const FeedId& feed : needed->need.feeds) feeds += feed.str() + " ";
    const auto& held = needed->need.held;
    const auto count = std::count(held.begin(), held.end(), true);
    print("needed", needed->need.media, feeds + std::to_string(count) + " of " + std::to_string(held.size()));
  }
  if (const auto* complete = std::get_if<input::MediaComplete>(&in)) print("complete", complete->media);
  if (const auto* unneeded = std::get_if<input::MediaUnneeded>(&in)) print("unneeded", unneeded->media);
  if (const auto* stored = std::get_if<input::ChunksStored>(&in)) {
    const std::string why = stored->status ? "" : " " + to_line(stored->status.error());
    print("chunks", stored->media, std::to_string(stored->first) + "+" + std::to_string(stored->count) + why);
  }
}

void World::feed_all(std::size_t index, Inputs inputs) {
  for (core::Input& each : inputs) feed(index, std::move(each));
}

void World::perform(Node& node, core::Effect effect) {
  if (auto* send = std::get_if<effect::Send>(&effect)) {
    Message message = std::move(send->message);
    if (verbose) {
      std::printf("%9.3f %s -%llu-> %s\n", static_cast<double>(now_.ms) / 1000, node.slug.c_str(),
                  static_cast<unsigned long long>(send->link), std::string(name_of(message)).c_str());
    }
    if (through_codec) {
      auto decoded = decode(encode(message));
      if (!decoded) return violated("a message of " + node.slug + " cannot be decoded: " + std::string(name_of(message)));
      message = std::move(*decoded);
    }
    return network.send(node.index, send->link, std::move(message), now_);
  }
  if (const auto* wake = std::get_if<effect::WakeAt>(&effect)) {
    node.wake_at = wake->at;
    return this->wake(node.index, node.incarnation, wake->at);
  }
  if (const auto* dial = std::get_if<effect::Dial>(&effect)) {
    return network.dial(node.index, node.incarnation, dial->peer, by_endpoint_.at(dial->endpoint), now_);
  }
  if (const auto* close = std::get_if<effect::Close>(&effect)) return network.close(node.index, close->link, now_);
  if (const auto* report = std::get_if<effect::Report>(&effect)) {
    if (verbose) {
      std::printf("%9.3f %s event %d peer %s %s %s\n", static_cast<double>(now_.ms) / 1000, node.slug.c_str(),
                  static_cast<int>(report->event.kind), report->event.peer.c_str(),
                  report->event.feed ? report->event.feed->str().c_str() : "",
                  report->event.error ? to_line(*report->event.error).c_str() : "");
    }
    if (on_event) on_event(node.index, report->event);
    return;
  }
  perform_store(node, std::move(effect));
}

void World::wake(std::size_t index, std::uint64_t incarnation, Instant at) {
  schedule(nodes_[index].clock.when(at, now_), [this, index, incarnation, at] {
    const Node& woken = nodes_[index];
    if (!woken.up || woken.incarnation != incarnation || woken.wake_at != at) return;
    if (woken.clock.read(now_) >= at) feed(index, input::Tick{});
    else wake(index, incarnation, at);  // its clock stood still, or goes slower now
  });
}

void World::perform_store(Node& node, core::Effect effect) {
  // One disk a node, in order; what is not done at a crash is lost.
  // A slow one is behind by a minute at most: what a node of a hundred links wants of it would take longer than any peace.
  const bool far_behind = node.store_free - now_ > std::chrono::minutes(1);
  const auto takes_ms_max = static_cast<std::uint64_t>(std::max(store_ms_max, far_behind ? 0 : node.disk_ms_max));
  node.store_free = std::max(node.store_free, now_) + milliseconds(static_cast<std::int64_t>(random.below(takes_ms_max + 1)));
  schedule(node.store_free, [this, index = node.index, incarnation = node.incarnation, work = std::move(effect)] {
    Node& owner = nodes_[index];
    if (!owner.up || owner.incarnation != incarnation) return;
    Inputs done = owner.store->perform(work);
    check_open(owner);
    feed_all(index, std::move(done));
  });
}

void World::run_for(Duration duration) {
  const Instant until = now_ + duration;
  while (!events_.empty() && events_.top().at <= until) {
    const Event next = events_.top();
    events_.pop();
    const std::function<void()> run = std::exchange(actions_[next.place], nullptr);
    free_places_.push_back(next.place);
    now_ = next.at;
    run();
  }
  now_ = until;
}

bool World::run_until(const std::function<bool()>& holds, Duration within, Duration step) {
  const Instant deadline = now_ + within;
  while (!holds()) {
    if (now_ >= deadline) return false;
    run_for(step);
  }
  return true;
}

// --- looking -------------------------------------------------------------------------------------------------------------------

Order World::held(std::size_t index, const FeedId& feed) const { return nodes_[index].store->head(feed).order; }

bool World::elsewhere(const Head& head, std::size_t index) const {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const bool serves = i != index && counts(i) && truth().may_hold(nodes_[i].slug, head.feed.audience);
    if (serves && held(i, head.feed) >= head.order) return true;
  }
  return false;
}

bool World::counts(std::size_t index) const {
  const Member* member = truth().find(nodes_[index].slug);
  return member != nullptr && !member->suspended && !hostile(nodes_[index].slug);
}

}  // namespace essaimage::sim

#include "tests/sim/world.hpp"

#include <algorithm>
#include <cstdio>

#include "proto/codec.hpp"

namespace essaimage::sim {
namespace effect = core::effect;
namespace input = core::input;
using std::chrono::milliseconds;

World::World(std::uint64_t seed, std::size_t nodes)
    : random(seed),
      network(
          random, [this](Instant at, std::function<void()> run) { schedule(at, std::move(run)); },
          [this](std::size_t node, std::uint64_t incarnation, core::Input in) {
            if (nodes_[node].up && nodes_[node].incarnation == incarnation) feed(node, std::move(in));
          }) {
  for (std::size_t i = 0; i < nodes; ++i) {
    Node node;
    node.index = i;
    node.slug = i == 0 ? "federation" : "centre-" + std::to_string(i);
    node.store = std::make_unique<MemoryStore>(universe, i);
    nodes_.push_back(std::move(node));
    network.keys.push_back(transport_key(i));
  }
  nodes_[0].store->admission = [this](const message::Join& join) { return admit(join); };
  network.on_sent = [this](std::size_t from, std::size_t to, const Message& message) { check_sent(from, to, message); };
}

// --- building ------------------------------------------------------------------------------------------------------------

void World::make_federation(const std::map<std::size_t, std::set<std::string>>& territories,
                            const std::set<std::size_t>& reachable) {
  Roster roster;
  roster.federation_slug = nodes_[0].slug;
  for (const auto& [index, names] : territories) {
    Member member;
    member.slug = nodes_[index].slug;
    member.territories = names;
    MemberKeys keys;
    keys.signing = signing_key(index);
    keys.transport = transport_key(index);
    member.keys.push_back(keys);
    if (reachable.contains(index)) member.endpoints.push_back(endpoint_of(index));
    roster.members[member.slug] = std::move(member);
  }
  SimCommit commit;
  commit.feed = {nodes_[0].slug, {}};
  commit.order = {1, 1, 1};
  commit.roster = universe.add_roster(std::move(roster));
  (void)nodes_[0].store->publish({commit});  // nobody runs yet: the changes are part of everybody's start
  const MemoryStore::Backup first = nodes_[0].store->backup();
  for (const auto& [index, names] : territories) {
    if (index != 0) nodes_[index].store->restore(first, false);
  }
}

void World::invite(std::size_t index, const std::set<std::string>& territories) {
  input::Start::Joining joining;
  joining.federation_slug = nodes_[0].slug;
  joining.endpoint = endpoint_of(0);
  joining.transport = transport_key(0);
  joining.request.federation = universe.federation();
  joining.request.invitation = signing_key(10'000 + index);
  joining.request.signing = signing_key(index);
  joining.request.transport = transport_key(index);
  invitations_[joining.request.invitation] = {index, territories};
  nodes_[index].store->joining = joining;
}

Result<SimCommit> World::admit(const message::Join& join) {
  const auto it = invitations_.find(join.invitation);
  if (it == invitations_.end()) return fail(Errc::invitation_used);
  const auto [index, territories] = it->second;
  if (join.signing != signing_key(index)) return fail(Errc::signature_bad);
  invitations_.erase(it);
  Roster roster = truth();
  Member member;
  member.slug = nodes_[index].slug;
  member.territories = territories;
  MemberKeys keys;
  keys.signing = join.signing;
  keys.transport = join.transport;
  member.keys.push_back(keys);
  if (random.below(2) == 0) member.endpoints.push_back(endpoint_of(index));
  roster.members[member.slug] = std::move(member);
  const FeedId feed{nodes_[0].slug, {}};
  SimCommit commit = next_commit(0, feed, 0);
  commit.roster = universe.add_roster(std::move(roster));
  return commit;
}

void World::start(std::size_t index) {
  Node& node = nodes_[index];
  node.up = true;
  node.incarnation += 1;
  node.replica = std::make_unique<core::Replica>(notary_);
  node.store_free = now_;
  network.node_up(index, node.incarnation);
  feed(index, node.store->start_input(random.next()));
}

void World::start_all() {
  for (std::size_t i = 0; i < nodes_.size(); ++i) start(i);
}

// --- what happens ----------------------------------------------------------------------------------------------------------

void World::crash(std::size_t index) {
  Node& node = nodes_[index];
  if (!node.up) return;
  node.up = false;
  node.store->crash();
  node.replica.reset();
  network.node_down(index, now_);
}

void World::restore(std::size_t index, const MemoryStore::Backup& backup, bool keep_witnessed) {
  nodes_[index].store->restore(backup, keep_witnessed);
  if (!keep_witnessed) std::erase_if(accepted_, [&](const auto& each) { return each.first.first == index; });
}

SimCommit World::next_commit(std::size_t index, const FeedId& feed, std::size_t media) {
  SimCommit commit = nodes_[index].store->head_commit(feed);
  const auto held = nodes_[index].store->feeds().find(feed);
  commit.parent = held != nodes_[index].store->feeds().end() ? held->second.head.commit : ObjectId{};
  commit.order = {1, 1, commit.order.seq + 1};
  commit.nonce = random.next();
  commit.padding = static_cast<std::uint32_t>(random.below(600));
  if (commit.media.size() > 3) commit.media.erase(commit.media.begin());
  for (std::size_t i = 0; i < media; ++i) {
    MediaSpec spec;
    const std::uint64_t id = random.next();
    spec.media = notary_.sha256({reinterpret_cast<const std::uint8_t*>(&id), 8});
    const std::uint64_t chunks = 1 + random.below(random.below(4) == 0 ? 40 : 4);
    for (std::uint64_t c = 0; c < chunks; ++c) spec.chunk_bytes.push_back(static_cast<std::uint32_t>(100 + random.below(9000)));
    commit.media.push_back(std::move(spec));
  }
  return commit;
}

bool World::publish(std::size_t index, const std::vector<Audience>& audiences, std::size_t media, bool offline) {
  Node& node = nodes_[index];
  if (!node.up || (!offline && !status(index).own_heads_confirmed)) return false;
  const core::RosterPtr known = node.store->roster();
  if (!known || known->find(node.slug) == nullptr) return false;
  std::vector<SimCommit> commits;
  for (const Audience& audience : audiences) {
    const FeedId feed = feed_of(index, audience);
    const auto it = node.store->feeds().find(feed);
    if (it != node.store->feeds().end() && it->second.fork) return false;
    commits.push_back(next_commit(index, feed, media));
  }
  const auto changes = node.store->publish(commits);
  for (const SimCommit& commit : commits) acknowledged.push_back(node.store->feeds().at(commit.feed).head);
  for (const core::Input& change : changes) {
    if (node.up) feed(index, change);
  }
  return true;
}

void World::change_roster(const std::function<void(Roster&)>& change) {
  Roster roster = truth();
  change(roster);
  SimCommit commit = next_commit(0, {nodes_[0].slug, {}}, 0);
  commit.roster = universe.add_roster(std::move(roster));
  const auto changes = nodes_[0].store->publish({commit});
  for (const core::Input& each : changes) {
    if (nodes_[0].up) feed(0, each);
  }
}

void World::suspend(std::size_t index) {
  change_roster([&](Roster& roster) {
    Member& member = roster.members.at(nodes_[index].slug);
    member.suspended = true;
    for (const auto& [id, feed] : nodes_[0].store->feeds()) {
      if (id.centre == member.slug && !feed.chain.empty()) member.last_accepted[id] = feed.head.order;
    }
  });
}

// --- driving -----------------------------------------------------------------------------------------------------------------

void World::schedule(Instant at, std::function<void()> run) {
  events_.push({std::max(at, now_), ++last_number_, std::move(run)});
}

void World::feed(std::size_t index, core::Input in) {
  Node& node = nodes_[index];
  if (!node.up) return;
  inputs_ += 1;
  if (const auto* change = std::get_if<input::HeadChanged>(&in)) check_head(index, *change);
  node.replica->on(in, now_);
  while (auto effect = node.replica->next()) perform(node, std::move(*effect));
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
    schedule(wake->at, [this, index = node.index, at = wake->at, incarnation = node.incarnation] {
      const Node& woken = nodes_[index];
      if (woken.up && woken.incarnation == incarnation && woken.wake_at == at) feed(index, input::Tick{});
    });
    return;
  }
  if (const auto* dial = std::get_if<effect::Dial>(&effect)) {
    const std::size_t to = std::stoul(dial->endpoint.substr(6));
    return network.dial(node.index, node.incarnation, dial->peer, to, now_);
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

void World::perform_store(Node& node, core::Effect effect) {
  // One disk a node, in order; what is not done at a crash is lost.
  node.store_free = std::max(node.store_free, now_) + milliseconds(static_cast<std::int64_t>(
                                                          random.below(static_cast<std::uint64_t>(store_ms_max + 1))));
  schedule(node.store_free, [this, index = node.index, incarnation = node.incarnation, work = std::move(effect)] {
    Node& owner = nodes_[index];
    if (!owner.up || owner.incarnation != incarnation) return;
    for (core::Input& result : owner.store->perform(work)) feed(index, std::move(result));
  });
}

void World::run_for(Duration duration) {
  const Instant until = now_ + duration;
  while (!events_.empty() && events_.top().at <= until) {
    const std::function<void()> run = std::move(const_cast<Event&>(events_.top()).run);
    now_ = events_.top().at;
    events_.pop();
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

Order World::held(std::size_t index, const FeedId& feed) const {
  const auto it = nodes_[index].store->feeds().find(feed);
  return it == nodes_[index].store->feeds().end() ? Order{} : it->second.head.order;
}

bool World::counts(std::size_t index) const {
  const Member* member = truth().find(nodes_[index].slug);
  return member != nullptr && !member->suspended && !nodes_[index].hostile;
}

bool World::hostile(const std::string& slug) const {
  return std::any_of(nodes_.begin(), nodes_.end(), [&](const Node& node) { return node.hostile && node.slug == slug; });
}

void World::violated(const std::string& what) {
  if (violations.size() < 20) violations.push_back(std::to_string(now_.ms) + " ms: " + what);
}

void World::check_head(std::size_t index, const input::HeadChanged& change) {
  Order& highest = accepted_[{index, change.head.feed}];
  if (change.head.order < highest && !change.published_here) {
    violated(nodes_[index].slug + " went back in " + change.head.feed.str());
  }
  highest = std::max(highest, change.head.order);
}

void World::check_sent(std::size_t from, std::size_t to, const Message& message) {
  const core::RosterPtr roster = nodes_[from].store->roster();
  const std::string& receiver = nodes_[to].slug;
  const auto who = [&] { return nodes_[from].slug + " to " + receiver + ": " + std::string(name_of(message)); };
  if (!roster) {
    // It joins: nothing but the way in, and the federation's feed from the federation's node.
    for (const FeedId& feed : feeds_of(message)) {
      if (to != 0 || feed != FeedId{nodes_[0].slug, {}}) violated("a joining node named " + feed.str() + ", " + who());
    }
    return;
  }
  const Member* member = roster->find(transport_key(to));
  if (member == nullptr || member->suspended) {
    const bool allowed = std::holds_alternative<message::Refused>(message) || std::holds_alternative<message::JoinReply>(message);
    if (!allowed) violated("more than a refusal for a stranger, " + who());
    return;
  }
  for (const FeedId& feed : feeds_of(message)) {
    if (!roster->may_hold(member->slug, feed.audience)) violated("told of " + feed.str() + ", " + who());
  }
}

std::vector<FeedId> feeds_of(const Message& message) {
  std::vector<FeedId> feeds;
  const auto of_commit = [&](const SharedBytes& raw) {
    if (const auto commit = parse_commit(*raw)) feeds.push_back(commit->feed);
  };
  if (const auto* m = std::get_if<message::Announce>(&message)) of_commit(m->commit);
  if (const auto* m = std::get_if<message::FeedOffer>(&message)) of_commit(m->commit);
  if (const auto* m = std::get_if<message::ForkProof>(&message)) of_commit(m->first);
  if (const auto* m = std::get_if<message::Graft>(&message)) feeds.push_back(m->feed);
  if (const auto* m = std::get_if<message::FetchFeed>(&message)) feeds.push_back(m->feed);
  if (const auto* m = std::get_if<message::MediaQuery>(&message)) feeds.push_back(m->feed);
  if (const auto* m = std::get_if<message::MediaHave>(&message)) {
    // "Nothing held" echoes the question, whatever the reason: it tells nothing.
    const auto holds = [](const auto& item) { return item.complete || !item.chunks.empty(); };
    if (std::any_of(m->items.begin(), m->items.end(), holds)) feeds.push_back(m->feed);
  }
  if (const auto* m = std::get_if<message::FetchChunks>(&message)) feeds.push_back(m->feed);
  if (const auto* m = std::get_if<message::Have>(&message)) {
    for (const Head& head : m->heads) feeds.push_back(head.feed);
  }
  if (const auto* m = std::get_if<message::Reconcile>(&message)) {
    for (const auto& range : m->ranges) {
      for (const Head& head : range.heads) feeds.push_back(head.feed);
    }
  }
  return feeds;
}

}  // namespace essaimage::sim

// What a world checks at every step: each message before it can be lost, each head that is taken, what stores have open.

#include <algorithm>

#include "daemon/core/settings.hpp"
#include "tests/sim/world.hpp"

namespace essaimage::sim {
namespace input = core::input;

void World::violated(const std::string& what) {
  if (violations.size() < 20) violations.push_back(std::to_string(now_.ms) + " ms: " + what);
}

void World::check_head(std::size_t index, const input::HeadChanged& change) {
  Accepted& accepted = accepted_[{index, change.head.feed}];
  const bool is_new = change.head.order > accepted.held;
  // From a suspended author all fall back to what the federation accepted last, and from an old key to what counts of it: as soon
  // as they know.
  const core::RosterPtr known = nodes_[index].store->roster();
  const Member* author = truth().find(change.head.feed.centre);
  const Member* as_known = known ? known->find(change.head.feed.centre) : nullptr;
  if (as_known != nullptr && !sim::counts(*as_known, change.head)) {
    violated(nodes_[index].slug + " took of an old key what does not count of " + change.head.feed.str());
  }
  const auto is_beyond = [&](const Order& order) {
    return as_known != nullptr && order.generation < as_known->current_keys().generation &&
           last_before(*as_known, change.head.feed, order.generation + 1).order < order;
  };
  const bool succeeded = is_beyond(accepted.held);
  const bool falls_back = (author != nullptr && author->suspended) || succeeded;
  if (change.head.order < accepted.highest && !change.published_here && !falls_back) {
    violated(nodes_[index].slug + " went back in " + change.head.feed.str());
  }
  if (change.head.order < accepted.highest && succeeded) {
    network.coverage.strike(Fault::fell_back);
    if (is_beyond(accepted.highest)) accepted.highest = change.head.order;
  }
  accepted.highest = std::max(accepted.highest, change.head.order);
  accepted.held = change.head.order;
  const Node& node = nodes_[index];
  if (hostile(node.slug)) return;
  if (!stores_->is_genuine(change.head.commit)) violated(node.slug + " took what nobody signed for " + change.head.feed.str());
  // By what it knows itself: news of the federation may be on their way. Of what it left it may still fall back.
  const bool allowed = !known || change.head.feed == known->federation_feed() || known->may_hold(node.slug, change.head.feed.audience);
  if (!allowed && is_new && known->find(node.slug) != nullptr && !known->find(node.slug)->suspended) {
    violated(node.slug + " took " + change.head.feed.str() + ", which is not for it");
  }
}

/// A store has as much open as the core promises at most, whatever peers ask.
void World::check_open(const Node& node) {
  const SimStore::Open open = node.store->open();
  const auto bounded = [&](const char* what, std::size_t count, std::size_t max) {
    if (count > max) violated(node.slug + " has " + std::to_string(count) + " " + what + " open, of " + std::to_string(max));
  };
  bounded("sources", open.sources, core::settings::sources_max);
  bounded("packs", open.packs, core::settings::fetches_max);
  bounded("runs", open.runs, core::settings::runs_max);
}

const Member* World::member_of(const core::RosterPtr& roster, std::size_t node) {
  std::vector<const Member*>& members = members_[roster];
  if (members.empty()) {
    for (const Node& each : nodes_) members.push_back(roster->find(each.slug));
  }
  return members[node];
}

void World::check_sent(std::size_t from, std::size_t to, const Message& message) {
  if (!check_messages) return;
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
  const Member* member = member_of(roster, to);
  if (member == nullptr || member->suspended || member->current_keys().transport != network.keys[to]) {
    const bool allowed = std::holds_alternative<message::Refused>(message) || std::holds_alternative<message::JoinReply>(message);
    if (!allowed) violated("more than a refusal for a stranger, " + who());
    return;
  }
  for (const FeedId& feed : feeds_of(message)) {
    if (!roster->may_hold(*member, feed.audience)) violated("told of " + feed.str() + ", " + who());
  }
}

std::vector<FeedId> World::feeds_of(const Message& message) const {
  std::vector<FeedId> feeds;
  const auto of_commit = [&](const SharedBytes& raw) {
    if (auto feed = stores_->feed_of(*raw)) feeds.push_back(std::move(*feed));
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

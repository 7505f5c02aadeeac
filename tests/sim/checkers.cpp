#include "tests/sim/checkers.hpp"

#include <algorithm>

namespace essaimage::sim {
namespace {

bool may_hold(const World& world, std::size_t node, const FeedId& feed) {
  return world.truth().may_hold(world.node(node).slug, feed.audience);
}

/// Feeds of which any store holds something, and those that are excused (checkers.hpp): one look at each store.
struct Feeds {
  std::set<FeedId> held, excused;

  explicit Feeds(const World& world) {
    std::set<FeedId> frozen;
    for (std::size_t i = 0; i < world.size(); ++i) {
      // Who lies, or is cut off, may never hear that a fork was resolved.
      const bool is_told = world.counts(i);
      world.node(i).store->each_feed([&](const Head& head, bool is_frozen) {
        if (head.order != Order{}) held.insert(head.feed);
        if (is_frozen && is_told) frozen.insert(head.feed);
      });
    }
    excused = std::move(frozen);
    for (const FeedId& feed : held) {
      const Member* author = world.truth().find(feed.centre);
      if (author == nullptr || author->suspended || world.hostile(feed.centre)) excused.insert(feed);
    }
  }
};

/// Of whom something is promised at this moment, by audience. A territory is small, and a region has many.
class Holders {
 public:
  explicit Holders(const World& world) : world_(world) {
    for (std::size_t i = 0; i < world.size(); ++i) {
      if (world.counts(i) && world.node(i).up) promised_.emplace_back(i, world.truth().find(world.node(i).slug));
    }
  }

  const std::vector<std::size_t>& of(const FeedId& feed) {
    const auto [it, is_new] = by_audience_.try_emplace(feed.audience);
    if (!is_new) return it->second;
    for (const auto& [node, member] : promised_) {
      if (world_.truth().may_hold(*member, feed.audience)) it->second.push_back(node);
    }
    return it->second;
  }

  /// Some node that serves this feed holds the media whole. (It may have died with the only disk that held it.)
  bool have(const FeedId& feed, const Sha256& media) {
    return std::ranges::any_of(of(feed), [&](std::size_t i) { return world_.node(i).store->is_whole(feed, media); });
  }

 private:
  const World& world_;
  std::vector<std::pair<std::size_t, const Member*>> promised_;
  std::map<Audience, std::vector<std::size_t>> by_audience_;
};

/// Its author may not serve it any more: who had not got it then may never.
bool left_by_author(const World& world, const FeedId& feed) {
  for (std::size_t i = 0; i < world.size(); ++i) {
    if (world.node(i).slug == feed.centre) return !may_hold(world, i, feed);
  }
  return false;
}

/// Its author may have got a new key since, because somebody else has the old one.
bool counts_now(const World& world, const Head& head) {
  const Member* author = world.truth().find(head.feed.centre);
  return author == nullptr || counts(*author, head);
}

/// Every acknowledged version is in the chain of whoever may hold it.
void check_acknowledged(World& world, const std::set<FeedId>& excuses) {
  Holders holders(world);
  for (const Head& head : world.acknowledged) {
    if (excuses.contains(head.feed) || left_by_author(world, head.feed) || !counts_now(world, head)) continue;
    for (const std::size_t i : holders.of(head.feed)) {
      const auto chain = world.node(i).store->chain(head.feed);
      const bool there = chain.size() >= head.order.seq && chain[head.order.seq - 1] == head.commit;
      if (!there) {
        world.violated("acknowledged " + head.feed.str() + " " + head.order.str() + " is not at " + world.node(i).slug);
      }
    }
  }
}

}  // namespace

std::string not_converged(const World& world) {
  const Feeds feeds(world);
  Holders holders(world);
  for (const FeedId& feed : feeds.held) {
    const Member* author = world.truth().find(feed.centre);
    if (author == nullptr || author->suspended) continue;
    const bool excused = feeds.excused.contains(feed);
    Order newest;
    for (const std::size_t i : holders.of(feed)) newest = std::max(newest, world.held(i, feed));
    for (const std::size_t i : holders.of(feed)) {
      const SimStore& store = *world.node(i).store;
      if (excused && !world.hostile(feed.centre)) {
        if (!store.is_frozen(feed)) return world.node(i).slug + " does not know the fork of " + feed.str();
        continue;
      }
      if (world.held(i, feed) != newest) {
        return world.node(i).slug + " holds " + world.held(i, feed).str() + " of " + feed.str() + ", not " + newest.str();
      }
      for (const Sha256& media : store.named(feed)) {
        if (!store.is_whole(feed, media) && holders.have(feed, media)) {
          return world.node(i).slug + " lacks media " + media.hex().substr(0, 8) + " of " + feed.str();
        }
      }
    }
  }
  return {};
}

std::string not_level(const World& world) {
  for (std::size_t i = 0; i < world.size(); ++i) {
    if (!world.counts(i) || !world.node(i).up) continue;
    if (world.node(i).replica->settled()) continue;
    const core::NodeStatus status = world.status(i);
    std::string why = world.node(i).slug + " is not level:";
    for (const auto& peer : status.peers) {
      using State = core::PeerStatus::State;
      if (peer.state == State::connected && !peer.level) why += " peer " + peer.slug;
      if (peer.state == State::connecting) why += " connecting " + peer.slug;
    }
    for (const auto& feed : status.feeds) {
      if (feed.fetching) why += " fetching " + feed.held.feed.str();
    }
    for (const auto& media : status.media) why += " media " + media.media.hex().substr(0, 8);
    return why;
  }
  return {};
}

void check_stores(World& world) {
  check_acknowledged(world, Feeds(world).excused);
  for (std::size_t i = 0; i < world.size(); ++i) {
    const Node& node = world.node(i);
    if (world.hostile(node.slug)) continue;
    for (const Head& head : node.store->heads()) {
      // What it had when it left a territory stays there.
      const bool had = node.left.contains(head.feed.audience);
      if (world.counts(i) && !counts_now(world, head)) {
        world.violated(node.slug + " holds of an old key what does not count of " + head.feed.str());
      }
      if (world.counts(i) && !had && !may_hold(world, i, head.feed)) world.violated(node.slug + " holds " + head.feed.str());
      for (const ObjectId& commit : node.store->chain(head.feed)) {
        if (!world.stores().is_genuine(commit)) world.violated(node.slug + " accepted a forgery in " + head.feed.str());
      }
    }
    for (const std::string& wrong : node.store->verify()) world.violated(node.slug + ": " + wrong);
  }
  constexpr std::uint64_t in_flight_max = 8ULL * 1024 * 1024;
  if (world.network.most_in_flight() > in_flight_max) world.violated("too many bytes under way on one link");
}

}  // namespace essaimage::sim

#include "tests/sim/checkers.hpp"

#include <algorithm>

namespace essaimage::sim {
namespace {

std::set<FeedId> all_feeds(const World& world) {
  std::set<FeedId> feeds;
  for (std::size_t i = 0; i < world.size(); ++i) {
    for (const auto& [id, feed] : world.node(i).store->feeds()) {
      if (!feed.chain.empty()) feeds.insert(id);
    }
  }
  return feeds;
}

bool may_hold(const World& world, std::size_t node, const FeedId& feed) {
  return world.truth().may_hold(world.node(node).slug, feed.audience);
}

/// Some node that serves this feed holds the media whole. (It may have died with the only disk that held it.)
bool somewhere(const World& world, const FeedId& feed, const Sha256& media) {
  for (std::size_t i = 0; i < world.size(); ++i) {
    if (!world.counts(i) || !world.node(i).up || !may_hold(world, i, feed)) continue;
    const auto it = world.node(i).store->media().find(media);
    if (it != world.node(i).store->media().end() && it->second.complete) return true;
  }
  return false;
}

/// Every acknowledged version is in the chain of whoever may hold it.
void check_acknowledged(World& world, const std::set<FeedId>& excuses) {
  for (const Head& head : world.acknowledged) {
    if (excuses.contains(head.feed)) continue;
    for (std::size_t i = 0; i < world.size(); ++i) {
      if (!world.counts(i) || !world.node(i).up || !may_hold(world, i, head.feed)) continue;
      const auto it = world.node(i).store->feeds().find(head.feed);
      const bool there = it != world.node(i).store->feeds().end() && it->second.chain.size() >= head.order.seq &&
                         commit_id(*it->second.chain[head.order.seq - 1]) == head.commit;
      if (!there) {
        world.violated("acknowledged " + head.feed.str() + " " + head.order.str() + " is not at " + world.node(i).slug);
      }
    }
  }
}

}  // namespace

std::set<FeedId> excused(const World& world) {
  std::set<FeedId> excuses;
  for (std::size_t i = 0; i < world.size(); ++i) {
    for (const auto& [id, feed] : world.node(i).store->feeds()) {
      if (feed.fork) excuses.insert(id);
      const Member* author = world.truth().find(id.centre);
      if (author == nullptr || author->suspended || world.hostile(id.centre)) excuses.insert(id);
    }
  }
  return excuses;
}

std::string not_converged(const World& world) {
  const std::set<FeedId> excuses = excused(world);
  for (const FeedId& feed : all_feeds(world)) {
    const Member* author = world.truth().find(feed.centre);
    if (author == nullptr || author->suspended) continue;
    Order newest;
    for (std::size_t i = 0; i < world.size(); ++i) {
      if (!world.counts(i) || !world.node(i).up || !may_hold(world, i, feed)) continue;
      newest = std::max(newest, world.held(i, feed));
    }
    for (std::size_t i = 0; i < world.size(); ++i) {
      if (!world.counts(i) || !world.node(i).up || !may_hold(world, i, feed)) continue;
      const MemoryStore& store = *world.node(i).store;
      if (excuses.contains(feed) && !world.hostile(feed.centre)) {
        const auto it = store.feeds().find(feed);
        if (it == store.feeds().end() || !it->second.fork) return world.node(i).slug + " does not know the fork of " + feed.str();
        continue;
      }
      if (world.held(i, feed) != newest) {
        return world.node(i).slug + " holds " + world.held(i, feed).str() + " of " + feed.str() + ", not " + newest.str();
      }
      for (const MediaSpec& spec : store.head_commit(feed).media) {
        if (somewhere(world, feed, spec.media) && !store.media().at(spec.media).complete) {
          return world.node(i).slug + " lacks media " + spec.media.hex().substr(0, 8) + " of " + feed.str();
        }
      }
    }
  }
  return {};
}

std::string not_level(const World& world) {
  for (std::size_t i = 0; i < world.size(); ++i) {
    if (!world.counts(i) || !world.node(i).up) continue;
    const core::NodeStatus status = world.status(i);
    if (status.level) continue;
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
  const std::set<FeedId> excuses = excused(world);
  check_acknowledged(world, excuses);
  for (std::size_t i = 0; i < world.size(); ++i) {
    const Node& node = world.node(i);
    if (node.hostile) continue;
    for (const auto& [id, feed] : node.store->feeds()) {
      if (feed.chain.empty()) continue;
      // Moves between territories are part of no scenario here, so what may not be held now never might.
      if (world.counts(i) && !may_hold(world, i, id)) world.violated(node.slug + " holds " + id.str());
      for (const SharedBytes& raw : feed.chain) {
        if (!world.universe.genuine.contains(commit_id(*raw))) world.violated(node.slug + " accepted a forgery in " + id.str());
      }
    }
  }
  constexpr std::uint64_t in_flight_max = 8ULL * 1024 * 1024;
  if (world.network.most_in_flight() > in_flight_max) world.violated("too many bytes under way on one link");
}

}  // namespace essaimage::sim

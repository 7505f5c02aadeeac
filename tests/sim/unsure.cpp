#include "tests/sim/unsure.hpp"

#include "daemon/core/settings.hpp"

namespace essaimage::sim {

void Unsure::note_crash(const World& world, std::size_t node) {
  const std::string& author = world.node(node).slug;
  for (const Head& head : world.node(node).store->heads()) {
    if (head.feed.centre != author) continue;
    for (std::size_t i = 0; i < world.size(); ++i) {
      const bool may = world.truth().may_hold(world.node(i).slug, head.feed.audience);
      if (may && world.held(i, head.feed) < head.order) feeds_.insert(head.feed);
    }
  }
}

void Unsure::note_newcomers(const World& world, std::size_t node) {
  if (!started_at_) return;
  for (const Head& own : world.node(node).store->heads()) {
    if (own.feed.centre != world.node(node).slug) continue;
    Order newest = own.order;
    for (std::size_t i = 0; i < world.size(); ++i) newest = std::max(newest, world.held(i, own.feed));
    if (newest == own.order) continue;
    for (std::size_t i = 0; i < world.size(); ++i) {
      const bool may = i != node && world.truth().may_hold(world.node(i).slug, own.feed.audience);
      if (may && world.held(i, own.feed) < newest) feeds_.insert(own.feed);
    }
  }
}

void Unsure::note_start(const World& world, std::size_t node) { started_at_ = world.node(node).clock.read(world.now()); }

void Unsure::note_publication(const World& world, std::size_t node, const std::vector<Audience>& audiences) {
  if (!started_at_ || world.node(node).clock.read(world.now()) - *started_at_ < core::settings::confirm_within) return;
  for (const Audience& audience : audiences) {
    const FeedId feed = world.feed_of(node, audience);
    for (std::size_t i = 0; i < world.size(); ++i) {
      if (world.held(i, feed) > world.held(node, feed)) feeds_.insert(feed);
    }
  }
}

}  // namespace essaimage::sim

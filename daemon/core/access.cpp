#include "daemon/core/access.hpp"

namespace essaimage::core {

void Access::start(const input::Start& start) {
  own_key_ = start.transport;
  own_signing_ = start.signing;
  federation_ = start.federation;
  if (start.roster) {
    set_roster(start.roster);
    return;
  }
  Roster roster;
  roster.federation = start.federation;
  if (start.joining) {
    Member federation;
    federation.slug = start.joining->federation_slug;
    MemberKeys keys;
    keys.transport = start.joining->transport;
    federation.keys.push_back(keys);
    federation.endpoints.push_back(start.joining->endpoint);
    roster.federation_slug = federation.slug;
    roster.members[federation.slug] = std::move(federation);
    roster.index();
  }
  provisional_ = true;
  roster_ = std::make_shared<const Roster>(std::move(roster));
}

void Access::set_roster(RosterPtr roster) {
  roster_ = std::move(roster);
  provisional_ = false;
  const Member* own = roster_->find(own_key_);
  own_slug_ = own != nullptr ? own->slug : std::string();
}

bool Access::own_suspended() const {
  const Member* own = roster_->find(own_slug_);
  return own != nullptr && own->suspended;
}

const Member* Access::member(const TransportKey& peer) const {
  const Member* member = roster_->find(peer);
  return member != nullptr && !member->suspended ? member : nullptr;
}

bool Access::ours(const FeedId& feed) const {
  if (provisional_ || !joined()) return feed == roster_->federation_feed();
  if (roster_->find(feed.centre) == nullptr) return false;
  return roster_->may_hold(own_slug_, feed.audience) || feed == roster_->federation_feed();
}

std::optional<Order> Access::bound_of(const FeedId& feed) const {
  const Member* author = roster_->find(feed.centre);
  if (author == nullptr || !author->suspended) return std::nullopt;
  const auto it = author->last_accepted.find(feed);
  return it == author->last_accepted.end() ? Order{} : it->second;
}

bool Access::shared(const Member& peer, const FeedId& feed) const {
  return ours(feed) && roster_->may_hold(peer.slug, feed.audience);
}

}  // namespace essaimage::core

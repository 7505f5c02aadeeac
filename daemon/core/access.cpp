#include "daemon/core/access.hpp"

#include <algorithm>

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
  known_.clear();
  roster_ = std::move(roster);
  provisional_ = false;
  own_ = roster_->find(own_key_);
  own_slug_ = own_ != nullptr ? own_->slug : std::string();
}

bool Access::own_suspended() const { return own_ != nullptr && own_->suspended; }

const Member* Access::member(const TransportKey& peer) const {
  if (const auto known = known_.find(peer); known != known_.end()) return known->second;
  const Member* member = roster_->find(peer);
  if (member == nullptr || member->suspended) return nullptr;
  known_.emplace(peer, member);
  return member;
}

std::optional<Errc> Access::ended(const TransportKey& peer) const {
  if (const Member* member = roster_->find(peer)) return member->suspended ? std::optional(Errc::publish_suspended) : std::nullopt;
  const bool succeeded = std::ranges::any_of(roster_->members, [&](const auto& each) {
    return std::ranges::any_of(each.second.keys, [&](const MemberKeys& keys) { return keys.transport == peer; });
  });
  return succeeded ? std::optional(Errc::key_succeeded) : std::nullopt;
}

bool Access::ours(const FeedId& feed) const {
  if (own_ != nullptr && may_hold(*own_, feed.audience)) return roster_->find(feed.centre) != nullptr;
  return feed == roster_->federation_feed();
}

FeedLimits Access::limits_of(const FeedId& feed) const {
  FeedLimits limits;
  limits.ours = ours(feed);
  const Member* author = roster_->find(feed.centre);
  if (author == nullptr) return limits;
  if (author->suspended) {
    const auto it = author->last_accepted.find(feed);
    limits.bound = it == author->last_accepted.end() ? Order{} : it->second;
  }
  if (author->keys.size() < 2) return limits;
  limits.ended.before = author->current_keys().generation;
  for (const MemberKeys& keys : author->keys) {
    const auto it = keys.last_valid.find(feed);
    if (it != keys.last_valid.end() && it->second.order > limits.ended.last.order) limits.ended.last = it->second;
  }
  return limits;
}

bool Access::shared(const Member& peer, const FeedId& feed) const { return ours(feed) && may_hold(peer, feed.audience); }

}  // namespace essaimage::core

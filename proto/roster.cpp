#include "proto/roster.hpp"

#include <algorithm>

namespace essaimage {

const Member* Roster::find(const std::string& slug) const {
  const auto it = members.find(slug);
  return it == members.end() ? nullptr : &it->second;
}

const Member* Roster::find(const TransportKey& key) const {
  const auto it = by_transport_.find(key);
  return it == by_transport_.end() ? nullptr : find(it->second);
}

bool Roster::may_hold(const std::string& slug, const Audience& audience) const {
  const Member* member = find(slug);
  return member != nullptr && may_hold(*member, audience);
}

bool Roster::may_hold(const Member& member, const Audience& audience) const {
  if (member.suspended) return false;
  if (audience.kind == Audience::Kind::region || member.slug == federation_slug) return true;
  if (audience.kind == Audience::Kind::territory) return member.territories.contains(audience.slug);
  const auto mirror = mirrors.find(audience.slug);
  if (mirror == mirrors.end()) return false;
  return std::any_of(mirror->second.begin(), mirror->second.end(),
                     [&](const std::string& territory) { return member.territories.contains(territory); });
}

std::vector<const Member*> Roster::able_neighbours(const Member& member) const {
  std::vector<const Member*> able;
  for (const std::string& slug : member.neighbours) {
    const Member* neighbour = find(slug);
    // The federation's node orders what is said; it has no say of its own.
    if (neighbour != nullptr && !neighbour->suspended && slug != federation_slug && slug != member.slug) able.push_back(neighbour);
  }
  return able;
}

const SigningKey* Roster::signing_key(const std::string& centre, std::uint64_t generation) const {
  const Member* member = find(centre);
  if (member == nullptr) return nullptr;
  for (const MemberKeys& keys : member->keys) {
    if (keys.generation == generation) return &keys.signing;
  }
  return nullptr;
}

const std::vector<TransportKey>& Roster::reachable(const std::string& territory) const {
  static const std::vector<TransportKey> nobody;
  const auto it = reachable_of_.find(territory);
  return it == reachable_of_.end() ? nobody : it->second;
}

void Roster::index() {
  by_transport_.clear();
  reachable_.clear();
  reachable_of_.clear();
  for (const auto& [slug, member] : members) by_transport_[member.current_keys().transport] = slug;
  for (const auto& [key, slug] : by_transport_) {
    const Member& member = members.at(slug);
    if (member.suspended || member.endpoints.empty() || slug == federation_slug) continue;
    reachable_.push_back(key);
    for (const std::string& territory : member.territories) reachable_of_[territory].push_back(key);
  }
}

bool mirror_accepts(const Roster& roster, const FeedId& feed, const Order& order) {
  if (feed.audience.kind != Audience::Kind::mirror) return true;
  const auto last = roster.mirror_ends.find(feed);
  const bool ended_once = last != roster.mirror_ends.end();
  if (ended_once && order <= last->second) return true;
  return roster.mirrors.contains(feed.audience.slug) && (!ended_once || order.epoch > last->second.epoch);
}

bool includes(const Roster& roster, const Audience& wide, const Audience& narrow) {
  if (wide == narrow || wide.kind == Audience::Kind::region) return true;
  if (wide.kind != Audience::Kind::mirror || narrow.kind != Audience::Kind::territory) return false;
  const auto mirror = roster.mirrors.find(wide.slug);
  return mirror != roster.mirrors.end() && mirror->second.contains(narrow.slug);
}

}  // namespace essaimage

#include "tests/sim/member_events.hpp"

#include <algorithm>

namespace essaimage::sim {

std::string MemberEvents::any_territory(core::Random& random) const {
  static const std::vector<std::string> names = {"lille", "valenciennes", "lens"};
  const std::uint64_t one = random.below(std::max<std::uint64_t>(names.size(), world_.size() / 25));
  return one < names.size() ? names[one] : "territory-" + std::to_string(one);
}

std::set<std::string> MemberEvents::territories(core::Random& random) const {
  std::set<std::string> some;
  if (random.below(10) < 9) some.insert(any_territory(random));
  if (random.below(10) < 2) some.insert(any_territory(random));
  return some;
}

std::string MemberEvents::link(core::Random& random) {
  const std::string mirror = "mirror-" + std::to_string(random.below(2));
  std::set<std::string> linked;
  if (!world_.truth().mirrors.contains(mirror) || random.below(3) != 0) {
    for (int i = 0; i < 3; ++i) linked.insert(any_territory(random));
  }
  if (!world_.link(mirror, linked)) return {};
  std::string text = " " + mirror + ":";
  for (const std::string& each : linked) text += " " + each;
  return text;
}

std::string MemberEvents::succeed(std::size_t node, core::Random& random) {
  if (!world_.has_its_key(node)) return {};
  if (!world_.node(node).up || random.below(2) == 0) return world_.begin_anew(node) ? " lost its home" : "";
  if (!world_.give_new_key(node)) return {};
  stolen_.insert(node);
  use_stolen_keys();
  return " lost its key to a thief";
}

void MemberEvents::use_stolen_keys() {
  for (const std::size_t node : stolen_) {
    const Member* member = world_.truth().find(world_.node(node).slug);
    std::vector<Audience> audiences{Audience{}};
    if (!member->territories.empty()) audiences.push_back({Audience::Kind::territory, *member->territories.begin()});
    (void)world_.publish(node, audiences, 1);  // refused once it knows
  }
}

void MemberEvents::finish_thefts() {
  for (const std::size_t node : stolen_) (void)world_.begin_anew(node);
  stolen_.clear();
}

std::optional<Audience> MemberEvents::mirror_of(const Member& member) const {
  for (const auto& [slug, linked] : world_.truth().mirrors) {
    const Audience audience{Audience::Kind::mirror, slug};
    if (world_.truth().may_hold(member, audience)) return audience;
  }
  return std::nullopt;
}

}  // namespace essaimage::sim

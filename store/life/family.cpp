#include "store/life/family.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "proto/limits.hpp"

namespace essaimage::store {
namespace {

using Relation = Relative::Relation;

/// The kit and its ancestors, itself first. In a circle, the one before it comes back is the eldest.
Result<std::vector<KitId>> line_of(const KitId& kit, const FamilySource& source) {
  std::vector<KitId> line{kit};
  std::set<KitId> seen{kit};
  while (line.size() < limits::family_max) {
    TRY(const auto parent, source.parent(line.back()));
    if (!parent || !parent->kit || !seen.insert(*parent->kit).second) break;
    line.push_back(*parent->kit);
  }
  return line;
}

Relation relation_of(const KitId& kit, const KitId& parent, bool below_self, const std::vector<KitId>& line) {
  if (kit == line.front()) return Relation::self;
  if (std::ranges::find(line, kit) != line.end()) return Relation::ancestor;
  if (below_self) return Relation::descendant;
  return line.size() > 1 && parent == line[1] ? Relation::sibling : Relation::other;
}

struct Open {
  Relative relative;
  KitId parent;
  bool below_self = false;
};

}  // namespace

std::string_view str(Relative::Relation relation) {
  static constexpr std::array<std::string_view, 5> names = {"self", "ancestor", "sibling", "descendant", "other"};
  return names[static_cast<std::size_t>(relation)];
}

Result<Family> family_of(const KitId& kit, const FamilySource& source) {
  TRY(const auto line, line_of(kit, source));
  Family family;
  std::set<KitId> seen;
  // A stack of our own: a lineage may be as long as somebody makes it.
  std::vector<Open> open;
  open.push_back({{line.back(), 0, {}, false, 0}, {}, false});
  while (!open.empty()) {
    auto next = std::move(open.back());
    open.pop_back();
    if (family.kits.size() == limits::family_max) {
      family.cut = true;
      break;
    }
    auto& relative = next.relative;
    relative.relation = relation_of(relative.kit, next.parent, next.below_self, line);
    relative.again = !seen.insert(relative.kit).second;
    family.kits.push_back(relative);
    if (relative.again) continue;
    TRY(const auto children, source.children(relative.kit));
    const auto add = [&](const KitId& child) -> Status {
      TRY(const auto from, source.parent(child));
      const bool below = next.below_self || relative.kit == line.front();
      open.push_back({{child, relative.depth + 1, {}, false, from ? from->version : 0}, relative.kit, below});
      return {};
    };
    // The line of the kit comes before its brothers: whatever is cut off, it is shown.
    const auto in_line = std::ranges::find_if(children, [&](const KitId& child) { return std::ranges::find(line, child) != line.end(); });
    for (auto child = children.rbegin(); child != children.rend(); ++child) {
      if (in_line == children.end() || *child != *in_line) CHECK_OK(add(*child));
    }
    if (in_line != children.end()) CHECK_OK(add(*in_line));
    if (open.size() > 4 * limits::family_max) {
      family.cut = true;
      open.erase(open.begin(), open.end() - static_cast<std::ptrdiff_t>(limits::family_max));
    }
  }
  return family;
}

}  // namespace essaimage::store

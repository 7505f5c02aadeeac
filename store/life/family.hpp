#pragma once
// The family of a kit across centres, by what the newest version of each says that it was adapted from. Pure, but for what is
// asked; one thread. Nothing is believed: lineages may name each other in a circle, or kits that are not known here.

#include <functional>
#include <string_view>
#include <vector>

#include "store/state/state.hpp"

namespace essaimage::store {

struct Relative {
  enum class Relation : std::uint8_t { self, ancestor, sibling, descendant, other };
  KitId kit;
  std::size_t depth = 0;  ///< below the eldest, which comes first
  Relation relation = Relation::other;
  bool again = false;              ///< the lineage comes back to a kit that stands above already: it goes on no further
  std::uint64_t from_version = 0;  ///< of the parent that it was adapted from; 0: not said
};
std::string_view str(Relative::Relation relation);  ///< "self", "ancestor", …

struct FamilySource {
  /// What a kit says that it was adapted from; nothing where it says nothing, or is not known.
  std::function<Result<std::optional<Lineage>>(const KitId&)> parent;
  std::function<Result<std::vector<KitId>>(const KitId&)> children;  ///< of a kit that need not be known; sorted
};

struct Family {
  /// As a tree is read: each before its descendants, and the line of the kit before its brothers; limits::family_max at most.
  std::vector<Relative> kits;
  bool cut = false;  ///< there are more
};
Result<Family> family_of(const KitId& kit, const FamilySource& source);

}  // namespace essaimage::store

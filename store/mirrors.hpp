#pragma once
// Mirrors: territories that the federation has linked, so that they share feeds (FORMAT.md, "Mirrors"); and which own kits go into
// them by themselves. A part of the library: its thread rule and durability.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/federation/mirror_file.hpp"
#include "store/federation/request.hpp"
#include "store/holding/mirror_rules.hpp"
#include "store/publication.hpp"

namespace essaimage::store {

class Mirrors {
 public:
  virtual ~Mirrors() = default;

  // --- the federation's word; begin() and end() on its node only (Errc::not_federation elsewhere) ----------------------------
  using Lacking = std::optional<SigningRequest>*;  ///< as in library.hpp
  struct Begin {
    std::string slug;
    std::string name;  ///< empty: as before, or the slug
    std::set<std::string> territories;
    std::string why = {};  ///< of begin(); may be empty
    bool anyway = false;
  };
  /// A new one, or one that has ended once more. Errc::mirror_exists: it runs; Errc::mirror_territory; Errc::outcome_personal: `why`
  /// looks like somebody, and not `anyway`.
  virtual Result<MirrorFile> begin(const Begin& begin, Lacking lacking) = 0;
  /// Gives one that runs other territories (none named: as before) or another name. Of centres that are of none of its territories
  /// any more, that which is held here still counts. Errc::mirror_unknown, Errc::mirror_ended, Errc::mirror_territory.
  virtual Result<MirrorFile> change(const Begin& change, Lacking lacking) = 0;
  /// Of its feeds that which is held here still counts. Errc::mirror_unknown, Errc::mirror_ended; Errc::outcome_personal: `why` looks
  /// like somebody, and not `anyway`.
  virtual Result<MirrorFile> end(const std::string& slug, const std::string& why, Lacking lacking, bool anyway = false) = 0;
  virtual Result<std::vector<MirrorFile>> list() const = 0;            ///< ended ones too; Errc::not_joined
  virtual Result<MirrorFile> find(const std::string& slug) const = 0;  ///< Errc::mirror_unknown, Errc::not_joined

  // --- the rules of this home -------------------------------------------------------------------------------------------------
  virtual Result<MirrorRules> rules() const = 0;
  struct RuleChange {
    std::string mirror;
    std::vector<std::string> themes, kits;  ///< kits: slugs of own kits
    bool off = false;                       ///< takes these away; nothing named: all
  };
  /// Durable; what it takes is published with apply_rules(). Errc::mirror_unknown, Errc::mirror_ended, Errc::audience_not_ours.
  virtual Result<MirrorRule> change_rule(const RuleChange& change) = 0;
  /// Publishes what the rules take and what does not lie in their mirrors yet, the same trees, in one step. What was published so.
  virtual Result<std::vector<PublishedKit>> apply_rules() = 0;
};

}  // namespace essaimage::store

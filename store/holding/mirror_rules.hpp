#pragma once
// mirrors.toml of a home: which own kits go into which mirror by themselves. It is this centre's own business, and no statement.
// One byte form; bounded before it is parsed. Errors: Errc::mirror_rules_damaged. Pure, but for the file; any thread.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "proto/error.hpp"
#include "store/disk/layout.hpp"

namespace essaimage::store {

struct MirrorRule {
  std::set<std::string> themes;
  std::set<std::string> kits;  ///< slugs of own kits
  /// Own kits that lie in the mirror by a rule, and by nobody's wish; some of them perhaps not yet. It is kept when the rule goes:
  /// whoever publishes such a kit again means the territory where it is.
  std::set<std::string> copies;

  bool is_off() const { return themes.empty() && kits.empty(); }
  /// Themes are compared as people write them: "Santé" is "sante".
  bool takes(const std::string& kit, const std::vector<std::string>& kit_themes) const;
};
using MirrorRules = std::map<std::string, MirrorRule>;  ///< by mirror

std::string encode(const MirrorRules& rules);
Result<MirrorRules> parse_mirror_rules(std::string_view toml);

Result<MirrorRules> read_mirror_rules(const Layout& layout);  ///< none where there is no file
Status write_mirror_rules(const Layout& layout, const MirrorRules& rules);

}  // namespace essaimage::store

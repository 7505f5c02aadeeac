#pragma once
// How the findings about a folder are told: one block for each cause, with the places that it
// concerns, so that two hundred pictures without consent make one block and not two hundred. Pure
// functions, any thread.

#include "store/kit/finding.hpp"
#include "tools/ctl/client.hpp"

namespace essaimage::ctl {

/// A finding and the folder that it is about (empty when there is only one).
struct PlacedFinding {
  std::string folder;
  kit::Finding finding;
};

/// Blocks: refusals first. At most `places_max` places each are named.
std::string findings_text(const std::vector<PlacedFinding>& findings, Language language, const Style& style, std::size_t places_max = 8);
Json findings_json(const std::vector<PlacedFinding>& findings, Language language);

}  // namespace essaimage::ctl

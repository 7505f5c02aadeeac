#pragma once
// What is wrong, or worth saying, about a kit: the lines of `kit check`, and the reasons of a refused publish.

#include <algorithm>
#include <string>
#include <vector>

#include "proto/error.hpp"

namespace essaimage::kit {

enum class Severity : std::uint8_t {
  note,     ///< said, so that nobody is surprised: litter left out, empty folders left out
  warning,  ///< publishes, but somebody should look
  refusal,  ///< does not publish
};

struct Finding {
  Severity severity = Severity::refusal;
  Errc code = Errc::internal;
  std::string path;       ///< within the kit, as on the disk; empty for the kit as a whole
  std::string detail;     ///< untranslated, such as "kit.toml:3: title: expected a text"
  bool mendable = false;  ///< `kit check --fix` can mend it

  bool operator==(const Finding&) const = default;
};

using Findings = std::vector<Finding>;

inline bool refuses(const Findings& findings) {
  return std::any_of(findings.begin(), findings.end(), [](const Finding& f) { return f.severity == Severity::refusal; });
}

/// The first refusal as an error, for callers that need one reason.
inline Status first_refusal(const Findings& findings) {
  for (const auto& f : findings) {
    if (f.severity == Severity::refusal) return fail(f.code, f.detail.empty() ? f.path : f.detail);
  }
  return {};
}

}  // namespace essaimage::kit

#pragma once
// A kit, or one version of it, as a person names it: "centre/slug" or "centre/slug@3". Pure, but
// for with_suggestion, which asks the daemon.

#include <optional>

#include "proto/ids.hpp"
#include "tools/ctl/client.hpp"

namespace essaimage::ctl {

struct KitRef {
  KitId id;
  std::optional<std::uint64_t> version;

  Json arguments() const;  ///< id, and version if there is one
};

/// Errc::kit_id_malformed, or Errc::usage for a version that is no number.
Result<KitRef> parse_kit_ref(const std::string& text);
/// The same where no version can be given: Errc::usage says so.
Result<KitRef> parse_kit_alone(const std::string& text);

/// What was perhaps meant by a kit that is not known: one of the same centre, or of the same name
/// elsewhere. Two kits whose centres and names both differ are never taken for each other.
std::string kit_suggestion(const KitId& id, const std::vector<std::string>& known, Language language);

/// Adds to a "not found" the known kit that was perhaps meant.
Error with_suggestion(const Context& context, const KitId& id, Error error);

}  // namespace essaimage::ctl

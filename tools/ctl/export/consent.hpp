#pragma once
// Which files of a kit an export may take along, by what its kit.toml says of the people shown (store/FORMAT.md, "kit.toml").
// Pure functions, any thread.

#include <optional>
#include <string_view>

#include "store/kit/manifest.hpp"

namespace essaimage::ctl::site {

/// Who may see an export: anybody (it may be put on the web), or members of the federation alone.
enum class Reader : std::uint8_t { everyone, members };

/// Why a file is not in an export.
enum class Left : std::uint8_t {
  consent_missing,  ///< people may be seen or heard in it, and no [[consent]] speaks of it
  consent_narrow,   ///< a [[consent]] does not go as far as the readers
  consent_over,     ///< the day named by `until` is over
  withdrawn,        ///< it was taken back by its author
  not_here,         ///< this node does not hold it
  not_asked,        ///< --media leaves it out
};
std::string_view str(Left why);  ///< "consent-missing" ...

/// Every record that speaks of the file must allow it; one that is over never does. A file in which people may be seen or heard
/// and of which no record speaks is not for everyone; members have it already, since it was published to the region.
std::optional<Left> kept_back(const kit::Manifest& manifest, std::string_view path, Reader reader, Timestamp now);

}  // namespace essaimage::ctl::site

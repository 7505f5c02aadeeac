#pragma once
// The small value forms inside kit.toml, apart from the TOML around them. Pure functions, any thread.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "store/kit/manifest.hpp"

namespace essaimage::kit {

/// "2 h 30", "1h", "45 min", "1 h 30 min" in minutes; at most 24 h.
std::optional<std::uint32_t> parse_duration(std::string_view text);

struct GroupSize {
  std::uint32_t min = 0;
  std::uint32_t max = 0;
};
/// "8", "6-12", "6 à 12", "6 to 12": from 1 to 1000, min <= max.
std::optional<GroupSize> parse_group_size(std::string_view text);

/// "fr", "pt-BR", "zh-Hans": the form of a BCP 47 tag, not its registration.
bool is_language_tag(std::string_view text);

/// "<centre>/<slug>", "<centre>/<slug>@<version>", "https://…".
std::optional<AdaptedFrom> parse_adapted_from(std::string_view text);

/// The key of kit.toml that somebody may have meant ("licence" for "license", "title" for "titre"); empty if none.
std::string_view nearest_key(std::string_view key);
bool is_known_key(std::string_view key);

}  // namespace essaimage::kit

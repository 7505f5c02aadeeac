#pragma once
// outcomes/<centre>/<slug>/<number>.toml in a centre's own feeds: a field report of sessions held with a kit. It lies in the feed
// of that kit's audience; no signature but the commit's: it is its author's word. It names no person (store/kit/personal_data.hpp).
//
// One byte form (FORMAT.md, "Outcomes"): what is read is written again and compared. Bounded before parsing by
// limits::statement_bytes_max. Errors: Errc::malformed, Errc::too_large. Pure functions; any thread.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "proto/error.hpp"
#include "proto/ids.hpp"
#include "proto/time.hpp"

namespace essaimage::store {

/// Where the sessions were held.
enum class PlaceType : std::uint8_t { centre, school, library, association, residence, outdoors, other };
std::string_view str(PlaceType place);  ///< "centre", …
Result<PlaceType> place_from(std::string_view word);

/// Participants by age; the last band is of those whose age nobody noted.
inline constexpr std::size_t age_bands = 6;
using Participants = std::array<std::uint32_t, age_bands>;
inline constexpr std::array<std::string_view, age_bands> age_band_names = {"0-11", "12-17", "18-25", "26-59", "60+", "unknown"};
std::uint64_t total_of(const Participants& participants);

/// What a person says of the sessions.
struct OutcomeFacts {
  Timestamp first_day, last_day;  ///< the first second of each, in UTC
  std::uint32_t sessions = 1;
  Participants participants{};
  PlaceType place = PlaceType::centre;
  bool priority_neighbourhood = false;  ///< a "quartier prioritaire de la politique de la ville"
  std::string worked, failed, note;     ///< for people; one line each, or nothing

  bool operator==(const OutcomeFacts&) const = default;
};

struct Outcome {
  KitId kit;
  std::uint64_t number = 0;  ///< of its author, over all kits; from 1
  std::uint64_t kit_version = 0;
  ObjectId tree;  ///< of that version
  Timestamp reported;
  OutcomeFacts facts;

  bool operator==(const Outcome&) const = default;
};

/// What names an outcome in one feed.
struct OutcomeKey {
  KitId kit;
  std::uint64_t number = 0;
  auto operator<=>(const OutcomeKey&) const = default;
};

/// "2026-03-01", and the first second of that day. Errc::malformed for what is no day.
std::string day_text(Timestamp day);
Result<Timestamp> parse_day(std::string_view text);

/// Errc::usage, with the fact that is out of its bounds.
Status check_facts(const OutcomeFacts& facts);

std::string encode(const Outcome& outcome);
Result<Outcome> parse_outcome(std::string_view toml);

/// "outcomes/<centre>/<slug>/<number>.toml"
std::string path_of(const OutcomeKey& key);
/// Of a file's name in the folder of a kit; 0: none.
std::uint64_t outcome_number(std::string_view file);

}  // namespace essaimage::store

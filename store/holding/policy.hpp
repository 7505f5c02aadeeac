#pragma once
// Which media a node holds: the admin's policy for all kits and the admin's choices for single ones, judged over plain
// facts. What is on the disk already stays there whatever the policy says; only a choice (dropped) takes it away.
// Pure functions, any thread. Sizes in bytes.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/roster.hpp"
#include "proto/time.hpp"

namespace essaimage::store {

/// As `[hold]` of essaimage.toml says; without it, everything is held.
struct HoldPolicy {
  enum class Media : std::uint8_t { all, territory, none, catalogue, adopted };
  Media media = Media::all;
  std::vector<std::string> themes;   ///< at least one of them; empty: all
  std::vector<std::string> kinds;    ///< empty: all
  std::uint64_t file_bytes_max = 0;  ///< of one media file; 0: no limit
  std::uint64_t quota_bytes = 0;     ///< of all media here and on their way; 0: none
  std::uint64_t free_bytes_min = 0;  ///< of the disk, left to others
  std::uint32_t copies_min = 2;      ///< at other members, before a kit may be dropped here

  /// True if no kit, file or size is left out: then who names a media file need not be asked.
  bool takes_all() const { return media == Media::all && themes.empty() && kinds.empty() && file_bytes_max == 0 && quota_bytes == 0; }
};

/// What the admin chose for one kit. It lasts until another choice is made.
struct KitChoice {
  enum class Kind : std::uint8_t {
    none,     ///< the policy decides
    pinned,   ///< hold it, and its new versions
    fetched,  ///< hold this version
    dropped,  ///< do not hold it, nor its new versions
  };
  Kind kind = Kind::none;
  std::uint64_t version = 0;  ///< when it was made

  auto operator<=>(const KitChoice&) const = default;
};

/// Why a media file is held or not; the stronger claim first.
enum class HoldReason : std::uint8_t {
  own,
  pinned,
  fetched,
  policy,  // wanted
  dropped,
  policy_none,
  elsewhere,
  not_in_catalogue,
  not_adopted,
  kind,
  theme,
  file_size,  // not wanted
  quota,
  disk,  // wanted, once there is room
};
inline bool is_wanted(HoldReason reason) { return reason <= HoldReason::policy; }
inline bool waits_for_room(HoldReason reason) { return reason >= HoldReason::quota; }
std::string_view str(HoldReason reason);        ///< "own", "policy-none", "file-size", …
std::string_view str(KitChoice::Kind kind);     ///< "none", "pinned", …
std::string_view str(HoldPolicy::Media media);  ///< as in essaimage.toml
std::optional<KitChoice::Kind> choice_from(std::string_view text);

/// What of a kit, as one feed has it, decides.
struct KitFacts {
  bool own = false;   ///< this centre's
  bool near = false;  ///< is_near()
  std::uint64_t version = 0;
  std::string kind;
  std::vector<std::string> themes;
  bool accepted = false;  ///< the catalogue of the region lists it, or that of a territory of this centre
  bool adopted = false;   ///< by this centre; on the federation's node, by any
};

/// Of our territories: the feed's audience is a territory or a mirror, or its author has a territory that we have too. (Of
/// narrower feeds a node knows those alone that it may hold.) The federation has every territory.
bool is_near(const Roster& roster, const std::string& self, const FeedId& feed);

/// Whether a media file of that size is wanted for this kit. Never quota or disk: room is judged over all of them (room.hpp).
HoldReason judge(const KitFacts& kit, std::uint64_t media_bytes, const HoldPolicy& policy, const KitChoice& choice);

}  // namespace essaimage::store

#pragma once
// Who gets the room there is, where not all wanted media fit: the quota of media, and the disk, of which some is always left
// to other programs. Pure, any thread; one Room belongs to one. Sizes in bytes.

#include "store/disk/files.hpp"
#include "store/holding/policy.hpp"

namespace essaimage::store {

/// What was measured (store/holding/measure.hpp).
struct Space {
  std::uint64_t media_bytes = 0;  ///< on the disk, whole and partial; looked at if there is a quota
  DiskSpace disk;
};

/// So much of the disk is left free: what the admin says, and never nothing. Texts and the index need some of it too, and a full
/// disk is everybody's trouble.
std::uint64_t floor_bytes(const HoldPolicy& policy, const DiskSpace& disk);

/// What is left while it is given away.
class Room {
 public:
  /// `promised`: bytes of what was granted before and is not on the disk yet.
  Room(const HoldPolicy& policy, const Space& space, std::uint64_t promised);

  /// Takes the bytes, or says what they must wait for. A centre's own media do not wait for the quota.
  std::optional<HoldReason> take(std::uint64_t bytes, HoldReason claim);

 private:
  bool has_quota_;
  std::uint64_t quota_left_, disk_left_;
};

/// A wanted media file that is not here.
struct Candidate {
  Sha256 media;
  HoldReason claim = HoldReason::policy;
  Timestamp published_at;  ///< of the newest kit that has the claim
  KitId kit;
  std::uint64_t bytes = 0;
  std::uint64_t lacking_bytes = 0;       ///< without what is here of it
  std::optional<HoldReason> waits = {};  ///< for quota or disk; set by place()
};

/// Sorts them by claim: a centre's own, pinned, fetched, then the newest kits; in a kit small ones first. Each then takes its
/// room in this order; one that does not fit keeps no later one from it.
void place(std::vector<Candidate>& candidates, const HoldPolicy& policy, const Space& space);

}  // namespace essaimage::store

#include "store/holding/room.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

#include "proto/limits.hpp"

namespace essaimage::store {
namespace {

std::uint64_t rest(std::uint64_t all, std::uint64_t taken) { return all - std::min(all, taken); }

bool comes_first(const Candidate& a, const Candidate& b) {
  return std::tie(a.claim, b.published_at.seconds, a.kit, a.bytes, a.media) <
         std::tie(b.claim, a.published_at.seconds, b.kit, b.bytes, b.media);
}

}  // namespace

std::uint64_t floor_bytes(const HoldPolicy& policy, const DiskSpace& disk) {
  constexpr std::uint64_t least = 64 * limits::MiB;
  return std::max(policy.free_bytes_min, std::min(least, disk.all_bytes / 64));
}

Room::Room(const HoldPolicy& policy, const Space& space, std::uint64_t promised)
    : has_quota_(policy.quota_bytes != 0),
      quota_left_(rest(policy.quota_bytes, space.media_bytes + promised)),
      disk_left_(rest(space.disk.free_bytes, floor_bytes(policy, space.disk) + promised)) {
  // Some file systems tell nothing of themselves: then the admin's word alone counts.
  if (space.disk.all_bytes == 0 && policy.free_bytes_min == 0) disk_left_ = std::numeric_limits<std::uint64_t>::max();
}

std::optional<HoldReason> Room::take(std::uint64_t bytes, HoldReason claim) {
  if (bytes > disk_left_) return HoldReason::disk;
  if (has_quota_ && claim != HoldReason::own && bytes > quota_left_) return HoldReason::quota;
  disk_left_ = rest(disk_left_, bytes);
  quota_left_ = rest(quota_left_, bytes);
  return std::nullopt;
}

void place(std::vector<Candidate>& candidates, const HoldPolicy& policy, const Space& space) {
  std::sort(candidates.begin(), candidates.end(), comes_first);
  Room room(policy, space, 0);
  for (Candidate& candidate : candidates) candidate.waits = room.take(candidate.lacking_bytes, candidate.claim);
}

}  // namespace essaimage::store

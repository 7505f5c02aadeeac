#pragma once
// What of holding is known at this moment: the policy, the choices, which lacking media were granted (they are needed), and
// which are kept back and why. In memory, made anew at each start. Thread rule: every function from any thread; the library
// changes it under its own lock.

#include <map>
#include <mutex>

#include "store/holding/room.hpp"

namespace essaimage::store {

/// Media that are not held, added up.
struct KeptBack {
  std::uint32_t files = 0;
  std::uint64_t bytes = 0;

  auto operator<=>(const KeptBack&) const = default;
};

class Holding {
 public:
  explicit Holding(HoldPolicy policy) : policy_(std::move(policy)) {}

  const HoldPolicy& policy() const { return policy_; }
  /// True if no kit is left out and no choice was made.
  bool takes_all() const;
  KitChoice choice(const KitId& kit) const;
  std::map<KitId, KitChoice> choices() const;
  void set_choice(const KitId& kit, const KitChoice& choice);
  void set_choices(std::map<KitId, KitChoice> choices);

  bool is_granted(const Sha256& media) const;
  /// Why it is not held; nothing if it is needed, or here.
  std::optional<HoldReason> kept_back(const Sha256& media) const;
  /// Its partial file stays: it is needed, or will be once there is room.
  bool keeps_partial(const Sha256& media) const;
  void grant(const Sha256& media, std::uint64_t lacking_bytes);
  void keep_back(const Sha256& media, HoldReason why, std::uint64_t bytes);
  void forget(const Sha256& media);

  /// All of them anew, with what is measured now. Returns the media of which it changed whether they are needed.
  struct Back {
    HoldReason why{};
    std::uint64_t bytes = 0;
  };
  std::vector<Sha256> replace(std::map<Sha256, std::uint64_t> granted, std::map<Sha256, Back> back, const Space& space);

  /// Room besides what was granted. `space` as it is now; its media are those of the last replace(), to spare walking them.
  Room room(Space space) const;
  bool grants_any() const;
  bool waits_for_room() const;
  std::uint64_t promised_bytes() const;
  std::map<HoldReason, KeptBack> kept_back_by_reason() const;

 private:
  void forget_locked(const Sha256& media);

  const HoldPolicy policy_;
  mutable std::mutex mutex_;
  std::map<KitId, KitChoice> choices_;
  std::map<Sha256, std::uint64_t> granted_;  ///< with what lacked of it then
  std::map<Sha256, Back> back_;
  std::map<HoldReason, KeptBack> sums_;  ///< of back_
  std::uint64_t promised_ = 0;           ///< sum of granted_
  std::uint64_t media_bytes_ = 0;        ///< at the last replace(), and what was granted before and has come since
};

}  // namespace essaimage::store

#include "store/holding/holding.hpp"

namespace essaimage::store {

bool Holding::takes_all() const {
  const std::lock_guard lock(mutex_);
  return policy_.takes_all() && choices_.empty();
}

KitChoice Holding::choice(const KitId& kit) const {
  const std::lock_guard lock(mutex_);
  const auto it = choices_.find(kit);
  return it == choices_.end() ? KitChoice{} : it->second;
}

std::map<KitId, KitChoice> Holding::choices() const {
  const std::lock_guard lock(mutex_);
  return choices_;
}

void Holding::set_choice(const KitId& kit, const KitChoice& choice) {
  const std::lock_guard lock(mutex_);
  if (choice.kind == KitChoice::Kind::none) {
    choices_.erase(kit);
  } else {
    choices_[kit] = choice;
  }
}

void Holding::set_choices(std::map<KitId, KitChoice> choices) {
  const std::lock_guard lock(mutex_);
  choices_ = std::move(choices);
}

bool Holding::is_granted(const Sha256& media) const {
  const std::lock_guard lock(mutex_);
  return granted_.contains(media);
}

std::optional<HoldReason> Holding::kept_back(const Sha256& media) const {
  const std::lock_guard lock(mutex_);
  const auto it = back_.find(media);
  return it == back_.end() ? std::nullopt : std::optional(it->second.why);
}

bool Holding::keeps_partial(const Sha256& media) const {
  const std::lock_guard lock(mutex_);
  const auto it = back_.find(media);
  return it == back_.end() ? granted_.contains(media) : store::waits_for_room(it->second.why);
}

void Holding::grant(const Sha256& media, std::uint64_t lacking_bytes) {
  const std::lock_guard lock(mutex_);
  forget_locked(media);
  granted_[media] = lacking_bytes;
  promised_ += lacking_bytes;
}

void Holding::keep_back(const Sha256& media, HoldReason why, std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  forget_locked(media);
  back_[media] = {why, bytes};
  sums_[why].files += 1;
  sums_[why].bytes += bytes;
}

void Holding::forget(const Sha256& media) {
  const std::lock_guard lock(mutex_);
  forget_locked(media);
}

void Holding::forget_locked(const Sha256& media) {
  if (const auto granted = granted_.find(media); granted != granted_.end()) {
    promised_ -= granted->second;
    media_bytes_ += granted->second;  // it has come; if it has not, the next replace() knows
    granted_.erase(granted);
  }
  const auto back = back_.find(media);
  if (back == back_.end()) return;
  const auto sum = sums_.find(back->second.why);
  sum->second.files -= 1;
  sum->second.bytes -= back->second.bytes;
  if (sum->second.files == 0) sums_.erase(sum);
  back_.erase(back);
}

std::vector<Sha256> Holding::replace(std::map<Sha256, std::uint64_t> granted, std::map<Sha256, Back> back, const Space& space) {
  const std::lock_guard lock(mutex_);
  std::vector<Sha256> changed;
  for (const auto& [media, bytes] : granted) {
    if (!granted_.contains(media)) changed.push_back(media);
  }
  for (const auto& [media, bytes] : granted_) {
    if (!granted.contains(media)) changed.push_back(media);
  }
  granted_ = std::move(granted);
  back_ = std::move(back);
  promised_ = 0;
  for (const auto& [media, bytes] : granted_) promised_ += bytes;
  sums_.clear();
  for (const auto& [media, each] : back_) {
    sums_[each.why].files += 1;
    sums_[each.why].bytes += each.bytes;
  }
  media_bytes_ = space.media_bytes;
  return changed;
}

Room Holding::room(Space space) const {
  const std::lock_guard lock(mutex_);
  space.media_bytes = media_bytes_;
  return Room(policy_, space, promised_);
}

bool Holding::grants_any() const {
  const std::lock_guard lock(mutex_);
  return !granted_.empty();
}

bool Holding::waits_for_room() const {
  const std::lock_guard lock(mutex_);
  return sums_.contains(HoldReason::quota) || sums_.contains(HoldReason::disk);
}

std::uint64_t Holding::promised_bytes() const {
  const std::lock_guard lock(mutex_);
  return promised_;
}

std::map<HoldReason, KeptBack> Holding::kept_back_by_reason() const {
  const std::lock_guard lock(mutex_);
  return sums_;
}

}  // namespace essaimage::store

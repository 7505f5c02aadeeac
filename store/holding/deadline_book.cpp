#include "store/holding/deadline_book.hpp"

#include <algorithm>

#include "proto/limits.hpp"
#include "store/library/library_impl.hpp"

namespace essaimage::store {

Status DeadlineBook::load() {
  TRY(auto by_kit, library_.state_->deadlines());
  const std::lock_guard lock(mutex_);
  by_kit_ = std::move(by_kit);
  return {};
}

/// Durable first, so that a crash forgets none. Both under the lock: what lies in the index and here is the same of two writers, and
/// the index calls nobody.
Status DeadlineBook::put(const KitId& kit, std::optional<Timestamp> by) {
  const std::lock_guard lock(mutex_);
  CHECK_OK(library_.state_->put_deadline(kit, by));
  if (by) by_kit_[kit] = *by;
  else by_kit_.erase(kit);
  return {};
}

Status DeadlineBook::tell(const KitId& kit) {
  const std::lock_guard changing(library_.changing_);
  TRY(auto media, library_.media_of({kit}));
  std::ranges::sort(media);
  media.erase(std::unique(media.begin(), media.end()), media.end());
  for (const auto& each : media) {
    if (!library_.media_->has(each)) library_.tell_need(each);
  }
  return {};
}

Status DeadlineBook::set(const KitId& kit, Timestamp by) {
  if (by <= library_.now_()) return fail(Errc::deadline_past, to_utc(by));
  TRY(const auto known, library_.kit(kit));
  const auto others = all();
  if (!of(kit) && others.size() >= limits::deadlines_max) return fail(Errc::too_large, std::to_string(limits::deadlines_max) + " deadlines");
  CHECK_OK(put(kit, by));
  const bool own = kit.centre == library_.identity_.slug;
  if (!own && known.choice.kind != KitChoice::Kind::pinned) return library_.choose(kit, KitChoice::Kind::pinned);
  return tell(kit);
}

Status DeadlineBook::forget(const KitId& kit) {
  if (!of(kit)) return fail(Errc::deadline_none, kit.str());
  CHECK_OK(put(kit, std::nullopt));
  return tell(kit);
}

std::vector<Deadline> DeadlineBook::all() const {
  std::vector<Deadline> list;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [kit, by] : by_kit_) list.push_back({kit, by});
  }
  std::ranges::stable_sort(list, {}, &Deadline::by);
  return list;
}

std::optional<Timestamp> DeadlineBook::of(const KitId& kit) const {
  const std::lock_guard lock(mutex_);
  const auto it = by_kit_.find(kit);
  return it == by_kit_.end() ? std::nullopt : std::optional(it->second);
}

Result<std::vector<Deadline>> DeadlineBook::end_past() {
  auto list = all();
  const auto now = library_.now_();
  std::erase_if(list, [&](const Deadline& each) { return each.by > now; });
  std::vector<Deadline> ended;
  for (const auto& each : list) {
    {
      // Somebody may have given it more time since.
      const std::lock_guard lock(mutex_);
      const auto it = by_kit_.find(each.kit);
      if (it == by_kit_.end() || it->second != each.by) continue;
      CHECK_OK(library_.state_->put_deadline(each.kit, std::nullopt));
      by_kit_.erase(it);
    }
    ended.push_back(each);
    CHECK_OK(tell(each.kit));
  }
  return ended;
}

Result<bool> DeadlineBook::is_due(const Sha256& media) const {
  {
    const std::lock_guard lock(mutex_);
    if (by_kit_.empty()) return false;
  }
  TRY(const auto places, library_.state_->kits_naming(media));
  return std::ranges::any_of(places, [&](const auto& place) { return of(place.id).has_value(); });
}

}  // namespace essaimage::store

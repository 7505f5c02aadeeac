#include "store/holding/deadline_book.hpp"

#include <algorithm>
#include <sstream>

#include "proto/limits.hpp"
#include "store/library/library_impl.hpp"

namespace essaimage::store {
namespace {

/// A workshop is over a day after it began; who puts it off by then keeps what is here.
constexpr std::int64_t pinned_after_seconds = 86'400;
/// Among the small values of the index: a line for each, "centre/slug until choice version".
constexpr std::string_view pins_key = "deadline-pins";

}  // namespace

Status DeadlineBook::load() {
  TRY(auto by_kit, library_.state_->deadlines());
  TRY(const auto pins, library_.state_->get(std::string(pins_key)));
  const std::lock_guard lock(mutex_);
  by_kit_ = std::move(by_kit);
  std::istringstream lines(pins.value_or(""));
  std::string kit, choice;
  Pin pin;
  // What a damaged index carried over and is none counts for nothing: the kit stays pinned.
  while (lines >> kit >> pin.until.seconds >> choice >> pin.before.version) {
    const auto id = KitId::parse(kit);
    const auto kind = choice_from(choice);
    if (!id || !kind) continue;
    pin.before.kind = *kind;
    pins_[*id] = pin;
  }
  return {};
}

/// As with put(): the index first.
Status DeadlineBook::put_pin(const KitId& kit, const std::optional<Pin>& pin) {
  const std::lock_guard lock(mutex_);
  auto pins = pins_;
  if (pin) pins[kit] = *pin;
  else pins.erase(kit);
  if (pins == pins_) return {};
  std::ostringstream lines;
  for (const auto& [id, each] : pins)
    lines << id.str() << ' ' << each.until.seconds << ' ' << str(each.before.kind) << ' ' << each.before.version << '\n';
  CHECK_OK(library_.state_->put(std::string(pins_key), lines.str()));
  pins_ = std::move(pins);
  return {};
}

std::optional<DeadlineBook::Pin> DeadlineBook::pin_of(const KitId& kit) const {
  const std::lock_guard lock(mutex_);
  const auto it = pins_.find(kit);
  return it == pins_.end() ? std::nullopt : std::optional(it->second);
}

Status DeadlineBook::pin(const KitId& kit, Timestamp by, const KitChoice& choice) {
  const Timestamp until{by.seconds + pinned_after_seconds};
  if (const auto pinned = pin_of(kit)) {
    CHECK_OK(put_pin(kit, Pin{until, pinned->before}));
    return tell(kit);
  }
  if (choice.kind == KitChoice::Kind::pinned) return tell(kit);
  // Written down first: a crash in between leaves what its admin chose, and not a pin that nobody takes away. Of one that was dropped
  // nothing is removed by itself, so that the policy decides about it then.
  CHECK_OK(put_pin(kit, Pin{until, choice.kind == KitChoice::Kind::dropped ? KitChoice{} : choice}));
  return library_.choose_as(kit, {KitChoice::Kind::pinned, 0});
}

/// What is here stays: that it is pinned no more says what comes from now on.
Status DeadlineBook::unpin(const KitId& kit) {
  const auto pinned = pin_of(kit);
  if (!pinned) return {};
  const auto known = library_.kit(kit);
  if (known && known->choice.kind == KitChoice::Kind::pinned) CHECK_OK(library_.choose_as(kit, pinned->before));
  return put_pin(kit, std::nullopt);
}

Status DeadlineBook::chosen(const KitId& kit) { return put_pin(kit, std::nullopt); }

bool DeadlineBook::is_empty() const {
  const std::lock_guard lock(mutex_);
  return by_kit_.empty() && pins_.empty();
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
  if (!of(kit) && others.size() >= limits::deadlines_max)
    return fail(Errc::too_large, std::to_string(limits::deadlines_max) + " deadlines");
  CHECK_OK(put(kit, by));
  return kit.centre == library_.identity_.slug ? tell(kit) : pin(kit, by, known.choice);
}

Status DeadlineBook::forget(const KitId& kit) {
  if (!of(kit)) return fail(Errc::deadline_none, kit.str());
  CHECK_OK(put(kit, std::nullopt));
  CHECK_OK(unpin(kit));
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
  std::vector<KitId> unpinned;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [kit, pin] : pins_)
      if (pin.until <= now && !by_kit_.contains(kit)) unpinned.push_back(kit);
  }
  for (const auto& kit : unpinned) CHECK_OK(unpin(kit));
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

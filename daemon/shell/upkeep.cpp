#include "daemon/shell/upkeep.hpp"

#include <algorithm>

#include "daemon/shell/store_jobs.hpp"
#include "store/library.hpp"

namespace essaimage::shell {
namespace {

constexpr Duration publish_retry{60'000};
constexpr Duration catch_up_retry{10'000};
constexpr Duration check_room_every{30'000};
constexpr Duration scrub_every{600'000};   // whether it is due
constexpr Duration beat_every{3'600'000};  // likewise
constexpr Duration follow_every{60'000};   // though nothing was heard: what failed is tried again
/// Consents run out by the clock; all else follows from what comes in, soon after it, and not for each head alone.
constexpr Duration withdraw_every{60'000}, withdraw_apart{5'000};
/// New packs before it is worth to look whether some should become one.
constexpr unsigned changes_per_consolidation = 16;

}  // namespace

Upkeep::Upkeep(store::Library& library, StoreJobs& jobs, std::vector<std::string> endpoints, Told passed_on)
    : library_(library),
      jobs_(jobs),
      endpoints_(std::move(endpoints)),
      passed_on_(std::move(passed_on)),
      changes_(changes_per_consolidation) {}  // so that the first look is soon after the start

void Upkeep::saw(const core::Input& input, Instant now) {
  const auto* changed = std::get_if<core::input::HeadChanged>(&input);
  const bool roster = std::holds_alternative<core::input::RosterChanged>(input);
  if (changed != nullptr) {
    ++changes_;
    const auto& who = library_.identity();
    const auto& centre = changed->head.feed.centre;
    if (centre == who.federation_slug || centre == who.slug) follow_at_ = now;
  }
  if (roster) publish_at_ = rules_at_ = now;
  if (roster || changed != nullptr) withdraw_at_ = std::min(withdraw_at_, withdrew_at_ + withdraw_apart);
  busy_ = busy_ || std::holds_alternative<core::input::HeadChanged>(input) || std::holds_alternative<core::input::ChunksStored>(input);
}

void Upkeep::turn(Instant now, const std::function<bool()>& confirmed) {
  if (publish_at_ && now >= *publish_at_) publish_centre(now, confirmed);
  if (rules_at_ && now >= *rules_at_ && confirmed()) {
    rules_at_.reset();
    jobs_.apply_rules();
  }
  if (now >= catch_up_at_ && library_.is_behind()) {
    catch_up_at_ = now + catch_up_retry;
    jobs_.catch_up();
  }
  if (now >= check_room_at_) {
    check_room_at_ = now + check_room_every;
    jobs_.check_room();
    // Not amid work: it takes all locks of the heap. Caches go once a burst is over.
    if (!busy_) jobs_.give_back_memory(was_busy_);
    was_busy_ = std::exchange(busy_, false);
  }
  if (!scrub_at_) scrub_at_ = now + scrub_every;
  if (now >= *scrub_at_) {
    scrub_at_ = now + scrub_every;
    jobs_.scrub();
  }
  if (now >= beat_at_ && library_.identity().is_federation() && confirmed()) {
    beat_at_ = now + beat_every;
    jobs_.beat();
  }
  if (now >= follow_at_ && confirmed()) {
    follow_at_ = now + follow_every;
    jobs_.follow_decisions(passed_on_);
  }
  if (now >= withdraw_at_ && library_.roster() != nullptr) {
    withdraw_at_ = now + withdraw_every;
    withdrew_at_ = now;
    const bool may_sign = confirmed();
    jobs_.settle_withdrawals(may_sign);
    if (!may_sign) withdraw_at_ = now + withdraw_apart;
  }
  if (changes_ >= changes_per_consolidation) {
    changes_ = 0;
    jobs_.consolidate();
  }
}

/// Tells the others where they reach us, once that is sure to make no fork and if it is not what they know.
void Upkeep::publish_centre(Instant now, const std::function<bool()>& confirmed) {
  const auto roster = library_.roster();
  const Member* own = roster ? roster->find(library_.identity().slug) : nullptr;
  if (own == nullptr || own->suspended || own->endpoints == endpoints_) {
    publish_at_.reset();
    return;
  }
  if (!confirmed()) return;  // looked at again with the next turn
  publish_at_ = now + publish_retry;
  jobs_.publish_centre(endpoints_);
}

}  // namespace essaimage::shell

#include "daemon/shell/upkeep.hpp"

#include <algorithm>

#include "daemon/shell/store_jobs.hpp"
#include "store/library.hpp"

namespace essaimage::shell {
namespace {

constexpr Duration publish_retry{60'000};
constexpr Duration catch_up_retry{10'000};
constexpr Duration check_room_every{30'000};
constexpr Duration scrub_every{600'000};  // whether it is due
constexpr Duration beat_every{3'600'000};  // likewise
/// Consents run out by the clock; all else follows from what comes in, soon after it, and not for each head alone.
constexpr Duration withdraw_every{60'000}, withdraw_apart{5'000};
/// New packs before it is worth to look whether some should become one.
constexpr unsigned changes_per_consolidation = 16;

}  // namespace

Upkeep::Upkeep(store::Library& library, StoreJobs& jobs, std::vector<std::string> endpoints)
    : library_(library),
      jobs_(jobs),
      endpoints_(std::move(endpoints)),
      changes_(changes_per_consolidation) {}  // so that the first look is soon after the start

void Upkeep::saw(const core::Input& input, Instant now) {
  if (std::holds_alternative<core::input::HeadChanged>(input)) ++changes_;
  if (std::holds_alternative<core::input::RosterChanged>(input)) publish_at_ = now;
  const bool news = std::holds_alternative<core::input::HeadChanged>(input) || std::holds_alternative<core::input::RosterChanged>(input);
  if (news) withdraw_at_ = std::min(withdraw_at_, withdrew_at_ + withdraw_apart);
  busy_ = busy_ || std::holds_alternative<core::input::HeadChanged>(input) || std::holds_alternative<core::input::ChunksStored>(input);
}

void Upkeep::turn(Instant now, const std::function<bool()>& confirmed) {
  if (publish_at_ && now >= *publish_at_) publish_centre(now, confirmed);
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

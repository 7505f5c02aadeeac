#include "daemon/core/flow.hpp"

#include <algorithm>

#include "daemon/core/settings.hpp"

namespace essaimage::core {

Flow::Flow() : window_(settings::window_min) {}

void Flow::received(std::size_t bytes, Instant now) {
  constexpr std::int64_t period_ms = 250;
  if (!counting_) {
    counting_ = true;
    since_ = now;
    counted_ = 0;
  }
  counted_ += bytes;
  heard_at_ = now;
  const std::int64_t passed = (now - since_).count();
  // A fast link fills several windows within the clock's grain: grow without waiting for the period.
  if (passed < period_ms && counted_ < 4 * window_) return;
  const auto per_half_second = counted_ * 500 / static_cast<std::size_t>(std::max<std::int64_t>(passed, 1));
  rate_ = 2 * per_half_second;
  // At most doubling, at most halving: one stall says little.
  const std::size_t target = std::clamp(per_half_second, window_ / 2, window_ * 2);
  window_ = std::clamp(target, settings::window_min, settings::window_max);
  counting_ = passed < 4 * period_ms;
  since_ = now;
  counted_ = 0;
}

std::size_t Flow::rate(Instant now) const { return now - heard_at_ < settings::rate_forgotten_after ? rate_ : 0; }

std::size_t Flow::usual_rate() const { return rate_ != 0 ? rate_ : 2 * settings::window_min; }

std::size_t Flow::share(std::size_t requests) const { return std::max(settings::share_min, window_ / std::max<std::size_t>(requests, 1)); }

std::size_t Flow::runs() const { return std::clamp<std::size_t>(window_ / settings::share_min, 2, settings::runs_per_window); }

void Pace::start(Instant now) {
  since = now;
  bytes = 0;
}

void Pace::received(std::size_t size, Instant now) {
  bytes += size;
  if (bytes >= settings::progress_bytes) start(now);
}

bool Pace::late(Instant now) const { return now - since >= settings::answer_within; }

void CreditAccount::stored() {
  if (storing.empty()) return;
  taken += storing.front();
  storing.pop_front();
}

std::uint64_t CreditAccount::due(std::size_t share, std::uint64_t expected) const {
  const std::uint64_t outstanding = given - taken;
  if (given >= expected || outstanding * 2 > share) return 0;
  return std::min<std::uint64_t>(share - outstanding, expected - given);
}

}  // namespace essaimage::core

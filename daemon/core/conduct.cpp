#include "daemon/core/conduct.hpp"

#include <algorithm>

#include "daemon/core/settings.hpp"

namespace essaimage::core {

bool Conduct::blame(const TransportKey& peer, unsigned points, Instant now) {
  make_room(now);
  Record& record = records_[peer];
  const double faded = static_cast<double>((now - record.at).count()) / 1000.0;
  record.score = std::max(0.0, record.score - faded) + points;
  record.at = now;
  if (record.score < settings::score_max) return false;
  const Duration length = std::min<Duration>(settings::ban * (1LL << std::min(record.bans, 10U)), settings::ban_max);
  record.score = 0;
  record.bans += 1;
  record.until = now + length;
  return true;
}

bool Conduct::banned(const TransportKey& peer, Instant now) const { return banned_until(peer, now).has_value(); }

std::optional<Instant> Conduct::banned_until(const TransportKey& peer, Instant now) const {
  const auto it = records_.find(peer);
  if (it == records_.end() || it->second.until <= now) return std::nullopt;
  return it->second.until;
}

void Conduct::make_room(Instant now) {
  if (records_.size() < settings::records_max) return;
  const auto running = [&](const auto& each) { return each.second.until > now; };
  const auto oldest = std::min_element(records_.begin(), records_.end(), [&](const auto& a, const auto& b) {
    return std::pair(running(a), a.second.at) < std::pair(running(b), b.second.at);
  });
  records_.erase(oldest);
}

}  // namespace essaimage::core

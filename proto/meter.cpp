#include "proto/meter.hpp"

#include <algorithm>

namespace essaimage {

namespace {
constexpr Duration part_length{1'000};
/// What began just now says little: as if it had taken so long.
constexpr Duration passed_min{250};
}  // namespace

void Meter::came(std::uint64_t bytes, Instant now) {
  while (!parts_.empty() && now - parts_.front().begun >= window) parts_.pop_front();
  if (parts_.empty() || now - parts_.back().begun >= part_length) parts_.push_back({now, 0});
  parts_.back().bytes += bytes;
}

std::uint64_t Meter::rate(Instant now) const {
  std::uint64_t bytes = 0;
  Duration passed{};
  for (const auto& part : parts_) {
    if (now - part.begun >= window) continue;
    passed = std::max(passed, now - part.begun);
    bytes += part.bytes;
  }
  return bytes * 1'000 / static_cast<std::uint64_t>(std::max(passed, passed_min).count());
}

std::optional<Duration> time_for(std::uint64_t bytes, std::uint64_t rate) {
  constexpr std::uint64_t seconds_max = 366ULL * 86'400;
  if (rate == 0) return std::nullopt;
  return std::chrono::seconds(static_cast<std::int64_t>(std::min((bytes + rate - 1) / rate, seconds_max)));
}

}  // namespace essaimage

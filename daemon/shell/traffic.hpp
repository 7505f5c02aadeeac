#pragma once
// When and how fast media may move: what the configuration allows at an hour of the day, and what the admin has paused.
// The core is told whenever the result changes. Plain values and pure functions; thread rule of Traffic: one thread.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/input.hpp"

namespace essaimage::shell {

/// A part of each day, in minutes since midnight of the local clock; over midnight if it ends before it begins.
struct Hours {
  unsigned from = 0, to = 0;
  bool operator==(const Hours&) const = default;
};

/// "20:00-07:00". Errc::malformed; also if both are equal.
Result<Hours> parse_hours(std::string_view text);
std::string str(const Hours& hours);
bool within(const std::vector<Hours>& hours, unsigned minute);

struct TrafficConfig {
  std::uint32_t upload_kbit = 0;    ///< 0: no limit but what the line bears
  std::uint32_t download_kbit = 0;  ///< of media; 0: no limit
  bool lan_exempt = true;
  std::vector<Hours> hours;  ///< in which media move; empty: always
};

class Traffic {
 public:
  explicit Traffic(TrafficConfig config) : config_(std::move(config)) {}

  /// Until resume(), or for that long.
  void pause(Instant now, std::optional<Duration> length);
  void resume() { paused_.reset(); }

  /// Why media rest, if they do.
  enum class Rest : std::uint8_t { none, paused, hours };
  struct State {
    Rest rest = Rest::none;
    std::optional<Instant> until;   ///< of a pause that ends by itself
    std::vector<Hours> hours = {};  ///< in which media move, as configured
  };
  State state(Instant now, unsigned minute_of_day) const;
  /// What to tell the core, if that is not what it was told last.
  std::optional<core::input::Traffic> news(Instant now, unsigned minute_of_day);

 private:
  struct Pause {
    std::optional<Instant> until;
  };
  TrafficConfig config_;
  std::optional<Pause> paused_;
  std::optional<bool> told_;  ///< whether media move
};

}  // namespace essaimage::shell

#include "daemon/shell/traffic.hpp"

#include <algorithm>

namespace essaimage::shell {
namespace {

/// "07:30"; 24:00 is the end of the day.
std::optional<unsigned> minute_of(std::string_view text) {
  const auto digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
  if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4)) return std::nullopt;
  const auto number = [&](std::size_t at) { return static_cast<unsigned>((text[at] - '0') * 10 + (text[at + 1] - '0')); };
  const unsigned minute = number(0) * 60 + number(3);
  if (number(3) > 59 || minute > 24 * 60) return std::nullopt;
  return minute;
}

std::optional<std::uint64_t> bytes_per_second(std::uint32_t kbit) {
  if (kbit == 0) return std::nullopt;
  return std::uint64_t{kbit} * 1000 / 8;
}

}  // namespace

Result<Hours> parse_hours(std::string_view text) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) return fail(Errc::malformed, std::string(text));
  const auto from = minute_of(text.substr(0, dash)), to = minute_of(text.substr(dash + 1));
  if (!from || !to || *from == *to || *from == 24 * 60) return fail(Errc::malformed, std::string(text));
  return Hours{*from, *to};
}

std::string str(const Hours& hours) {
  const auto clock = [](unsigned minute) {
    const auto two = [](unsigned number) {
      std::string text(number < 10 ? "0" : "");
      return text += std::to_string(number);
    };
    return two(minute / 60) + ":" + two(minute % 60);
  };
  return clock(hours.from) + "-" + clock(hours.to);
}

bool within(const std::vector<Hours>& hours, unsigned minute) {
  return hours.empty() || std::any_of(hours.begin(), hours.end(), [&](const Hours& each) {
           const bool after = minute >= each.from, before = minute < each.to;
           return each.from < each.to ? after && before : after || before;
         });
}

void Traffic::pause(Instant now, std::optional<Duration> length) { paused_ = Pause{length ? std::optional(now + *length) : std::nullopt}; }

Traffic::State Traffic::state(Instant now, unsigned minute_of_day) const {
  if (paused_ && (!paused_->until || now < *paused_->until)) return {Rest::paused, paused_->until, config_.hours};
  return {within(config_.hours, minute_of_day) ? Rest::none : Rest::hours, {}, config_.hours};
}

std::optional<core::input::Traffic> Traffic::news(Instant now, unsigned minute_of_day) {
  const bool moves = state(now, minute_of_day).rest == Rest::none;
  if (told_ == moves) return std::nullopt;
  told_ = moves;
  return core::input::Traffic{bytes_per_second(config_.upload_kbit), bytes_per_second(config_.download_kbit), moves};
}

}  // namespace essaimage::shell

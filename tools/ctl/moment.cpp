#include "tools/ctl/moment.hpp"

#include <charconv>
#include <ctime>
#include <string>

namespace essaimage::ctl {
namespace {

/// Digits alone, as many as said.
std::optional<int> number(std::string_view text, std::size_t at, std::size_t digits) {
  if (at + digits > text.size()) return std::nullopt;
  for (std::size_t i = at; i < at + digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
  }
  int value = 0;
  std::from_chars(text.data() + at, text.data() + at + digits, value);
  return value;
}

struct Clock {
  int hour = 0, minute = 0;
};

/// "14:00", "9:30", "14h00" and "14h".
std::optional<Clock> clock_of(std::string_view text) {
  const auto sign = text.find_first_of(":h");
  if (sign == std::string_view::npos || sign == 0 || sign > 2) return std::nullopt;
  const auto hour = number(text, 0, sign);
  const bool bare = text[sign] == 'h' && sign + 1 == text.size();
  const auto minute = bare ? std::optional(0) : number(text, sign + 1, 2);
  if (!hour || !minute || (!bare && text.size() != sign + 3) || *hour > 23 || *minute > 59) return std::nullopt;
  return Clock{*hour, *minute};
}

/// By the wall's clock; nothing for a day that does not exist.
std::optional<Timestamp> moment_of(int year, int month, int day, Clock clock, int second) {
  std::tm local{};
  local.tm_year = year - 1900;
  local.tm_mon = month - 1;
  local.tm_mday = day;
  local.tm_hour = clock.hour;
  local.tm_min = clock.minute;
  local.tm_sec = second;
  local.tm_isdst = -1;
  const std::time_t time = std::mktime(&local);
  const bool same = local.tm_year == year - 1900 && local.tm_mon == month - 1 && local.tm_mday == day;
  if (time == static_cast<std::time_t>(-1) || !same) return std::nullopt;
  return Timestamp{time};
}

}  // namespace

std::string turned_day(std::string_view text) {
  const bool paper = number(text, 0, 2) && number(text, 3, 2) && number(text, 6, 4) && text[2] == '/' && text[5] == '/';
  if (!paper) return std::string(text);
  return std::string(text.substr(6, 4)) + "-" + std::string(text.substr(3, 2)) + "-" + std::string(text.substr(0, 2)) +
         std::string(text.substr(10));
}

std::optional<Timestamp> parse_moment(std::string_view text, Timestamp now) {
  if (const auto clock = clock_of(text)) {
    const std::time_t seconds = now.seconds;
    std::tm today{};
    ::localtime_r(&seconds, &today);
    const auto at = moment_of(today.tm_year + 1900, today.tm_mon + 1, today.tm_mday, *clock, 0);
    if (!at || *at > now) return at;
    const std::time_t tomorrow = seconds + 86'400;
    ::localtime_r(&tomorrow, &today);
    return moment_of(today.tm_year + 1900, today.tm_mon + 1, today.tm_mday, *clock, 0);
  }
  if (const auto turned = turned_day(text); turned != text) return parse_moment(turned, now);
  const auto year = number(text, 0, 4), month = number(text, 5, 2), day = number(text, 8, 2);
  if (!year || !month || !day || text[4] != '-' || text[7] != '-' || *year < 1970) return std::nullopt;
  if (text.size() == 10) return moment_of(*year, *month, *day, {23, 59}, 59);
  if (text[10] != ' ' && text[10] != 'T') return std::nullopt;
  const auto clock = clock_of(text.substr(11));
  return clock ? moment_of(*year, *month, *day, *clock, 0) : std::nullopt;
}

}  // namespace essaimage::ctl

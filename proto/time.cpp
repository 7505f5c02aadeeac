#include "proto/time.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace essaimage {
namespace {

/// Reads `digits` decimal digits at `at`; -1 if there is anything else.
int number_at(std::string_view text, std::size_t at, std::size_t digits) {
  int value = 0;
  for (std::size_t i = at; i < at + digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

}  // namespace

std::string to_utc(Timestamp time) {
  using namespace std::chrono;
  const auto held = std::clamp(time, Timestamp{0}, timestamp_max);
  const sys_seconds point{seconds(held.seconds)};
  const auto day = floor<days>(point);
  const year_month_day date(day);
  const hh_mm_ss clock(point - day);
  std::array<char, 80> text{};
  const int size =
      std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                    static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
  return {text.data(), static_cast<std::size_t>(size)};
}

Result<Timestamp> start_of_day(int year, int month, int day) {
  using namespace std::chrono;
  if (year < 1970 || year > 9999 || month < 1 || day < 1) return fail(Errc::malformed, "not a day");
  const year_month_day date(std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                            std::chrono::day(static_cast<unsigned>(day)));
  if (!date.ok()) return fail(Errc::malformed, "not a day");
  return Timestamp{duration_cast<seconds>(sys_days(date).time_since_epoch()).count()};
}

Result<Timestamp> parse_utc(std::string_view text) {
  constexpr std::string_view shape = "0000-00-00T00:00:00Z";
  if (text.size() != shape.size()) return fail(Errc::malformed, "not a time in UTC");
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] != '0' && text[i] != shape[i]) return fail(Errc::malformed, "not a time in UTC");
  }
  const int hour = number_at(text, 11, 2);
  const int minute = number_at(text, 14, 2);
  const int second = number_at(text, 17, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) {
    return fail(Errc::malformed, "not a time of day");
  }
  TRY(const auto day, start_of_day(number_at(text, 0, 4), number_at(text, 5, 2), number_at(text, 8, 2)));
  return Timestamp{day.seconds + hour * 3600 + minute * 60 + second};
}

}  // namespace essaimage

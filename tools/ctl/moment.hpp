#pragma once
// A moment as people type it, by the clock on the wall here. Pure but for the time zone; any thread.

#include <optional>
#include <string>
#include <string_view>

#include "proto/time.hpp"

namespace essaimage::ctl {

/// A text that begins with a day as people write it on paper, "01/12/2026", as "2026-12-01"; whatever else stays as it is.
std::string turned_day(std::string_view text);

/// "2026-12-01 14:00", "2026-12-01" (its end), or "14:00": the next time that it is so. Nothing for anything else, and for days
/// and times that do not exist.
std::optional<Timestamp> parse_moment(std::string_view text, Timestamp now);

}  // namespace essaimage::ctl

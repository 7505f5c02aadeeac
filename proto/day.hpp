#pragma once
// Days as people write them in a sentence. What is typed and signed stays "2026-03-01". Pure functions, any thread.

#include <string>

#include "proto/language.hpp"
#include "proto/time.hpp"

namespace essaimage {

/// "1 Mar 2026", "1er mars 2026". `month` and `day` count from 1.
std::string shown_day(int year, int month, int day, Language language);

/// The same of "2026-03-01"; what is no such day stays as it is.
std::string shown_day(std::string_view day, Language language);

/// Of the day of a moment, by universal time.
std::string shown_day(Timestamp time, Language language);

}  // namespace essaimage

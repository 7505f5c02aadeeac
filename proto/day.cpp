#include "proto/day.hpp"

#include <array>

namespace essaimage {
namespace {

constexpr std::array<std::string_view, 12> short_en = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 12> short_fr = {"janv.", "févr.", "mars",  "avr.", "mai",  "juin",
                                                       "juil.", "août",  "sept.", "oct.", "nov.", "déc."};

}  // namespace

std::string shown_day(int year, int month, int day, Language language) {
  const bool fr = language == Language::french;
  const auto name = (fr ? short_fr : short_en).at(static_cast<std::size_t>(month - 1) % 12);
  auto text = std::to_string(day);
  if (fr && day == 1) text += "er";
  text += ' ';
  text += name;
  return text + ' ' + std::to_string(year);
}

std::string shown_day(std::string_view day, Language language) {
  std::string whole(day);
  if (day.size() != 10 || !parse_utc(whole + "T00:00:00Z")) return whole;
  const auto number = [&](std::size_t at, std::size_t length) { return std::stoi(whole.substr(at, length)); };
  return shown_day(number(0, 4), number(5, 2), number(8, 2), language);
}

std::string shown_day(Timestamp time, Language language) { return shown_day(to_utc(time).substr(0, 10), language); }

}  // namespace essaimage

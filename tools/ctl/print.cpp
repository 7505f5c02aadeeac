#include "tools/ctl/print.hpp"

#include <fmt/format.h>
#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "proto/counted.hpp"
#include "proto/day.hpp"

namespace essaimage::ctl {

namespace {

constexpr std::string_view gap = "  ";
constexpr std::size_t shrunk_min = 12;

/// Calls sink(code point or -1, its bytes) for each character; a broken byte is -1.
template <class Sink>
void each_character(std::string_view text, Sink sink) {
  while (!text.empty()) {
    utf8proc_int32_t point = -1;
    const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
    auto n = utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size()), &point);
    if (n < 1) {
      n = 1;
      point = -1;
    }
    if (!sink(point, text.substr(0, static_cast<std::size_t>(n)))) return;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

std::size_t width_of(utf8proc_int32_t point) { return point < 0 ? 1 : static_cast<std::size_t>(std::max(0, utf8proc_charwidth(point))); }

/// Characters that act upon the terminal or upon the order of what follows.
bool acts(utf8proc_int32_t point) {
  switch (utf8proc_category(point)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP: return true;
    default: return false;
  }
}

std::string_view code_of(Colour colour) {
  static constexpr std::array<std::string_view, 7> codes = {"", "1", "2", "31", "32", "33", "36"};
  return codes.at(static_cast<std::size_t>(colour));
}

}  // namespace

std::string Style::paint(Colour colour, std::string_view text) const {
  if (!colours || colour == Colour::none || text.empty()) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", code_of(colour), text);
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  each_character(text, [&](auto point, auto) {
    width += width_of(point);
    return true;
  });
  return width;
}

std::string printable(std::string_view text) {
  std::string out;
  each_character(text, [&](auto point, auto bytes) {
    if (point == '\n' || point == '\t' || point == '\r') {
      out += ' ';
    } else if (point < 0 || acts(point)) {
      out += "\xEF\xBF\xBD";  // the replacement character
    } else {
      out += bytes;
    }
    return true;
  });
  return out;
}

std::string shortened(std::string_view text, std::size_t columns) {
  if (display_width(text) <= columns || columns == 0) return std::string(text);
  std::string out;
  std::size_t width = 0;
  each_character(text, [&](auto point, auto bytes) {
    if (width + width_of(point) + 1 > columns) return false;
    width += width_of(point);
    out += bytes;
    return true;
  });
  return out + "…";
}

std::string wrapped(std::string_view text, std::size_t columns, std::size_t indent) {
  const std::string margin(indent, ' ');
  const std::size_t room = columns > indent + 20 ? columns - indent : 20;
  std::string out, line;
  const auto flush = [&] {
    out += margin + line + "\n";
    line.clear();
  };
  while (!text.empty()) {
    const auto end = text.find_first_of(" \n");
    const auto word = text.substr(0, end);
    const bool breaks = end != std::string_view::npos && text[end] == '\n';
    if (!line.empty() && display_width(line) + 1 + display_width(word) > room) flush();
    if (!word.empty()) line += (line.empty() ? "" : " ") + std::string(word);
    if (breaks) flush();
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  if (!line.empty()) flush();
  return out;
}

std::string human_bytes(std::uint64_t bytes, Language language) {
  static constexpr std::array<std::string_view, 5> english = {"B", "kB", "MB", "GB", "TB"};
  static constexpr std::array<std::string_view, 5> french = {"o", "ko", "Mo", "Go", "To"};
  const bool fr = language == Language::french;
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < english.size()) {
    value /= 1000;
    ++unit;
  }
  auto number = unit > 0 && value < 9.95 ? fmt::format("{:.1f}", value) : fmt::format("{:.0f}", value);
  if (fr) std::replace(number.begin(), number.end(), '.', ',');
  return fmt::format("{} {}", number, fr ? french[unit] : english[unit]);
}

std::string human_duration(std::int64_t milliseconds, Language language) {
  const bool fr = language == Language::french;
  const auto seconds = std::max<std::int64_t>(0, (milliseconds + 500) / 1000);
  if (seconds < 100) return fmt::format("{} s", seconds);
  const auto minutes = (seconds + 30) / 60;
  if (minutes < 100) return fmt::format("{} min", minutes);
  const auto hours = (minutes + 30) / 60;
  if (hours < 48) return fmt::format("{} h", hours);
  return fmt::format("{} {}", (hours + 12) / 24, fr ? "jours" : "days");
}

std::string human_time(std::string_view utc, Language language) {
  const auto time = parse_utc(utc);
  if (!time) return printable(utc);
  const auto seconds = static_cast<std::time_t>(time->seconds);
  std::tm local{};
  if (::localtime_r(&seconds, &local) == nullptr) return printable(utc);
  return fmt::format("{} {:02}:{:02}", shown_day(local.tm_year + 1900, local.tm_mon + 1, local.tm_mday, language), local.tm_hour,
                     local.tm_min);
}

std::string human_number(std::uint64_t number, Language language) { return grouped(number, language); }

Table::Widths Table::widths(std::size_t columns) const {
  Widths widths;
  for (const auto& column : columns_) widths.each.push_back(display_width(column.title));
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i) widths.each[i] = std::max(widths.each[i], display_width(row[i].text));
  widths.total = gap.size() * (widths.each.empty() ? 0 : widths.each.size() - 1);
  for (const auto width : widths.each) widths.total += width;
  for (std::size_t i = 0; i < columns_.size() && columns > 0 && widths.total > columns; ++i) {
    if (!columns_[i].shrinks || widths.each[i] <= shrunk_min) continue;
    const auto less = std::min(widths.each[i] - shrunk_min, widths.total - columns);
    widths.each[i] -= less;
    widths.total -= less;
  }
  return widths;
}

std::string Table::line(const std::vector<Cell>& cells, const Widths& widths, const Style& style) const {
  std::string text;
  std::size_t owed = 0;  // blanks are written only before something: none at the end of a line
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto shown = shortened(cells[i].text, widths.each[i]);
    const auto fill = widths.each[i] - std::min(widths.each[i], display_width(shown));
    const bool right = columns_[i].align == Align::right;
    if (!shown.empty()) {
      text += std::string(owed + (right ? fill : 0), ' ') + style.paint(cells[i].colour, shown);
      owed = right ? 0 : fill;
    } else {
      owed += widths.each[i];
    }
    owed += gap.size();
  }
  return text + "\n";
}

/// Where the columns do not fit beside each other: the first one, and below it the others by their titles.
std::string Table::record(const std::vector<Cell>& cells, const Style& style) const {
  std::string text;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (cells[i].text.empty()) continue;
    const std::string before = i == 0 ? std::string() : "  " + columns_[i].title + (columns_[i].title.empty() ? "" : " ");
    const auto room = style.columns - std::min(style.columns, display_width(before) + 1);
    text += before + style.paint(cells[i].colour, shortened(cells[i].text, std::max(room, shrunk_min))) + "\n";
  }
  return text;
}

std::string Table::str(const Style& style) const {
  const auto found = widths(style.columns);
  std::string out;
  if (style.columns > 0 && found.total > style.columns) {
    for (const auto& row : rows_) out += record(row, style);
    return out;
  }
  std::vector<Cell> titles;
  for (const auto& column : columns_) titles.emplace_back(column.title, Colour::bold);
  out += line(titles, found, style);
  for (const auto& row : rows_) out += line(row, found, style);
  return out;
}

void Table::add(std::vector<Cell> row) {
  for (auto& cell : row) cell.text = printable(cell.text);
  rows_.push_back(std::move(row));
}

}  // namespace essaimage::ctl

#pragma once
// How things look: tables whose columns line up under accents, sizes, times, and text from outside
// made harmless. Plain values in, text out; whether there is a terminal and colours is said by a
// Style. Pure functions, any thread; a Table belongs to one.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proto/language.hpp"
#include "proto/time.hpp"

namespace essaimage::ctl {

enum class Colour { none, bold, dim, red, green, yellow, cyan };

struct Style {
  bool colours = false;
  std::size_t columns = 0;  ///< of the terminal; 0: nothing is shortened

  std::string paint(Colour colour, std::string_view text) const;
};

/// Columns that a terminal needs for the text.
std::size_t display_width(std::string_view text);
/// Text of others, safe to print: no control characters, no direction marks, no broken UTF-8, in
/// one line.
std::string printable(std::string_view text);
/// At most so many columns, with "…" where it was cut.
std::string shortened(std::string_view text, std::size_t columns);
/// Lines of at most so many columns, broken at blanks; each begins with the indent.
std::string wrapped(std::string_view text, std::size_t columns, std::size_t indent);

std::string human_bytes(std::uint64_t bytes, Language language);           ///< "3.4 MB", "3,4 Mo"
std::string human_duration(std::int64_t milliseconds, Language language);  ///< "2 min", "3 days"
/// "2026-03-01T09:30:00Z" as people write it, in local time: "1 Mar 2026 10:30", "1er mars 2026 10:30".
std::string human_time(std::string_view utc, Language language);
std::string human_number(std::uint64_t number, Language language);  ///< "12,345", "12 345"

class Table {
 public:
  enum class Align { left, right };
  struct Column {
    std::string title;
    Align align = Align::left;
    bool shrinks = false;  ///< gives way when the terminal is too narrow
  };
  struct Cell {
    std::string text;
    Colour colour = Colour::none;
    Cell(std::string t, Colour c = Colour::none) : text(std::move(t)), colour(c) {}
    Cell(const char* t) : text(t) {}
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  /// Every cell is made printable.
  void add(std::vector<Cell> row);
  bool empty() const { return rows_.empty(); }
  /// No blanks at line ends. On a terminal that is too narrow for it, each row takes several lines.
  std::string str(const Style& style) const;

 private:
  struct Widths {
    std::vector<std::size_t> each;
    std::size_t total = 0;
  };
  Widths widths(std::size_t columns) const;
  std::string line(const std::vector<Cell>& cells, const Widths& widths, const Style& style) const;
  std::string record(const std::vector<Cell>& cells, const Style& style) const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace essaimage::ctl

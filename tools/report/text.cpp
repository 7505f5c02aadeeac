#include <algorithm>

#include "proto/text.hpp"
#include "tools/report/formats.hpp"

namespace essaimage::report {
namespace {

constexpr std::size_t curve_rows_max = 24;

/// About what a terminal needs; the texts here are of few scripts.
std::size_t width_of(const std::string& text) { return code_points(text).size(); }

std::string padded(const std::string& text, std::size_t width, bool right) {
  const std::string fill(width > width_of(text) ? width - width_of(text) : 0, ' ');
  return right ? fill + text : text + fill;
}

std::string table_of(const Sheet& sheet, Language language) {
  std::vector<std::vector<std::string>> lines;
  std::vector<bool> right;
  if (!sheet.columns.empty()) lines.push_back(sheet.columns);
  for (const auto& row : sheet.rows) {
    auto& line = lines.emplace_back();
    for (const auto& cell : row) line.push_back(shown(cell, language));
    right.resize(std::max(right.size(), row.size()), !sheet.columns.empty());
    for (std::size_t i = 0; i < row.size(); ++i) right[i] = right[i] && (row[i].is_number() || row[i].text == "-" || row[i].text.empty());
  }
  std::vector<std::size_t> widths;
  for (const auto& line : lines) {
    widths.resize(std::max(widths.size(), line.size()));
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], width_of(line[i]));
  }
  std::string text;
  for (const auto& line : lines) {
    std::string shown_line;
    for (std::size_t i = 0; i < line.size(); ++i)
      shown_line += (i == 0 ? "" : "  ") + padded(line[i], widths[i], i < right.size() && right[i]);
    shown_line.erase(shown_line.find_last_not_of(' ') + 1);
    text += shown_line + "\n";
  }
  return text;
}

}  // namespace

std::string terminal_text(const Document& document) {
  std::string text = document.title + "\n" + document.subtitle + "\n";
  for (const auto& sheet : document.sheets) {
    const bool is_long_curve = sheet.id == "courbe" && sheet.rows.size() > curve_rows_max;
    if (sheet.id.starts_with("annexe") || sheet.rows.empty() || is_long_curve) continue;
    text += "\n" + sheet.title + "\n" + table_of(sheet, document.language);
    for (const auto& note : sheet.notes) text += note + "\n";
  }
  return text;
}

}  // namespace essaimage::report

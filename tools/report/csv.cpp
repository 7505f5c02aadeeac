#include "tools/report/formats.hpp"

namespace essaimage::report {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// A spreadsheet takes a text that begins so for a formula, also one of somebody who means harm.
bool looks_like_formula(const std::string& text) {
  return !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos;
}

std::string field(const std::string& text) {
  auto safe = looks_like_formula(text) ? "'" + text : text;
  if (safe.find_first_of(";\"\r\n") == std::string::npos) return safe;
  std::string quoted = "\"";
  for (const char c : safe) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

/// Without blanks or units, so that it is a number.
std::string number(std::int64_t hundredths, bool french) {
  const auto size = std::abs(hundredths);
  const auto rest = size % 100;
  return (hundredths < 0 ? "-" : "") + std::to_string(size / 100) + (french ? "," : ".") + (rest < 10 ? "0" : "") + std::to_string(rest);
}

std::string cell_text(const Cell& cell, Language language) {
  switch (cell.kind) {
    case Cell::Kind::text: return field(cell.text);
    case Cell::Kind::number: return std::to_string(cell.value);
    case Cell::Kind::money:
    case Cell::Kind::rate: return number(cell.value, language == Language::french);
    case Cell::Kind::day: return cell.text;
  }
  return {};
}

std::string csv_of(const Sheet& sheet, Language language) {
  std::string text(byte_order_mark);
  const auto line = [&](const auto& cells, const auto& write) {
    for (std::size_t i = 0; i < cells.size(); ++i) text += (i == 0 ? "" : ";") + write(cells[i]);
    text += "\r\n";
  };
  if (!sheet.columns.empty()) line(sheet.columns, field);
  for (const auto& row : sheet.rows) line(row, [&](const Cell& cell) { return cell_text(cell, language); });
  return text;
}

}  // namespace

std::map<std::string, std::string> csv_of(const Document& document) {
  std::map<std::string, std::string> files;
  for (const auto& sheet : document.sheets) files[sheet.id + ".csv"] = csv_of(sheet, document.language);
  return files;
}

}  // namespace essaimage::report

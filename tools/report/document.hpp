#pragma once
// A report as tables in one language, whatever file it becomes: text, HTML, CSV, OpenDocument or JSON. Made from an operation (or
// from a period alone) and from what the daemon counted (proto/CONTROL.md, "report"). Pure; any thread.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "proto/language.hpp"
#include "tools/report/operation.hpp"

namespace essaimage::report {

using Json = nlohmann::ordered_json;

struct Cell {
  enum class Kind { text, number, money, rate, day };
  Kind kind = Kind::text;
  std::string text;        ///< of a text; of a day "2018-01-01"
  std::int64_t value = 0;  ///< of a number; cents; hundredths of a percent

  static Cell of(std::string text) { return {Kind::text, std::move(text), 0}; }
  static Cell number(std::uint64_t value) { return {Kind::number, {}, static_cast<std::int64_t>(value)}; }
  static Cell money(Cents value) { return {Kind::money, {}, value}; }
  static Cell rate(Rate value) { return {Kind::rate, {}, value}; }
  static Cell day(std::string day) { return {Kind::day, std::move(day), 0}; }
  bool is_number() const { return kind == Kind::number || kind == Kind::money || kind == Kind::rate; }
};

struct Sheet {
  std::string id;  ///< "financement": of files and anchors
  std::string title;
  std::vector<std::string> columns;  ///< empty: rows of a name and a value
  std::vector<std::vector<Cell>> rows;
  std::vector<std::string> notes;
};

/// A line of small charts: one for each row of `names`.
struct Curve {
  std::vector<std::string> labels;  ///< of the steps
  std::vector<std::string> names;
  std::vector<std::vector<std::uint64_t>> values;  ///< for each name, one for each step
};

struct Document {
  Language language = Language::english;
  std::string title, subtitle;
  std::vector<Sheet> sheets;
  Curve curve;
};

/// What the daemon counted.
struct Counted {
  Json reply;  ///< of the verb
  Json figures = Json::array(), entries = Json::array(), points = Json::array();
  std::uint64_t value(std::string_view name, std::string_view group = {}) const;  ///< 0 if there is none
};

/// `operation`: null if the report is of a period alone.
Document document_of(const Operation* operation, const Counted& counted, Language language);
/// The same as one JSON document, whose keys do not depend on the language.
Json json_of(const Operation* operation, const Counted& counted);

/// As people of that language read it: "320 000,00 €", "57,14 %".
std::string shown(const Cell& cell, Language language);
/// "1-3, 7"
std::string ranges_of(const std::vector<std::uint64_t>& numbers);

}  // namespace essaimage::report

#include "tools/report/document.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "tools/report/sheets.hpp"

namespace essaimage::report {
namespace {

std::string grouped(std::uint64_t number, std::string_view separator) {
  auto digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, separator);
  }
  return digits;
}

std::string hundredths(std::int64_t value, bool french, std::string_view separator) {
  const auto size = static_cast<std::uint64_t>(std::abs(value));
  const auto rest = size % 100;
  return (value < 0 ? "-" : "") + grouped(size / 100, separator) + (french ? "," : ".") + (rest < 10 ? "0" : "") + std::to_string(rest);
}

constexpr std::string_view narrow_blank = "\u202F";
constexpr std::string_view no_break = "\u00A0";

Json operation_json(const Operation& operation) {
  Json lines = Json::array();
  for (const auto& line : operation.funding)
    lines.push_back({{"funder", line.funder},
                     {"fund", line.fund},
                     {"own", line.own},
                     {"amount_cents", line.amount},
                     {"rate_hundredths", line.rate ? Json(*line.rate) : Json(nullptr)},
                     {"computed_rate_hundredths", rate_of(line.amount, operation.total)}});
  static constexpr std::array<std::string_view, 6> whats = {"amounts",        "line-rate",       "rates",
                                                            "cofunders-rate", "cofunders-rates", "fund-rates"};
  static constexpr std::array<std::string_view, 3> verdicts = {"exact", "rounding", "differs"};
  Json checks = Json::array();
  for (const auto& check : checks_of(operation))
    checks.push_back({{"what", whats[static_cast<std::size_t>(check.what)]},
                      {"subject", check.subject},
                      {"unit", check.is_money ? "cents" : "hundredths"},
                      {"stated", check.stated},
                      {"computed", check.computed},
                      {"verdict", verdicts[static_cast<std::size_t>(check.verdict)]}});
  return {{"code", operation.code},
          {"title", operation.title},
          {"from", operation.from},
          {"to", operation.to},
          {"beneficiary", operation.beneficiary},
          {"total_cents", operation.total},
          {"cofunders_rate_hundredths", operation.cofunders_rate ? Json(*operation.cofunders_rate) : Json(nullptr)},
          {"funding", std::move(lines)},
          {"checks", std::move(checks)}};
}

}  // namespace

std::uint64_t Counted::value(std::string_view name, std::string_view group) const {
  for (const auto& figure : figures) {
    if (figure.value("name", "") == name && figure.value("group", "") == group) return figure.value("value", std::uint64_t{0});
  }
  return 0;
}

std::string shown(const Cell& cell, Language language) {
  const bool french = language == Language::french;
  const auto separator = french ? narrow_blank : std::string_view(",");
  switch (cell.kind) {
    case Cell::Kind::text: return cell.text;
    case Cell::Kind::number: return grouped(static_cast<std::uint64_t>(cell.value), separator);
    case Cell::Kind::money: return hundredths(cell.value, french, separator) + std::string(no_break) + (french ? "€" : "EUR");
    case Cell::Kind::rate: return hundredths(cell.value, french, separator) + (french ? std::string(no_break) : "") + "%";
    case Cell::Kind::day: return french ? cell.text.substr(8, 2) + "/" + cell.text.substr(5, 2) + "/" + cell.text.substr(0, 4) : cell.text;
  }
  return {};
}

std::string ranges_of(const std::vector<std::uint64_t>& numbers) {
  std::string text;
  for (std::size_t i = 0; i < numbers.size();) {
    auto end = i;
    while (end + 1 < numbers.size() && numbers[end + 1] == numbers[end] + 1) ++end;
    text += (text.empty() ? "" : ", ") + std::to_string(numbers[i]);
    if (end > i) text += (end == i + 1 ? ", " : "-") + std::to_string(numbers[end]);
    i = end + 1;
  }
  return text;
}

Document document_of(const Operation* operation, const Counted& counted, Language language) {
  const bool french = language == Language::french;
  const Words say{language};
  Document document;
  document.language = language;
  const auto from = counted.reply.value("from", ""), to = counted.reply.value("to", "");
  document.title = operation != nullptr ? say("Report of operation ", "Rapport de l'opération ") + operation->code
                                        : say("Activity report", "Rapport d'activité");
  document.subtitle = (operation != nullptr ? operation->title + (french ? " — " : " - ") : std::string()) + say("from ", "du ") +
                      shown(Cell::day(from), language) + say(" to ", " au ") + shown(Cell::day(to), language);
  if (operation != nullptr) add_operation_sheets(document, *operation, say);
  add_scope_sheet(document, counted, say);
  add_figure_sheets(document, counted, say);
  add_annex_sheets(document, counted, say);
  for (const auto& [key, name] :
       std::initializer_list<std::pair<const char*, std::string>>{{"kits", say("kits published", "kits publiés")},
                                                                  {"adoptions", say("adoptions", "adoptions")},
                                                                  {"adaptations", say("adaptations", "adaptations")},
                                                                  {"sessions", say("sessions", "séances")}}) {
    document.curve.names.push_back(name);
    auto& values = document.curve.values.emplace_back();
    for (const auto& point : counted.points) values.push_back(point.value(key, std::uint64_t{0}));
  }
  for (const auto& point : counted.points) document.curve.labels.push_back(point.value("label", ""));
  return document;
}

Json json_of(const Operation* operation, const Counted& counted) {
  Json json{{"operation", operation == nullptr ? Json(nullptr) : operation_json(*operation)}};
  for (const char* key : {"from", "to", "territory", "theme", "centre", "federation", "whole"})
    json[key] = counted.reply.value(key, Json());
  json["figures"] = counted.figures;
  json["curve"] = counted.points;
  json["entries"] = counted.entries;
  for (auto* rows : {&json["figures"], &json["curve"], &json["entries"]})
    for (auto& row : *rows) row.erase("row");
  return json;
}

}  // namespace essaimage::report

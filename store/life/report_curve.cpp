#include "store/life/report_curve.hpp"

#include <algorithm>
#include <map>

namespace essaimage::store {
namespace {

constexpr std::size_t points_max = 60;

struct Month {
  int year = 0, month = 1;
  auto operator<=>(const Month&) const = default;
};

Month month_of(Timestamp time) {
  const auto text = day_text(time);  // "2018-03-01"
  return {std::stoi(text.substr(0, text.size() - 6)), std::stoi(text.substr(text.size() - 5, 2))};
}

Month step_of(Month month, int months) {
  month.month = (month.month - 1) / months * months + 1;
  return month;
}

Month after(Month month, int months) {
  month.month += months;
  if (month.month > 12) month = {month.year + 1, month.month - 12};
  return month;
}

std::string label_of(const Month& month, int months) {
  auto year = std::to_string(month.year);
  if (months == 12) return year;
  if (months == 3) return year + "-T" + std::to_string((month.month - 1) / 3 + 1);
  return year + (month.month < 10 ? "-0" : "-") + std::to_string(month.month);
}

void add(ReportPoint& point, const ReportEntry& entry, bool new_kit) {
  switch (entry.kind) {
    case ReportEntry::Kind::version:
      if (!new_kit) return;
      point.kits += 1;
      if (entry.adapted_from) point.adaptations += 1;
      return;
    case ReportEntry::Kind::adoption: point.adoptions += 1; return;
    case ReportEntry::Kind::outcome: point.sessions += entry.sessions; return;
    case ReportEntry::Kind::decision: return;
  }
}

}  // namespace

std::vector<ReportPoint> curve_of(const std::vector<ReportEntry>& entries, const std::set<std::uint32_t>& new_kits, Timestamp from,
                                  Timestamp until) {
  const auto first = month_of(from), last = month_of(Timestamp{until.seconds - 1});
  const auto count = static_cast<std::size_t>((last.year - first.year) * 12 + last.month - first.month + 1);
  const int months = count <= points_max ? 1 : count <= points_max * 3 ? 3 : 12;
  std::map<Month, ReportPoint> steps;
  for (auto at = step_of(first, months); at <= last; at = after(at, months)) steps[at].label = label_of(at, months);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto& entry = entries[i];
    if (entry.date < from || entry.date >= until) continue;
    add(steps[step_of(month_of(entry.date), months)], entry, new_kits.contains(static_cast<std::uint32_t>(i + 1)));
  }
  std::vector<ReportPoint> points;
  ReportPoint sum;
  for (const auto& [month, step] : steps) {
    sum = {step.label, sum.kits + step.kits, sum.adoptions + step.adoptions, sum.adaptations + step.adaptations,
           sum.sessions + step.sessions};
    points.push_back(sum);
  }
  if (points.size() > points_max) points.erase(points.begin(), points.end() - points_max);
  return points;
}

}  // namespace essaimage::store

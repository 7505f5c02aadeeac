#pragma once
// How far things had come over a period, step by step. Pure functions; any thread.

#include <set>

#include "store/life/report.hpp"

namespace essaimage::store {

/// `new_kits`: the numbers of those entries that are the first of a kit. Other versions do not count, nor what lies outside of the period.
std::vector<ReportPoint> curve_of(const std::vector<ReportEntry>& entries, const std::set<std::uint32_t>& new_kits, Timestamp from,
                                  Timestamp until);

}  // namespace essaimage::store

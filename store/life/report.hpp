#pragma once
// What happened in a period, for those who pay for it: figures, and for each of them the signed entries that it was counted from.
// A fact counts by its own date: a version by when it was published, an adoption by when it was said, sessions by their first day. Both
// days of the period are in it, in UTC. The stage of a kit is that of store/life/life.hpp by the facts up to the end of the period.
// No person is in it: no text of an outcome, no author of a kit. Pure functions; any thread.

#include <string>
#include <vector>

#include "store/activity.hpp"

namespace essaimage::store {

struct ReportQuery {
  Timestamp from;         ///< the first second of the first day
  Timestamp until;        ///< the first second behind the last day
  std::string territory;  ///< of the centre that published, adopted or reported; empty: all
  std::string theme;      ///< of the kit, as its newest version of the period says; empty: all
};

/// One signed fact. Its number is its place in the report, from 1.
struct ReportEntry {
  enum class Kind : std::uint8_t { version, adoption, outcome, decision };
  Kind kind = Kind::version;
  KitId kit;
  std::uint64_t kit_version = 0;
  std::string centre;                            ///< that said it
  Timestamp date;                                ///< by which it counts
  std::optional<Lineage> adapted_from;           ///< version
  std::uint64_t sessions = 0, participants = 0;  ///< outcome
  SignedEntry entry;
};
std::string_view str(ReportEntry::Kind kind);  ///< "version", "adoption", "outcome", "decision"

struct ReportFigure {
  std::string name;   ///< "kits", "kits.stage", … (CONTROL.md, "report")
  std::string group;  ///< "regional", "12-17", "lille"; empty: of all
  std::uint64_t value = 0;
  std::vector<std::uint32_t> entries;  ///< numbers, rising
};

/// How far things had come at the end of a step of the period.
struct ReportPoint {
  std::string label;                                                     ///< "2018-03", "2018-T1", "2018"
  std::uint64_t kits = 0, adoptions = 0, adaptations = 0, sessions = 0;  ///< since the period began
};

struct PeriodReport {
  std::vector<ReportFigure> figures;
  std::vector<ReportEntry> entries;
  std::vector<ReportPoint> curve;  ///< by months; longer periods by quarters or years, at most 60 points, the last years if there are more
};

/// `query.from` is before `query.until`.
PeriodReport report_of(const Activity& activity, const ReportQuery& query);

}  // namespace essaimage::store

#pragma once
// Whether kits will be here by their deadlines, and whether the files of one are here, right, and open. Thread rule: any
// thread.

#include "daemon/shell/control/arrivals.hpp"
#include "daemon/shell/control/due_kit.hpp"

namespace essaimage::shell {

class Session;

/// By the rate of that moment. `now`: civil time.
DueKit due_kit(const store::KitSummary& kit, Timestamp by, const Arrivals& arrivals, Timestamp now);
/// All that have a deadline and are known still, the nearest first.
Result<std::vector<DueKit>> due_kits(store::Library& library, const Arrivals& arrivals, Timestamp now);

std::string_view str(DueKit::Outlook outlook);  ///< "whole", "in-time", …
/// "Tuesday 1 December, 14:00", by the clock on the wall here.
Words words_of_moment(Timestamp time, Timestamp now);
/// "for Tuesday 1 December, 14:00: 3 media files (1.2 MB) lacking, will not arrive in time at this rate (3 h left)".
Words words_of(const DueKit& due, Timestamp now);
Explanation about_due(const DueKit& due, Timestamp now);
Json to_json(const DueKit& due, Timestamp now);

/// What was found by reading every byte of a kit's newest version.
struct KitCheck {
  std::vector<Json> lacking;   ///< path, bytes
  std::vector<Json> damaged;   ///< path, code, text: what lies here is not right
  std::vector<Json> doubtful;  ///< path, expected, text: it is right, and not what its name says
  std::size_t files = 0;
  std::uint64_t bytes = 0;  ///< that were read

  bool is_ready() const { return lacking.empty() && damaged.empty() && doubtful.empty(); }
};
/// Tells of its progress. What is found damaged is asked of peers again.
Result<KitCheck> check_kit(Session& session, const store::KitSummary& kit);

Timestamp civil_now();

}  // namespace essaimage::shell

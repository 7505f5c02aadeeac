#pragma once
// Looks at the kits that have a deadline now and then, and says in the log when one will not be here in time as things go:
// once when that begins, and again every hour that it lasts; and when a deadline is over. Thread rule: one thread at a time.

#include <map>

#include "daemon/shell/control/arrivals.hpp"
#include "daemon/shell/log.hpp"

namespace essaimage::shell {

class DeadlineWatch {
 public:
  /// Both must outlive it.
  DeadlineWatch(store::Library& library, Log& log) : library_(library), log_(log) {}

  /// `civil`: the time by which deadlines are over.
  Status look(const Arrivals& arrivals, Instant now, Timestamp civil);

 private:
  store::Library& library_;
  Log& log_;
  std::map<KitId, Instant> warned_;  ///< those that are at risk; when it was last said
};

}  // namespace essaimage::shell

#pragma once
// Deadlines: by when this node's admin wants a kit to be here, whole. Until then, and for a day more, it is pinned, unless its admin
// has pinned it anyway; until then its media come before all others. Durable. Thread rule: any thread. Errors: those of the index,
// and what each function says.

#include <optional>
#include <vector>

#include "proto/ids.hpp"
#include "proto/time.hpp"

namespace essaimage::store {

struct Deadline {
  KitId kit;
  Timestamp by;
};

class Deadlines {
 public:
  virtual ~Deadlines() = default;
  /// In the place of one that it has. Errc::not_found: no such kit is known; Errc::deadline_past; Errc::too_large beyond
  /// limits::deadlines_max.
  virtual Status set(const KitId& kit, Timestamp by) = 0;
  virtual Status forget(const KitId& kit) = 0;    ///< its pin goes with it. Errc::deadline_none
  virtual std::vector<Deadline> all() const = 0;  ///< the nearest first
  virtual std::optional<Timestamp> of(const KitId& kit) const = 0;
  /// Takes away those that are over, and returns them; and the pins of those that have been over for a day. Call it now and then.
  virtual Result<std::vector<Deadline>> end_past() = 0;
  virtual bool is_empty() const = 0;  ///< there is nothing to end, neither a deadline nor a pin
};

}  // namespace essaimage::store

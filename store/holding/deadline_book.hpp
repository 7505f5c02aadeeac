#pragma once
// Deadlines over the library's index and its needs. Internal to the library, whose part it is. Thread rule: any thread; its
// mutex is a leaf.

#include <map>
#include <mutex>

#include "store/deadlines.hpp"

namespace essaimage::store {

class LibraryImpl;

class DeadlineBook final : public Deadlines {
 public:
  explicit DeadlineBook(LibraryImpl& library) : library_(library) {}
  Status load();  ///< once, before anything else

  Status set(const KitId& kit, Timestamp by) override;
  Status forget(const KitId& kit) override;
  std::vector<Deadline> all() const override;
  std::optional<Timestamp> of(const KitId& kit) const override;
  Result<std::vector<Deadline>> end_past() override;

  /// Whether a kit that names this media file has one. `changing_` need not be held.
  Result<bool> is_due(const Sha256& media) const;

 private:
  Status put(const KitId& kit, std::optional<Timestamp> by);
  /// What lacks of it is needed in another order now.
  Status tell(const KitId& kit);

  LibraryImpl& library_;
  mutable std::mutex mutex_;
  std::map<KitId, Timestamp> by_kit_;
};

}  // namespace essaimage::store

#pragma once
// Deadlines over the library's index and its needs. Internal to the library, whose part it is. Thread rule: any thread; its
// mutex is a leaf.

#include <map>
#include <mutex>

#include "store/deadlines.hpp"
#include "store/holding/policy.hpp"

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
  bool is_empty() const override;

  /// Its admin chooses for this kit: from now on it is pinned, or not, for that reason alone.
  Status chosen(const KitId& kit);
  /// Whether a kit that names this media file has one. `changing_` need not be held.
  Result<bool> is_due(const Sha256& media) const;

 private:
  Status put(const KitId& kit, std::optional<Timestamp> by);
  /// What lacks of it is needed in another order now.
  Status tell(const KitId& kit);

  /// A pin that a deadline made, and what its admin had chosen before.
  struct Pin {
    Timestamp until;
    KitChoice before;
    bool operator==(const Pin&) const = default;
  };
  /// Pins it for its deadline, or longer if it is pinned so already.
  Status pin(const KitId& kit, Timestamp by, const KitChoice& choice);
  /// Nothing, if a deadline did not pin it.
  Status unpin(const KitId& kit);
  std::optional<Pin> pin_of(const KitId& kit) const;
  Status put_pin(const KitId& kit, const std::optional<Pin>& pin);

  LibraryImpl& library_;
  mutable std::mutex mutex_;
  std::map<KitId, Timestamp> by_kit_;
  std::map<KitId, Pin> pins_;
};

}  // namespace essaimage::store

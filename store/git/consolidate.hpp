#pragma once
// Keeps packs few: geometric tiers (each pack has at least twice the bytes of all smaller ones together), and one
// multi-pack index over all of them. In this order, so that a crash at any point loses nothing and no reader misses:
// write and sync the merged pack, put a multi-pack index in place that names only packs that stay, reload the ObjectDb,
// then delete what was merged. Objects that no feed reaches any more are kept.
// The tiers: "geometric repacking" of git-repack(1). The index: gitformat-pack(5), by libgit2's writer.
//
// Memory: one object, and the ids of the merged packs. Errors: Errc::io, Errc::disk_full; then everything is as before.

#include "store/git/object_db.hpp"
#include "store/git/pack_writer.hpp"

namespace essaimage::store {

class Consolidation {
 public:
  /// Chooses what to merge and writes the merged pack below scratch: the long part. Every object is inflated and hashed
  /// on the way. Packs may be added meanwhile; whoever removes packs must wait.
  static Result<Consolidation> prepare(const Layout& layout);
  Consolidation(Consolidation&&) noexcept = default;
  Consolidation& operator=(Consolidation&&) noexcept = default;
  ~Consolidation() = default;

  /// The short part; meanwhile nobody may add packs or open an ObjectDb on this library. `objects` is reloaded.
  Status finish(ObjectDb& objects);

  std::size_t merged() const { return sources_.size(); }         ///< packs that become one; 0: the tiers hold
  const std::vector<Path>& damaged() const { return damaged_; }  ///< packs that were left alone for that

 private:
  explicit Consolidation(Path packs) : packs_(std::move(packs)) {}
  Status write_merged(const Path& scratch);

  Path packs_;
  std::vector<Path> sources_;  ///< .pack files
  std::vector<Path> damaged_;
  std::unique_ptr<PackWriter> writer_;  ///< owns the merged pack below scratch until finish()
};

/// What these packs hold is in others: they go, once a multi-pack index that names the others alone is in place and `objects` is
/// reloaded. As finish() otherwise. `indexed`: whether that could be written; without one all is found as well, but slower.
Status remove_packs(const Path& packs, const std::vector<Path>& leaving, ObjectDb& objects, Status& indexed);

}  // namespace essaimage::store

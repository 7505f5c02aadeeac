#pragma once
// Takes damaged packs out of the library. What can still be read of one is kept in a new pack; the old one goes to the
// folder of damaged things, so that its objects are lacking from then on and never half there: what is lacking can be
// fetched. An index that is damaged beside a good pack is made anew. Whether files are damaged, their own sums tell
// (gitformat-pack(5): a pack and its index each end with the SHA-1 of all before it).
//
// A crash at any point loses nothing. Memory: one object, and the ids of a damaged pack.
// Errors: Errc::io, Errc::disk_full; then everything is as before, or as after some of it.

#include <memory>
#include <vector>

#include "store/git/object_db.hpp"
#include "store/git/pack_writer.hpp"

namespace essaimage::store {

class Salvage {
 public:
  /// The long part: reads all packs. Packs may be added meanwhile; whoever removes packs must wait.
  static Result<Salvage> prepare(const Layout& layout);

  /// The short part; meanwhile nobody may add packs or open an ObjectDb on this library. `objects` is reloaded.
  Status finish(ObjectDb& objects);

  const std::vector<Path>& damaged() const { return damaged_; }  ///< packs, or their indexes

 private:
  explicit Salvage(Layout layout) : layout_(std::move(layout)) {}
  Status look_at(const Path& pack);

  Layout layout_;
  bool changed_ = false;
  std::vector<Path> damaged_;
  std::vector<Path> leaving_;                      ///< the packs of them that go
  std::vector<std::unique_ptr<PackWriter>> kept_;  ///< what could be read of those
};

}  // namespace essaimage::store

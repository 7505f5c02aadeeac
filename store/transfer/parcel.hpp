#pragma once
// A parcel: the form in which the objects of a pack travel. They lie together in frames of zstd, each with what the receiver
// has of the same feed as its prefix: the version before of what changed. Byte for byte: store/transfer/FORMAT.md.
// A reader has the pack in the end, as if it had come so, and judges it (store/feed/receive.hpp).
//
// What is referred to is named by its place in the tree of a commit that the receiver accepted for that very feed, and never
// by its id: a place leads to nothing of another feed, so nobody is made to tell, or to publish, what it must not.
// Thread rule: one thread at a time. Memory: a frame and what it refers to, twice.

#include <memory>
#include <unordered_set>
#include <vector>

#include "store/git/id_hash.hpp"
#include "store/git/object_db.hpp"
#include "store/git/pack_writer.hpp"

namespace essaimage::store {

/// Where an object lies in a tree: of each folder from the root down, the place of the entry in it. Empty: the root.
using TreePlace = std::vector<std::uint32_t>;

/// What the receiver has.
struct OldObject {
  TreePlace place;
  ObjectId id;
};

/// Bounds what frames unfold to, so that a few bytes cannot cost a receiver much. The writer keeps to it, too: what is too
/// regular goes as it is.
class ParcelBudget {
 public:
  /// The next frame. Errc::malformed: it is not to be unfolded; Errc::too_large: the feed is more than anybody takes.
  Status check(std::uint64_t content_bytes, std::uint64_t packed_bytes, std::uint64_t old_bytes) const;
  void take(std::uint64_t content_bytes, std::uint64_t packed_bytes, std::uint64_t old_bytes);
  std::uint64_t old_bytes() const { return old_; }

 private:
  std::uint64_t content_ = 0, packed_ = 0, old_ = 0;
};

class ParcelWriter {
 public:
  /// Writes below `scratch`. `objects` must outlive it. `head`: the commit that the pack leads to, which the receiver is
  /// told beforehand. `have`: the one that it has; zero: none. Destroyed before finish() it leaves nothing.
  static Result<std::unique_ptr<ParcelWriter>> create(const Path& scratch, const ObjectDb& objects, const ObjectId& head,
                                                      const ObjectId& have);
  ~ParcelWriter();

  /// Once; later calls with the same id are free. `olds`: what the receiver has that may be like it.
  Status add(ObjectType type, const ObjectId& id, ByteView content, const std::vector<OldObject>& olds);
  /// The finished file. The caller removes it.
  Result<Path> finish();

 private:
  ParcelWriter();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Writes into `pack` what a parcel holds. `head`: the raw commit that came with its offer; `feed`: the one that was asked
/// for. Errors: Errc::malformed, also for what goes beyond the bounds of a parcel; Errc::too_large beyond those of a pack;
/// Errc::feed_gap: what it builds on is not here; Errc::corrupt, Errc::object_missing: what it refers to is damaged here.
Status read_parcel(const Path& file, const FeedId& feed, ByteView head, const ObjectDb& objects, PackWriter& pack);

}  // namespace essaimage::store

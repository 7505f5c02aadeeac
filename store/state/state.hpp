#pragma once
// state.sqlite: an index of what the library holds, rebuildable from it, and two things that are not: the witnessed
// heads that stop a rollback, and what is known of peers. WAL, synchronous=FULL for the witnesses.
// Thread rule: every function from any thread (one connection behind a mutex; every call is short).
// Errors: Errc::io, Errc::disk_full, Errc::corrupt. A damaged index is set aside (state.sqlite.damaged) and rebuilt;
// the witnesses are then as high as the library's own heads.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "proto/ids.hpp"
#include "proto/time.hpp"
#include "store/disk/layout.hpp"
#include "store/media/chunk_list.hpp"

namespace essaimage::store {

/// A kit as a feed's current tree has it.
struct KitRow {
  KitId id;
  Audience audience;
  ObjectId kit_tree;            ///< of kits/<hh>/<slug>
  std::uint64_t version = 0;
  Timestamp published_at;
  std::string title, summary, kind, stage, licence;
  std::vector<std::string> languages, themes;
  std::uint32_t files = 0;
  std::uint64_t bytes = 0;      ///< of all files, media included
  std::vector<Sha256> media;    ///< each once
};

struct MediaRow {
  Sha256 media;
  std::uint64_t bytes = 0;
  ObjectId chunk_list;          ///< blob
  std::vector<FeedId> feeds;    ///< whose current trees name it
};

class State {
 public:
  static Result<std::unique_ptr<State>> open(const Path& file);
  ~State();

  // --- the index of feeds: one transaction replaces what changed --------------------------------------------------------
  struct FeedChange {
    Head head;
    std::vector<KitRow> put;           ///< new or changed kits of this feed
    std::vector<std::string> removed;  ///< slugs
    /// media named by `put`: bytes and chunk list of each
    struct NamedMedia {
      Sha256 media;
      std::uint64_t bytes = 0;
      ObjectId chunk_list;
    };
    std::vector<NamedMedia> media;
  };
  Status apply(const FeedChange& change);
  /// The head up to which each feed is indexed.
  Result<std::map<FeedId, Head>> indexed() const;
  Status forget_feed(const FeedId& feed);

  Result<std::vector<KitRow>> kits() const;                       ///< of all feeds, by id then audience
  Result<std::vector<KitRow>> kits_of(const KitId& id) const;     ///< one per audience
  Result<std::optional<MediaRow>> media(const Sha256& media) const;
  Result<std::vector<MediaRow>> all_media() const;
  Result<bool> names(const FeedId& feed, const Sha256& media) const;

  // --- the local chunk index: where a chunk's bytes can be found in whole media files -------------------------------------
  struct ChunkPlace {
    Sha256 media;
    std::uint64_t offset = 0;
  };
  Status index_chunks(const Sha256& media, const ChunkList& chunks);
  Status forget_chunks(const Sha256& media);
  Result<std::vector<ChunkPlace>> find_chunk(const Sha256& chunk) const;

  // --- witnessed heads, forks --------------------------------------------------------------------------------------------
  Status witness(const Head& head);    ///< durable; never lowers
  Result<std::vector<Head>> witnessed() const;
  Status set_frozen(const FeedId& feed, bool frozen);
  Result<std::vector<FeedId>> frozen() const;

  // --- small values: peers last seen, heartbeat witnessed, … ----------------------------------------------------------------
  Status put(const std::string& key, const std::string& value);
  Result<std::optional<std::string>> get(const std::string& key) const;

 private:
  State();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace essaimage::store

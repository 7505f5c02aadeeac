#pragma once
// Media files, at the standard place of Git LFS below the bare repository, and partial ones on their way. A media file
// is immutable: written to a temporary name, checked by SHA-256, synced, renamed.
// Thread rule: every function from any thread; one PartialMedia and one MediaWriter belong to one thread at a time.
// Errors: Errc::disk_full, Errc::io, Errc::not_found, Errc::chunk_bad, Errc::media_bad.

#include <memory>
#include <optional>
#include <vector>

#include "store/disk/files.hpp"
#include "store/media/chunk_list.hpp"

namespace essaimage::store {

/// A media file that is being published here: hashed, chunked and written in one pass.
class MediaWriter {
 public:
  ~MediaWriter();  ///< leaves nothing unless finished
  Status write(ByteView bytes);
  struct Done {
    Sha256 media;
    std::uint64_t bytes = 0;
    ChunkList chunks;
  };
  /// Durable and in its place when it returns (a file that was there already is kept).
  Result<Done> finish();

 private:
  friend class MediaStore;
  MediaWriter();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A media file of which some chunks are here. What is on disk survives a restart; chunks are checked as they come.
class PartialMedia {
 public:
  ~PartialMedia();
  const std::vector<bool>& held() const;
  /// A whole chunk. Errc::chunk_bad if its hash is wrong: nothing is kept of it.
  Status put(std::uint32_t index, ByteView bytes);
  /// A chunk that is held, or Errc::not_found.
  Result<Bytes> get(std::uint32_t index) const;
  bool complete() const;
  /// Reads all of it once more, checks its SHA-256, syncs and renames. On Errc::media_bad nothing remains.
  Status finish();

 private:
  friend class MediaStore;
  PartialMedia();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

class MediaStore {
 public:
  static Result<std::unique_ptr<MediaStore>> open(const Layout& layout);
  ~MediaStore();

  bool has(const Sha256& media) const;
  Result<std::uint64_t> bytes(const Sha256& media) const;
  /// A piece of a whole media file; fewer bytes only at its end.
  Result<Bytes> read(const Sha256& media, std::uint64_t offset, std::size_t bytes_max) const;

  /// `bytes_hint` chooses the chunker's step; the real length may differ.
  Result<std::unique_ptr<MediaWriter>> create(std::uint64_t bytes_hint);
  /// Opens or resumes; after an unclean end every chunk that claims to be here is read and checked first.
  Result<std::unique_ptr<PartialMedia>> open_partial(const Sha256& media, const ChunkList& chunks);
  Status drop_partial(const Sha256& media);
  Status remove(const Sha256& media);

  std::vector<Sha256> all() const;       ///< whole ones, sorted
  std::vector<Sha256> partials() const;
  /// Re-reads a whole one: Errc::media_bad if it is not what its name says.
  Status verify(const Sha256& media) const;

 private:
  MediaStore();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace essaimage::store

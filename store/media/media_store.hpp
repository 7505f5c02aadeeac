#pragma once
// Media files, at the standard place of Git LFS below the bare repository, and partial ones on their way. A media file
// is immutable: written to a temporary name, checked by SHA-256, synced, renamed, its folder synced.
//
// It knows bytes, not audiences: through which feeds a media file may be listed and served is store/media/reuse.hpp's
// rule and state.hpp's record. It never holds more than one chunk of a file in memory, so a film costs as little as a
// photo.
//
// Durability comes in batches: one publish command may bring 3,000 files, and to sync each file, and each new folder of
// the fan-out, costs a commit of the file system's journal. MediaBatch::settle() syncs the file system (syncfs) before
// and after renaming all.
//
// Thread rule: MediaStore from any thread; a MediaBatch with its writers, and a PartialMedia, belong to one thread at a
// time, and there is one PartialMedia of a media file at a time. The MediaStore must outlive all of them.
// Errors: Errc::disk_full, Errc::io, Errc::not_found, Errc::chunk_bad, Errc::media_bad, and where said.

#include <memory>
#include <optional>
#include <vector>

#include "store/disk/files.hpp"
#include "store/media/chunk_list.hpp"

namespace essaimage::store {

/// A media file that is being published here: hashed, chunked and written in one pass. It must not outlive its batch.
class MediaWriter {
 public:
  ~MediaWriter();  ///< leaves nothing unless finished
  Status write(ByteView bytes);
  struct Done {
    Sha256 media;
    std::uint64_t bytes = 0;
    ChunkList chunks;
  };
  /// The batch has it now. Errc::malformed for a file without a byte: that is text; Errc::too_large.
  Result<Done> finish();

 private:
  friend class MediaBatch;
  MediaWriter();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A media file of which some chunks are here. What was put survives a restart and kill -9 once its record is on the disk:
/// after keep(), and beyond the first MiB by itself. Most files are smaller and whole at once, and a record is a second file
/// to make and to remove. After a power cut (the machine was booted anew) the chunks that claim to be here are read and
/// checked when it is opened.
class PartialMedia {
 public:
  ~PartialMedia();
  const Sha256& media() const;
  const ChunkList& chunks() const;
  const std::vector<bool>& held() const;
  bool complete() const;
  /// The feeds through which its bytes came so far, sorted; they decide for which feeds it may be held (reuse.hpp).
  const std::vector<FeedId>& through() const;

  /// Whole chunks, one behind the other, that came through that feed. Errc::chunk_bad if the hash of one is wrong: nothing
  /// is kept of it and of those behind it. A chunk that is here already is not written again.
  Status put(std::uint32_t first, ByteView bytes, const FeedId& through);
  /// Nothing more comes for now: what is here is to survive a restart. Whole ones need no record: they settle.
  Status keep();
  /// A chunk that is held, or Errc::not_found. Checked as it is read: Errc::chunk_bad, and it is held no longer.
  Result<Bytes> get(std::uint32_t index);

 private:
  friend class MediaStore;
  friend class MediaBatch;
  PartialMedia();
  static Result<std::unique_ptr<PartialMedia>> open(const Layout& layout, const Sha256& media, const ChunkList& chunks);
  Status check_whole();  ///< for MediaBatch::add()
  int descriptor() const;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Media files that come into their places together: none of them before settle(), all of them durably behind it.
class MediaBatch {
 public:
  ~MediaBatch();  ///< what did not settle is not there; partial ones stay partial

  /// `bytes_hint` chooses the chunker's step; the real length may differ.
  Result<std::unique_ptr<MediaWriter>> create(std::uint64_t bytes_hint);
  /// One that is in its place already, whole: settle() makes sure that it still is.
  void keep(const Sha256& media, std::uint64_t bytes);
  /// Reads all of a complete one once more (unless its chunks were put in order just now) and checks its SHA-256.
  /// Errc::chunk_bad: what lies on the disk is damaged; the bad chunks are held no longer, fetch them again.
  /// Errc::media_bad: every chunk is as listed, so the list lies; nothing remains of it.
  Status add(PartialMedia& partial);
  /// After an error some files may be in place already, which harms nobody: they are what their names say, and a batch
  /// in which they are added again settles. Errc::conflict if a file that was there already has been removed meanwhile:
  /// write it again; or if another partial file lies in the place of the one that was added. Errc::not_found if that
  /// one is gone.
  Status settle();

 private:
  friend class MediaStore;
  friend class MediaWriter;
  MediaBatch();
  static Result<std::unique_ptr<MediaBatch>> begin(const Layout& layout);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A whole media file, open: for who reads it piece by piece.
class MediaReader {
 public:
  MediaReader(Fd file, Path path) : file_(std::move(file)), path_(std::move(path)) {}
  /// Fewer bytes only at its end.
  Result<Bytes> read(std::uint64_t offset, std::size_t bytes_max) const { return read_at(file_.get(), offset, bytes_max, path_); }
  const Path& path() const { return path_; }  ///< for messages

 private:
  Fd file_;
  Path path_;
};

class MediaStore {
 public:
  /// Makes its folders, and sweeps what unfinished batches left.
  static Result<std::unique_ptr<MediaStore>> open(const Layout& layout);
  ~MediaStore();

  bool has(const Sha256& media) const;
  /// The feeds through which a partial file's bytes came, as its record says; nothing if it cannot be read.
  std::vector<FeedId> partial_through(const Sha256& media) const;
  Result<std::uint64_t> bytes(const Sha256& media) const;
  Result<MediaReader> open(const Sha256& media) const;
  /// A piece of a whole media file; fewer bytes only at its end.
  Result<Bytes> read(const Sha256& media, std::uint64_t offset, std::size_t bytes_max) const;

  Result<std::unique_ptr<MediaBatch>> begin();
  /// Opens or resumes, also when the media file is here whole (for another feed, reuse.hpp). If it was begun under
  /// another chunk list, the chunks of this one that lie on the disk are found and kept.
  Result<std::unique_ptr<PartialMedia>> open_partial(const Sha256& media, const ChunkList& chunks);
  Status drop_partial(const Sha256& media);
  Status remove(const Sha256& media);  ///< durably; no error if there is none

  std::vector<Sha256> all() const;       ///< whole ones, sorted; walks the folders (30,000 files: 0.1 s and more)
  std::vector<Sha256> partials() const;  ///< sorted
  /// Re-reads a whole one: Errc::media_bad if it is not what its name says. `pace` gets the bytes that were just read;
  /// Errc::cancelled if it returns false.
  Status verify(const Sha256& media, const std::function<bool(std::uint64_t)>& pace = {}) const;
  /// Re-reads a whole one by this list: Errc::chunk_bad if the list is not of this file. To be asked before the file is
  /// served by a list that it did not come by, or an author's false list would make an honest node send bad chunks.
  Status verify(const Sha256& media, const ChunkList& chunks) const;

 private:
  MediaStore();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace essaimage::store

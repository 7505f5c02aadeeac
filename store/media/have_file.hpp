#pragma once
// The file beside a partial media file that says which chunks are here and through which feeds they
// came (FORMAT.md, "Partial media"). For store/media alone.
//
// Why it needs no sync at each chunk: within one boot the page cache is the truth, and kill -9
// takes nothing from it; after another boot nothing in the bitmap is believed unread. The feeds are
// what must never be lost while the bytes stay: bytes without a record do not outlive the process,
// and a record is durably replaced before the first byte through a further feed is written. One thread at a time. Errors:
// Errc::io, Errc::disk_full; Errc::corrupt if it is torn: then nothing of it counts.

#include <array>
#include <vector>

#include "store/disk/files.hpp"

namespace essaimage::store {

/// Changes with every start of the kernel; random, so never equal, where the system does not tell.
using BootId = std::array<std::uint8_t, 16>;
const BootId& current_boot();

class HaveFile {
 public:
  struct Content {
    BootId boot{};
    Sha256 list;                  ///< SHA-256 of the chunk list's byte form
    std::vector<FeedId> through;  ///< sorted
    std::vector<bool> held;
  };
  static Result<Content> read(const Path& path, std::size_t chunks);

  /// Writes the file and keeps it open for mark(). `durable`: it is synced and takes the old one's
  /// place at once.
  Status write(const Path& path, const Content& content, bool durable);
  /// Opens a file that read() found to be good.
  Status open(const Path& path, const Content& content);
  /// Bits of these chunks, in place. `held` as it is now.
  Status mark(std::uint32_t first, std::uint32_t count, const std::vector<bool>& held);

 private:
  Path path_;
  Fd fd_;
  std::uint64_t bitmap_offset_ = 0;
};

}  // namespace essaimage::store

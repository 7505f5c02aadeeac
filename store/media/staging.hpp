#pragma once
// What writing media whole and in parts has in common. For store/media alone. Thread rule: free
// functions.

#include "proto/limits.hpp"
#include "store/media/media_store.hpp"

namespace essaimage::store {

/// Where unfinished batches lie: below scratch, so that the sweep at start removes them.
Path media_staging(const Layout& layout);

/// After so many bytes write_behind() is called, so that settle() has little to wait for: a film
/// that trickles in must not make the next publish wait until all of it is on the card.
inline constexpr std::uint64_t write_behind_bytes = 8 * limits::MiB;

/// Hands written bytes over to the disk, without waiting. A hint: an error shows when the file is
/// synced.
void write_behind(int fd, std::uint64_t offset, std::uint64_t bytes);

}  // namespace essaimage::store

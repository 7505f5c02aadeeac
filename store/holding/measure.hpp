#pragma once
// What media take of the disk, and what is free of it. Free functions, any thread. Sizes in bytes, as the disk counts them
// for partial files (which have holes). Errors: Errc::io.

#include "store/disk/layout.hpp"
#include "store/holding/room.hpp"

namespace essaimage::store {

/// What is here of a media file that is on its way; 0 if nothing is.
std::uint64_t partial_bytes(const Layout& layout, const Sha256& media);
/// Walks the folders of media (30,000 files: a few tenths of a second).
std::uint64_t media_bytes(const Layout& layout);
/// Only what the policy asks for.
Result<Space> measure(const Layout& layout, const HoldPolicy& policy);

}  // namespace essaimage::store

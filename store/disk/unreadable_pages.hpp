#pragma once
// Packs are read through maps of their files. Where the disk has lost a sector, or somebody has cut the file short, the
// kernel answers the reading of a mapped page with SIGBUS, which ends the process.

#include <cstdint>

namespace essaimage::store {

/// From here on such a page reads as zeros: what is read of packs is checked by its hash, and found damaged. Whoever writes to
/// one ends the process as ever; so do the pages of programs, sooner or later: zeros are no code. For the whole process; once,
/// by its main(). systemd's journal does the same.
void survive_unreadable_pages();
/// How often that happened. Whoever copies from a map what was checked before looks whether it is still the same.
std::uint64_t unreadable_pages();

}  // namespace essaimage::store

#pragma once
// Which media file of a kit's earlier version a new one was made from, as far as names tell: what is like it need not travel
// again (store/media/base_media.hpp). A guess: a wrong one costs some work and no byte. Pure, any thread.

#include "store/library/kit_tree.hpp"

namespace essaimage::store {

struct OlderMedia {
  Sha256 media;
  Sha256 older;
};

/// Of names, for one head of a feed: beyond so many nobody renamed files, and an author who means harm costs no more.
inline constexpr std::size_t older_media_comparisons_max = 250'000;

/// For media that `before` does not have: what lay at its path; or, of those whose path is gone, what has the most similar
/// name of the same kind ("guide v1.pdf", "guide v2.pdf"). Each media file once, sorted. Takes from `comparisons`
/// what it compares; where nothing is left, names are no help.
std::vector<OlderMedia> older_media(const KitTree& before, const KitTree& now, std::size_t& comparisons);

}  // namespace essaimage::store

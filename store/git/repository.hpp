#pragma once
// The bare repository of a home: made by us file by file, so that nothing of a machine's git templates, hooks or
// configuration gets in, and so that stock git reads and clones it. Errors: Errc::conflict if there is one already.

#include "store/disk/files.hpp"

namespace essaimage::store {

/// HEAD will point to `head`, a feed to come. The home's folder is there.
Status create_repository(const Layout& layout, const FeedId& head);

/// Removes what a crash left: scratch files, indexes without a pack, temporary names. A pack without an index is indexed
/// again. Makes the folders that are missing, and git's configuration if ours is not in it.
/// Only under the home's lock, before anything is opened.
Status sweep_repository(const Layout& layout);

}  // namespace essaimage::store

#pragma once
// Where unfinished batches of media lie: below scratch, so that the sweep at start removes them. For store/media alone.

#include "store/media/media_store.hpp"

namespace essaimage::store {

Path media_staging(const Layout& layout);

}  // namespace essaimage::store

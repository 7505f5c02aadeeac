#pragma once
// What an epoch of a feed began with.

#include "store/feed/commit.hpp"
#include "store/git/object_db.hpp"

namespace essaimage::store {

/// The commit without a parent that this one builds on, or itself.
Result<Commit> root_of(const ObjectDb& objects, ObjectId id);

}  // namespace essaimage::store

#pragma once
// The libgit2 handle of an ObjectDb. Internal to store/git.

#include "store/git/handle.hpp"
#include "store/git/object_db.hpp"

namespace essaimage::store {

struct OdbAccess {
  /// Stays valid over a reload; it then shows the packs of before.
  static std::shared_ptr<git_odb> handle(const ObjectDb& objects);
};

}  // namespace essaimage::store

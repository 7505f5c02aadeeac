#pragma once
// The heads of all feeds: git's `packed-refs` file and nothing else. One rename replaces all of it, so a command that
// advances several feeds is atomic, and stock git reads it as it is. (libgit2's ref transactions are not atomic.)
// HEAD points to an existing feed, or to one to come.
// Thread rule: snapshot() from any thread; update() serialises itself.

#include <map>
#include <memory>
#include <vector>

#include "proto/ids.hpp"
#include "store/disk/layout.hpp"

namespace essaimage::store {

using RefMap = std::map<FeedId, ObjectId>;

class Refs {
 public:
  static Result<std::unique_ptr<Refs>> open(const Layout& layout);
  ~Refs();
  std::shared_ptr<const RefMap> snapshot() const;

  struct Change {
    FeedId feed;
    ObjectId expected;  ///< zero: there is none
    ObjectId next;      ///< zero: removes it
  };
  /// All or none, and durable when it returns. Errc::conflict if a present head is not the expected one.
  Status update(const std::vector<Change>& changes);

 private:
  Refs();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace essaimage::store

#pragma once
// The heads of all feeds: git's `packed-refs` file and nothing else. One rename replaces all of it, so a command that
// advances several feeds is atomic, and stock git reads it as it is. (libgit2's ref transactions are not atomic.)
// HEAD points to an existing feed, or to one to come. It is for people with a stock git alone: what is durable does not look
// refused because HEAD cannot be written.
// Thread rule: snapshot() and is_head_due() from any thread; the others serialise themselves.

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

  /// HEAD could not be written when the heads changed.
  bool is_head_due() const;
  Status mend_head();

 private:
  Refs();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace essaimage::store

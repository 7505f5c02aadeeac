#pragma once
// Whoever has the key of the federation's node: makes commits of its region feed with whatever in them, in its right order, and
// hands them to nodes as any peer may. It has no role's key by that. One thread.

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "store/git/object_db.hpp"
#include "store/git/pack_writer.hpp"
#include "tests/sim/git_store.hpp"
#include "tests/sim/universe.hpp"

namespace essaimage::sim {

/// Files as they shall be; nothing: removed.
using Edits = std::map<std::string, std::optional<std::string>>;

/// The federation's: node 0 publishes it.
inline FeedId region_feed() { return {slug_of(0), Audience{}}; }

class RoleForger {
 public:
  explicit RoleForger(GitStores& stores) : stores_(stores) {}

  /// On top of the federation's newest commit: its tree with these files changed, or the tree of that older one of its commits.
  void make(const Edits& edits);
  void make_of(const ObjectId& older);
  /// To that node, built on what it holds. An error: it is refused.
  Status offer(std::size_t node);
  /// The federation's node goes on from it, so it is no forgery of the feed's order.
  void own();

  /// In the tree of a commit of the federation's region feed.
  std::optional<std::string> read(const ObjectId& commit, const std::string& path) const;
  /// The names in one of its folders; none, if there is none.
  std::vector<std::string> list(const ObjectId& commit, const std::string& folder) const;

 private:
  void begin();
  void finish(const ObjectId& tree);

  GitStores& stores_;
  std::unique_ptr<store::ObjectDb> objects_;  ///< of the federation's node, when the commit was made
  std::unique_ptr<store::PackWriter> pack_;
  Head parent_;
  ObjectId commit_;
  Bytes raw_;
};

}  // namespace essaimage::sim

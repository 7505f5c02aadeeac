#pragma once
// A home with a library, and feeds written into it commit by commit with the store's own parts: what the tests of
// store/git and store/feed start from. One thread.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "proto/roster.hpp"
#include "store/feed/commit.hpp"
#include "store/feed/refs.hpp"
#include "store/git/object_db.hpp"
#include "store/git/pack_writer.hpp"
#include "tests/support/temp_folder.hpp"

namespace essaimage::test {

/// The same key for the same name, always.
store::SigningSecret secret_of(const std::string& centre);

FederationId test_federation();

/// Members with one key each, all in territory lille; the first is the federation.
Roster roster_of(const std::vector<std::string>& centres);

/// A folder of a tree to come: text files by path.
using Files = std::map<std::string, std::string>;

/// The generated files at the root of every feed.
Files root_files();
/// One valid version of a kit, below kits/: kit.toml, README.md, these texts and media (paths below files/).
Files kit_files(const KitId& kit, std::uint64_t version, const Files& texts = {}, const Files& media = {});
/// Both.
Files feed_with(const KitId& kit, std::uint64_t version, const Files& texts = {}, const Files& media = {});
std::string kit_path(const KitId& kit);  ///< "kits/<2 hex>/<slug>/"

class TestLibrary {
 public:
  /// Its own copy of everything, with no feed.
  TestLibrary();

  const store::Layout& layout() const { return layout_; }
  const store::ObjectDb& objects() const { return *objects_; }
  store::ObjectDb& objects() { return *objects_; }
  store::Refs& refs() { return *refs_; }

  /// Adds blobs and trees of these files to the pack.
  static ObjectId add_tree(store::PackWriter& writer, const Files& files);

  /// One commit of a feed with exactly these files, in a pack of its own, and the ref moved to it. Whatever `change`
  /// does not set follows the feed's head; the tree is set after it.
  Head commit(const FeedId& feed, const Files& files, const std::function<void(store::Commit&)>& change = {});
  std::unique_ptr<store::PackWriter> writer() const;
  Head head(const FeedId& feed) const;  ///< zero if there is none
  Bytes raw(const ObjectId& commit) const;

 private:
  TempFolder folder_;
  store::Layout layout_;
  std::unique_ptr<store::ObjectDb> objects_;
  std::unique_ptr<store::Refs> refs_;
};

}  // namespace essaimage::test

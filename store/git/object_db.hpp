#pragma once
// The library's git objects, read through libgit2's pack backend alone (a truncated loose object can hang libgit2
// 1.5.1 for ever, so there are none, and none is ever looked for). Objects are immutable.
//
// Thread rule: all const functions from any thread, at the same time as one reload, release_memory or consolidation.
// Errors: Errc::object_missing, Errc::corrupt.

#include <memory>
#include <vector>

#include "proto/ids.hpp"
#include "store/crypto/hash.hpp"
#include "store/disk/layout.hpp"

namespace essaimage::store {

struct Object {
  ObjectType type;
  Bytes content;
};

struct TreeEntry {
  enum class Mode : std::uint8_t { tree, file, executable };  ///< 40000, 100644, 100755
  Mode mode;
  std::string name;
  ObjectId id;
  auto operator<=>(const TreeEntry&) const = default;
};
using Tree = std::vector<TreeEntry>;

/// Strict: git's order, no duplicates, the three modes only, bounded. Names are not judged here.
Result<Tree> parse_tree(ByteView content);
Bytes encode_tree(Tree entries);  ///< sorts as git does

class ObjectDb {
 public:
  /// The packs of these folders ("…/objects"), looked through in this order; a quarantine before the library is one more.
  static Result<std::unique_ptr<ObjectDb>> open(std::vector<Path> objects_folders);
  static Result<std::unique_ptr<ObjectDb>> open(const Path& objects_folder) { return open(std::vector{objects_folder}); }
  ~ObjectDb();

  Result<Object> read(const ObjectId& id) const;
  Result<Bytes> read(const ObjectId& id, ObjectType type) const;
  Result<Tree> read_tree(const ObjectId& id) const;
  bool contains(const ObjectId& id) const;  ///< never refreshes: a miss costs microseconds

  /// After a pack was moved into the folder: it is seen from here on.
  Status reload();
  /// Of pages of packs and objects that were read; what is in use meanwhile stays until it is not.
  Status release_memory();
  std::size_t pack_count() const;  ///< when last loaded, of all folders
  const std::vector<Path>& folders() const;

 private:
  ObjectDb();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace essaimage::store

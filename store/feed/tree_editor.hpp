#pragma once
// A tree with some paths changed: reads only the folders on the way to what changes, writes only
// those, and so costs a publish into 10,000 kits a few small trees. Folders that become empty
// vanish, as git has none. One thread at a time. The ObjectDb must outlive it. Errors: those of
// reading and writing; Errc::conflict where a file stands in the way of a folder.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "store/git/object_db.hpp"
#include "store/git/pack_writer.hpp"

namespace essaimage::store {

class TreeEditor {
 public:
  /// `base` nothing: an empty tree.
  TreeEditor(const ObjectDb& objects, std::optional<ObjectId> base);
  ~TreeEditor();
  TreeEditor(TreeEditor&&) noexcept;

  Result<std::optional<TreeEntry>> find(std::string_view path);
  /// A file, or a whole tree, at this path; what was there is replaced.
  Status set(std::string_view path, TreeEntry::Mode mode, const ObjectId& id);
  Status remove(std::string_view path);  ///< no error if there is none

  /// Adds the trees that the library does not have; returns the root. The editor then stands on it.
  Result<ObjectId> write(PackWriter& pack);

 private:
  struct Folder;
  Status load(Folder& folder);
  Result<Folder*> enter(std::string_view path, bool make, std::string& name);
  Result<std::optional<ObjectId>> write(Folder& folder, PackWriter& pack);

  const ObjectDb& objects_;
  std::unique_ptr<Folder> root_;
};

}  // namespace essaimage::store

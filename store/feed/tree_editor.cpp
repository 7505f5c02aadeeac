#include "store/feed/tree_editor.hpp"

namespace essaimage::store {

struct TreeEditor::Folder {
  std::optional<ObjectId> base;
  bool loaded = false;
  bool changed = false;
  std::map<std::string, TreeEntry> entries;
  std::map<std::string, std::unique_ptr<Folder>> opened;  ///< those of `entries` that were entered
};

TreeEditor::TreeEditor(const ObjectDb& objects, std::optional<ObjectId> base) : objects_(objects), root_(std::make_unique<Folder>()) {
  root_->base = base;
  root_->changed = !base;
}

TreeEditor::~TreeEditor() = default;
TreeEditor::TreeEditor(TreeEditor&&) noexcept = default;

Status TreeEditor::load(Folder& folder) {
  if (folder.loaded) return {};
  if (folder.base) {
    TRY(const auto tree, objects_.read_tree(*folder.base));
    for (const auto& entry : tree) folder.entries.emplace(entry.name, entry);
  }
  folder.loaded = true;
  return {};
}

/// The folder that holds the last name of the path; null if it is not there and shall not be made.
Result<TreeEditor::Folder*> TreeEditor::enter(std::string_view path, bool make, std::string& name) {
  Folder* folder = root_.get();
  while (true) {
    CHECK_OK(load(*folder));
    if (make) folder->changed = true;
    const auto slash = path.find('/');
    name = std::string(path.substr(0, slash));
    ESSAIMAGE_ASSERT(!name.empty());
    if (slash == std::string_view::npos) return folder;
    path.remove_prefix(slash + 1);

    auto& opened = folder->opened[name];
    if (!opened) {
      const auto entry = folder->entries.find(name);
      const bool there = entry != folder->entries.end();
      if (there && entry->second.mode != TreeEntry::Mode::tree) {
        folder->opened.erase(name);
        if (make) return fail(Errc::conflict, name + ": a file stands where a folder shall be");
        return nullptr;
      }
      if (!there && !make) {
        folder->opened.erase(name);
        return nullptr;
      }
      opened = std::make_unique<Folder>();
      if (there) opened->base = entry->second.id;
      opened->changed = !there;
      if (!there) folder->entries[name] = TreeEntry{TreeEntry::Mode::tree, name, {}};
    }
    folder = opened.get();
  }
}

Result<std::optional<TreeEntry>> TreeEditor::find(std::string_view path) {
  std::string name;
  TRY(Folder* const folder, enter(path, false, name));
  if (folder == nullptr) return std::optional<TreeEntry>();
  const auto entry = folder->entries.find(name);
  if (entry == folder->entries.end()) return std::optional<TreeEntry>();
  // A folder that was changed has no id before it is written.
  const auto opened = folder->opened.find(name);
  if (opened != folder->opened.end() && opened->second->changed) return std::optional<TreeEntry>();
  return std::optional(entry->second);
}

Status TreeEditor::set(std::string_view path, TreeEntry::Mode mode, const ObjectId& id) {
  std::string name;
  TRY(Folder* const folder, enter(path, true, name));
  folder->opened.erase(name);
  folder->entries[name] = TreeEntry{mode, name, id};
  return {};
}

Status TreeEditor::remove(std::string_view path) {
  std::string name;
  TRY(const Folder* const there, enter(path, false, name));
  if (there == nullptr || !there->entries.contains(name)) return {};
  TRY(Folder* const folder, enter(path, true, name));
  folder->opened.erase(name);
  folder->entries.erase(name);
  return {};
}

/// Nothing for a folder that became empty.
Result<std::optional<ObjectId>> TreeEditor::write(Folder& folder, PackWriter& pack) {
  if (!folder.changed) return folder.base;
  for (auto& [name, child] : folder.opened) {
    TRY(const auto id, write(*child, pack));
    if (id) {
      folder.entries[name].id = *id;
    } else {
      folder.entries.erase(name);
    }
  }
  if (folder.entries.empty() && &folder != root_.get()) return std::optional<ObjectId>();
  Tree tree;
  for (const auto& [name, entry] : folder.entries) tree.push_back(entry);
  const Bytes content = encode_tree(std::move(tree));
  ObjectId id = object_id(ObjectType::tree, content);
  if (!objects_.contains(id)) {
    TRY(id, pack.add(ObjectType::tree, content));
  }
  folder.base = id;
  folder.changed = false;
  return std::optional(id);
}

Result<ObjectId> TreeEditor::write(PackWriter& pack) {
  TRY(const auto id, write(*root_, pack));
  return *id;
}

}  // namespace essaimage::store

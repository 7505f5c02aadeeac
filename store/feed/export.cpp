// export_pack of receive.hpp: what a peer needs to come from one head of a feed to another.

#include "store/feed/receive.hpp"
#include "store/git/pack_writer.hpp"

namespace essaimage::store {
namespace {

class Exporter {
 public:
  Exporter(const ObjectDb& objects, PackWriter& writer) : objects_(objects), writer_(writer) {}

  Status commit(const ObjectId& id, const std::optional<ObjectId>& parent_tree) {
    TRY(const Bytes raw, objects_.read(id, ObjectType::commit));
    TRY(const Commit commit, parse_commit(raw));
    CHECK_OK(writer_.add(ObjectType::commit, raw));
    if (parent_tree == commit.tree) return {};
    return tree(commit.tree, parent_tree ? &*parent_tree : nullptr);
  }

 private:
  Status tree(const ObjectId& id, const ObjectId* before_id) {
    TRY(const Bytes content, objects_.read(id, ObjectType::tree));
    TRY(const Tree now, parse_tree(content));
    CHECK_OK(writer_.add(ObjectType::tree, content));
    std::map<std::string_view, const TreeEntry*> before_by_name;
    Tree before;
    if (before_id != nullptr) {
      TRY(before, objects_.read_tree(*before_id));
      for (const TreeEntry& entry : before) before_by_name.emplace(entry.name, &entry);
    }
    for (const TreeEntry& entry : now) {
      const bool folder = entry.mode == TreeEntry::Mode::tree;
      const auto it = before_by_name.find(entry.name);
      const bool comparable = it != before_by_name.end() && (it->second->mode == TreeEntry::Mode::tree) == folder;
      if (comparable && it->second->id == entry.id) continue;
      if (folder) {
        CHECK_OK(tree(entry.id, comparable ? &it->second->id : nullptr));
      } else {
        TRY(const Bytes blob, objects_.read(entry.id, ObjectType::blob));
        CHECK_OK(writer_.add(ObjectType::blob, blob));
      }
    }
    return {};
  }

  const ObjectDb& objects_;
  PackWriter& writer_;
};

}  // namespace

Result<Path> export_pack(const ObjectDb& objects, const Path& scratch, const ObjectId& head, const ObjectId& have) {
  std::vector<std::pair<ObjectId, ObjectId>> chain;  // commit and its tree, newest first
  std::optional<ObjectId> before;                    // the tree of `have`
  for (std::optional<ObjectId> at = head; at;) {
    TRY(const Bytes raw, objects.read(*at, ObjectType::commit));
    TRY(const Commit commit, parse_commit(raw));
    if (*at == have) {
      before = commit.tree;
      break;
    }
    chain.emplace_back(*at, commit.tree);
    at = commit.parent;
  }
  if (!have.is_zero() && !before) return fail(Errc::not_found, have.hex() + " is not in the history of " + head.hex());
  TRY(const auto writer, PackWriter::create(scratch));
  Exporter exporter(objects, *writer);
  for (auto it = chain.rbegin(); it != chain.rend(); ++it) {
    CHECK_OK(exporter.commit(it->first, before));
    before = it->second;
  }
  return writer->finish_file();
}

}  // namespace essaimage::store

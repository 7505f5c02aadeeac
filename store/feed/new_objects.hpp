#pragma once
// Reads the objects that a received commit reaches, under the rule of closure: what is new at a path must be in the pack;
// what is unchanged there was judged with the parent. So nothing of another feed can be grafted in, though the library
// holds it. Counts what was taken, to find a pack that holds more than it should. One thread.

#include <unordered_map>
#include <unordered_set>

#include "store/git/id_hash.hpp"
#include "store/git/object_db.hpp"

namespace essaimage::store {

using IdSet = std::unordered_set<ObjectId, IdHash>;

class NewObjects {
 public:
  /// Both must outlive it. `objects` reads the pack and the library.
  NewObjects(const ObjectDb& objects, const IdSet& in_pack) : objects_(objects), in_pack_(in_pack) {}

  /// Of the pack; Errc::feed_gap if it is not in it.
  Result<Bytes> take(const ObjectId& id, ObjectType type);
  Result<Tree> take_tree(const ObjectId& id);
  Status claim(const ObjectId& id, ObjectType type);  ///< takes what was read before

  /// Of a version that was judged before.
  Result<Bytes> old(const ObjectId& id, ObjectType type) const { return objects_.read(id, type); }
  Result<Tree> old_tree(const ObjectId& id) const { return objects_.read_tree(id); }

  std::size_t taken() const { return taken_.size(); }

  /// Counts entries that are looked at for this pack. Errc::feed_content beyond limits::pack_visits_max: trees that are
  /// named many times cost their author nothing, so that the size of the pack bounds no work.
  Status visit(std::size_t entries);

 private:
  const ObjectDb& objects_;
  const IdSet& in_pack_;
  IdSet taken_;
  std::size_t visits_ = 0;
};

/// A folder as it is and as it was: every entry with what was at its place before. Moves, and is never copied.
class ComparedTree {
 public:
  /// Nothing is taken from the pack if the ids are equal. `before` null: there was none.
  static Result<ComparedTree> read(NewObjects& objects, const ObjectId& now, const TreeEntry* before);
  ComparedTree(ComparedTree&&) noexcept = default;
  ComparedTree& operator=(ComparedTree&&) noexcept = default;

  const Tree& now() const { return now_; }
  const TreeEntry* find(std::string_view name) const;  ///< in `now`; null if there is none
  const TreeEntry* old(const TreeEntry& entry) const;  ///< of the same name and kind (folder or file), before
  const TreeEntry* old(std::string_view name) const;

 private:
  ComparedTree() = default;
  Tree now_, before_;
  std::unordered_map<std::string_view, const TreeEntry*> before_by_name_;  ///< into before_
};

inline bool is_folder(const TreeEntry& entry) { return entry.mode == TreeEntry::Mode::tree; }

}  // namespace essaimage::store

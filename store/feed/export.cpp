// export_parcel of receive.hpp: what a peer needs to come from one head of a feed to another.
#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "store/feed/receive.hpp"
#include "store/transfer/parcel.hpp"

namespace essaimage::store {
namespace {

constexpr std::size_t gone_max = 64;
constexpr std::size_t have_entries_max = 50'000;  // kept in memory: about ten megabytes

/// A folder, and the places of its entries.
struct Folder {
  Tree entries;
  std::map<std::string_view, std::uint32_t> places;

  const TreeEntry* like(const TreeEntry& entry) const {
    const auto it = places.find(entry.name);
    if (it == places.end()) return nullptr;
    const TreeEntry& found = entries[it->second];
    return is_folder(found) == is_folder(entry) ? &found : nullptr;
  }
  static bool is_folder(const TreeEntry& entry) { return entry.mode == TreeEntry::Mode::tree; }
};

/// Walks what is new, commit by commit, and what lies in the tree of `have` that may be like it.
class Exporter {
 public:
  Exporter(const ObjectDb& objects, const std::optional<ObjectId>& have_tree, ParcelWriter& parcel)
      : objects_(objects), have_(have_tree), parcel_(parcel) {}

  Status commit(const ObjectId& id, const std::optional<ObjectId>& parent_tree) {
    TRY(const Bytes raw, objects_.read(id, ObjectType::commit));
    TRY(const Commit commit, parse_commit(raw));
    CHECK_OK(parcel_.add(ObjectType::commit, id, raw, no_olds_));
    if (parent_tree == commit.tree) return {};
    return tree(commit.tree, parent_tree ? &*parent_tree : nullptr, have_ ? &*have_ : nullptr);
  }

 private:
  Result<Folder> read(const ObjectId* id) const {
    Folder folder;
    if (id == nullptr) return folder;
    TRY(folder.entries, objects_.read_tree(*id));
    std::uint32_t place = 0;
    for (const TreeEntry& entry : folder.entries) folder.places.emplace(entry.name, place++);
    return folder;
  }

  std::vector<OldObject> old(const ObjectId* id) const { return id == nullptr ? no_olds_ : std::vector{OldObject{place_, *id}}; }

  /// Of the tree of `have`, which each commit is compared with.
  Result<std::shared_ptr<const Folder>> read_have(const ObjectId* id) {
    if (id == nullptr) return nothing_;
    if (const auto known = haves_.find(*id); known != haves_.end()) return known->second;
    TRY(Folder folder, read(id));
    have_entries_ += folder.entries.size();
    if (have_entries_ > have_entries_max) {
      haves_.clear();
      have_entries_ = folder.entries.size();
    }
    return haves_[*id] = std::make_shared<const Folder>(std::move(folder));
  }

  /// `before_id`: the folder there in the parent's tree; `have_id`: in the tree of `have`, at place_.
  Status tree(const ObjectId& id, const ObjectId* before_id, const ObjectId* have_id) {
    TRY(const Bytes content, objects_.read(id, ObjectType::tree));
    TRY(const Tree now, parse_tree(content));
    TRY(const Folder before, read(before_id));
    TRY(const std::shared_ptr<const Folder> have, read_have(have_id));
    CHECK_OK(parcel_.add(ObjectType::tree, id, content, old(have_id)));
    bool has_new = false;
    for (const TreeEntry& entry : now) {
      const TreeEntry* parent = before.like(entry);
      if (parent != nullptr && parent->id == entry.id) continue;
      const TreeEntry* known = have->like(entry);
      place_.push_back(known == nullptr ? 0 : static_cast<std::uint32_t>(known - have->entries.data()));
      const ObjectId* known_id = known == nullptr ? nullptr : &known->id;
      if (Folder::is_folder(entry)) {
        CHECK_OK(tree(entry.id, parent == nullptr ? nullptr : &parent->id, known_id));
      } else {
        TRY(const Bytes blob, objects_.read(entry.id, ObjectType::blob));
        const bool first_new = known_id == nullptr && !std::exchange(has_new, true);
        CHECK_OK(parcel_.add(ObjectType::blob, entry.id, blob, first_new ? gone(*have, now) : old(known_id)));
      }
      place_.pop_back();
    }
    return {};
  }

  /// What left the folder may have come back under another name; a few of it. At place_, but for its last step.
  std::vector<OldObject> gone(const Folder& have, const Tree& now) {
    std::vector<OldObject> olds;
    if (have.entries.empty()) return olds;
    std::set<std::string_view> names;
    for (const TreeEntry& entry : now) names.insert(entry.name);
    for (std::uint32_t place = 0; place < have.entries.size() && olds.size() < gone_max; ++place) {
      const TreeEntry& entry = have.entries[place];
      if (Folder::is_folder(entry) || names.contains(entry.name)) continue;
      place_.back() = place;
      olds.push_back({place_, entry.id});
    }
    return olds;
  }

  const ObjectDb& objects_;
  const std::optional<ObjectId> have_;
  ParcelWriter& parcel_;
  std::map<ObjectId, std::shared_ptr<const Folder>> haves_;
  std::size_t have_entries_ = 0;
  const std::shared_ptr<const Folder> nothing_ = std::make_shared<const Folder>();
  TreePlace place_;  ///< of what is being looked at, in the tree of `have`
  const std::vector<OldObject> no_olds_;
};

struct Step {
  ObjectId commit, tree;
};
struct History {
  std::vector<Step> steps;         ///< oldest first
  std::optional<ObjectId> before;  ///< the tree of `have`
};

Result<History> history_of(const ObjectDb& objects, const ObjectId& head, const ObjectId& have) {
  History history;
  for (std::optional<ObjectId> at = head; at;) {
    TRY(const Bytes raw, objects.read(*at, ObjectType::commit));
    TRY(const Commit commit, parse_commit(raw));
    if (*at == have) {
      history.before = commit.tree;
      break;
    }
    history.steps.push_back({*at, commit.tree});
    at = commit.parent;
  }
  if (!have.is_zero() && !history.before) return fail(Errc::not_found, have.hex() + " is not in the history of " + head.hex());
  std::ranges::reverse(history.steps);
  return history;
}

}  // namespace

Result<Path> export_parcel(const ObjectDb& objects, const Path& scratch, const ObjectId& head, const ObjectId& have,
                           const ObjectId& refers) {
  TRY(const History history, history_of(objects, head, have));
  TRY(const auto parcel, ParcelWriter::create(scratch, objects, head, refers));
  Exporter exporter(objects, refers.is_zero() ? std::nullopt : history.before, *parcel);
  std::optional<ObjectId> before = history.before;
  for (const Step& step : history.steps) {
    CHECK_OK(exporter.commit(step.commit, before));
    before = step.tree;
  }
  return parcel->finish();
}

}  // namespace essaimage::store

// What the index says of a feed, from its tree.
#include "store/kit_tree.hpp"
#include "store/library_impl.hpp"

namespace essaimage::store {

Result<State::FeedChange> LibraryImpl::index_change(const Head& head, const ObjectId& tree,
                                                    std::optional<ObjectId> before) const {
  TRY(auto difference, compare_kits(*objects_, before, tree));
  State::FeedChange change;
  change.head = head;
  change.removed = std::move(difference.removed);
  for (const auto& [slug, kit_tree] : difference.put) {
    TRY(const auto kit, read_kit_tree(*objects_, kit_tree, true));
    change.put.push_back(row_of(kit, head.feed.audience, kit_tree));
  }
  return change;
}

Result<ObjectId> LibraryImpl::tree_of(const ObjectId& commit) const {
  TRY(const auto raw, objects_->read(commit, ObjectType::commit));
  TRY(const auto parsed, parse_commit(raw));
  return parsed.tree;
}

/// Nothing if the feed is not indexed. If what it is indexed at cannot be read any more, it is
/// forgotten first.
Result<std::optional<ObjectId>> LibraryImpl::indexed_tree(const FeedId& feed) const {
  TRY(const auto indexed, state_->indexed());
  const auto it = indexed.find(feed);
  if (it == indexed.end()) return std::optional<ObjectId>();
  const auto tree = tree_of(it->second.commit);
  if (tree) return std::optional(*tree);
  TRY(const auto forgotten, state_->forget_feed(feed));
  (void)forgotten;
  return std::optional<ObjectId>();
}

}  // namespace essaimage::store

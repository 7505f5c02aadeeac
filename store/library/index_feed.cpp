// What the index says of a feed, from its tree.
#include <algorithm>

#include "proto/limits.hpp"
#include "store/curation/adoption_tree.hpp"
#include "store/curation/proposal_tree.hpp"
#include "store/kit/entry.hpp"
#include "store/library/kit_tree.hpp"
#include "store/library/library_impl.hpp"
#include "store/life/outcome_tree.hpp"
#include "store/publishing/older_media.hpp"
#include "store/withdrawal/trees.hpp"

namespace essaimage::store {
namespace {

/// Rows of kits and of their media that are in memory, and in one transaction, at a time.
constexpr std::size_t batch_rows_max = 50'000;
/// And what of their texts is searched.
constexpr std::size_t batch_text_bytes_max = 16 * limits::MiB;

/// All but entry.toml is the same: then the index has everything but the version already.
Result<bool> is_renewal(const ObjectDb& objects, const ObjectId& before, const ObjectId& after) {
  TRY(auto old_parts, objects.read_tree(before));
  TRY(auto parts, objects.read_tree(after));
  for (Tree* tree : {&old_parts, &parts}) std::erase_if(*tree, [](const TreeEntry& part) { return part.name == kit::entry_name; });
  return std::ranges::equal(old_parts, parts, [](const TreeEntry& a, const TreeEntry& b) { return a.name == b.name && a.id == b.id; });
}

}  // namespace

/// What it was indexed at may not be readable any more, and what it is at now may: then from nothing.
Result<std::vector<Sha256>> LibraryImpl::index_feed(const Head& head, const ObjectId& tree) {
  TRY(const auto before, indexed_tree(head.feed));
  auto touched = index_from(before, head, tree);
  if (touched || !before) return touched;
  const bool lost = touched.error().code == Errc::object_missing || touched.error().code == Errc::corrupt;
  return lost ? index_from(std::nullopt, head, tree) : touched;
}

/// Brings the index of one feed up to this head; returns the media whose naming changed. A large change comes in
/// batches, so that memory is bounded whatever a feed holds; until the last of them the feed is indexed at no commit,
/// and whoever finds it so begins from nothing.
Result<std::vector<Sha256>> LibraryImpl::index_from(const std::optional<ObjectId>& before, const Head& head, const ObjectId& tree) {
  TRY(auto difference, compare_kits(*objects_, before, tree));
  if (!before) {
    TRY(difference.removed, state_->kits_in(head.feed));
    std::erase_if(difference.removed,
                  [&](const std::string& slug) { return std::ranges::binary_search(difference.put, slug, {}, &KitDifference::Put::slug); });
  }
  std::vector<Sha256> touched;
  State::FeedChange change;
  std::size_t rows = 0, text_bytes = 0;
  std::size_t comparisons = older_media_comparisons_max;
  const auto apply = [&]() -> Status {
    TRY(const auto more, state_->apply({&change, 1}));
    touched.insert(touched.end(), more.begin(), more.end());
    change = {};
    rows = text_bytes = 0;
    return {};
  };
  for (const auto& kit : difference.put) {
    const std::size_t before_it = change.put.size();
    CHECK_OK(add_to_change(change, head.feed, kit, comparisons));
    rows += 1 + (change.put.empty() ? 0 : change.put.back().media.size());
    if (change.put.size() > before_it) text_bytes += change.put.back().searched.bytes();
    // Another version, kind or theme may change whether the same media are wanted.
    if (!holding_.takes_all() && !change.put.empty()) {
      for (const auto& named : change.put.back().media) touched.push_back(named.media);
    }
    if (rows < batch_rows_max && text_bytes < batch_text_bytes_max) continue;
    change.head.feed = head.feed;
    CHECK_OK(apply());
  }
  CHECK_OK(compare_withdrawals(*objects_, *state_, head.feed, before, tree, change, [&] {
    change.head.feed = head.feed;
    return apply();
  }));
  change.head = head;
  change.removed = std::move(difference.removed);
  CHECK_OK(add_opinions(change, before, tree));
  std::vector<KitId> adopted;
  // What others have adopted decides for the federation's node alone.
  const bool decides = identity_.is_federation() || head.feed.centre == identity_.slug;
  if (decides && holding_.policy().media == HoldPolicy::Media::adopted) {
    adopted = change.unadopted;
    for (const auto& adoption : change.adopted) adopted.push_back(adoption.kit);
  }
  CHECK_OK(apply());
  TRY(const auto more, media_of(adopted));
  touched.insert(touched.end(), more.begin(), more.end());
  return touched;
}

Status LibraryImpl::add_opinions(State::FeedChange& change, const std::optional<ObjectId>& before, const ObjectId& tree) const {
  TRY(auto difference, compare_adoptions(*objects_, before, tree));
  change.adopted = std::move(difference.put);
  change.unadopted = std::move(difference.removed);
  TRY(auto outcomes, compare_outcomes(*objects_, before, tree));
  change.reported = std::move(outcomes.put);
  change.retracted = std::move(outcomes.removed);
  TRY(auto proposals, compare_proposals(*objects_, change.head.feed.centre, before, tree));
  change.proposed = std::move(proposals.put);
  change.unproposed = std::move(proposals.removed);
  if (before) return {};
  // What was indexed of it cannot be compared with: all of it goes but what is put again.
  TRY(change.unadopted, state_->adoptions_in(change.head.feed));
  TRY(change.retracted, state_->outcomes_in(change.head.feed));
  TRY(change.unproposed, state_->proposals_in(change.head.feed));
  return {};
}

Status LibraryImpl::add_to_change(State::FeedChange& change, const FeedId& feed, const KitDifference::Put& kit,
                                  std::size_t& comparisons) const {
  if (kit.before) {
    TRY(const bool renewal, is_renewal(*objects_, *kit.before, kit.tree));
    if (renewal) {
      TRY(const auto entry, read_kit_entry(*objects_, kit.tree));
      change.renewed.push_back({kit.slug, kit.tree, entry.version, entry.published});
      return {};
    }
  }
  TRY(const auto read, read_kit_tree(*objects_, kit.tree, KitDepth::texts));
  change.put.push_back(row_of(read, feed.audience, kit.tree));
  if (!kit.before || read.media.empty() || feed.centre == identity_.slug) return {};
  // A guess that saves bytes: what cannot be read of the version before is no reason to do without the new one.
  const auto before = read_kit_tree(*objects_, *kit.before, KitDepth::names);
  if (!before) return {};
  for (const auto& [media, older] : older_media(*before, read, comparisons)) change.older.emplace_back(media, older);
  return {};
}

Result<ObjectId> LibraryImpl::tree_of(const ObjectId& commit) const {
  TRY(const auto raw, objects_->read(commit, ObjectType::commit));
  TRY(const auto parsed, parse_commit(raw));
  return parsed.tree;
}

/// Nothing if the feed is not indexed, or not wholly, or what it is indexed at cannot be read any more.
Result<std::optional<ObjectId>> LibraryImpl::indexed_tree(const FeedId& feed) const {
  TRY(const auto indexed, state_->indexed());
  const auto it = indexed.find(feed);
  if (it == indexed.end()) return std::optional<ObjectId>();
  const auto tree = tree_of(it->second.commit);
  return tree ? std::optional(*tree) : std::nullopt;
}

}  // namespace essaimage::store

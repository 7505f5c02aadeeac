// Texts that were withdrawn leave the packs. What stays is found, not what goes: a node that was away, that lost its index or that
// has a hole in an older epoch cannot know what that epoch reached, and what it signs has to be true as well. So once an author has
// withdrawn texts, or a feed was let go (let_go.cpp), everything goes that neither a head reaches, nor an epoch that was left for
// another reason.
//
// That it is done is written down last, for each feed: whoever does not find that, after a crash or the loss of the index, or because
// the feed came just now, does it once more.
#include <algorithm>

#include "store/receiving/left_epochs.hpp"
#include "store/withdrawal/withdrawals_impl.hpp"

namespace essaimage::store {
namespace {

/// Everything that a commit and those before it reach stays. `tolerant`: what lacks reaches nothing.
Status keep_all(const ObjectDb& objects, ObjectId head, bool tolerant, PackedObjects& packed) {
  const auto passes = [&](const Error& error) { return tolerant && error.code == Errc::object_missing; };
  for (std::optional<ObjectId> at = head; at;) {
    if (!packed.keep(*at)) return {};
    const auto raw = objects.read(*at, ObjectType::commit);
    if (!raw && passes(raw.error())) return {};
    TRY(const auto commit, raw ? parse_commit(*raw) : Result<Commit>(tl::unexpected<Error>(raw.error())));
    std::vector<ObjectId> waiting{commit.tree};
    while (!waiting.empty()) {
      const ObjectId id = waiting.back();
      waiting.pop_back();
      if (!packed.keep(id)) continue;
      const auto tree = objects.read_tree(id);
      if (!tree && passes(tree.error())) continue;
      if (!tree) return tl::unexpected<Error>(tree.error());
      for (const auto& entry : *tree) {
        if (entry.mode == TreeEntry::Mode::tree) waiting.push_back(entry.id);
        else if (packed.keep(entry.id) && !tolerant && !packed.contains(entry.id)) return fail(Errc::object_missing, entry.id.hex());
      }
    }
    at = commit.parent;
  }
  return {};
}

}  // namespace

Result<std::map<FeedId, std::uint64_t>> WithdrawalsImpl::epochs_without_texts() const {
  std::map<FeedId, std::uint64_t> begun;
  TRY(const auto rows, library_.state_->withdrawals({}));
  const auto picture = library_.picture();
  for (const auto& row : rows) {
    const auto head = picture->head(row.feed);
    if (row.withdrawal.epoch == 0 || !head || head->order.epoch < row.withdrawal.epoch) continue;
    begun[row.feed] = std::max(begun[row.feed], row.withdrawal.epoch);
  }
  return begun;
}

Result<std::set<FeedId>> WithdrawalsImpl::uncollected() const {
  std::set<FeedId> feeds;
  TRY(const auto begun, epochs_without_texts());
  for (const auto& [feed, epoch] : begun) {
    TRY(const auto done, library_.state_->get(collected_epoch_key(feed)));
    if (collected_epoch(done.value_or("")) < epoch) feeds.insert(feed);
  }
  return feeds;
}

/// The others are not looked at any more: those that free forks, or that a thief made.
Result<std::vector<ObjectId>> WithdrawalsImpl::left_that_stay(const FeedId& feed, std::uint64_t begun) const {
  std::vector<ObjectId> stay;
  TRY(const auto lines, library_.state_->get(left_epochs_key(feed)));
  for (const auto& commit : left_epochs(lines.value_or(""))) {
    const auto raw = library_.objects_->read(commit, ObjectType::commit);
    if (!raw && raw.error().code != Errc::object_missing) return tl::unexpected<Error>(raw.error());
    const auto parsed = raw ? parse_commit(*raw) : Result<Commit>(fail(Errc::object_missing));
    if (parsed && parsed->order.epoch >= begun) stay.push_back(commit);
  }
  return stay;
}

/// Returns the number of packs that are written anew.
Result<std::size_t> WithdrawalsImpl::forget_unreached(const Picture& picture, const std::map<FeedId, std::uint64_t>& begun) const {
  TRY(auto packed, PackedObjects::read(library_.layout_));
  for (const auto& [feed, head] : picture.heads) {
    CHECK_OK(keep_all(*library_.objects_, head.commit, false, packed));
    const auto it = begun.find(feed);
    TRY(const auto left, left_that_stay(feed, it == begun.end() ? 0 : it->second));
    for (const auto& commit : left) CHECK_OK(keep_all(*library_.objects_, commit, true, packed));
  }
  return forget_others(library_.layout_, *library_.objects_, packed);
}

/// Everything else waits meanwhile: what is published now may need what is about to go.
Status WithdrawalsImpl::collect() {
  const auto begins = library_.now_();
  // An author that withdraws texts without end costs everybody no more than a small part of its time.
  constexpr std::int64_t rest_max = 3'600, rest_times = 20;
  if (begins.seconds < rests_until_ && begins.seconds + rest_max >= rests_until_) return {};
  const std::string let_go(let_go_key);
  {
    TRY(const auto due, uncollected());
    TRY(const auto also, library_.state_->get(let_go));
    if (due.empty() && !also) return {};
  }
  const std::unique_lock packs(library_.packs_mutex_);
  const std::lock_guard changing(library_.changing_);
  TRY(const auto due, uncollected());
  TRY(const auto begun, epochs_without_texts());
  const auto picture = library_.picture();
  if (!picture->lacking.empty() || library_.lacks_feeds()) return {};  // they come first: what they reach is not known
  CHECK_OK(library_.state_->forget_words());                           // the index of words had the texts as well
  const auto before = library_.mender_.packs();
  if (const auto forgotten = forget_unreached(*picture, begun); !forgotten) {
    library_.mender_.suspect_any(forgotten.error());  // damage becomes absence, and then it is tried again
    return tl::unexpected<Error>(forgotten.error());
  }
  CHECK_OK(library_.mender_.packs_changed(before));
  CHECK_OK(forget_what_was_set_aside());
  {
    const std::lock_guard spool(library_.spool_mutex_);
    library_.spool_.clear();  // packs on their way out, for those who came just now
  }
  for (const auto& feed : due) CHECK_OK(note_collected(feed, begun.at(feed)));
  CHECK_OK(library_.state_->forget(let_go));
  heads_changed_ = true;
  const auto ends = library_.now_().seconds;
  rests_until_ = ends + std::clamp<std::int64_t>(rest_times * (ends - begins.seconds), 0, rest_max);
  return {};
}

/// A damaged pack was kept in case no peer has what it held: all of that has come by now, or has gone. An index that was set aside
/// has the words of all kits of its time; what of it can be kept was taken over when that happened.
Status WithdrawalsImpl::forget_what_was_set_aside() const {
  std::error_code ignored;
  std::vector<Path> files;
  for (const auto& entry : std::filesystem::directory_iterator(library_.layout_.damaged(), ignored)) {
    const auto ending = entry.path().extension();
    if (ending == ".pack" || ending == ".idx") files.push_back(entry.path());
  }
  for (const auto& file : State::set_aside(library_.layout_.state())) files.push_back(file);
  std::set<Path> folders;
  for (const auto& file : files) {
    CHECK_OK(remove_file(file));
    folders.insert(file.parent_path());
  }
  for (const auto& folder : folders) CHECK_OK(sync_folder(folder));
  return {};
}

Status WithdrawalsImpl::note_collected(const FeedId& feed, std::uint64_t epoch) {
  TRY(const auto left, left_that_stay(feed, epoch));
  std::string stay;
  for (const auto& commit : left) stay += commit.hex() + "\n";
  CHECK_OK(library_.state_->put(left_epochs_key(feed), stay));
  return library_.state_->put(collected_epoch_key(feed), std::to_string(epoch));
}

}  // namespace essaimage::store

// Texts that were withdrawn leave the packs: what an epoch alone had that its author left for that, and nothing else reaches.
//
// In this order, so that a crash at any point is made up for: the ids of what goes are written down (`essaimage/collect`), the
// packs are written anew, damaged packs that were set aside go, the epoch is forgotten, and the list of ids goes last. Once it has
// begun, what the list names is not looked for again: the commits that led to it may be gone already.
#include <algorithm>

#include "proto/limits.hpp"
#include "store/left_epochs.hpp"
#include "store/withdrawal/withdrawals_impl.hpp"

namespace essaimage::store {
namespace {

bool is_gone(const Error& error) { return error.code == Errc::object_missing; }

/// Everything that a commit and those before it reach. `visit(id)` says whether to look into a commit or a tree.
template <class Visit, class Blob>
Status walk(const ObjectDb& objects, ObjectId head, bool tolerant, const Visit& visit, const Blob& blob) {
  for (std::optional<ObjectId> at = head; at;) {
    if (!visit(*at)) return {};
    const auto raw = objects.read(*at, ObjectType::commit);
    if (!raw && tolerant && is_gone(raw.error())) return {};
    TRY(const auto commit, raw ? parse_commit(*raw) : Result<Commit>(tl::unexpected<Error>(raw.error())));
    std::vector<ObjectId> waiting{commit.tree};
    while (!waiting.empty()) {
      const ObjectId id = waiting.back();
      waiting.pop_back();
      if (!visit(id)) continue;
      const auto tree = objects.read_tree(id);
      if (!tree && tolerant && is_gone(tree.error())) continue;
      if (!tree) return tl::unexpected<Error>(tree.error());
      for (const auto& entry : *tree) {
        if (entry.mode == TreeEntry::Mode::tree) waiting.push_back(entry.id);
        else blob(entry.id);
      }
    }
    at = commit.parent;
  }
  return {};
}

Result<IdSet> read_ids(const Path& file) {
  IdSet ids;
  constexpr std::size_t bytes_max = limits::pack_objects_max * (2 * ObjectId::size + 1);
  TRY(const auto text, read_file(file, bytes_max));
  for (const auto& id : left_epochs(text_of(text))) ids.insert(id);
  return ids;
}

}  // namespace

Result<std::vector<WithdrawalsImpl::LeftEpochs>> WithdrawalsImpl::epochs_to_collect() const {
  std::map<FeedId, std::uint64_t> asked;
  TRY(const auto rows, library_.state_->withdrawals({}));
  const auto picture = library_.picture();
  for (const auto& row : rows) {
    const auto head = picture->head(row.feed);
    if (row.withdrawal.epoch == 0 || !head || head->order.epoch < row.withdrawal.epoch) continue;
    asked[row.feed] = std::max(asked[row.feed], row.withdrawal.epoch);
  }
  std::vector<LeftEpochs> result;
  for (const auto& [feed, epoch] : asked) {
    TRY(const auto lines, library_.state_->get(left_epochs_key(feed)));
    LeftEpochs left{feed, {}};
    for (const auto& commit : left_epochs(lines.value_or(""))) {
      const auto raw = library_.objects_->read(commit, ObjectType::commit);
      const auto parsed = raw ? parse_commit(*raw) : Result<Commit>(fail(Errc::object_missing));
      if (!parsed || parsed->order.epoch < epoch) left.heads.push_back(commit);
    }
    if (!left.heads.empty()) result.push_back(std::move(left));
  }
  return result;
}

bool WithdrawalsImpl::is_collected(const FeedId& feed, std::uint64_t epoch, const std::set<FeedId>& uncollected) const {
  if (epoch == 0) return true;
  const auto head = library_.picture()->head(feed);
  if (!head || head->order.epoch < epoch) return false;
  if (std::error_code ignored; std::filesystem::exists(collecting(), ignored)) return false;
  return !uncollected.contains(feed);
}

/// What the old epochs reach.
Result<IdSet> WithdrawalsImpl::left_objects(const std::vector<LeftEpochs>& left) const {
  IdSet dead;
  for (const auto& each : left) {
    for (const auto& head : each.heads) {
      CHECK_OK(walk(*library_.objects_, head, true, [&](const ObjectId& id) { return dead.insert(id).second; },
                    [&](const ObjectId& id) { dead.insert(id); }));
    }
  }
  return dead;
}

/// But for all that feeds, and epochs that are not collected, reach now.
Status WithdrawalsImpl::spare_live(const Picture& picture, const std::vector<LeftEpochs>& left, IdSet& dead) const {
  IdSet seen;  // commits and trees
  const auto keep = [&](const ObjectId& id) {
    if (!seen.insert(id).second) return false;
    dead.erase(id);
    return true;
  };
  const auto keep_blob = [&](const ObjectId& id) { dead.erase(id); };
  for (const auto& [feed, head] : picture.heads) {
    CHECK_OK(walk(*library_.objects_, head.commit, false, keep, keep_blob));
    TRY(const auto lines, library_.state_->get(left_epochs_key(feed)));
    const auto collected = std::ranges::find(left, feed, &LeftEpochs::feed);
    for (const auto& commit : left_epochs(lines.value_or(""))) {
      const bool goes = collected != left.end() && std::ranges::find(collected->heads, commit) != collected->heads.end();
      if (!goes) CHECK_OK(walk(*library_.objects_, commit, true, keep, keep_blob));
    }
  }
  return {};
}

/// Everything else waits meanwhile: what is published now may need what is about to go.
Status WithdrawalsImpl::collect() {
  const auto begins = library_.now_();
  // An author that withdraws texts without end costs everybody no more than a small part of its time.
  constexpr std::int64_t rest_max = 3'600, rest_times = 20;
  if (begins.seconds < rests_until_ && begins.seconds + rest_max >= rests_until_) return {};
  std::error_code ignored;
  const bool begun = std::filesystem::exists(collecting(), ignored);
  if (!begun) {
    TRY(const auto due, epochs_to_collect());
    if (due.empty()) return {};
  }
  const std::unique_lock packs(library_.packs_mutex_);
  const std::lock_guard changing(library_.changing_);
  TRY(const auto left, epochs_to_collect());
  const auto picture = library_.picture();
  if (!picture->lacking.empty() || library_.lacks_feeds()) return {};  // they come first: what they reach is not known
  TRY(auto dead, begun ? read_ids(collecting()) : left_objects(left));
  // Also of what was begun before a restart: something of it may have been published again since.
  if (const auto spared = spare_live(*picture, left, dead); !spared) {
    library_.mender_.suspect_any(spared.error());
    return spared;
  }
  if (!begun) {
    std::string text;
    for (const auto& id : dead) text += id.hex() + "\n";
    CHECK_OK(replace_file(collecting(), bytes_of(text)));
  }
  CHECK_OK(forget(left, dead));
  const auto ends = library_.now_().seconds;
  rests_until_ = ends + std::clamp<std::int64_t>(rest_times * (ends - begins.seconds), 0, rest_max);
  return {};
}

Status WithdrawalsImpl::forget(const std::vector<LeftEpochs>& left, const IdSet& dead) {
  CHECK_OK(library_.state_->forget_words());  // the index of words had the texts as well
  const auto before = library_.mender_.packs();
  TRY([[maybe_unused]] const auto packs, forget_objects(library_.layout_, *library_.objects_, dead));
  CHECK_OK(library_.mender_.packs_changed(before));
  // A damaged pack was kept in case no peer has what it held; all of that has come by now, or has gone.
  std::error_code ignored;
  bool any = false;
  for (const auto& entry : std::filesystem::directory_iterator(library_.layout_.damaged(), ignored)) {
    const auto ending = entry.path().extension();
    if (ending != ".pack" && ending != ".idx") continue;
    CHECK_OK(remove_file(entry.path()));
    any = true;
  }
  if (any) CHECK_OK(sync_folder(library_.layout_.damaged()));
  {
    const std::lock_guard spool(library_.spool_mutex_);
    library_.spool_.clear();  // packs on their way out, for those who came just now
  }
  for (const auto& each : left) {
    TRY(const auto lines, library_.state_->get(left_epochs_key(each.feed)));
    std::string kept;
    for (const auto& commit : left_epochs(lines.value_or(""))) {
      const bool goes = std::ranges::find(each.heads, commit) != each.heads.end() && !library_.objects_->contains(commit);
      if (!goes) kept += commit.hex() + "\n";
    }
    CHECK_OK(library_.state_->put(left_epochs_key(each.feed), kept));
  }
  CHECK_OK(remove_file(collecting()));
  CHECK_OK(sync_folder(collecting().parent_path()));
  heads_changed_ = true;
  return {};
}

}  // namespace essaimage::store

// The history of a feed once more, as an epoch of its own: without texts that its author withdrew, so that the old one can go, or
// as its author goes on from it after the feed forked.
#include <algorithm>

#include "store/receiving/epoch_root.hpp"
#include "store/withdrawal/withdrawals_impl.hpp"

namespace essaimage::store {
namespace {

/// Each is signed anew, and all of them travel to every holder.
constexpr std::size_t commits_kept_max = 1'000;

}  // namespace

Status WithdrawalsImpl::each_commit(const Head& head, const std::function<Result<bool>(const ObjectId&, const Commit&)>& look) const {
  TRY(const auto begun, epochs_without_texts());
  const auto it = begun.find(head.feed);
  TRY(auto starts, left_that_stay(head.feed, it == begun.end() ? 0 : it->second));
  starts.push_back(head.commit);
  std::set<ObjectId> seen;
  for (auto start = starts.rbegin(); start != starts.rend(); ++start) {
    for (std::optional<ObjectId> at = *start; at && seen.insert(*at).second;) {
      const auto raw = library_.objects_->read(*at, ObjectType::commit);
      if (!raw && raw.error().code == Errc::object_missing && start != starts.rbegin()) break;  // nobody needs it to go on
      TRY(const auto commit, raw ? parse_commit(*raw) : Result<Commit>(tl::unexpected<Error>(raw.error())));
      TRY(const bool goes_on, look(*at, commit));
      if (!goes_on) return {};
      at = commit.parent;
    }
  }
  return {};
}

/// The versions that have such texts are left out, all others stay as they were, with their times, under new commits. Of a long
/// history the newest are kept.
Result<LibraryImpl::Advance::Step> WithdrawalsImpl::rewrite(const Picture& picture, const Head& head, const Epoch& epoch,
                                                            PackWriter& pack) const {
  const auto& objects = *library_.objects_;
  const std::string path = epoch.left_out.empty() ? std::string() : kit_path(epoch.slug);
  struct Past {
    ObjectId tree;
    Timestamp time;
  };
  std::vector<Past> past;  // newest first
  CHECK_OK(each_commit(head, [&](const ObjectId&, const Commit& commit) -> Result<bool> {
    Past each{commit.tree, commit.time};
    if (!epoch.left_out.empty()) {
      TRY(const auto kit, id_at(objects, commit.tree, path));
      if (kit && epoch.left_out.contains(*kit)) {
        TreeEditor editor(objects, commit.tree);
        CHECK_OK(editor.remove(path));
        TRY(each.tree, editor.write(pack));
      }
    }
    if (past.empty() || past.back().tree != each.tree) past.push_back(each);
    else past.back().time = each.time;
    // What resolved a fork, or came of that, was all of the feed once more.
    return past.size() < commits_kept_max && !commit.resolves;
  }));
  if (past.empty() || past.front().tree != epoch.last) past.insert(past.begin(), {epoch.last, library_.now_()});
  const auto& keys = picture.roster->find(library_.identity_.slug)->current_keys();
  LibraryImpl::Advance::Step step;
  step.commit.federation = library_.identity_.federation;
  step.commit.feed = head.feed;
  step.commit.order = {keys.generation, head.order.epoch + 1, 1};
  step.commit.resolves = epoch.resolves;
  if (!epoch.resolves) {
    // Who was away while a fork was resolved gets this epoch alone, and is to be freed by it.
    TRY(const auto root, root_of(objects, head.commit));
    step.commit.resolves = root.resolves;
  }
  CHECK_OK(library_.newer_than_witnessed(step.commit));
  {
    auto follows = step.commit;
    follows.parent = head.commit;
    CHECK_OK(library_.follows_old_key(picture, follows));
  }
  for (auto it = past.rbegin(); it != past.rend(); ++it) {
    step.commit.tree = it->tree;
    step.commit.time = it->time;
    step.raw = sign_commit(step.commit, library_.signing_);
    TRY(step.id, pack.add(ObjectType::commit, step.raw));
    if (it + 1 == past.rend()) break;
    step.commit.parent = step.id;
    step.commit.resolves.reset();
    step.commit.order.seq += 1;
  }
  return step;
}

}  // namespace essaimage::store

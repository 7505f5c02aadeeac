// A feed without texts that its author withdrew: its history once more, as an epoch of its own, so that the old one can go.
#include <algorithm>

#include "store/withdrawal/withdrawals_impl.hpp"

namespace essaimage::store {
namespace {

/// Each is signed anew, and all of them travel to every holder.
constexpr std::size_t commits_kept_max = 1'000;

}  // namespace

/// The versions that have such texts are left out, all others stay as they were, with their times, under new commits. Of a long
/// history the newest are kept.
Result<LibraryImpl::Advance::Step> WithdrawalsImpl::rewrite(const Picture& picture, const Head& head, const std::string& slug,
                                                            const std::set<ObjectId>& versions, const ObjectId& last,
                                                            PackWriter& pack) const {
  const auto& objects = *library_.objects_;
  const std::string path = kit_path(slug);
  struct Past {
    ObjectId tree;
    Timestamp time;
  };
  std::vector<Past> past;  // newest first
  for (std::optional<ObjectId> at = head.commit; at && past.size() < commits_kept_max;) {
    TRY(const auto raw, objects.read(*at, ObjectType::commit));
    TRY(const auto commit, parse_commit(raw));
    TRY(const auto kit, id_at(objects, commit.tree, path));
    at = commit.parent;
    Past each{commit.tree, commit.time};
    if (kit && versions.contains(*kit)) {
      TreeEditor editor(objects, commit.tree);
      CHECK_OK(editor.remove(path));
      TRY(each.tree, editor.write(pack));
    }
    if (past.empty() || past.back().tree != each.tree) past.push_back(each);
    else past.back().time = each.time;
  }
  if (past.empty() || past.front().tree != last) past.insert(past.begin(), {last, library_.now_()});
  const auto& keys = picture.roster->find(library_.identity_.slug)->current_keys();
  LibraryImpl::Advance::Step step;
  step.commit.federation = library_.identity_.federation;
  step.commit.feed = head.feed;
  step.commit.order = {keys.generation, head.order.epoch + 1, 1};
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
    step.commit.order.seq += 1;
  }
  return step;
}

}  // namespace essaimage::store

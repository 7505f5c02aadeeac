// What does not count any more of a member's feeds, because it was suspended, has a new key, or published for a mirror that has
// ended, is left: back to the last head that does. Of mirrors that are over for this centre, all that others published is.
#include <algorithm>

#include "store/feed/commit_rules.hpp"
#include "store/library/library_impl.hpp"
#include "store/receiving/left_epochs.hpp"

namespace essaimage::store {
namespace {

/// The last head that counts of that feed, where that is another than the one that is held.
struct Bound {
  Order order;
  ObjectId commit;  ///< zero: whichever of that order is held
};
std::optional<Bound> bound_by_member(const Member& member, const Head& head) {
  if (member.suspended) {
    const auto last = member.last_accepted.find(head.feed);
    // A feed that is not named stays as it is: there is nothing to fall back to.
    if (last == member.last_accepted.end() || head.order <= last->second) return std::nullopt;
    return Bound{last->second, {}};
  }
  if (counts_of_old_key(member, head)) return std::nullopt;
  Bound bound;
  for (const MemberKeys& keys : member.keys) {
    const auto last = keys.last_valid.find(head.feed);
    if (last != keys.last_valid.end() && keys.generation <= head.order.generation) bound = {last->second.order, last->second.commit};
  }
  return bound;
}

std::optional<Bound> bound_of(const Roster& roster, const Member& member, const Head& head) {
  auto bound = bound_by_member(member, head);
  const auto end = roster.mirror_ends.find(head.feed);
  // As of a suspension, a feed that is not named stays as it is. So does a later epoch: its author withdrew texts, and goes on from
  // it should the mirror be begun again; who went back would have them again, or miss what went.
  if (end == roster.mirror_ends.end()) return bound;
  const auto& order = bound ? bound->order : head.order;
  if (mirror_accepts(roster, head.feed, order) || order.epoch > end->second.epoch) return bound;
  return Bound{end->second, {}};
}

}  // namespace

/// Old and new members converge on what the federation named. Who holds an epoch or a side of a fork in which that is not leaves
/// the feed, and fetches what counts.
void LibraryImpl::add_fallbacks(const Picture& before, Advance& advance) {
  if (!advance.word) return;
  for (const auto& [feed, head] : before.heads) {
    if (is_let_go(advance.word->roster, identity_.slug, feed)) {
      advance.left.push_back(feed);
      continue;
    }
    const Member* member = advance.word->roster.find(feed.centre);
    const auto bound = member == nullptr ? std::nullopt : bound_of(advance.word->roster, *member, head);
    if (!bound) continue;
    auto step = own_step(feed, bound->order);
    if (step && (bound->commit.is_zero() || step->id == bound->commit)) {
      advance.steps.push_back(std::move(*step));
      continue;
    }
    if (step) step = fail(Errc::not_found, feed.str() + " " + bound->order.str());
    note(step.error(), "fallback of " + feed.str());
    const auto why = step.error().code;  // what lies between may be lost here
    if (why == Errc::not_found || why == Errc::object_missing || why == Errc::corrupt) advance.left.push_back(feed);
  }
}

Result<LibraryImpl::Advance::Step> LibraryImpl::own_step(const FeedId& feed, const Order& order) const {
  TRY(auto raw, own_commit(feed, order));
  TRY(auto commit, parse_commit(raw));
  const ObjectId id = object_id(ObjectType::commit, raw);
  return Advance::Step{std::move(commit), id, std::move(raw)};
}

/// The commit of that order: of what is held, else of an epoch that was left.
Result<Bytes> LibraryImpl::own_commit(const FeedId& feed, const Order& order) const {
  const auto head = picture()->head(feed);
  if (!head) return fail(Errc::not_found, feed.str());
  auto found = commit_before(head->commit, order);
  if (found || found.error().code != Errc::not_found) return found;
  TRY(const auto left, state_->get(left_epochs_key(feed)));
  for (const ObjectId& id : left_epochs(left.value_or(""))) {
    if (auto older = commit_before(id, order)) return older;
  }
  return fail(Errc::not_found, feed.str() + "@" + order.str() + ": `member show` tells what is held of it");
}

/// That commit or one before it.
Result<Bytes> LibraryImpl::commit_before(ObjectId id, const Order& order) const {
  while (true) {
    TRY(auto raw, objects_->read(id, ObjectType::commit));
    TRY(const auto commit, parse_commit(raw));
    if (commit.order == order) return raw;
    if (commit.order < order || !commit.parent) return fail(Errc::not_found, commit.feed.str() + " " + order.str());
    id = *commit.parent;
  }
}

namespace {

Result<Commit> commit_at(const ObjectDb& objects, const ObjectId& id) {
  TRY(const auto raw, objects.read(id, ObjectType::commit));
  return parse_commit(raw);
}

}  // namespace

/// What begins an epoch is all of it once more, and says nothing of what is new.
Status LibraryImpl::name_changes(const Commit& commit, FeedVersion& version) const {
  if (!commit.parent && commit.order.epoch > 1) return {};
  std::optional<ObjectId> before;
  if (commit.parent) {
    TRY(const auto parent, commit_at(*objects_, *commit.parent));
    before = parent.tree;
  }
  TRY(auto kits, compare_kits(*objects_, before, commit.tree));
  for (auto& kit : kits.put) version.put.push_back(std::move(kit.slug));
  version.removed = std::move(kits.removed);
  return {};
}

Result<std::vector<Library::FeedVersion>> LibraryImpl::feed_history(const FeedId& feed, std::size_t count_max) const {
  std::vector<FeedVersion> history;
  const auto head = picture()->head(feed);
  if (!head) return history;
  TRY(const auto left, state_->get(left_epochs_key(feed)));
  auto older = left_epochs(left.value_or(""));
  std::optional<ObjectId> at = head->commit;
  while (at && history.size() < count_max) {
    const auto commit = commit_at(*objects_, *at);
    if (!commit && history.empty()) return tl::unexpected(commit.error());
    if (!commit) {
      history.back().unread = commit.error().code;
      break;
    }
    history.push_back({head_of(*commit, *at), commit->time});
    if (const auto named = name_changes(*commit, history.back()); !named) history.back().unread = named.error().code;
    at = commit->parent;
    if (at || older.empty()) continue;
    at = older.back();
    older.pop_back();
  }
  return history;
}

/// An epoch does not build on what it follows. Should it be a thief's, that is what the author goes on from. Who falls back to an
/// older one, or had none, may get texts again that were withdrawn since.
Status LibraryImpl::remember_epochs(const Picture& before, const Advance& advance) {
  for (const auto& step : advance.steps) {
    const auto held = before.head(step.commit.feed);
    if (!held || step.commit.order.epoch < held->order.epoch) {
      TRY(const auto collected, state_->get(collected_epoch_key(step.commit.feed)));
      if (collected) CHECK_OK(state_->forget(collected_epoch_key(step.commit.feed)));
    }
    if (!held || step.commit.order.epoch <= held->order.epoch) continue;
    TRY(const auto left, state_->get(left_epochs_key(held->feed)));
    const std::string text = left.value_or("");
    if (left_epochs(text).size() >= left_epochs_max) continue;
    CHECK_OK(state_->put(left_epochs_key(held->feed), text + held->commit.hex() + "\n"));
  }
  return {};
}

/// A succession says which side of a fork of the old key counts, if any does.
void LibraryImpl::free_succeeded(const FederationWord& word, const Picture& before, Picture& next) {
  std::erase_if(next.frozen, [&](const auto& each) {
    const Member* author = word.roster.find(each.first.centre);
    if (author == nullptr) return false;
    const auto now = author->current_keys().generation;
    if (!each.second.is_lost()) return each.second.order.generation < now;
    const Member* was = before.word ? before.word->roster.find(each.first.centre) : nullptr;
    return was != nullptr && was->current_keys().generation < now;
  });
}

bool witness_counts(const Roster& roster, const Head& witness) {
  const Member* member = roster.find(witness.feed.centre);
  if (member == nullptr) return true;
  if (!counts_of_old_key(*member, witness)) return false;
  if (roster.mirror_ends.contains(witness.feed) && !mirror_accepts(roster, witness.feed, witness.order)) return false;
  if (!member->suspended) return true;
  const auto last = member->last_accepted.find(witness.feed);
  return last == member->last_accepted.end() || witness.order <= last->second;
}

}  // namespace essaimage::store

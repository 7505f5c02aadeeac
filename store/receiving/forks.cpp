// Feeds that forked: frozen until the author, or a succession, says which side counts.
#include "store/feed/forks.hpp"

#include <set>

#include "store/feed/commit_rules.hpp"
#include "store/git/pack_writer.hpp"
#include "store/library/library_impl.hpp"
#include "store/receiving/epoch_root.hpp"
#include "store/withdrawal/withdrawals_impl.hpp"

namespace essaimage::store {
namespace {

/// Past a fork's epoch or generation is past the fork: while it froze the feed, no epoch was accepted but one whose root
/// resolves it, and a succession names the head that counts.
bool is_past(const Order& order, const Order& fork) {
  return std::tie(order.generation, order.epoch) > std::tie(fork.generation, fork.epoch);
}

/// Its author has a new key since: a proof about the old one proves nothing that matters.
bool is_succeeded(const Roster* roster, const FeedId& feed, const Order& order) {
  const Member* author = roster == nullptr ? nullptr : roster->find(feed.centre);
  return author != nullptr && order.generation < author->current_keys().generation;
}

/// This centre began a later epoch, as for a withdrawal, before it knew of the fork. Who saw the fork takes none that does not resolve one.
bool is_unanswered(const ObjectDb& objects, const Head& own, const Order& fork) {
  if (own.order.generation != fork.generation || own.order.epoch <= fork.epoch) return false;
  const auto root = root_of(objects, own.commit);
  return root && !root->resolves;
}

Freeze freeze_of(const Fork& fork) { return {ids_of(fork), order_of(fork)}; }

}  // namespace

Result<Commit> root_of(const ObjectDb& objects, ObjectId id) {
  while (true) {
    TRY(const auto raw, objects.read(id, ObjectType::commit));
    TRY(auto commit, parse_commit(raw));
    if (!commit.parent) return commit;
    id = *commit.parent;
  }
}

/// A power cut may have come between the refs, which say that a feed was freed, and the record of it: it is made good.
Status LibraryImpl::read_forks(Picture& picture) {
  std::vector<Path> damaged;
  TRY(const auto forks, load_forks(layout_, damaged));
  std::set<FeedId> freed;
  for (const auto& fork : forks) {
    const Freeze freeze = freeze_of(fork);
    TRY(const auto highest, highest_of(fork.feed, picture));
    const bool past = highest && is_past(highest->order, freeze.order);
    const bool own = fork.feed.centre == identity_.slug;
    if ((past && !(own && is_unanswered(*objects_, *highest, freeze.order))) ||
        is_succeeded(picture.roster.get(), fork.feed, freeze.order)) {
      freed.insert(fork.feed);
      if (const auto thawed = thaw(fork.feed); !thawed) note(thawed.error(), fork.feed.str());
    } else {
      picture.frozen[fork.feed] = freeze;
    }
  }
  for (const auto& path : damaged) note(Error{Errc::corrupt, "a proof of a fork is damaged"}, path.string());
  // A feed whose proof is lost stays frozen: better than to take one side of a fork for the feed.
  TRY(const auto frozen, state_->frozen());
  for (const auto& feed : frozen) {
    if (!freed.contains(feed)) picture.frozen.try_emplace(feed);
  }
  return {};
}

Result<std::vector<Fork>> LibraryImpl::frozen() const {
  std::vector<Path> damaged;
  TRY(auto forks, load_forks(layout_, damaged));
  const auto now = picture();
  for (const auto& [feed, ids] : now->frozen) {
    const bool proven = std::any_of(forks.begin(), forks.end(), [&feed = feed](const Fork& fork) { return fork.feed == feed; });
    if (!proven) forks.push_back({feed, nullptr, nullptr});
  }
  return forks;
}

/// The record goes first: the file alone is judged anew at the next start, the record alone would freeze for ever.
Status LibraryImpl::thaw(const FeedId& feed) {
  CHECK_OK(state_->set_frozen(feed, false));
  return resolve_fork(layout_, feed);
}

bool LibraryImpl::is_freed(const Freeze& freeze, const std::optional<Head>& held, const Order& now) {
  if (freeze.is_lost()) return held && is_past(now, held->order);
  return is_past(now, freeze.order);
}

Result<std::optional<Head>> LibraryImpl::highest_of(const FeedId& feed, const Picture& picture) const {
  auto highest = picture.head(feed);
  TRY(const auto witnessed, state_->witnessed());
  for (const auto& witness : witnessed) {
    if (witness.feed != feed || (picture.roster && !witness_counts(*picture.roster, witness))) continue;
    if (!highest || highest->order < witness.order) highest = witness;
  }
  return highest;
}

Status LibraryImpl::keep_fork(const FeedId& feed, ByteView held, ByteView claimed) {
  const std::lock_guard changing(changing_);
  return keep_fork_locked(feed, held, claimed);
}

/// Both commits must still count under the present roster: who stole a key could else freeze its feed with two commits
/// that nobody takes any more. A proof of what was left behind proves nothing that matters.
Status LibraryImpl::keep_fork_locked(const FeedId& feed, ByteView held, ByteView claimed) {
  const auto now = picture();
  const auto present = now->frozen.find(feed);
  if (present != now->frozen.end() && !present->second.is_lost()) return {};
  if (!now->roster) return fail(Errc::feed_unknown_author, feed.str());
  TRY(const auto claim, read_commit(claimed, *now->roster));
  if (claim.commit.feed != feed) return fail(Errc::malformed, "no fork of " + feed.str());
  TRY(const auto highest, highest_of(feed, *now));
  const bool past = highest && is_past(highest->order, claim.commit.order);
  const bool own = feed.centre == identity_.slug;
  if ((past && !(own && is_unanswered(*objects_, *highest, claim.commit.order))) ||
      is_succeeded(now->roster.get(), feed, claim.commit.order))
    return {};
  Bytes first(held.begin(), held.end());
  if (held.empty()) {
    TRY(first, own_commit(feed, claim.commit.order));
  }
  if (const auto other = read_commit(first, *now->roster); !other) return tl::unexpected(other.error());
  Fork fork{feed, std::make_shared<const Bytes>(std::move(first)), std::make_shared<const Bytes>(claimed.begin(), claimed.end())};
  CHECK_OK(check_fork(fork));
  return freeze(std::move(fork));
}

Result<LibraryImpl::Advance::Step> LibraryImpl::step_to_resolve(const Picture& thawed, const FeedId& feed, const Freeze& freeze,
                                                                PackWriter& pack) const {
  const auto head = thawed.head(feed);
  if (freeze.is_lost() || !head) return fail(Errc::feed_fork, feed.str() + ": what proves it is lost here; a peer that has it brings it");
  TRY(const auto tree, tree_of(head->commit));
  return withdrawals_->rewrite(thawed, *head, {.last = tree, .resolves = freeze.proof}, pack);
}

Result<std::vector<Library::ResolvedFork>> LibraryImpl::resolve_forks() {
  const std::lock_guard changing(changing_);
  if (behind_) CHECK_OK(catch_up_locked());
  const auto now = picture();
  auto thawed = *now;
  thawed.frozen.clear();
  CHECK_OK(may_publish(thawed, Audience{}));
  TRY(const auto pack, PackWriter::create(layout_.scratch()));
  std::vector<ResolvedFork> resolved;
  std::optional<Error> refused;
  Advance advance;
  advance.published_here = true;
  for (const auto& [feed, freeze] : now->frozen) {
    // Where this centre can say nothing any more, nothing waits for it.
    if (feed.centre != identity_.slug || !may_publish(thawed, feed.audience)) continue;
    auto step = step_to_resolve(thawed, feed, freeze, *pack);
    if (!step) {  // it keeps the others from nothing
      refused = step.error();
      continue;
    }
    resolved.push_back({freeze.order, head_of(step->commit, step->id)});
    advance.steps.push_back(std::move(*step));
  }
  if (resolved.empty() && refused) return tl::unexpected(std::move(*refused));
  if (!resolved.empty()) CHECK_OK(publish_pack(*pack, std::move(advance)));
  return resolved;
}

Status LibraryImpl::freeze(Fork fork) {
  CHECK_OK(save_fork(layout_, fork));
  CHECK_OK(state_->set_frozen(fork.feed, true));
  auto next = std::make_shared<Picture>(*picture());
  next->frozen[fork.feed] = freeze_of(fork);
  set_picture(std::move(next));
  tell(change::FeedFrozen{std::move(fork), true});
  return {};
}

}  // namespace essaimage::store

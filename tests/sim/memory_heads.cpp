// Which heads a store in memory takes, and which it leaves: chains, forks, keys that were succeeded.

#include <algorithm>
#include <cstring>

#include "tests/sim/memory_store.hpp"

namespace essaimage::sim {
namespace {

namespace effect = core::effect;
namespace input = core::input;

Result<std::vector<SharedBytes>> commits_of(const Bytes& pack) {
  std::vector<SharedBytes> commits;
  std::size_t at = 0;
  while (at < pack.size()) {
    std::uint64_t size = 0;
    if (pack.size() - at < 8) return fail(Errc::malformed, "pack");
    std::memcpy(&size, pack.data() + at, 8);
    at += 8;
    if (size > pack.size() - at) return fail(Errc::malformed, "pack");
    const auto begin = pack.begin() + static_cast<std::ptrdiff_t>(at);
    commits.push_back(std::make_shared<const Bytes>(begin, begin + static_cast<std::ptrdiff_t>(size)));
    at += size;
  }
  if (commits.empty()) return fail(Errc::malformed, "empty pack");
  return commits;
}

}  // namespace

void MemoryStore::look_up_roster() {
  const auto it = feeds_.find(federation_feed_);
  roster_ = it == feeds_.end() || it->second.chain.empty() ? nullptr : universe_.roster(it->second.top.roster);
}

void MemoryStore::accept(const effect::AcceptPack& accept, Inputs& out) {
  const Bytes pack = std::move(packs_[accept.job]);
  packs_.erase(accept.job);
  if (disk_fails()) {
    out.push_back(input::PackAccepted{accept.job, fail(Errc::disk_full)});
    return;
  }
  Feed& feed = feeds_[accept.feed];
  feed.head.feed = feed.witnessed.feed = accept.feed;
  Status status = check(accept, pack, feed, out);
  out.push_back(input::PackAccepted{accept.job, std::move(status)});
}

Status MemoryStore::check(const effect::AcceptPack& accept, const Bytes& pack, Feed& feed, Inputs& out) {
  TRY(const auto commits, commits_of(pack));
  if (*commits.back() != *accept.commit) return fail(Errc::malformed, "leads elsewhere");
  TRY(const SimCommit head, parse_commit(*accept.commit));
  const core::RosterPtr roster = head.roster != 0 && head.roster <= universe_.newest() ? universe_.roster(head.roster) : this->roster();
  if (!roster) return fail(Errc::feed_unknown_author);
  const Member* author = roster->find(accept.feed.centre);
  if (author == nullptr) return fail(Errc::feed_unknown_author);
  const auto last = author->last_accepted.find(accept.feed);
  const bool counts = !author->suspended || (last != author->last_accepted.end() && head.order <= last->second);
  if (!counts) return fail(Errc::feed_unknown_author);
  if ((head.roster != 0) != (accept.feed == roster->federation_feed())) return fail(Errc::malformed, "a roster elsewhere");
  if (head.roster == 0 && !roster->may_hold(slug_of(node_), accept.feed.audience)) return fail(Errc::audience_not_ours, accept.feed.str());
  const bool mends = feed.lacking && commit_id(*accept.commit) == feed.head.commit;
  if (feed.fork && !mends) return fail(Errc::malformed, "frozen");
  // Either on top of what is held, or the whole feed, which then must contain it.
  std::vector<SharedBytes> chain;
  const bool whole = parse_commit(*commits.front()).has_value() && parse_commit(*commits.front())->parent.is_zero();
  if (!whole) chain = feed.chain;
  for (const SharedBytes& raw : commits) {
    TRY(const Head each, notary_.read_head(*raw, *roster));
    if (each.feed != accept.feed) return fail(Errc::malformed, "another feed");
  }
  CHECK_OK(check_chain(*author, commits, chain));
  const bool comes_anew = whole && feed.lacking;
  const std::size_t least = feed.chain.size() + (comes_anew ? 0 : 1);
  if (chain.size() < least || chain.size() < feed.witnessed.order.seq) return fail(Errc::malformed, "older than witnessed");
  if (!feed.chain.empty() && *chain[feed.chain.size() - 1] != *feed.chain.back()) {
    std::size_t at = 0;
    while (*chain[at] == *feed.chain[at]) ++at;
    feed.fork = Fork{accept.feed, feed.chain[at], chain[at]};
    out.push_back(input::FeedFrozen{*feed.fork, true});
    return fail(Errc::malformed, "forked");
  }
  feed.chain = std::move(chain);
  feed.lacking = feed.lacking && !comes_anew;
  feed.head = feed.witnessed = {accept.feed, head.order, commit_id(*accept.commit)};
  feed.top = head;
  advanced(feed, false, out);
  return {};
}

/// Each follows the one before it; a new key goes on where the federation said that the old one ended.
Status MemoryStore::check_chain(const Member& author, const std::vector<SharedBytes>& commits, std::vector<SharedBytes>& chain) const {
  std::uint64_t generation = 0;
  if (!chain.empty()) {
    TRY(const SimCommit last, parse_commit(*chain.back()));
    generation = last.order.generation;
  }
  for (const SharedBytes& raw : commits) {
    TRY(const SimCommit commit, parse_commit(*raw));
    const ObjectId parent = chain.empty() ? ObjectId{} : commit_id(*chain.back());
    if (commit.parent != parent || commit.order.seq != chain.size() + 1) return fail(Errc::malformed, "chain");
    const bool follows =
        commit.order.generation == generation ||
        (commit.order.generation > generation && commit.parent == last_before(author, commit.feed, commit.order.generation).commit);
    if (!follows) return fail(Errc::malformed, "not on what counts of the old key");
    generation = commit.order.generation;
    chain.push_back(raw);
  }
  return {};
}

void MemoryStore::advanced(const Feed& feed, bool here, Inputs& out) {
  const SimCommit& head = feed.top;
  if (head.roster != 0) {
    look_up_roster();
    out.push_back(input::RosterChanged{roster_});
  }
  out.push_back(input::HeadChanged{feed.head, feed.chain.back(), here});
  if (feed.lacking) out.push_back(input::ObjectsLost{feed.head.feed});
  for (const MediaSpec& spec : head.media) {
    Media& media = media_[spec.media];
    if (media.held.empty()) {
      media.spec = spec;
      media.held.assign(spec.chunk_bytes.size(), here);
      media.complete = here;
    }
  }
  tell_needs(out);
  if (head.roster != 0) fall_back(out);
}

void MemoryStore::fall_back(Inputs& out) {
  for (auto& [id, feed] : feeds_) {
    const Member* author = roster_->find(id.centre);
    if (author != nullptr && author->keys.size() > 1) fall_back(*author, feed, out);
  }
}

void MemoryStore::fall_back(const Member& author, Feed& feed, Inputs& out) {
  const FeedId id = feed.head.feed;
  if (feed.witnessed.order != Order{} && !counts(author, feed.witnessed)) {
    feed.witnessed = last_before(author, id, feed.witnessed.order.generation + 1);
  }
  if (feed.fork && parse_commit(*feed.fork->first)->order.generation < author.current_keys().generation) {
    out.push_back(input::FeedFrozen{*feed.fork, false});
    feed.fork.reset();
  }
  const std::size_t before = feed.chain.size();
  while (!feed.chain.empty()) {
    feed.top = *parse_commit(*feed.chain.back());
    feed.head = {id, feed.top.order, commit_id(*feed.chain.back())};
    if (counts(author, feed.head)) break;
    feed.chain.pop_back();
  }
  if (feed.chain.size() == before) return;
  if (!feed.chain.empty()) return advanced(feed, false, out);
  feed.head = {id, {}, {}};
  feed.lacking = false;
  out.push_back(input::FeedLeft{id});
  tell_needs(out);
}

void MemoryStore::keep_fork(const effect::KeepFork& keep, Inputs& out) {
  if (disk_fails()) {
    out.push_back(input::ForkKept{keep.feed, fail(Errc::disk_full)});
    return;
  }
  Feed& feed = feeds_[keep.feed];
  feed.head.feed = keep.feed;
  if (!feed.fork) {
    SharedBytes held = keep.held;
    if (!held) held = feed.chain.back();
    feed.fork = Fork{keep.feed, std::move(held), keep.claimed};
  }
  out.push_back(input::FeedFrozen{*feed.fork, true});
  out.push_back(input::ForkKept{keep.feed, {}});
}

}  // namespace essaimage::sim

#include "store/feed/commit_rules.hpp"

#include <algorithm>

#include "store/crypto/hash.hpp"

namespace essaimage::store {
namespace {

const MemberKeys* keys_of(const Member& member, std::uint64_t generation) {
  const auto it = std::ranges::find(member.keys, generation, &MemberKeys::generation);
  return it == member.keys.end() ? nullptr : &*it;
}

/// The last valid head of a generation in this feed, if the generation has ended with one.
const Head* last_valid(const Member& member, std::uint64_t generation, const FeedId& feed) {
  const MemberKeys* keys = keys_of(member, generation);
  if (keys == nullptr) return nullptr;
  const auto it = keys->last_valid.find(feed);
  return it == keys->last_valid.end() ? nullptr : &it->second;
}

bool belongs_to(const Member& member, const Audience& audience, const Roster& roster) {
  if (audience.kind == Audience::Kind::region || member.slug == roster.federation_slug) return true;
  if (audience.kind == Audience::Kind::territory) return member.territories.contains(audience.slug);
  const auto mirror = roster.mirrors.find(audience.slug);
  if (mirror == roster.mirrors.end()) return false;
  return std::ranges::any_of(mirror->second, [&](const auto& slug) { return member.territories.contains(slug); });
}

tl::unexpected<Error> beyond(const KnownCommit& known, std::string_view why) {
  return fail(Errc::feed_beyond, known.commit.feed.str() + " " + known.commit.order.str() + ": " + std::string(why));
}

Status check_limits(const KnownCommit& known, const Member& member, const Roster& roster) {
  const auto& [id, commit] = known;
  if (!counts_of_old_key(member, head_of(commit, id))) return beyond(known, "the key was succeeded before");
  if (!mirror_accepts(roster, commit.feed, commit.order)) return beyond(known, "the mirror has ended");
  const auto end = roster.mirror_ends.find(commit.feed);
  const bool before_end = end != roster.mirror_ends.end() && commit.order <= end->second;
  if (!member.suspended && (before_end || belongs_to(member, commit.feed.audience, roster))) return {};
  const auto last = member.last_accepted.find(commit.feed);
  if (last != member.last_accepted.end() && commit.order <= last->second) return {};
  return beyond(known, member.suspended ? "its author is suspended" : "its author is not in that audience");
}

tl::unexpected<Error> wrong(const KnownCommit& known, std::string_view what) {
  return fail(Errc::malformed, known.commit.feed.str() + " " + known.commit.order.str() + ": " + std::string(what));
}

}  // namespace

Result<KnownCommit> read_commit(ByteView raw, const Roster& roster) {
  TRY(Commit commit, parse_commit(raw));
  if (commit.federation != roster.federation) return fail(Errc::feed_wrong_federation, commit.feed.str());
  const Member* member = roster.find(commit.feed.centre);
  const MemberKeys* keys = member == nullptr ? nullptr : keys_of(*member, commit.order.generation);
  // A generation that is not known yet is as an author that is not known yet: the federation's news may still come.
  if (keys == nullptr) return fail(Errc::feed_unknown_author, commit.feed.str() + " " + commit.order.str());
  if (commit.key != keys->signing || !signature_holds(commit)) {
    return fail(Errc::signature_bad, commit.feed.str() + " " + commit.order.str());
  }
  KnownCommit known{object_id(ObjectType::commit, raw), std::move(commit)};
  CHECK_OK(check_limits(known, *member, roster));
  return known;
}

Result<Head> read_head(ByteView raw, const Roster& roster) {
  TRY(const KnownCommit known, read_commit(raw, roster));
  return head_of(known.commit, known.id);
}

Status check_succession(const KnownCommit& parent, const KnownCommit& child, const Roster& roster) {
  const Order& before = parent.commit.order;
  const Order& after = child.commit.order;
  if (child.commit.parent != parent.id || child.commit.feed != parent.commit.feed) return wrong(child, "not its parent");
  if (after.epoch != before.epoch || after.seq != before.seq + 1) return wrong(child, "does not follow " + before.str());
  if (after.generation == before.generation) return {};
  const Member* member = roster.find(child.commit.feed.centre);
  const Head* last = member == nullptr ? nullptr : last_valid(*member, before.generation, child.commit.feed);
  const bool follows = last != nullptr && last->commit == parent.id && after.generation > before.generation;
  if (!follows) return wrong(child, "a new generation must follow the last valid head of the old one");
  return {};
}

Status check_root(const KnownCommit& root, const Roster& roster) {
  const Order& order = root.commit.order;
  if (order.seq != 1 || root.commit.parent) return wrong(root, "not a first commit");
  if (order.epoch > 1 || order.generation == 1) return {};
  const Member* member = roster.find(root.commit.feed.centre);
  for (std::uint64_t older = 1; member != nullptr && older < order.generation; ++older) {
    if (last_valid(*member, older, root.commit.feed) != nullptr) return wrong(root, "the feed began in an older generation");
    if (keys_of(*member, older) == nullptr) break;
  }
  return {};
}

bool counts_of_old_key(const Member& member, const Head& head) {
  if (head.order.generation >= member.current_keys().generation) return true;
  const Head* last = last_valid(member, head.order.generation, head.feed);
  return last != nullptr && (head.order < last->order || (head.order == last->order && head.commit == last->commit));
}

Status check_newer(const Head& head, const std::optional<Head>& held, const std::optional<Head>& witnessed) {
  const std::string what = head.feed.str() + " " + head.order.str();
  if (held && head.commit == held->commit) return fail(Errc::conflict, what + " is here already");
  for (const auto& known : {held, witnessed}) {
    if (!known) continue;
    if (head.order < known->order) return fail(Errc::feed_older, what + " after " + known->order.str());
    if (head.order == known->order && head.commit != known->commit) return fail(Errc::feed_fork, what);
  }
  return {};
}

}  // namespace essaimage::store

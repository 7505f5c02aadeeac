// The federation's acts on its members: each is one commit of its region feed, with statements
// signed by the role that may say it.
#include <algorithm>

#include "proto/limits.hpp"
#include "store/federation/neighbour_successions.hpp"
#include "store/federation/paths.hpp"
#include "store/federation/toml_form.hpp"
#include "store/kit/personal_data.hpp"
#include "store/library/kit_tree.hpp"

namespace essaimage::store {

namespace {

constexpr std::chrono::seconds valid_max = std::chrono::days(366);

bool knows_invitation(const Picture& picture, const SigningKey& invitation) {
  if (!picture.word) return false;
  if (picture.word->invitations.contains(invitation)) return true;
  return std::ranges::any_of(picture.word->members, [&](const auto& each) { return each.second.file.invitation == invitation; });
}

/// The next version of a member's file, in which its key has ended with what is held here of its feeds.
MemberFile succeeded(const FederationWord& word, const std::string& slug, const Picture& picture) {
  MemberFile file = next_version_of(word, slug);
  file.member.keys.back().vouched = vouched_by(*word.roster.find(slug), word.members, word.successions);
  for (const auto& [feed, head] : picture.heads) {
    if (feed.centre == slug) file.member.keys.back().last_valid[feed] = head;
  }
  file.member.suspended = false;
  file.member.suspended_why.clear();
  file.member.last_accepted.clear();
  return file;
}

}  // namespace

Result<Invitation> LibraryImpl::invite(const Invite& invite, Lacking lacking) {
  const std::lock_guard changing(changing_);
  TRY(auto change, FederationChange::begin(*this));
  if (invite.valid <= std::chrono::seconds(0) || invite.valid > valid_max) {
    return fail(Errc::usage, "valid: up to a year");
  }
  if (invite.territories.size() > limits::territories_per_member_max ||
      !std::all_of(invite.territories.begin(), invite.territories.end(), is_slug)) {
    return fail(Errc::audience_unknown, "territories are slugs, at most " + std::to_string(limits::territories_per_member_max));
  }
  Invitation invitation;
  invitation.federation = identity_.federation;
  invitation.federation_slug = identity_.federation_slug;
  invitation.slug = invite.slug;
  invitation.name = invite.name;
  invitation.endpoint = invite.endpoint;
  invitation.transport = transport_.public_key();
  invitation.expires = Timestamp{change.now().seconds + invite.valid.count()};
  random_bytes(invitation.seed);
  const auto member = change.word().members.find(invite.slug);
  const bool known = member != change.word().members.end();
  if (known) {
    CHECK_OK(may_replace_key(invite, change.word().roster.members.at(invite.slug)));
    invitation.name = member->second.file.member.name;
  } else if (invite.new_key) {
    return fail(Errc::member_unknown, invite.slug);
  }
  if (const auto whole = check_invitation(invitation); !whole) return fail(Errc::usage, whole.error().detail);
  if (invite.by_neighbours) {
    CHECK_OK(NeighbourSuccessions(*this, change).let_ask(invitation, invite.last));
    return invitation;
  }
  for (const auto& [key, stated] : change.word().invitations) {
    if (stated.file.slug == invite.slug && stated.file.expires > change.now()) {
      return fail(Errc::member_exists, invite.slug + ": invited until " + to_utc(stated.file.expires));
    }
  }

  InvitationFile file;
  file.key = SigningSecret::from_seed(invitation.seed).public_key();
  file.slug = invite.slug;
  file.name = invitation.name;
  file.territories = known ? member->second.file.member.territories : invite.territories;
  file.expires = invitation.expires;
  change.put(invitation_path(file.key), 1, {}, encode(file));
  if (known) CHECK_OK(change.put_held_member(member->second));
  CHECK_OK(change.commit_or(lacking));
  return invitation;
}

Status LibraryImpl::may_replace_key(const Invite& invite, const Member& member) const {
  if (!invite.new_key) return fail(Errc::member_exists, invite.slug);
  if (invite.slug == identity_.slug) return fail(Errc::usage, "the federation's own key cannot be replaced so");
  if (member.suspended && !invite.reinstate) return fail(Errc::member_suspended, invite.slug + ": " + member.suspended_why);
  if (member.keys.size() >= generations_max) return fail(Errc::too_large, invite.slug + ": keys");
  return {};
}

/// The first that uses it wins; the same keys again are a repeated question, and answered as
/// before.
Status LibraryImpl::admit(const message::Join& join) {
  if (join.federation != identity_.federation) return fail(Errc::feed_wrong_federation);
  if (!join_holds(join)) return fail(Errc::signature_bad, "the proof is not by the invitation's key");
  // Whoever makes up an invitation costs a look-up, and no more.
  const auto asked = asked_by(layout_, join.invitation);
  if (!asked && !knows_invitation(*picture(), join.invitation)) return fail(Errc::invitation_unknown);
  const std::lock_guard changing(changing_);
  TRY(auto change, FederationChange::begin(*this));
  if (asked) return NeighbourSuccessions(*this, change).admit(join, *asked);
  const auto& roster = change.word().roster;
  for (const auto& [slug, stated] : change.word().members) {
    if (stated.file.invitation != join.invitation) continue;
    const auto& keys = roster.members.at(slug).current_keys();
    if (keys.signing == join.signing && keys.transport == join.transport) return {};
    return fail(Errc::invitation_used, slug);
  }
  const auto it = change.word().invitations.find(join.invitation);
  if (it == change.word().invitations.end()) return fail(Errc::invitation_unknown);
  const InvitationFile& invitation = it->second.file;
  if (invitation.expires <= change.now()) return fail(Errc::invitation_expired, invitation.slug);
  CHECK_OK(check_new_keys(roster, join.signing, join.transport));
  MemberFile file;
  if (roster.find(invitation.slug) != nullptr) {
    file = succeeded(change.word(), invitation.slug, change.picture());
  } else {
    file.member.slug = invitation.slug;
    file.member.name = invitation.name;
    file.member.territories = invitation.territories;
    file.since = now_();
  }
  file.member.keys.push_back({file.member.keys.size() + 1, join.signing, join.transport, {}});
  file.invitation = join.invitation;
  if (const auto pending = pending_member(file)) {
    const auto& keys = pending->member.current_keys();
    const bool same = keys.signing == join.signing && keys.transport == join.transport;
    return same ? fail(Errc::signatures_lacking, file.member.slug) : fail(Errc::invitation_used, file.member.slug);
  }
  change.put(member_path(file.member.slug), file.version, file.previous, encode(file));
  std::optional<SigningRequest> lacking;
  CHECK_OK(change.commit_or(&lacking));
  if (!lacking) return {};
  CHECK_OK(keep_request(file.member.slug, *lacking));
  return fail(Errc::signatures_lacking, file.member.slug);
}

/// A member's file has no time of it: of the commits that have the file as a suspended one's, without a gap, the first.
Result<std::map<std::string, Timestamp>> LibraryImpl::suspended_since() const {
  const auto now = picture();
  std::map<std::string, Timestamp> since;
  const auto head = now->roster ? now->head(now->roster->federation_feed()) : std::nullopt;
  if (!head) return since;
  std::set<std::string> open;
  for (const auto& [slug, member] : now->roster->members)
    if (member.suspended) open.insert(slug);
  std::map<std::string, ObjectId> same;  // as it was in the commit behind
  for (std::optional<ObjectId> at = head->commit; at && !open.empty();) {
    const auto raw = objects_->read(*at, ObjectType::commit);
    if (!raw) break;
    TRY(const auto commit, parse_commit(*raw));
    for (auto it = open.begin(); it != open.end();) {
      const auto id = id_at(*objects_, commit.tree, member_path(*it));
      bool suspended = id && *id && same[*it] == **id;
      if (!suspended && id && *id) {
        const auto text = objects_->read(**id, ObjectType::blob);
        const auto file = text ? parse_member_file(text_of(*text)) : Result<MemberFile>(fail(Errc::object_missing));
        suspended = file && file->member.suspended;
        same[*it] = **id;
      }
      if (suspended) since[*it] = commit.time;
      it = suspended ? std::next(it) : open.erase(it);
    }
    at = commit.parent;
  }
  return since;
}

/// Names the last order that is accepted of each of its feeds, which is what is held here: so old
/// and new members converge on the same.
Status LibraryImpl::suspend(const std::string& slug, const std::string& why, const std::map<FeedId, Order>& last, Lacking lacking,
                            bool anyway) {
  const std::lock_guard changing(changing_);
  TRY(auto change, FederationChange::begin(*this));
  if (slug == identity_.slug) return fail(Errc::usage, "the federation cannot suspend itself");
  if (!is_plain_text(why, why_bytes_max)) return fail(Errc::usage, "why: one line of at most 500 bytes");
  CHECK_OK(kit::names_nobody(why, "why", anyway));
  const Member* member = change.word().roster.find(slug);
  if (member == nullptr) return fail(Errc::member_unknown, slug);
  if (member->suspended) return fail(Errc::member_suspended, slug);
  MemberFile file = next_version_of(change.word(), slug);
  file.member.keys.back().vouched = vouched_by(*member, change.word().members, change.word().successions);
  file.member.suspended = true;
  file.member.suspended_why = why;
  for (const auto& [feed, head] : change.picture().heads) {
    if (feed.centre == slug) file.member.last_accepted[feed] = head.order;
  }
  for (const auto& [feed, order] : last) {
    if (feed.centre != slug) return fail(Errc::usage, feed.str() + " is not a feed of " + slug);
    TRY([[maybe_unused]] const auto known, own_commit(feed, order));
    file.member.last_accepted[feed] = order;
  }
  change.put(member_path(slug), file.version, file.previous, encode(file));
  return change.commit_or(lacking);
}

}  // namespace essaimage::store

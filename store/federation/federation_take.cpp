// What others have signed, on its way into the federation's feed: whether it still goes on from what is in force.
#include <algorithm>

#include "store/crypto/hash.hpp"
#include "store/federation/neighbour_successions.hpp"
#include "store/federation/paths.hpp"
#include "store/federation/toml_form.hpp"

namespace essaimage::store {
namespace {

bool is_invitation(const std::string& path) { return path.starts_with(std::string(feed_path::invitations_folder) + "/"); }

tl::unexpected<Error> superseded(const std::string& path, const std::string& why) {
  return fail(Errc::request_superseded, path + ": " + why);
}

}  // namespace

Status FederationChange::take(const SigningRequest& request) {
  if (request.federation != request_.federation) return fail(Errc::request_wrong_federation, request.federation.hex());
  if (const auto* next = request.next_roles()) {
    TRY(const auto file, parse_federation_file(next->content));
    const auto& held = word().federation;
    if (sha256(bytes_of(next->content)) == held.content) return fail(Errc::request_in_force, next->path);
    if (file.version != held.file.version + 1 || file.previous != held.content)
      return superseded(next->path, "version " + std::to_string(held.file.version) + " is in force");
  }
  bool any_is_new = false;
  for (const auto& statement : request.statements) {
    CHECK_OK(check_invites_who_is_held(request, statement));
    bool is_new = false;
    CHECK_OK(feed_path::is_succession(statement.path) ? check_neighbours(statement, is_new) : check_follows_held(statement, is_new));
    if (is_new) CHECK_OK(check_consent(statement));
    any_is_new = any_is_new || is_new;
  }
  if (!any_is_new) return fail(Errc::request_in_force, request.statements.front().path);
  request_.statements = request.statements;
  CHECK_OK(keep_signatures_that_count(request_));
  return check_covers_all();
}

/// Who has to sign is who of those that the member has named can now, whatever the request says.
Status FederationChange::check_neighbours(const RequestedStatement& statement, bool& is_new) {
  TRY(const auto file, parse_succession_file(statement.content));
  CHECK_OK(check_goes_on(word(), file));
  request_.neighbours = neighbours_role(word().roster, *word().roster.find(file.slug));
  is_new = true;
  return {};
}

/// A new key is for a member as it was when the request was made: one from before a suspension would undo it.
Status FederationChange::check_invites_who_is_held(const SigningRequest& request, const RequestedStatement& statement) const {
  if (!is_invitation(statement.path)) return {};
  TRY(const auto invitation, parse_invitation_file(statement.content));
  const auto member = word().members.find(invitation.slug);
  if (member == word().members.end() || word().invitations.contains(invitation.key)) return {};
  const auto path = member_path(invitation.slug);
  const bool as_held = std::ranges::any_of(
      request.statements, [&](const auto& each) { return each.path == path && sha256(bytes_of(each.content)) == member->second.content; });
  return as_held ? Status{} : superseded(statement.path, path + " is not what it was when this was asked for");
}

/// The feed's order decides between two that were asked for at once: whoever comes second does not follow any more.
Status FederationChange::check_follows_held(const RequestedStatement& statement, bool& is_new) const {
  TRY(const auto lies, read(statement.path, statement.audience));
  std::uint64_t held = 0;
  Sha256 hash;
  if (lies) {
    hash = sha256(*lies);
    const auto table = TomlTable::parse(text_of(*lies), statement.path);
    const auto version = table ? table->number("version") : Result<std::uint64_t>(fail(Errc::malformed));
    held = version.value_or(0);
  }
  if (is_invitation(statement.path) && !lies) {
    TRY(const auto invitation, parse_invitation_file(statement.content));
    if (invitation.expires <= now()) return fail(Errc::invitation_expired, invitation.slug);
    for (const auto& [slug, member] : word().members) {
      if (member.file.invitation == invitation.key) return superseded(statement.path, slug + " has joined by it");
    }
  }
  if (lies && statement.version == held) {
    if (hash != sha256(bytes_of(statement.content))) return superseded(statement.path, "version " + std::to_string(held) + " is in force");
    return {};
  }
  if (statement.version != held + 1 || statement.previous != (held == 0 ? Sha256{} : hash)) {
    return superseded(statement.path, "version " + std::to_string(held) + " is in force");
  }
  if (feed_path::is_member(statement.path)) {
    TRY(const auto next, parse_member_file(statement.content));
    CHECK_OK(check_keeps(word(), next));
  }
  is_new = true;
  return {};
}

/// Who joined, and what was decided, since the request was made would be in force no more under its roles.
Status FederationChange::check_covers_all() const {
  const auto* next = request_.next_roles();
  if (next == nullptr) return {};
  TRY(const auto file, parse_federation_file(next->content));
  FederationChange needed(library_);
  needed.request_.federation = request_.federation;
  CHECK_OK(needed.put_roles(file));
  for (const auto& statement : needed.request_.statements) {
    const bool covered = std::ranges::any_of(
        request_.statements, [&](const auto& each) { return each.path == statement.path && each.audience == statement.audience; });
    if (!covered) return superseded(statement.path, "it has come since, and the request does not sign it");
  }
  return {};
}

}  // namespace essaimage::store

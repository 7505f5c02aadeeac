// The verbs about members: the federation's node invites and suspends, everybody may look.

#include <algorithm>
#include <map>

#include "daemon/shell/control/verbs.hpp"

namespace essaimage::shell::verb {

namespace {

constexpr std::uint64_t valid_days_max = 366;
constexpr std::uint64_t seconds_per_day = 86'400;
constexpr std::uint64_t valid_seconds_default = 7 * seconds_per_day;

Result<store::Library::Invite> read_invite(Session& session, Arguments& arguments) {
  store::Library::Invite invite;
  TRY(invite.slug, arguments.text("slug"));
  TRY(invite.name, arguments.text("name"));
  TRY(const auto territories, arguments.texts("territories"));
  TRY(const auto valid, arguments.number("valid_seconds"));
  if (!is_slug(invite.slug)) return fail(Errc::usage, "slug: " + invite.slug);
  if (invite.name.empty()) return fail(Errc::usage, "name is empty");
  for (const auto& territory : territories)
    if (!is_slug(territory)) return fail(Errc::usage, "territory: " + territory);
  invite.territories.insert(territories.begin(), territories.end());
  const auto seconds = valid.value_or(valid_seconds_default);
  if (seconds == 0 || seconds > valid_days_max * seconds_per_day)
    return fail(Errc::usage, "valid: from 1 s to " + std::to_string(valid_days_max) + " days");
  invite.valid = std::chrono::seconds(static_cast<std::int64_t>(seconds));
  const auto endpoints = session.node().endpoints();
  if (endpoints.empty()) return fail(Errc::endpoint_missing);
  invite.endpoint = endpoints.front();
  return invite;
}

}  // namespace

Result<Json> member_invite(Session& session, Arguments& arguments) {
  auto& library = session.node().library();
  if (!library.identity().is_federation())
    return fail(Errc::not_federation, library.identity().federation_slug);
  TRY(const auto invite, read_invite(session, arguments));
  TRY(const auto offline, arguments.flag("offline"));
  CHECK_OK(arguments.nothing_else());
  if (!offline) CHECK_OK(wait_for_confirmation(session));
  TRY(const auto invitation, library.invite(invite));
  return Json{{"invitation", to_text(invitation)}, {"slug", invitation.slug},
              {"name", invitation.name},           {"territories", to_json(invite.territories)},
              {"endpoint", invitation.endpoint},   {"expires", to_utc(invitation.expires)}};
}

Result<Json> member_list(Session& session, Arguments& arguments) {
  CHECK_OK(arguments.nothing_else());
  const auto roster = session.node().library().roster();
  if (roster == nullptr) return fail(Errc::not_joined);
  TRY(const auto status, session.node().status());
  std::map<std::string, std::string_view> states;
  for (const auto& peer : status.peers) states[peer.slug] = str(peer.state);
  const auto& own = session.node().library().identity().slug;
  auto members = Json::array();
  for (const auto& [slug, member] : roster->members) {
    const auto state = states.find(slug);
    members.push_back({{"centre", slug},
                       {"name", member.name},
                       {"federation", slug == roster->federation_slug},
                       {"self", slug == own},
                       {"territories", to_json(member.territories)},
                       {"suspended", member.suspended},
                       {"suspended_why", member.suspended_why},
                       {"endpoints", member.endpoints},
                       {"key", member.current_keys().signing.hex()},
                       {"state", state == states.end() ? Json(nullptr) : Json(state->second)}});
  }
  CHECK_OK(session.list(members));
  return Json{{"members", members.size()}};
}

Result<Json> member_suspend(Session& session, Arguments& arguments) {
  TRY(const auto slug, arguments.text("slug"));
  TRY(const auto why, arguments.text("why"));
  TRY(const auto offline, arguments.flag("offline"));
  CHECK_OK(arguments.nothing_else());
  auto& library = session.node().library();
  if (!library.identity().is_federation())
    return fail(Errc::not_federation, library.identity().federation_slug);
  const auto roster = library.roster();
  if (roster == nullptr) return fail(Errc::not_joined);
  if (roster->find(slug) == nullptr) return fail(Errc::peer_unknown, slug);
  if (slug == roster->federation_slug)
    return fail(Errc::usage, slug + ": the federation cannot suspend itself");
  if (why.empty()) return fail(Errc::usage, "why is empty");
  if (!offline) CHECK_OK(wait_for_confirmation(session));
  CHECK_OK(library.suspend(slug, why));
  return Json{{"centre", slug}, {"suspended", true}, {"suspended_why", why}};
}

}  // namespace essaimage::shell::verb

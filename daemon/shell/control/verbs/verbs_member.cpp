// The verbs about members: the federation's node invites, suspends and lets neighbours be named; everybody may look.

#include <algorithm>
#include <map>

#include "daemon/shell/control/verbs.hpp"
#include "proto/limits.hpp"
#include "store/federation/toml_form.hpp"
#include "store/feed/commit.hpp"
#include "store/search/words.hpp"

namespace essaimage::shell::verb {

namespace {

constexpr std::uint64_t valid_days_max = 366;
constexpr std::uint64_t seconds_per_day = 86'400;
constexpr std::uint64_t valid_seconds_default = 7 * seconds_per_day;

/// What all invitations have: for whom, how long, and where to.
Result<store::Library::Invite> read_invite(Session& session, Arguments& arguments) {
  store::Library::Invite invite;
  TRY(invite.slug, arguments.text("slug"));
  TRY(const auto valid, arguments.number("valid_seconds"));
  if (!is_slug(invite.slug)) return fail(Errc::usage, invite.slug + ": expected 1 to 64 of a-z, 0-9 and single inner hyphens");
  const auto seconds = valid.value_or(valid_seconds_default);
  if (seconds == 0 || seconds > valid_days_max * seconds_per_day)
    return fail(Errc::usage, "valid: from 1 s to " + std::to_string(valid_days_max) + " days");
  invite.valid = std::chrono::seconds(static_cast<std::int64_t>(seconds));
  const auto endpoints = session.node().endpoints();
  if (endpoints.empty()) return fail(Errc::endpoint_missing);
  invite.endpoint = endpoints.front();
  return invite;
}

Result<Json> invited(Session& session, Arguments& arguments, const store::Library::Invite& invite) {
  TRY(const auto offline, arguments.flag("offline"));
  CHECK_OK(arguments.nothing_else());
  if (!offline) CHECK_OK(wait_for_confirmation(session));
  std::optional<store::SigningRequest> lacking;
  TRY(const auto invitation, session.node().library().invite(invite, &lacking));
  Json reply{{"invitation", to_text(invitation)},          {"slug", invitation.slug},         {"name", invitation.name},
             {"territories", to_json(invite.territories)}, {"endpoint", invitation.endpoint}, {"expires", to_utc(invitation.expires)}};
  add_request(reply, lacking);
  return reply;
}

/// Whom the federation cut off is not to come back under another short name by oversight.
Status not_suspended(const Roster* roster, const store::Library::Invite& invite) {
  if (roster == nullptr) return {};
  for (const auto& [slug, member] : roster->members) {
    if (!member.suspended || slug == invite.slug || store::fold_text(member.name) != store::fold_text(invite.name)) continue;
    return fail(Errc::member_same_name, slug + ": " + member.name + ": " + member.suspended_why);
  }
  return {};
}

/// "wazemmes/region@1.1.40"
Result<std::map<FeedId, Order>> read_last(const std::vector<std::string>& texts) {
  std::map<FeedId, Order> last;
  for (const auto& text : texts) {
    const auto at = text.find('@');
    const auto feed = FeedId::parse(text.substr(0, at));
    const auto order = store::parse_order(at == std::string::npos ? std::string_view() : std::string_view(text).substr(at + 1));
    if (!feed || !order) return fail(Errc::usage, "last: CENTRE/region@1.1.40; " + text);
    last[*feed] = *order;
  }
  return last;
}

/// Null: it is not, or nothing here says since when.
Json since_json(const std::map<std::string, Timestamp>& since, const std::string& slug) {
  const auto it = since.find(slug);
  return it == since.end() ? Json(nullptr) : Json(to_utc(it->second));
}

}  // namespace

Result<Json> member_invite(Session& session, Arguments& arguments) {
  CHECK_OK(check_federation(session));
  TRY(auto invite, read_invite(session, arguments));
  TRY(const auto name, arguments.text("name"));
  TRY(invite.name, store::plain_text_from(name, limits::name_bytes_max, "name"));
  TRY(const auto territories, arguments.texts("territories"));
  for (const auto& territory : territories)
    if (!is_slug(territory))
      return fail(Errc::usage, "territory: " + territory + ": expected 1 to 64 of a-z, 0-9 and single inner hyphens");
  invite.territories.insert(territories.begin(), territories.end());
  TRY(const bool anyway, arguments.flag("anyway"));
  if (!anyway) CHECK_OK(not_suspended(session.node().library().roster().get(), invite));
  return invited(session, arguments, invite);
}

Result<Json> member_new_key(Session& session, Arguments& arguments) {
  CHECK_OK(check_federation(session));
  TRY(auto invite, read_invite(session, arguments));
  TRY(invite.reinstate, arguments.flag("reinstate"));
  TRY(invite.by_neighbours, arguments.flag("by_neighbours"));
  TRY(const auto texts, arguments.texts("last"));
  TRY(invite.last, read_last(texts));
  if (!invite.last.empty() && !invite.by_neighbours)
    return fail(Errc::usage, "last: with by_neighbours alone; else suspend the member first");
  invite.new_key = true;
  if (const auto roster = session.node().library().roster()) {
    const Member* member = roster->find(invite.slug);
    if (member == nullptr) return fail(Errc::peer_unknown, invite.slug);
    invite.name = member->name;
    invite.territories = member->territories;
  }
  return invited(session, arguments, invite);
}

Result<Json> member_neighbours(Session& session, Arguments& arguments) {
  TRY(const auto slug, arguments.text("slug"));
  TRY(const auto named, arguments.texts("neighbours"));
  TRY(const auto needed, arguments.number("needed"));
  TRY(const auto offline, arguments.flag("offline"));
  CHECK_OK(arguments.nothing_else());
  CHECK_OK(check_federation(session));
  auto& library = session.node().library();
  const auto roster = library.roster();
  if (roster == nullptr) return fail(Errc::not_joined);
  if (roster->find(slug) == nullptr) return fail(Errc::peer_unknown, slug);
  const std::set<std::string> neighbours(named.begin(), named.end());
  const auto needs = needed.value_or(limits::neighbours_needed_min);
  if (needs > limits::neighbours_max)
    return fail(Errc::neighbours_refused, std::to_string(needs) + " of " + std::to_string(neighbours.size()));
  if (!offline) CHECK_OK(wait_for_confirmation(session));
  std::optional<store::SigningRequest> lacking;
  CHECK_OK(library.name_neighbours(slug, neighbours, static_cast<std::uint32_t>(needs), &lacking));
  Json reply{{"centre", slug}, {"neighbours", to_json(neighbours)}, {"neighbours_needed", neighbours.empty() ? 0 : needs}};
  add_request(reply, lacking);
  return reply;
}

namespace {

/// Of what is damaged, as much as can be read.
void add_versions(const store::Library& library, const Head& head, std::size_t count, std::vector<Json>& versions) {
  const auto add = [&](const Head& each, const Json& time, const auto& put, const auto& removed, std::optional<Errc> unread) {
    versions.push_back({{"feed", each.feed.str()},
                        {"order", each.order.str()},
                        {"time", time},
                        {"kits", put},
                        {"kits_removed", removed},
                        {"commit", each.commit.hex()},
                        {"unread", unread ? Json(describe(*unread, Language::english).code) : Json(nullptr)}});
  };
  const auto history = library.feed_history(head.feed, count);
  if (!history) return add(head, nullptr, Json::array(), Json::array(), history.error().code);
  for (const auto& version : *history) add(version.head, to_utc(version.time), version.put, version.removed, version.unread);
}

}  // namespace

Result<Json> member_show(Session& session, Arguments& arguments) {
  TRY(const auto slug, arguments.text("slug"));
  TRY(const auto count, arguments.number("count"));
  CHECK_OK(arguments.nothing_else());
  constexpr std::uint64_t count_default = 10, count_max = 1'000;
  if (count && (*count == 0 || *count > count_max)) return fail(Errc::usage, "count: 1-" + std::to_string(count_max));
  auto& library = session.node().library();
  const auto roster = library.roster();
  if (roster == nullptr) return fail(Errc::not_joined);
  const Member* member = roster->find(slug);
  if (member == nullptr) return fail(Errc::peer_unknown, slug);
  std::vector<Json> versions;
  for (const auto& head : library.heads())
    if (head.feed.centre == slug) add_versions(library, head, count.value_or(count_default), versions);
  CHECK_OK(session.list(versions));
  TRY(const auto status, session.node().status());
  TRY(const auto since, library.suspended_since());
  auto keys = Json::array();
  for (const auto& each : member->keys) keys.push_back(each.signing.hex());
  auto neighbour_of = Json::array();
  for (const auto& [centre, other] : roster->members)
    if (other.neighbours.contains(slug)) neighbour_of.push_back(centre);
  return Json{{"centre", slug},
              {"name", member->name},
              {"territories", to_json(member->territories)},
              {"suspended", member->suspended},
              {"suspended_why", member->suspended_why},
              {"suspended_since", since_json(since, slug)},
              {"told", slug == library.identity().slug ? told_json(status, session.node().now()) : Json(nullptr)},
              {"keys", std::move(keys)},
              {"key_given_by", to_json(member->current_keys().by_neighbours)},
              {"neighbours", neighbours_json(*roster, *member)},
              {"neighbour_of", std::move(neighbour_of)}};
}

Result<Json> member_list(Session& session, Arguments& arguments) {
  CHECK_OK(arguments.nothing_else());
  const auto roster = session.node().library().roster();
  if (roster == nullptr) return fail(Errc::not_joined);
  TRY(const auto status, session.node().status());
  std::map<std::string, std::string_view> states;
  for (const auto& peer : status.peers) states[peer.slug] = str(peer.state);
  const auto& own = session.node().library().identity().slug;
  TRY(const auto since, session.node().library().suspended_since());
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
                       {"suspended_since", since_json(since, slug)},
                       {"told", slug == own ? told_json(status, session.node().now()) : Json(nullptr)},
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
  TRY(const auto texts, arguments.texts("last"));
  TRY(const auto last, read_last(texts));
  TRY(const auto anyway, arguments.flag("anyway"));
  TRY(const auto offline, arguments.flag("offline"));
  CHECK_OK(arguments.nothing_else());
  auto& library = session.node().library();
  CHECK_OK(check_federation(session));
  const auto roster = library.roster();
  if (roster == nullptr) return fail(Errc::not_joined);
  if (roster->find(slug) == nullptr) return fail(Errc::peer_unknown, slug);
  if (slug == roster->federation_slug) return fail(Errc::usage, slug + ": the federation cannot suspend itself");
  if (why.empty()) return fail(Errc::usage, "why is empty");
  if (!offline) CHECK_OK(wait_for_confirmation(session));
  std::optional<store::SigningRequest> lacking;
  CHECK_OK(library.suspend(slug, why, last, &lacking, anyway));
  Json reply{{"centre", slug}, {"suspended", !lacking}, {"suspended_why", why}};
  add_request(reply, lacking);
  return reply;
}

}  // namespace essaimage::shell::verb

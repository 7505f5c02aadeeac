// The verbs about who speaks for the federation: its roles, requests for signatures, its signed time.

#include <algorithm>

#include "daemon/shell/control/verbs.hpp"
#include "store/federation/toml_form.hpp"

namespace essaimage::shell {

void add_request(Json& reply, const std::optional<store::SigningRequest>& request) {
  if (!request) return;
  reply["in_force"] = false;
  reply["request"] = encode(*request);
}

}  // namespace essaimage::shell

namespace essaimage::shell {

Status check_federation(Session& session) {
  const auto& identity = session.node().library().identity();
  return identity.is_federation() ? Status{} : fail(Errc::not_federation, identity.federation_slug);
}

}  // namespace essaimage::shell

namespace essaimage::shell::verb {

namespace {

constexpr std::chrono::milliseconds request_poll{250};

Json role_json(const std::string& name, const store::Role& role, const store::FederationView& view) {
  auto keys = Json::array();
  for (const auto& key : role.keys) {
    const auto note = role.notes.find(key);
    keys.push_back({{"key", store::to_openssh(key)},
                    {"fingerprint", store::fingerprint(key)},
                    {"note", note == role.notes.end() ? "" : note->second},
                    {"here", view.here.contains(key)}});
  }
  return {{"role", name},
          {"threshold", role.threshold},
          {"keys", std::move(keys)},
          {"expires", role.expires ? Json(to_utc(*role.expires)) : Json(nullptr)},
          {"expired", role.is_over(view.judged.time)},
          {"expires_in_days", role.expires ? Json((role.expires->seconds - view.judged.time.seconds) / 86'400) : Json(nullptr)}};
}

/// A key of the role as people name it: whole, by its fingerprint, or by its note.
Result<SigningKey> find_key(const store::Role& role, const std::string& text) {
  for (const auto& key : role.keys) {
    if (store::to_openssh(key) == text || store::fingerprint(key) == text) return key;
  }
  std::vector<SigningKey> noted;
  for (const auto& [key, note] : role.notes) {
    if (note == text) noted.push_back(key);
  }
  if (noted.size() != 1) return fail(Errc::key_not_of_role, text);
  return noted.front();
}

/// After this change: then losing one key loses the role.
bool needs_all_keys(const store::Role& role, const store::Library::RoleChange& change) {
  if (!change.add && !change.remove && !change.threshold) return false;
  const auto keys = role.keys.size() + (change.add ? 1 : 0) - (change.remove ? 1 : 0);
  const auto threshold = change.threshold.value_or(role.threshold);
  return threshold > 1 && threshold == keys;
}

Result<store::Library::RoleChange> read_change(const store::FederationView& view, Arguments& arguments) {
  store::Library::RoleChange change;
  TRY(change.role, arguments.text("role"));
  const auto role = view.roles.find(change.role);
  if (role == view.roles.end()) return fail(Errc::role_unknown, change.role);
  TRY(const auto add, arguments.optional_text("add"));
  TRY(const auto remove, arguments.optional_text("remove"));
  TRY(const auto note, arguments.optional_text("note"));
  TRY(change.rotate, arguments.flag("rotate"));
  TRY(const auto threshold, arguments.number("threshold"));
  TRY(const auto expires, arguments.optional_text("expires"));
  change.note = note.value_or("");
  if (add) {
    const auto key = store::from_openssh(*add);
    if (!key) return fail(Errc::usage, "add: " + key.error().detail);
    change.add = *key;
  }
  if (remove) {
    TRY(change.remove, find_key(role->second, *remove));
  }
  if (threshold) {
    if (*threshold == 0 || *threshold > store::role_keys_max)
      return fail(Errc::usage, "threshold: 1 to " + std::to_string(store::role_keys_max));
    change.threshold = static_cast<std::uint32_t>(*threshold);
  }
  if (expires) {
    const auto time = *expires == "never" ? Result<Timestamp>(store::never) : parse_utc(*expires);
    if (!time) return fail(Errc::usage, "expires: " + *expires);
    change.expires = *time;
  }
  return change;
}

}  // namespace

Result<Json> federation_roles(Session& session, Arguments& arguments) {
  CHECK_OK(arguments.nothing_else());
  TRY(const auto view, session.node().library().federation());
  std::vector<Json> roles;
  for (const auto& [name, role] : view.roles) roles.push_back(role_json(name, role, view));
  CHECK_OK(session.list(roles));
  auto signers = Json::array();
  for (const auto& key : view.signers) signers.push_back(store::fingerprint(key));
  return Json{{"version", view.version},
              {"signed_by", std::move(signers)},
              {"heartbeat", view.heartbeat ? Json(to_utc(*view.heartbeat)) : Json(nullptr)},
              {"heartbeat_lacks", time_lack_json(view)},
              {"judged", to_utc(view.judged.time)},
              {"clock_ignored", view.judged.clock_ignored}};
}

Result<Json> federation_change_role(Session& session, Arguments& arguments) {
  CHECK_OK(check_federation(session));
  auto& library = session.node().library();
  TRY(const auto view, library.federation());
  TRY(const auto change, read_change(view, arguments));
  TRY(const auto offline, arguments.flag("offline"));
  CHECK_OK(arguments.nothing_else());
  if (!offline) CHECK_OK(wait_for_confirmation(session));
  std::optional<store::SigningRequest> lacking;
  CHECK_OK(library.change_role(change, &lacking));
  Json reply{{"role", change.role}, {"in_force", true}, {"needs_all_keys", needs_all_keys(view.roles.at(change.role), change)}};
  add_request(reply, lacking);
  return reply;
}

Result<Json> federation_apply(Session& session, Arguments& arguments) {
  TRY(const auto text, arguments.text("request"));
  TRY(const auto offline, arguments.flag("offline"));
  CHECK_OK(arguments.nothing_else());
  CHECK_OK(check_federation(session));
  TRY(const auto request, store::parse_request(text));
  if (!offline) CHECK_OK(wait_for_confirmation(session));
  CHECK_OK(session.node().library().apply(request));
  auto paths = Json::array();
  for (const auto& statement : request.statements) paths.push_back(statement.path);
  return Json{{"in_force", true}, {"paths", std::move(paths)}};
}

Result<Json> federation_requests(Session& session, Arguments& arguments) {
  TRY(const auto centre, arguments.optional_text("centre"));
  TRY(const auto wait, arguments.flag("wait"));
  CHECK_OK(arguments.nothing_else());
  CHECK_OK(check_federation(session));
  if (wait && !centre) return fail(Errc::usage, "wait: for one centre");
  std::vector<Json> list;
  while (true) {
    TRY(const auto requests, session.node().library().requests());
    for (const auto& [slug, request] : requests)
      if (!centre || slug == *centre) list.push_back({{"centre", slug}, {"request", encode(request)}});
    if (!wait || !list.empty()) break;
    CHECK_OK(session.pause(request_poll));
  }
  CHECK_OK(session.list(list));
  return Json{{"requests", list.size()}};
}

Result<Json> federation_heartbeat(Session& session, Arguments& arguments) {
  TRY(const auto offline, arguments.flag("offline"));
  CHECK_OK(arguments.nothing_else());
  CHECK_OK(check_federation(session));
  if (!offline) CHECK_OK(wait_for_confirmation(session));
  auto& library = session.node().library();
  CHECK_OK(library.beat(true));
  TRY(const auto view, library.federation());
  return Json{{"heartbeat", view.heartbeat ? Json(to_utc(*view.heartbeat)) : Json(nullptr)}};
}

}  // namespace essaimage::shell::verb

#include "daemon/shell/control/verbs.hpp"

#include <algorithm>
#include <array>

#include "daemon/shell/control/explain/explain_parts.hpp"
#include "daemon/shell/control/readiness.hpp"
#include "proto/nearest.hpp"

namespace essaimage::shell {

namespace {

constexpr std::int64_t milliseconds_per_second = 1'000;
constexpr std::array cut_off_codes = {Errc::publish_suspended, Errc::key_succeeded};
constexpr std::chrono::seconds confirmation_max{10};
constexpr std::chrono::milliseconds confirmation_poll{20};

constexpr std::array verbs = {
    Verb{"catalogue.accept", verb::catalogue_accept},
    Verb{"catalogue.decline", verb::catalogue_decline},
    Verb{"catalogue.history", verb::catalogue_history},
    Verb{"catalogue.list", verb::catalogue_list},
    Verb{"catalogue.propose", verb::catalogue_propose},
    Verb{"catalogue.retire", verb::catalogue_retire},
    Verb{"catalogue.review", verb::catalogue_review},
    Verb{"catalogue.show", verb::catalogue_show},
    Verb{"checkout", verb::checkout},
    Verb{"drop", verb::drop},
    Verb{"explain", verb::explain},
    Verb{"federation.apply", verb::federation_apply},
    Verb{"federation.change-role", verb::federation_change_role},
    Verb{"federation.heartbeat", verb::federation_heartbeat},
    Verb{"federation.requests", verb::federation_requests},
    Verb{"federation.roles", verb::federation_roles},
    Verb{"fetch", verb::fetch},
    Verb{"fork.resolve", verb::fork_resolve},
    Verb{"hold", verb::hold},
    Verb{"kit.adopt", verb::kit_adopt},
    Verb{"kit.file", verb::kit_file},
    Verb{"kit.files", verb::kit_files},
    Verb{"kit.history", verb::kit_history},
    Verb{"kit.show", verb::kit_show},
    Verb{"kit.tree", verb::kit_tree},
    Verb{"kit.unadopt", verb::kit_unadopt},
    Verb{"kits", verb::kits},
    Verb{"member.invite", verb::member_invite},
    Verb{"member.list", verb::member_list},
    Verb{"member.neighbours", verb::member_neighbours},
    Verb{"member.new-key", verb::member_new_key},
    Verb{"member.show", verb::member_show},
    Verb{"member.suspend", verb::member_suspend},
    Verb{"mirror.add", verb::mirror_add},
    Verb{"mirror.change", verb::mirror_change},
    Verb{"mirror.end", verb::mirror_end},
    Verb{"mirror.list", verb::mirror_list},
    Verb{"mirror.rule", verb::mirror_rule},
    Verb{"mirror.show", verb::mirror_show},
    Verb{"outcome.add", verb::outcome_add},
    Verb{"outcome.list", verb::outcome_list},
    Verb{"outcome.remove", verb::outcome_remove},
    Verb{"outcome.show", verb::outcome_show},
    Verb{"outcome.sum", verb::outcome_sum},
    Verb{"pause", verb::pause},
    Verb{"peers", verb::peers},
    Verb{"pin", verb::pin},
    Verb{"publish", verb::publish},
    Verb{"ready", verb::ready},
    Verb{"ready.forget", verb::ready_forget},
    Verb{"ready.list", verb::ready_list},
    Verb{"report", verb::report},
    Verb{"resume", verb::resume},
    Verb{"scrub", verb::scrub},
    Verb{"search", verb::search},
    Verb{"status", verb::status},
    Verb{"sync", verb::sync},
    Verb{"unpin", verb::unpin},
    Verb{"verify", verb::verify},
    Verb{"version", verb::version},
    Verb{"watch", verb::watch},
    Verb{"withdraw", verb::withdraw},
    Verb{"withdraw.list", verb::withdraw_list},
    Verb{"withdraw.status", verb::withdraw_status},
};

}  // namespace

std::span<const Verb> all_verbs() { return verbs; }

bool is_alone(const core::NodeStatus& status) {
  return std::ranges::none_of(status.peers, [](const auto& peer) { return peer.state == core::PeerStatus::State::connected; });
}

// A peer that says so is not the federation: who is being dialled and has not said it may well speak with us.
bool is_cut_off(const core::NodeStatus& status) {
  const auto refused = [](const core::PeerStatus& peer) {
    return peer.last_error && std::ranges::find(cut_off_codes, peer.last_error->code) != cut_off_codes.end();
  };
  return is_alone(status) && std::ranges::any_of(status.peers, refused) && std::ranges::none_of(status.peers, [&](const auto& peer) {
           return peer.state == core::PeerStatus::State::connecting && !refused(peer);
         });
}

namespace {

/// `waited`: whoever has not answered by now does not.
Status check_cut_off(const core::NodeStatus& status, bool waited) {
  if (waited ? !is_alone(status) : !is_cut_off(status)) return {};
  for (const auto why : cut_off_codes)
    if (const auto by = who_tell_of(status, why); !by.empty()) return fail(why, "as " + joined(by) + " say");
  return {};
}

}  // namespace

Status wait_for_confirmation(Session& session) {
  const auto until = session.node().now() + confirmation_max;
  for (;;) {
    TRY(const auto status, session.node().status());
    if (status.own_heads_confirmed) return {};
    const bool waited = session.node().now() >= until;
    CHECK_OK(check_cut_off(status, waited));
    if (waited) {
      std::size_t connected = 0;
      for (const auto& peer : status.peers) connected += peer.state == core::PeerStatus::State::connected;
      return fail(Errc::publish_unconfirmed,
                  connected == 0
                      ? "no peer is connected"
                      : std::to_string(connected) + " connected, and not for each audience of this centre one that has answered");
    }
    CHECK_OK(session.progress(0, 0, control::Progress::Unit::things, "confirmation"));
    CHECK_OK(session.pause(confirmation_poll));
  }
}

Json told_json(const core::NodeStatus& status, Instant now) {
  for (const auto why : cut_off_codes) {
    const auto by = who_tell_of(status, why);
    if (by.empty()) continue;
    const auto ago = now - told_since(status, why).value_or(now);
    return {{"code", describe(why, Language::english).code},
            {"by", by},
            {"since", to_utc({civil_now().seconds - ago.count() / milliseconds_per_second})}};
  }
  return nullptr;
}

Status check_territory(const Session& session, const std::optional<std::string>& territory) {
  const auto roster = session.node().library().roster();
  if (!territory || roster == nullptr) return {};
  std::vector<std::string_view> known;
  for (const auto& [slug, member] : roster->members) known.insert(known.end(), member.territories.begin(), member.territories.end());
  if (std::ranges::find(known, *territory) != known.end()) return {};
  const auto meant = nearest(*territory, known);
  return fail(Errc::usage, "territory: " + *territory + ": no member is of it" + (meant.empty() ? "" : "; did you mean " + meant + "?"));
}

Result<Json> run_verb(Session& session, const control::Request& request) {
  const auto found = std::find_if(verbs.begin(), verbs.end(), [&](const Verb& verb) { return verb.name == request.verb; });
  if (found == verbs.end()) return fail(Errc::control_verb_unknown, request.verb);
  if (session.node().stopping()) return fail(Errc::stopping);
  TRY(auto arguments, Arguments::parse(request.arguments));
  return found->run(session, arguments);
}

}  // namespace essaimage::shell

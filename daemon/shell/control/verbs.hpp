#pragma once
// The verbs of the control socket, by name. Each reads its arguments, does its work through the
// node, and returns the document of its Reply. proto/CONTROL.md specifies them. Any thread; one
// Session each.

#include <span>
#include <string_view>

#include "daemon/shell/control/session.hpp"

namespace essaimage::shell {

using VerbFunction = Result<Json> (*)(Session& session, Arguments& arguments);

struct Verb {
  std::string_view name;
  VerbFunction run;
};

std::span<const Verb> all_verbs();
/// To add to an old state of our own feed would fork it: waits until a peer has told what it has of us, at most ten
/// seconds; then Errc::publish_unconfirmed. Errc::publish_suspended, Errc::key_succeeded: peers say so, and nobody is there who might
/// tell otherwise.
Status wait_for_confirmation(Session& session);
/// Errc::not_federation: an act that only the federation's node does.
Status check_federation(Session& session);
/// Errc::usage for a territory that no member is of: a slip, for which there would be nothing rather than a refusal.
Status check_territory(const Session& session, const std::optional<std::string>& territory);
/// What an act could not make effective by the keys here, for the person to have signed: `request`, `in_force` false.
void add_request(Json& reply, const std::optional<store::SigningRequest>& request);
/// What peers tell of this centre while they refuse it: that it is suspended, or has another key; null: nothing. They are not the
/// federation, and who is cut off cannot hear of it any more.
Json told_json(const core::NodeStatus& status, Instant now);
/// No peer is connected now.
bool is_alone(const core::NodeStatus& status);
/// No peer is connected, some say that this centre is no member any more, and none is being dialled that might know better.
bool is_cut_off(const core::NodeStatus& status);
/// The bytes of a file, in one frame or more, as the `index`-th of this verb. Errc::media_bad, Errc::corrupt.
Status send_file(Session& session, std::uint32_t index, const store::KitFile& file, std::uint64_t& done, std::uint64_t total);
/// Errc::control_verb_unknown for a name that is none. Unknown arguments are refused before
/// anything is done.
Result<Json> run_verb(Session& session, const control::Request& request);

namespace verb {
// verbs_node.cpp (explain too)
Result<Json> version(Session& session, Arguments& arguments);
Result<Json> status(Session& session, Arguments& arguments);
Result<Json> peers(Session& session, Arguments& arguments);
Result<Json> sync(Session& session, Arguments& arguments);
Result<Json> explain(Session& session, Arguments& arguments);
// verbs_kit.cpp
Result<Json> kits(Session& session, Arguments& arguments);
Result<Json> kit_show(Session& session, Arguments& arguments);
Result<Json> kit_files(Session& session, Arguments& arguments);
Result<Json> kit_history(Session& session, Arguments& arguments);
Result<Json> checkout(Session& session, Arguments& arguments);
// verbs_search.cpp
Result<Json> search(Session& session, Arguments& arguments);
// verbs_ready.cpp
Result<Json> ready(Session& session, Arguments& arguments);
Result<Json> ready_forget(Session& session, Arguments& arguments);
Result<Json> ready_list(Session& session, Arguments& arguments);
// verbs_hold.cpp
Result<Json> pin(Session& session, Arguments& arguments);
Result<Json> unpin(Session& session, Arguments& arguments);
Result<Json> fetch(Session& session, Arguments& arguments);
Result<Json> drop(Session& session, Arguments& arguments);
Result<Json> hold(Session& session, Arguments& arguments);
// verbs_traffic.cpp
Result<Json> pause(Session& session, Arguments& arguments);
Result<Json> resume(Session& session, Arguments& arguments);
// verbs_publish.cpp
Result<Json> publish(Session& session, Arguments& arguments);
// verbs_member.cpp
Result<Json> member_invite(Session& session, Arguments& arguments);
Result<Json> member_list(Session& session, Arguments& arguments);
Result<Json> member_neighbours(Session& session, Arguments& arguments);
Result<Json> member_new_key(Session& session, Arguments& arguments);
Result<Json> member_show(Session& session, Arguments& arguments);
Result<Json> member_suspend(Session& session, Arguments& arguments);
// verbs_federation.cpp
Result<Json> federation_apply(Session& session, Arguments& arguments);
Result<Json> federation_change_role(Session& session, Arguments& arguments);
Result<Json> federation_heartbeat(Session& session, Arguments& arguments);
Result<Json> federation_requests(Session& session, Arguments& arguments);
Result<Json> federation_roles(Session& session, Arguments& arguments);
// verbs_catalogue.cpp
Result<Json> catalogue_accept(Session& session, Arguments& arguments);
Result<Json> catalogue_decline(Session& session, Arguments& arguments);
Result<Json> catalogue_propose(Session& session, Arguments& arguments);
Result<Json> catalogue_retire(Session& session, Arguments& arguments);
Result<Json> catalogue_review(Session& session, Arguments& arguments);
Result<Json> kit_adopt(Session& session, Arguments& arguments);
Result<Json> kit_unadopt(Session& session, Arguments& arguments);
// verbs_catalogue_look.cpp
Result<Json> catalogue_history(Session& session, Arguments& arguments);
Result<Json> catalogue_list(Session& session, Arguments& arguments);
Result<Json> catalogue_show(Session& session, Arguments& arguments);
// verbs_outcome.cpp
Result<Json> outcome_add(Session& session, Arguments& arguments);
Result<Json> outcome_list(Session& session, Arguments& arguments);
Result<Json> outcome_remove(Session& session, Arguments& arguments);
Result<Json> outcome_show(Session& session, Arguments& arguments);
Result<Json> outcome_sum(Session& session, Arguments& arguments);
// verbs_mirror.cpp
Result<Json> mirror_add(Session& session, Arguments& arguments);
Result<Json> mirror_change(Session& session, Arguments& arguments);
Result<Json> mirror_end(Session& session, Arguments& arguments);
Result<Json> mirror_list(Session& session, Arguments& arguments);
Result<Json> mirror_rule(Session& session, Arguments& arguments);
Result<Json> mirror_show(Session& session, Arguments& arguments);
// verbs_report.cpp
Result<Json> report(Session& session, Arguments& arguments);
// verbs_family.cpp
Result<Json> kit_tree(Session& session, Arguments& arguments);
Result<Json> kit_file(Session& session, Arguments& arguments);
// verbs_withdraw.cpp
Result<Json> withdraw(Session& session, Arguments& arguments);
Result<Json> withdraw_list(Session& session, Arguments& arguments);
Result<Json> withdraw_status(Session& session, Arguments& arguments);
// verbs_upkeep.cpp
Result<Json> verify(Session& session, Arguments& arguments);
Result<Json> scrub(Session& session, Arguments& arguments);
Result<Json> fork_resolve(Session& session, Arguments& arguments);
// verbs_watch.cpp
Result<Json> watch(Session& session, Arguments& arguments);
}  // namespace verb

}  // namespace essaimage::shell

#pragma once
// The functions of the verbs; the table in commands.cpp names them. Each prints what it found, and
// returns how it went; an Error is printed by the caller.

#include "store/crypto/keys.hpp"
#include "tools/ctl/client.hpp"
#include "tools/ctl/context.hpp"

namespace essaimage::ctl {

/// "7d", "12h", "30m", "45s" in seconds.
Result<std::uint64_t> parse_period(const std::string& text, const char* option);
/// A number of seconds, or of things: digits alone.
Result<std::uint64_t> parse_seconds(const std::string& text, const char* option);

/// A public key as people give it: "ssh-ed25519 AAAA… note", a file with that, or a secret key's file.
struct NamedKey {
  SigningKey key;
  std::string comment;
};
Result<NamedKey> read_key(const std::string& text);
/// The secret key that a person gives: Errc::file_missing, Errc::key_not_secret.
Result<store::SigningSecret> read_secret_key(const std::string& file);

/// Whether media move, in a sentence.
std::string traffic_text(const Json& state, const Context& context);

}  // namespace essaimage::ctl

namespace essaimage::ctl::verb {

// cmd_federation.cpp
Result<ExitCode> federation_create(Context& context);
Result<ExitCode> join(Context& context);
// cmd_role.cpp
Result<ExitCode> role_show(Context& context);
Result<ExitCode> role_add(Context& context);
Result<ExitCode> role_remove(Context& context);
Result<ExitCode> role_rotate(Context& context);
Result<ExitCode> role_set(Context& context);
Result<ExitCode> federation_heartbeat(Context& context);
// cmd_sign.cpp
Result<ExitCode> key_new(Context& context);
Result<ExitCode> federation_sign(Context& context);
Result<ExitCode> federation_apply(Context& context);
Result<ExitCode> federation_requests(Context& context);
// cmd_member.cpp
Result<ExitCode> member_invite(Context& context);
Result<ExitCode> member_list(Context& context);
Result<ExitCode> member_show(Context& context);
Result<ExitCode> member_suspend(Context& context);
Result<ExitCode> member_neighbours(Context& context);
Result<ExitCode> member_new_key(Context& context);
// cmd_folder.cpp
Result<ExitCode> kit_new(Context& context);
Result<ExitCode> kit_check(Context& context);
// cmd_kit.cpp
Result<ExitCode> kits(Context& context);
Result<ExitCode> kit_show(Context& context);
Result<ExitCode> kit_files(Context& context);
Result<ExitCode> kit_history(Context& context);
// cmd_search.cpp
Result<ExitCode> search(Context& context);
// cmd_ready.cpp
Result<ExitCode> ready(Context& context);
// cmd_hold.cpp
Result<ExitCode> pin(Context& context);
Result<ExitCode> unpin(Context& context);
Result<ExitCode> fetch(Context& context);
Result<ExitCode> drop(Context& context);
Result<ExitCode> hold(Context& context);
// cmd_catalogue.cpp
Result<ExitCode> catalogue_accept(Context& context);
Result<ExitCode> catalogue_decline(Context& context);
Result<ExitCode> catalogue_propose(Context& context);
Result<ExitCode> catalogue_retire(Context& context);
Result<ExitCode> catalogue_review(Context& context);
// cmd_catalogue_look.cpp
Result<ExitCode> catalogue_history(Context& context);
Result<ExitCode> catalogue_list(Context& context);
Result<ExitCode> catalogue_show(Context& context);
Result<ExitCode> kit_adopt(Context& context);
Result<ExitCode> kit_unadopt(Context& context);
// cmd_adapt.cpp
Result<ExitCode> kit_adapt(Context& context);
Result<ExitCode> kit_diff(Context& context);
Result<ExitCode> kit_tree(Context& context);
// cmd_upstream.cpp
Result<ExitCode> kit_upstream(Context& context);
// cmd_outcome.cpp
Result<ExitCode> outcome_add(Context& context);
Result<ExitCode> outcome_list(Context& context);
Result<ExitCode> outcome_show(Context& context);
Result<ExitCode> outcome_remove(Context& context);
Result<ExitCode> outcome_sum(Context& context);
// cmd_mirror.cpp
Result<ExitCode> mirror_add(Context& context);
Result<ExitCode> mirror_change(Context& context);
Result<ExitCode> mirror_end(Context& context);
Result<ExitCode> mirror_list(Context& context);
Result<ExitCode> mirror_rule(Context& context);
Result<ExitCode> mirror_show(Context& context);
// cmd_report.cpp
Result<ExitCode> report(Context& context);
// cmd_traffic.cpp
Result<ExitCode> pause(Context& context);
Result<ExitCode> resume(Context& context);
// cmd_publish.cpp
Result<ExitCode> publish(Context& context);
// cmd_checkout.cpp
Result<ExitCode> checkout(Context& context);
// cmd_sync.cpp
Result<ExitCode> sync(Context& context);
// cmd_upkeep.cpp
Result<ExitCode> verify(Context& context);
Result<ExitCode> scrub(Context& context);
Result<ExitCode> fork_resolve(Context& context);
// cmd_watch.cpp
Result<ExitCode> watch(Context& context);
// cmd_status.cpp
Result<ExitCode> status(Context& context);
Result<ExitCode> peers(Context& context);
Result<ExitCode> explain(Context& context);
// cmd_help.cpp
Result<ExitCode> help(Context& context);
Result<ExitCode> version(Context& context);
// cmd_withdraw.cpp
Result<ExitCode> withdraw(Context& context);
Result<ExitCode> withdraw_list(Context& context);
Result<ExitCode> withdraw_status(Context& context);

}  // namespace essaimage::ctl::verb

// federation create, join: they make the home; its daemon does not run yet.

#include <ctime>
#include <ostream>

#include <fmt/format.h>

#include "proto/default_config.hpp"
#include "store/home.hpp"
#include "tools/ctl/client.hpp"
#include "tools/ctl/verbs/verbs.hpp"

namespace essaimage::ctl::verb {

namespace {

/// "tcp://IP:PORT", as the daemon will ask for it: better to say so before the home is made.
Status check_endpoint(const std::string& endpoint, const char* option) {
  const auto colon = endpoint.rfind(':');
  const bool shape = endpoint.starts_with("tcp://") && colon != std::string::npos && colon > 6 && colon + 1 < endpoint.size();
  const auto port = shape ? endpoint.substr(colon + 1) : std::string();
  const bool digits = !port.empty() && port.size() <= 5 && port.find_first_not_of("0123456789") == std::string::npos;
  if (digits && std::stoi(port) <= 65'535) return {};
  return fail(Errc::usage, fmt::format("--{}: tcp://IP:PORT, {}", option, endpoint));
}

/// Addresses that stand for all of this computer's cannot be dialled by others.
bool is_wildcard(const std::string& endpoint) {
  return endpoint.starts_with("tcp://0.0.0.0:") || endpoint.starts_with("tcp://*:") || endpoint.starts_with("tcp://[::]:") ||
         endpoint.ends_with(":0");
}

void print_next(const Context& context, const store::Identity& identity) {
  const auto home = context.layout().home.string();
  if (context.json) {
    context.out() << pretty({{"home", home},
                             {"centre", identity.slug},
                             {"name", identity.name},
                             {"federation", {{"id", identity.federation.hex()}, {"slug", identity.federation_slug}}}})
                  << "\n";
    return;
  }
  context.out() << context.say("home:        ", "nœud :        ") << home << "\n"
                << context.say("centre:      ", "centre :      ") << identity.slug << "\n"
                << context.say("federation:  ", "fédération :  ") << identity.federation_slug << " ("
                << identity.federation.hex().substr(0, 16) << "…)\n\n"
                << context.say("Next, start its daemon:", "Ensuite, lancez son démon :") << "\n  essaimaged --home " << home << "\n";
  if (identity.is_federation()) {
    context.out() << context.say("and invite a first centre:", "et invitez un premier centre :") << "\n  essaimagectl --home " << home
                  << " member invite " << context.say("SLUG --name NAME", "NOM-COURT --name NOM") << "\n";
  } else {
    context.out() << context.say("It completes the joining by itself; to see how it goes:",
                                 "Il achève l'adhésion tout seul ; pour voir où il en est :")
                  << "\n  essaimagectl --home " << home << " status\n";
  }
}

/// As copied from an e-mail, whose program may have broken the line.
std::string unwrapped(std::string text) {
  std::erase_if(text, [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; });
  return text;
}

}  // namespace

Result<ExitCode> federation_create(Context& context) {
  store::NewFederation federation;
  federation.name = context.parsed.value("name");
  federation.slug = context.parsed.value("slug");
  const auto listen = context.parsed.value("listen");
  if (federation.name.empty()) return fail(Errc::usage, "--name");
  if (!federation.slug.empty() && !is_slug(federation.slug)) return fail(Errc::usage, "--slug: a-z, 0-9, -");
  if (!listen.empty()) {
    CHECK_OK(check_endpoint(listen, "listen"));
    if (!is_wildcard(listen)) federation.endpoints.push_back(listen);
  }
  TRY(const auto identity, store::create_federation_home(context.layout(), federation, default_config(listen), {std::time(nullptr)}));
  print_next(context, identity);
  return ExitCode::ok;
}

Result<ExitCode> join(Context& context) {
  TRY(const auto invitation, store::parse_invitation(unwrapped(context.parsed.positionals[0])));
  const auto listen = context.parsed.value("listen");
  if (!listen.empty()) CHECK_OK(check_endpoint(listen, "listen"));
  if (invitation.expires < Timestamp{std::time(nullptr)}) return fail(Errc::invitation_expired, to_utc(invitation.expires));
  const auto home = store::load_identity(context.layout());
  if (!home && home.error().code == Errc::home_damaged) return tl::unexpected(home.error());
  const bool is_there = home.has_value();
  if (is_there && !listen.empty())
    return fail(Errc::usage, context.say("--listen: this home is there already; change `listen` in its essaimage.toml",
                                         "--listen : ce dossier existe déjà ; changez `listen` dans son essaimage.toml"));
  TRY(const auto identity, is_there ? store::renew_invitation(context.layout(), invitation)
                                    : store::create_joining_home(context.layout(), invitation, default_config(listen)));
  print_next(context, identity);
  return ExitCode::ok;
}

}  // namespace essaimage::ctl::verb

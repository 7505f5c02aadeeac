// federation key new, sign, apply, requests: signatures by people who hold keys elsewhere.

#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <set>

#include "proto/limits.hpp"
#include "store/disk/files.hpp"
#include "tools/ctl/requests.hpp"
#include "tools/ctl/verbs/verbs.hpp"

namespace essaimage::ctl::verb {

namespace {

/// The one that is named, else those of this home for the roles that have to sign.
Result<std::vector<store::SigningSecret>> secrets_for(const Context& context, const store::SigningRequest& request) {
  std::vector<store::SigningSecret> secrets;
  if (const auto file = context.parsed.value("key"); !file.empty()) {
    TRY(auto secret, read_secret_key(file));
    secrets.push_back(std::move(secret));
    return secrets;
  }
  TRY(const auto demands, store::demands_of(request));
  std::set<std::string> roles;
  for (const auto& demand : demands) roles.insert(demand.role);
  if (request.neighbours) {
    TRY(auto secret, store::SigningSecret::load(context.layout().signing_key()));  // a centre signs as itself
    secrets.push_back(std::move(secret));
    return secrets;
  }
  for (const auto& role : roles) {
    for (const auto& file : {context.layout().role_key(role), context.layout().next_role_key(role)}) {
      std::error_code ignored;
      if (!std::filesystem::exists(file, ignored)) continue;
      TRY(auto secret, store::SigningSecret::load(file));
      secrets.push_back(std::move(secret));
    }
  }
  if (secrets.empty())
    return fail(Errc::usage,
                context.say("--key KEYFILE: this home has no key of these roles", "--key CLÉ : ce nœud n'a aucune clé de ces rôles"));
  return secrets;
}

bool confirmed(const Context& context) {
  if (context.parsed.has("yes") || !context.io.in_is_terminal) return true;
  context.err() << context.say("Sign this? [y/N] ", "Signer cela ? [o/N] ") << std::flush;
  std::string answer;
  if (!std::getline(context.io.in, answer)) return false;
  return answer == "y" || answer == "Y" || answer == "yes" || answer == "o" || answer == "O" || answer == "oui";
}

/// With the signatures of all these keys. Errc::request_signed, Errc::key_not_of_role if none of them adds any.
Result<store::SigningRequest> signed_by(store::SigningRequest request, const std::vector<store::SigningSecret>& secrets) {
  std::optional<Error> why;
  bool any = false;
  for (const auto& secret : secrets) {
    const auto done = store::sign(request, secret);
    any = any || done;
    if (done) continue;
    const bool harmless = done.error().code == Errc::key_not_of_role || done.error().code == Errc::request_signed;
    if (!harmless) return tl::unexpected(done.error());
    if (!why || done.error().code == Errc::request_signed) why = done.error();
  }
  if (any) return request;
  return tl::unexpected(*why);
}

void print_request(const Context& context, const store::SigningRequest& request) {
  context.out() << context.say("Of the federation ", "De la fédération ") << request.federation.hex().substr(0, 16) << "…\n";
  for (const auto& line : words_of(request, context)) context.out() << "- " << line << "\n";
  if (!request.neighbours) return;
  context.out() << context.say(
      "Sign only if somebody whom you know at that centre asks for it, and reads you this fingerprint (`essaimagectl status` there).\n",
      "Ne signez que si une personne de ce centre, que vous connaissez, le demande et vous lit cette empreinte (`essaimagectl "
      "status` là-bas).\n");
}

}  // namespace

Result<ExitCode> key_new(Context& context) {
  const std::filesystem::path file = context.parsed.positionals[0];
  const std::filesystem::path public_file = file.string() + ".pub";
  const auto note = context.parsed.value("note");
  const bool is_line = std::none_of(note.begin(), note.end(), [](char c) { return c >= 0 && c < ' '; });
  // No role takes another one, and no reader of the two files a much longer one.
  if (!is_line || note.size() > limits::name_bytes_max)
    return fail(Errc::usage, "--note: one line of at most " + std::to_string(limits::name_bytes_max) + " bytes");
  std::error_code ignored;
  for (const auto& each : {file, public_file})
    if (std::filesystem::exists(each, ignored)) return fail(Errc::file_exists, each.string());
  const auto secret = store::SigningSecret::generate();
  CHECK_OK(secret.save(file, note));
  const auto line = store::to_openssh(secret.public_key()) + (note.empty() ? "" : " " + printable(note));
  CHECK_OK(store::create_file(public_file, bytes_of(line + "\n"), 0644));
  if (context.json) {
    context.out() << pretty({{"file", file.string()},
                             {"key", store::to_openssh(secret.public_key())},
                             {"fingerprint", store::fingerprint(secret.public_key())}})
                  << "\n";
    return ExitCode::ok;
  }
  context.out() << line << "\n";
  context.err() << fmt::format(
      fmt::runtime(context.say("The secret key is in {}: nobody else may have it. Send the federation {}.pub, which is no secret.\n",
                               "La clé secrète est dans {} : personne d'autre ne doit l'avoir. Envoyez à la fédération {}.pub, qui "
                               "n'a rien de secret.\n")),
      printable(file.string()), printable(file.string()));
  return ExitCode::ok;
}

Result<ExitCode> federation_sign(Context& context) {
  const auto file = context.parsed.positionals[0];
  TRY(auto request, read_request(file));
  if (!context.json) print_request(context, request);
  const bool look = context.parsed.has("look");
  if (!look) {
    TRY(const auto secrets, secrets_for(context, request));
    TRY(auto more, signed_by(request, secrets));
    if (!confirmed(context)) return ExitCode::refused;
    const auto text = encode(more);
    if (text.size() > store::request_bytes_max) return fail(Errc::too_large, file);  // as it is, others can still read it
    CHECK_OK(store::replace_file(file, bytes_of(text)));
    request = std::move(more);
  }
  TRY(const auto standing, standing_of(request));
  const bool enough = is_enough(standing);
  if (context.json) {
    auto roles = Json::array();
    for (const auto& each : standing)
      roles.push_back({{"role", each.role}, {"signatures", each.signatures}, {"threshold", each.threshold}});
    context.out() << pretty({{"file", file}, {"signed", !look}, {"says", words_of(request, context)}, {"roles", roles}, {"enough", enough}})
                  << "\n";
    return ExitCode::ok;
  }
  context.out() << (look ? context.say("Signatures: ", "Signatures : ") : context.say("Signed. Signatures: ", "Signé. Signatures : "))
                << standing_text(standing, context) << "\n";
  if (enough)
    context.out() << context.say("That is enough. On the federation's node: essaimagectl federation apply ",
                                 "Cela suffit. Sur le nœud de la fédération : essaimagectl federation apply ")
                  << printable(file) << "\n";
  return ExitCode::ok;
}

Result<ExitCode> federation_apply(Context& context) {
  TRY(const auto request, read_request(context.parsed.positionals[0]));
  Json arguments{{"request", encode(request)}};
  if (context.parsed.has("offline")) arguments["offline"] = true;
  TRY(auto client, Client::connect(context));
  TRY(const auto reply, client.ask("federation.apply", arguments));
  if (context.json) {
    context.out() << pretty(reply) << "\n";
    return ExitCode::ok;
  }
  context.out() << context.say("In force:\n", "En vigueur :\n");
  for (const auto& line : words_of(request, context)) context.out() << "- " << line << "\n";
  return ExitCode::ok;
}

Result<ExitCode> federation_requests(Context& context) {
  Json arguments = Json::object();
  if (!context.parsed.positionals.empty()) arguments["centre"] = context.parsed.positionals[0];
  if (context.parsed.has("wait")) arguments["wait"] = true;
  TRY(auto client, Client::connect(context));
  TRY(const auto requests, client.list("federation.requests", arguments));
  if (!context.parsed.positionals.empty()) {
    const auto& centre = context.parsed.positionals[0];
    const auto at = std::find_if(requests.begin(), requests.end(), [&](const auto& each) { return text_at(each, "centre") == centre; });
    if (at == requests.end()) return fail(Errc::not_found, centre);
    if (context.json) {
      context.out() << pretty(*at) << "\n";
      return ExitCode::ok;
    }
    TRY([[maybe_unused]] const bool saved, save_request(context, *at));
    return ExitCode::ok;
  }
  if (context.json) {
    context.out() << pretty(requests) << "\n";
    return ExitCode::ok;
  }
  if (requests.empty()) context.err() << context.say("No centre waits for signatures.\n", "Aucun centre n'attend de signatures.\n");
  for (const auto& each : requests) {
    TRY(const auto request, store::parse_request(text_at(each, "request")));
    for (const auto& line : words_of(request, context))
      context.out() << printable(text_at(each, "centre")) << context.say(": ", " : ") << line << "\n";
  }
  return ExitCode::ok;
}

}  // namespace essaimage::ctl::verb

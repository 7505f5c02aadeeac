#include "tests/sim/role_hands.hpp"

#include <algorithm>
#include <filesystem>

#include "store/crypto/hash.hpp"
#include "tests/sim/must.hpp"
#include "tests/sim/role_forger.hpp"

namespace essaimage::sim {
namespace {

Sha256 hash_of(const store::RequestedStatement& statement) { return store::sha256(bytes_of(statement.content)); }

}  // namespace

RoleHands::RoleHands(World& world, GitStores& stores) : world_(world), stores_(stores) {
  auto& federation = stores_.store(0);
  Roles roles;
  for (const auto name : store::all_roles) {
    const store::Path file = federation.layout().role_key(std::string(name));
    auto secret = must(store::SigningSecret::load(file), file.string());
    roles[std::string(name)] = {{secret.public_key()}, 1, {}, {}};
    if (name == store::role_heartbeat) {
      stores_.roles.set_heartbeat_key(secret.public_key());
      continue;
    }
    sticks_.emplace(secret.public_key(), secret);
    std::filesystem::remove(file);
  }
  note_first(roles.at("members").keys.front());
  stores_.roles.set_roles(std::move(roles));
}

/// The members of the beginning, and who is still to come: the home has signed them, before its key left it.
void RoleHands::note_first(const SigningKey& members) {
  const RoleForger reader(stores_);
  const auto commit = stores_.store(0).head({slug_of(0), Audience{}}).commit;
  for (const std::string folder : {"members", "invitations"}) {
    for (const auto& name : reader.list(commit, folder)) {
      if (!name.ends_with(".toml")) continue;
      const auto path = folder + "/" + name;
      stores_.roles.note_signature(path, store::sha256(bytes_of(reader.read(commit, path).value_or(""))), members);
    }
  }
}

SigningKey RoleHands::new_stick() {
  auto secret = store::SigningSecret::generate();
  const SigningKey key = secret.public_key();
  sticks_.emplace(key, std::move(secret));
  return key;
}

/// That have to sign it: of federation.toml the root of before, and the next one.
std::vector<const store::Role*> RoleHands::roles_of(const store::RequestedStatement& statement, const Roles* next) const {
  const auto name = role_for(statement.path);
  const Roles& then = next == nullptr ? stores_.roles.roles() : *next;
  std::vector<const store::Role*> roles{&then.at(name)};
  if (name == "root") roles.push_back(&stores_.roles.role(name));
  return roles;
}

bool RoleHands::enough(const store::SigningRequest& request, const Roles* next) const {
  return std::ranges::all_of(request.statements, [&](const auto& statement) {
    return std::ranges::all_of(roles_of(statement, next),
                               [&](const store::Role* role) { return stores_.roles.enough(statement.path, hash_of(statement), *role); });
  });
}

void RoleHands::note(const store::SigningRequest& request, const Roles* next, const SigningKey& key) {
  for (const auto& statement : request.statements) {
    const auto roles = roles_of(statement, next);
    if (std::ranges::any_of(roles, [&](const store::Role* role) { return role->has(key); })) {
      stores_.roles.note_signature(statement.path, hash_of(statement), key);
    }
  }
}

/// Too few have signed, whatever it looks like.
void RoleHands::must_lack(const store::SigningRequest& request, Fault fault) {
  const auto applied = stores_.store(0).library().apply(request);
  if (applied) world_.violated("the federation's node put into force what too few have signed: " + request.statements.front().path);
  else if (applied.error().code != Errc::role_expired) world_.network.coverage.strike(fault);
}

/// As somebody would who wants one signature to count for two.
store::SigningRequest RoleHands::twice(store::SigningRequest request, const SigningKey& key) const {
  for (auto& statement : request.statements) {
    const auto once = store::sign_statement(request.name(statement), bytes_of(statement.content), {&secret(key)});
    statement.signatures = once + once;
  }
  return request;
}

Status RoleHands::carry(store::SigningRequest& request, const Roles* next, core::Random& random) {
  std::set<SigningKey> asked;
  for (const auto& statement : request.statements) {
    stores_.roles.note_version(statement.path, hash_of(statement), statement.version);
    for (const auto* role : roles_of(statement, next)) asked.insert(role->keys.begin(), role->keys.end());
  }
  for (const auto& key : shuffled(std::vector(asked.begin(), asked.end()), random)) {
    if (enough(request, next)) break;
    if (random.below(4) == 0) must_lack(request, Fault::signatures_lacking);
    const auto done = sign(request, secret(key));
    if (!done && done.error().code != Errc::request_signed) return done;
    note(request, next, key);
    if (!enough(request, next) && random.below(3) == 0) must_lack(twice(request, key), Fault::signed_twice);
  }
  if (!enough(request, next)) return fail(Errc::signatures_lacking, request.statements.front().path);
  CHECK_OK(stores_.store(0).library().apply(request));
  put(request, next);
  return {};
}

void RoleHands::put(const store::SigningRequest& request, const Roles* next) {
  if (next != nullptr) stores_.roles.set_roles(*next);
  for (const auto& statement : request.statements) {
    const auto role = role_for(statement.path);
    if (role == "curators" || role == "withdrawals") stores_.roles.put(statement.path, hash_of(statement), statement.version);
    said_[statement.path] = {statement.content, statement.signatures};
  }
  world_.feed_all(0, stores_.store(0).take());
}

}  // namespace essaimage::sim

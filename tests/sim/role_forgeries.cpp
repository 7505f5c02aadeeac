// Files that a thief of the federation node's key makes up, and how it signs them.
#include <algorithm>

#include "store/crypto/hash.hpp"
#include "store/federation/media_withdrawal.hpp"
#include "store/federation/member_file.hpp"
#include "store/federation/paths.hpp"
#include "tests/sim/role_attacks.hpp"

namespace essaimage::sim {
namespace {

using store::feed_path::signatures_of;

}  // namespace

// --- signing -------------------------------------------------------------------------------------------------------------

store::StatementName RoleAttacks::name(const std::string& path, std::uint64_t version, const Sha256& previous) const {
  return {stores_.store(0).library().identity().federation, path, version, previous};
}

std::string RoleAttacks::sign_with(const store::StatementName& statement, const std::string& content, const std::vector<SigningKey>& keys) {
  const Sha256 hash = store::sha256(bytes_of(content));
  stores_.roles.note_version(statement.path, hash, statement.version);
  std::vector<const store::SigningSecret*> secrets;
  for (const auto& key : keys) {
    stores_.roles.note_signature(statement.path, hash, key);
    secrets.push_back(&hands_.secret(key));
  }
  return store::sign_statement(statement, bytes_of(content), secrets);
}

/// So many of its keys, or all.
std::vector<SigningKey> RoleAttacks::valid(const std::string& role, std::size_t count, core::Random& random) const {
  auto keys = shuffled(stores_.roles.role(role).keys, random);
  if (keys.size() > count) keys.resize(count);
  return keys;
}

std::vector<SigningKey> RoleAttacks::removed(const std::string& role, core::Random& random) const {
  std::vector<SigningKey> keys;
  for (const auto& key : former_.at(role)) {
    if (!stores_.roles.role(role).has(key)) keys.push_back(key);
  }
  return shuffled(keys, random);
}

std::vector<SigningKey> RoleAttacks::of_others(const std::string& role, core::Random& random) const {
  std::vector<SigningKey> keys;
  for (const auto& [other, who] : stores_.roles.roles()) {
    for (const auto& key : who.keys) {
      if (other != "heartbeat" && !stores_.roles.role(role).has(key)) keys.push_back(key);
    }
  }
  return shuffled(keys, random);
}

/// In one of the ways that do not suffice.
RoleAttacks::Signed RoleAttacks::sign(const store::StatementName& statement, const std::string& content, core::Random& random) {
  const auto role = role_for(statement.path);
  const std::size_t threshold = stores_.roles.role(role).threshold;
  const auto former = removed(role, random);
  switch (random.below(6)) {
    case 0:
      if (threshold < 2) break;
      return {sign_with(statement, content, valid(role, threshold - 1, random)), "too few keys", Fault::too_few_signed};
    case 1: {
      if (threshold < 2) break;
      const auto once = sign_with(statement, content, valid(role, 1, random));
      std::string often;
      for (std::size_t i = 0; i < threshold; ++i) often += once;
      return {often, "one key, several times", Fault::one_signed_for_all};
    }
    case 2:
      if (former.size() < threshold) break;
      return {sign_with(statement, content, {former.begin(), former.begin() + static_cast<std::ptrdiff_t>(threshold)}), "removed keys",
              Fault::removed_key_used};
    case 3: {
      if (former.empty()) break;
      auto keys = valid(role, threshold - 1, random);
      keys.push_back(former.front());
      return {sign_with(statement, content, keys), "a removed key among them", Fault::removed_key_used};
    }
    case 4: {
      const auto others = of_others(role, random);
      if (others.size() < threshold) break;
      return {sign_with(statement, content, {others.begin(), others.begin() + static_cast<std::ptrdiff_t>(threshold)}),
              "keys of other roles", Fault::other_role_used};
    }
    default:
      for (const auto& [path, said] : hands_.said()) {
        if (path != statement.path && role_for(path) == role) return {said.signatures, "signatures of " + path, Fault::signature_replayed};
      }
  }
  std::vector<SigningKey> strangers;
  for (std::size_t i = 0; i < threshold; ++i) strangers.push_back(hands_.new_stick());
  return {sign_with(statement, content, strangers), "strangers", Fault::stranger_signed};
}

// --- what was never said -------------------------------------------------------------------------------------------------

/// The next federation.toml, by which root, or the curators, are the thief alone.
std::string RoleAttacks::forge_roles(core::Random& random) {
  const std::string path(store::feed_path::federation);
  const auto held = text(path);
  auto file = store::parse_federation_file(held);
  if (!file) return "";
  file->version += 1;
  file->previous = store::sha256(bytes_of(held));
  const bool of_root = random.below(2) == 0;
  const SigningKey thief = hands_.new_stick();
  file->roles.at(of_root ? "root" : "curators") = {{thief}, 1, {}, {}};
  const auto content = encode(*file);
  const auto statement = name(path, file->version, file->previous);
  auto by = sign(statement, content, random);
  if (of_root) {
    const auto both = store::merge_signatures(by.signatures, sign_with(statement, content, {thief}));
    if (both) by.signatures = *both;
  }
  const auto again = "federation/" + std::to_string(file->version) + ".toml";
  forger_.make({{path, content}, {signatures_of(path), by.signatures}, {again, content}, {signatures_of(again), by.signatures}});
  if (must_refuse(
          "a federation.toml by " + by.how, [](std::size_t, const Moment&) { return true; }, random)) {
    strike(Fault::roles_forged);
    strike(by.fault);
  }
  return " federation.toml by " + by.how;
}

store::MemberFile RoleAttacks::stranger(const std::string& slug, core::Random& random) {
  store::MemberFile file;
  file.member = {slug, "Intrus", {"lille"}, false, {}, {}, {}, {}};
  TransportKey transport;
  for (auto& byte : transport.bytes) byte = static_cast<std::uint8_t>(random.next());
  file.member.keys = {{1, hands_.new_stick(), transport, {}}};
  file.since = now();
  return file;
}

/// A centre that nobody invited, one that widens its territories, or one that was suspended and is back.
std::string RoleAttacks::forge_member(core::Random& random) {
  std::string slug = random.below(2) == 0 ? slug_of(1) : "intruder-" + std::to_string(++number_);
  const auto& suspended = stores_.roles.suspended();
  if (!suspended.empty() && random.below(2) == 0) slug = *suspended.begin();
  const auto path = "members/" + slug + ".toml";
  const auto held = text(path);
  store::MemberFile file;
  if (const auto known = store::parse_member_file(held)) {
    file = *known;
    file.version += 1;
    file.previous = store::sha256(bytes_of(held));
    file.member.territories.insert("dunkerque");
    file.member.suspended = false;
  } else {
    file = stranger(slug, random);
  }
  const auto content = encode(file);
  const auto by = sign(name(path, file.version, file.previous), content, random);
  forger_.make({{path, content}, {signatures_of(path), by.signatures}});
  if (must_refuse(
          "the member " + slug + " by " + by.how, [](std::size_t, const Moment&) { return true; }, random)) {
    strike(Fault::member_forged);
    strike(by.fault);
  }
  return " member " + slug + " by " + by.how;
}

/// About a kit of which nothing was decided, where it has no effect; or about another, whose decision would lose its force.
std::string RoleAttacks::forge_decision(core::Random& random) {
  std::vector<std::string> decided;
  for (const auto& [path, version] : newest().statements) {
    if (path.starts_with("catalogue/")) decided.push_back(path);
  }
  const bool of_decided = !decided.empty() && random.below(2) == 0;
  store::CatalogueFile file;
  std::string path;
  if (of_decided) {
    path = decided[random.below(decided.size())];
    const auto held = text(path);
    const auto known = store::parse_catalogue_file(held);
    if (!known) return "";
    file = *known;
    file.version += 1;
    file.previous = store::sha256(bytes_of(held));
    file.decision = store::CatalogueFile::Decision::accepted;
  } else {
    file.kit = {slug_of(1), "forged-" + std::to_string(++number_)};
    file.kit_version = 1;
    file.decided = now();
    path = store::feed_path::of_kit(store::feed_path::catalogue_folder, file.kit);
  }
  file.reason = "n° " + std::to_string(++number_) + " d'un voleur";
  const auto content = encode(file);
  const auto by = sign(name(path, file.version, file.previous), content, random);
  forger_.make({{path, content}, {signatures_of(path), by.signatures}});
  const auto knows = [&](std::size_t, const Moment& moment) {
    return moment.version == newest().version && moment.statements.contains(path);
  };
  const auto what = path + " by " + by.how;
  if (of_decided ? must_refuse(what, knows, random) : must_ignore(what)) {
    strike(Fault::decision_forged);
    strike(by.fault);
  }
  return " " + what;
}

std::string RoleAttacks::forge_withdrawal(core::Random& random) {
  store::MediaWithdrawal file{1, {}, {}, true, "n° " + std::to_string(++number_) + " d'un voleur", now()};
  for (auto& byte : file.media.bytes) byte = static_cast<std::uint8_t>(random.next());
  bool known = false;
  for (const auto& [path, said] : hands_.said()) {
    const auto held = path.starts_with("withdrawals/") && random.below(2) == 0 ? text(path) : "";
    const auto before = store::parse_media_withdrawal(held);
    if (!before) continue;
    known = true;
    file = {before->version + 1, store::sha256(bytes_of(held)), before->media, !before->withdrawn, file.why, now()};
  }
  const auto path = store::media_withdrawal_path(file.media);
  const auto content = encode(file);
  const auto by = sign(name(path, file.version, file.previous), content, random);
  forger_.make({{path, content}, {signatures_of(path), by.signatures}});
  const auto knows = [&](std::size_t, const Moment& moment) {
    return moment.version == newest().version && moment.statements.contains(path);
  };
  const auto what = (known ? "a change of a withdrawal by " : "a withdrawal by ") + by.how;
  if (known ? must_refuse(what, knows, random) : must_ignore(what)) {
    strike(Fault::withdrawal_forged);
    strike(by.fault);
  }
  return " " + what;
}

/// A time that is far off, which nobody believes; all else of the word still counts.
std::string RoleAttacks::forge_time(core::Random& random) {
  const std::string path(store::feed_path::heartbeat);
  const auto held = text(path);
  const auto known = store::parse_heartbeat_file(held);
  const auto days = static_cast<std::int64_t>(2 + random.below(2'000)) * (random.below(4) == 0 ? -1 : 1);
  store::HeartbeatFile file{1, {}, {now().seconds + days * day_seconds + 7}};
  if (known) {
    file.version = known->version + 1;
    file.previous = store::sha256(bytes_of(held));
  }
  const auto content = encode(file);
  const auto by = sign(name(path, file.version, file.previous), content, random);
  forger_.make({{path, content}, {signatures_of(path), by.signatures}});
  if (must_ignore("a time by " + by.how)) {
    strike(Fault::time_forged);
    strike(by.fault);
  }
  return " the time " + to_utc(file.time) + " by " + by.how;
}

/// Who knows one still has it; and whoever has none, says so.
std::string RoleAttacks::take_time_out() {
  const std::string path(store::feed_path::heartbeat);
  if (text(path).empty()) return "";
  forger_.make({{path, std::nullopt}, {signatures_of(path), std::nullopt}});
  if (must_ignore("that the signed time was taken out")) strike(Fault::time_taken_out);
  return " the signed time is taken out";
}

bool RoleAttacks::is_over(std::size_t node, const std::string& role) const {
  const auto word = role_word_of(stores_.store(node).library());
  if (!word) return false;
  // By the newest roles, which come with what is offered: what a thief's key has signed may count no more by them.
  auto signed_time = word->view.heartbeat;
  if (signed_time && !stores_.roles.signs_time(*signed_time, stores_.roles.role("heartbeat"), true)) signed_time.reset();
  if (newest().time && (!signed_time || *signed_time < *newest().time)) signed_time = newest().time;
  return stores_.roles.role(role).is_over(RoleOracle::judge(stores_.time(node), signed_time));
}

/// By a thief who has the heartbeat's key as well: it counts, roles seem to have run out by it, and nothing in force ends.
std::string RoleAttacks::name_far_time(core::Random& random) {
  const std::string path(store::feed_path::heartbeat);
  const auto stolen = store::SigningSecret::load(stores_.store(0).layout().role_key("heartbeat"));
  const auto& role = stores_.roles.role("heartbeat");
  const auto held = text(path);
  const auto known = store::parse_heartbeat_file(held);
  store::HeartbeatFile file{1, {}, {now().seconds + static_cast<std::int64_t>(31 + random.below(2'000)) * day_seconds + 11}};
  if (!stolen || !role.has(stolen->public_key()) || role.is_over(file.time) || stores_.roles.far_time()) return "";
  if (known) {
    file.version = known->version + 1;
    file.previous = store::sha256(bytes_of(held));
  }
  const auto content = encode(file);
  const auto signatures = store::sign_statement(name(path, file.version, file.previous), bytes_of(content), {&*stolen});
  stores_.roles.note_far_time(file.time, stolen->public_key());
  forger_.make({{path, content}, {signatures_of(path), signatures}});
  const std::string what = "the far time " + to_utc(file.time) + " by the heartbeat's key";
  if (must_ignore(what)) {
    const auto word = role_word_of(stores_.store(0).library());
    if (word && word->view.heartbeat == file.time) strike(Fault::far_time_named);
    else world_.violated("the federation's node does not count " + what);
  }
  return " " + what;
}

std::vector<std::string> RoleAttacks::roles_over() const {
  std::vector<std::string> over;
  for (const std::string role : {"curators", "members", "withdrawals"}) {
    if (stores_.roles.role(role).expires && is_over(0, role)) over.push_back(role);
  }
  return over;
}

/// Enough have signed it, but after the time of their role: who knows that takes nothing new of it, whatever its own clock shows.
std::string RoleAttacks::speak_over(const std::string& role, core::Random& random) {
  const auto keys = valid(role, stores_.roles.role(role).threshold, random);
  const std::string slug = "late-" + std::to_string(++number_);
  std::string path, content;
  if (role == "curators") {
    store::CatalogueFile file;
    file.kit = {slug_of(1), slug};
    file.kit_version = 1;
    file.reason = "trop tard";
    file.decided = now();
    path = store::feed_path::of_kit(store::feed_path::catalogue_folder, file.kit);
    content = encode(file);
  } else if (role == "members") {
    path = "members/" + slug + ".toml";
    content = encode(stranger(slug, random));
  } else {
    store::MediaWithdrawal file{1, {}, {}, true, "trop tard", now()};
    for (auto& byte : file.media.bytes) byte = static_cast<std::uint8_t>(random.next());
    path = store::media_withdrawal_path(file.media);
    content = encode(file);
  }
  bool dead_clock = false;
  const auto knows = [&](std::size_t node, const Moment&) {
    const bool over = is_over(node, role);
    dead_clock = dead_clock || (over && !stores_.roles.role(role).is_over(stores_.time(node)));
    return over;
  };
  forger_.make({{path, content}, {signatures_of(path), sign_with(name(path, 1, {}), content, keys)}});
  if (must_refuse("what the role " + role + " says after its time", knows, random)) {
    strike(Fault::over_role_used);
    if (dead_clock) strike(Fault::dead_clock_refused);
  }
  return " " + path + " after the time of " + role;
}

}  // namespace essaimage::sim

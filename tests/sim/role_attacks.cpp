#include "tests/sim/role_attacks.hpp"

#include <algorithm>
#include <utility>

#include "store/crypto/hash.hpp"
#include "store/federation/member_file.hpp"
#include "store/federation/paths.hpp"

namespace essaimage::sim {
namespace {

using store::feed_path::signatures_of;

}  // namespace

void RoleAttacks::note_head() {
  const Head head = stores_.store(0).head(region_feed());
  Moment moment{head.commit, stores_.roles.version(), {}, {}, {}};
  for (const auto& [path, newest] : stores_.roles.newest()) moment.statements[path] = newest.version;
  const auto beat = forger_.read(head.commit, std::string(store::feed_path::heartbeat));
  const auto file = beat ? store::parse_heartbeat_file(*beat) : Result<store::HeartbeatFile>(fail(Errc::not_found));
  if (file && stores_.roles.signs_time(file->time, stores_.roles.role("heartbeat"), true)) moment.time = file->time;
  moment.heartbeat_key = stores_.roles.role("heartbeat").keys.front();
  moments_[head.order.seq] = std::move(moment);
  for (const auto& [role, who] : stores_.roles.roles()) former_[role].insert(who.keys.begin(), who.keys.end());
}

std::string RoleAttacks::forge(core::Random& random) {
  // Those who have heard of the new key have heard of no time by it yet: nothing that they have seen counts under it.
  const SigningKey key = stores_.roles.role("heartbeat").keys.front();
  const SigningKey before = std::exchange(heartbeat_key_, key);
  if (before != SigningKey{} && before != key && random.below(2) == 0) return take_time_out();
  // What is over may be renewed with the next step.
  if (const auto over = roles_over(); !over.empty() && random.below(2) == 0) return speak_over(over[random.below(over.size())], random);
  if (!stores_.roles.suspended().empty() && random.below(6) == 0) return bring_back(random);
  switch (random.below(14)) {
    case 0: return roll_back_all(random);
    case 1: return roll_back_file(random);
    case 2: return roll_back_roles(random);
    case 3: return roll_back_time(random);
    case 4:
    case 5: return forge_roles(random);
    case 6: return forge_member(random);
    case 7:
    case 8: return forge_decision(random);
    case 9: return forge_withdrawal(random);
    case 10: return forge_time(random);
    case 11: return exchange_twin(random);
    case 12: return name_far_time(random);
    default: return follow_twin(random);
  }
}

// --- what was right once -------------------------------------------------------------------------------------------------

const RoleAttacks::Moment* RoleAttacks::older(core::Random& random, const std::function<bool(const Moment&)>& fits) const {
  std::vector<const Moment*> found;
  for (const auto& [seq, moment] : moments_) {
    if (&moment != &newest() && fits(moment)) found.push_back(&moment);
  }
  return found.empty() ? nullptr : found[random.below(found.size())];
}

/// Some of what the node has is of a later version than at that moment. Under other curators a decision may lose its force.
std::string RoleAttacks::roll_back_all(core::Random& random) {
  const auto is_back = [](const Moment& from, const Moment& to) {
    if (to.version != from.version) return to.version < from.version;
    return std::ranges::any_of(from.statements, [&](const auto& each) {
      const auto was = to.statements.find(each.first);
      return was == to.statements.end() || was->second < each.second;
    });
  };
  const auto* to = older(random, [&](const Moment& moment) { return is_back(newest(), moment); });
  if (to == nullptr) return "";
  forger_.make_of(to->commit);
  const auto knows = [&](std::size_t, const Moment& moment) { return is_back(moment, *to); };
  if (must_refuse("an older word", knows, random)) strike(Fault::word_rolled_back);
  return " the word of federation.toml " + std::to_string(to->version);
}

std::string RoleAttacks::roll_back_file(core::Random& random) {
  std::vector<std::string> paths;
  for (const auto& [path, version] : newest().statements) {
    if (version > 1) paths.push_back(path);
  }
  if (paths.empty()) return "";
  const auto& path = paths[random.below(paths.size())];
  const auto* to = older(random, [&](const Moment& moment) {
    return moment.statements.contains(path) && moment.statements.at(path) < newest().statements.at(path);
  });
  if (to == nullptr) return "";
  forger_.make({{path, forger_.read(to->commit, path)}, {signatures_of(path), forger_.read(to->commit, signatures_of(path))}});
  const auto knows = [&](std::size_t, const Moment& moment) {
    const auto had = moment.statements.find(path);
    return moment.version == newest().version && had != moment.statements.end() && had->second > to->statements.at(path);
  };
  if (must_refuse("an older " + path, knows, random)) strike(Fault::file_rolled_back);
  return " an older " + path;
}

/// Of a member that was suspended, the file from before it, which the role had signed as well.
std::string RoleAttacks::bring_back(core::Random& random) {
  const auto path = "members/" + *stores_.roles.suspended().begin() + ".toml";
  const auto held = text(path);
  const auto* to = older(random, [&](const Moment& moment) { return forger_.read(moment.commit, path).value_or(held) != held; });
  if (to == nullptr) return "";
  forger_.make({{path, forger_.read(to->commit, path)}, {signatures_of(path), forger_.read(to->commit, signatures_of(path))}});
  const auto knows = [&](std::size_t, const Moment& moment) {
    return moment.version == newest().version && forger_.read(moment.commit, path) == held;
  };
  if (must_refuse("an older " + path, knows, random)) strike(Fault::member_brought_back);
  return " an older " + path;
}

std::string RoleAttacks::roll_back_roles(core::Random& random) {
  const auto* to = older(random, [&](const Moment& moment) { return moment.version < newest().version; });
  if (to == nullptr) return "";
  const std::string path(store::feed_path::federation);
  Edits edits{{path, forger_.read(to->commit, path)}, {signatures_of(path), forger_.read(to->commit, signatures_of(path))}};
  for (auto version = to->version + 1; version <= newest().version; ++version) {
    const auto later = "federation/" + std::to_string(version) + ".toml";
    edits[later] = edits[signatures_of(later)] = std::nullopt;
  }
  forger_.make(edits);
  const auto knows = [&](std::size_t, const Moment& moment) { return moment.version > to->version; };
  if (must_refuse("federation.toml " + std::to_string(to->version), knows, random)) strike(Fault::roles_rolled_back);
  return " federation.toml " + std::to_string(to->version);
}

std::string RoleAttacks::roll_back_time(core::Random& random) {
  const auto& now_said = newest();
  const auto fits = [&](const Moment& moment) {
    return moment.time && now_said.time && *moment.time < *now_said.time && moment.heartbeat_key == now_said.heartbeat_key;
  };
  const auto* to = older(random, fits);
  if (to == nullptr) return "";
  const std::string path(store::feed_path::heartbeat);
  forger_.make({{path, forger_.read(to->commit, path)}, {signatures_of(path), forger_.read(to->commit, signatures_of(path))}});
  const auto knows = [&](std::size_t, const Moment& moment) {
    // What lies after a last day that the role got since counts no more.
    const bool counts =
        moment.time && moment.heartbeat_key == now_said.heartbeat_key && !stores_.roles.role("heartbeat").is_over(*moment.time);
    return counts && *moment.time > *to->time;
  };
  if (must_refuse("an older signed time", knows, random)) strike(Fault::time_rolled_back);
  return " the time of " + to_utc(*to->time);
}

// --- what lost against another -------------------------------------------------------------------------------------------

/// Both were signed by enough: the one that came first is in force.
std::string RoleAttacks::exchange_twin(core::Random& random) {
  if (twins_.empty()) return "";
  const auto& twin = twins_[random.below(twins_.size())];
  if (newest().statements.at(twin.path) != twin.version) return "";  // something came after it
  forger_.make({{twin.path, twin.content}, {signatures_of(twin.path), twin.signatures}});
  const auto knows = [&](std::size_t, const Moment& moment) {
    const auto had = moment.statements.find(twin.path);
    return moment.version == newest().version && had != moment.statements.end() && had->second == twin.version;
  };
  if (must_refuse("the other decision in " + twin.path, knows, random)) strike(Fault::twin_exchanged);
  return " the other decision in " + twin.path;
}

/// Who holds the one in force does not take what follows the other, though enough have signed it.
std::string RoleAttacks::follow_twin(core::Random& random) {
  if (twins_.empty()) return "";
  const auto& twin = twins_[random.below(twins_.size())];
  if (newest().statements.at(twin.path) != twin.version) return "";
  auto file = store::parse_catalogue_file(twin.content);
  if (!file) return "";
  file->version = twin.version + 1;
  file->previous = store::sha256(bytes_of(twin.content));
  file->reason = "suite n° " + std::to_string(++number_);
  const auto& curators = stores_.roles.role("curators");
  const auto content = encode(*file);
  const auto signatures = sign_with(name(twin.path, file->version, file->previous), content, valid("curators", curators.threshold, random));
  forger_.make({{twin.path, content}, {signatures_of(twin.path), signatures}});
  const auto knows = [&](std::size_t, const Moment& moment) {
    const auto had = moment.statements.find(twin.path);
    return moment.version == newest().version && had != moment.statements.end() && had->second == twin.version;
  };
  if (must_refuse("what follows the other decision in " + twin.path, knows, random)) strike(Fault::twin_followed);
  return " what follows the other decision in " + twin.path;
}

// --- offering ------------------------------------------------------------------------------------------------------------

std::string RoleAttacks::text(const std::string& path) const { return forger_.read(newest().commit, path).value_or(""); }

const RoleAttacks::Moment* RoleAttacks::moment_of(std::size_t node) const {
  const auto after = moments_.upper_bound(stores_.store(node).head(region_feed()).order.seq);
  return after == moments_.begin() ? nullptr : &std::prev(after)->second;
}

bool RoleAttacks::holds_time(std::size_t node) const {
  const auto it = moments_.find(stores_.store(node).head(region_feed()).order.seq);
  return it != moments_.end() && it->second.time.has_value();
}

bool RoleAttacks::refuses(std::size_t node, const std::string& what) {
  const auto done = forger_.offer(node);
  world_.feed_all(node, stores_.store(node).take());
  if (done) {
    world_.violated(world_.node(node).slug + " took " + what);
    return false;
  }
  const auto code = done.error().code;
  return code == Errc::role_threshold || code == Errc::role_expired || code == Errc::malformed || code == Errc::feed_wrong_federation;
}

bool RoleAttacks::must_refuse(const std::string& what, const Knows& knows, core::Random& random) {
  bool all = false;
  if (knows(0, newest())) all = refuses(0, what);
  std::size_t others = 0;
  std::vector<std::size_t> nodes;
  for (std::size_t i = 1; i < world_.size(); ++i) nodes.push_back(i);
  for (const std::size_t i : shuffled(nodes, random)) {
    const auto* moment = world_.node(i).up && !world_.hostile(world_.node(i).slug) ? moment_of(i) : nullptr;
    if (moment == nullptr || !role_word_of(stores_.store(i).library()) || !knows(i, *moment)) continue;
    all = refuses(i, what) || all;
    if (++others == 2) break;
  }
  return all;
}

bool RoleAttacks::must_ignore(const std::string& what) {
  forger_.own();
  const auto done = forger_.offer(0);
  if (!done) world_.violated("the federation's node refuses all for " + what + ": " + to_line(done.error()));
  world_.feed_all(0, stores_.store(0).take());
  note_head();
  return done.has_value();
}

}  // namespace essaimage::sim

#include "tests/sim/role_oracle.hpp"

#include <algorithm>

namespace essaimage::sim {
namespace {

/// As ARCHITECTURE.md and FORMAT.md promise them.
constexpr std::int64_t clock_believed = 30 * day_seconds, word_is_old = 3 * day_seconds;

const store::Role& at(const Roles& roles, const std::string& name) { return roles.at(name); }

}  // namespace

std::string role_for(const std::string& path) {
  const auto folder = path.substr(0, path.find('/'));
  if (folder == "catalogue") return "curators";
  if (folder == "withdrawals") return "withdrawals";
  if (folder == "federation.toml") return "root";
  if (folder == "heartbeat.toml") return "heartbeat";
  return "members";
}

bool same_signers(const store::Role& a, const store::Role& b) { return a.keys == b.keys && a.threshold == b.threshold; }

void RoleOracle::note_member(const std::string& slug, const SigningKey& key, const std::set<std::string>& territories) {
  members_[slug] = {key, territories};
}

std::size_t RoleOracle::signers(const std::string& path, const Sha256& content, const store::Role& role) const {
  const auto it = signers_.find({path, content});
  if (it == signers_.end()) return 0;
  return static_cast<std::size_t>(
      std::ranges::count_if(it->second, [&](const SigningKey& key) { return std::ranges::find(role.keys, key) != role.keys.end(); }));
}

const RoleOracle::Newest* RoleOracle::find(const std::string& path) const {
  const auto it = newest_.find(path);
  return it == newest_.end() ? nullptr : &it->second;
}

Timestamp RoleOracle::judge(Timestamp clock, std::optional<Timestamp> signed_time) {
  if (!signed_time) return clock;
  const bool believed = clock.seconds <= signed_time->seconds + clock_believed;
  return believed && clock > *signed_time ? clock : *signed_time;
}

void RoleOracle::set_heartbeat_key(const SigningKey& key) {
  if (heartbeat_key_ == SigningKey{}) {
    for (auto& [at, keys] : spoken_) keys = {key};
  }
  heartbeat_key_ = key;
}

void RoleOracle::replace_heartbeat_key(Timestamp at, const SigningKey& key, bool alone) {
  heartbeat_key_ = key;
  if (alone) spoken_[at].clear();
  note_spoken(at);
}

std::optional<Timestamp> RoleOracle::far_time() const {
  const auto& who = role("heartbeat");
  std::optional<Timestamp> newest;
  for (const auto& [time, key] : far_) {
    if (who.has(key) && !who.is_over(time)) newest = time;
  }
  return newest;
}

bool RoleOracle::signs_time(Timestamp at, const store::Role& heartbeat, bool for_sure) const {
  if (const auto far = far_.find(at); far != far_.end()) return heartbeat.has(far->second) && !heartbeat.is_over(at);
  const auto it = spoken_.find(at);
  if (it == spoken_.end() || (heartbeat.expires && at >= *heartbeat.expires)) return false;
  const auto counts = [&](const SigningKey& key) { return std::ranges::find(heartbeat.keys, key) != heartbeat.keys.end(); };
  return for_sure ? std::ranges::all_of(it->second, counts) : std::ranges::any_of(it->second, counts);
}

// --- what nodes have -----------------------------------------------------------------------------------------------------

void RoleOracle::check(std::size_t node, const RoleWord& word, const Complain& complain) {
  if (word.version == 0 || word.version > version())
    return complain("has federation.toml " + std::to_string(word.version) + ", which nobody signed");
  check_roles(word, complain);
  check_members(word, complain);
  check_statements(word, complain);
  check_time(word, complain);
  check_told(word, complain);
  if (const auto had = had_.find(node); had != had_.end()) check_not_back(had->second, word, complain);
  had_[node] = word;
}

void RoleOracle::check_roles(const RoleWord& word, const Complain& complain) const {
  const Roles& said = versions_[word.version - 1];
  for (const auto& [name, role] : said) {
    const auto it = word.roles.find(name);
    const bool same = it != word.roles.end() && same_signers(it->second, role) && it->second.expires == role.expires;
    if (!same) complain("has in force what version " + std::to_string(word.version) + " does not say of the role " + name);
  }
}

void RoleOracle::check_members(const RoleWord& word, const Complain& complain) const {
  for (const auto& [slug, member] : word.members) {
    const auto it = members_.find(slug);
    if (it == members_.end()) {
      complain("takes " + slug + " for a member, whom nobody invited");
      continue;
    }
    const bool same = member.current_keys().signing == it->second.key && member.territories == it->second.territories;
    if (member.suspended && !suspended_.contains(slug)) complain("takes " + slug + " for suspended, which nobody decided");
    if (!same) complain("takes the member " + slug + " for what it is not");
  }
}

void RoleOracle::check_statements(const RoleWord& word, const Complain& complain) const {
  for (const auto& [path, content] : word.statements) {
    const auto& role = at(versions_[word.version - 1], role_for(path));
    if (enough(path, content, role)) continue;
    complain("has " + path + " in force, signed by " + std::to_string(signers(path, content, role)) + " of " +
             std::to_string(role.threshold) + " keys");
  }
}

void RoleOracle::check_time(const RoleWord& word, const Complain& complain) const {
  const auto& role = at(versions_[word.version - 1], "heartbeat");
  const auto& view = word.view;
  if (view.heartbeat && !signs_time(*view.heartbeat, role, false))
    complain("believes a time that was not signed: " + to_utc(*view.heartbeat));
  if (view.judged.time != judge(view.clock, view.heartbeat))
    complain("judges by " + to_utc(view.judged.time) + ", with its clock at " + to_utc(view.clock));
}

/// Of people: is the word old, is the clock to be believed, has a role run out.
void RoleOracle::check_told(const RoleWord& word, const Complain& complain) const {
  const auto& view = word.view;
  const auto expect = [&](const char* code, bool expected) {
    if (word.told.contains(code) != expected) complain(std::string(expected ? "does not tell: " : "tells without a reason: ") + code);
  };
  expect("time-unsigned", !view.heartbeat);
  const std::int64_t beyond = view.heartbeat ? view.clock.seconds - view.heartbeat->seconds : 0;
  expect("federation-silent", beyond >= word_is_old);
  expect("clock-beyond", beyond > clock_believed);
  expect("clock-behind", -beyond > day_seconds);
  const auto now = judge(view.clock, view.heartbeat);
  expect("role-expired", std::ranges::any_of(versions_[word.version - 1],
                                             [&](const auto& each) { return each.second.expires && *each.second.expires <= now; }));
}

void RoleOracle::check_not_back(const RoleWord& had, const RoleWord& word, const Complain& complain) const {
  if (word.version < had.version) return complain("went back from federation.toml " + std::to_string(had.version));
  for (const auto& [slug, member] : had.members) {
    const auto it = word.members.find(slug);
    if (it == word.members.end()) complain("lost the member " + slug);
    else if (member.suspended && !it->second.suspended) complain("has forgotten that " + slug + " is suspended");
  }
  const Roles &before = versions_[had.version - 1], &now = versions_[word.version - 1];
  for (const auto& [path, content] : had.statements) {
    const auto it = word.statements.find(path);
    const bool kept = it != word.statements.end();
    if (!kept && same_signers(at(before, role_for(path)), at(now, role_for(path)))) complain("lost " + path);
    if (!kept || it->second == content) continue;
    const auto was = versions_of_.find({path, content}), is = versions_of_.find({path, it->second});
    if (was == versions_of_.end() || is == versions_of_.end()) complain("has a version of " + path + " that nobody wrote");
    else if (is->second <= was->second) complain("went back in " + path + " from version " + std::to_string(was->second));
  }
  // What lies after a last day that the role got since counts no more, as with other keys.
  const auto& clock = at(now, "heartbeat");
  const bool counts = had.view.heartbeat && at(before, "heartbeat").keys == clock.keys && !clock.is_over(*had.view.heartbeat);
  if (counts && (!word.view.heartbeat || *word.view.heartbeat < *had.view.heartbeat)) complain("went back in time");
}

void RoleOracle::check_newest(const RoleWord& word, const Complain& complain) const {
  if (word.version != version()) complain("has federation.toml " + std::to_string(word.version) + " of " + std::to_string(version()));
  for (const auto& slug : suspended_) {
    const auto it = word.members.find(slug);
    if (it == word.members.end() || !it->second.suspended) complain("does not know that " + slug + " is suspended");
  }
  for (const auto& [path, newest] : newest_) {
    const auto it = word.statements.find(path);
    if (it == word.statements.end()) complain("lacks " + path);
    else if (it->second != newest.content) complain("has not the newest of " + path);
  }
}

}  // namespace essaimage::sim

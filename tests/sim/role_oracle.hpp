#pragma once
// Who signed what for a simulated federation, as those know it who did it; and from that, without a line of the library's own
// judgement, what a node may have in force, and what it has to tell people. One thread.

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/role_word.hpp"

namespace essaimage::sim {

using Roles = std::map<std::string, store::Role>;

/// The role that has to sign what lies at that path; of federation.toml, root.
std::string role_for(const std::string& path);
bool same_signers(const store::Role& a, const store::Role& b);

class RoleOracle {
 public:
  // --- what was done
  /// The roles from now on, as a request that enough have signed says them. The first time: those of the beginning.
  void set_roles(Roles roles) { versions_.push_back(std::move(roles)); }
  /// Somebody wrote this as that version of what lies at that path.
  void note_version(const std::string& path, const Sha256& content, std::uint64_t version) { versions_of_[{path, content}] = version; }
  /// That key has signed these bytes for that path.
  void note_signature(const std::string& path, const Sha256& content, const SigningKey& key) { signers_[{path, content}].insert(key); }
  /// Enough have signed it, and the federation's node has said it.
  void put(const std::string& path, const Sha256& content, std::uint64_t version) { newest_[path] = {content, version}; }
  /// Whoever was invited under that short name has these keys.
  void note_member(const std::string& slug, const SigningKey& key, const std::set<std::string>& territories);
  /// Enough keys of the members role have signed that it is suspended, and the federation's node has said it.
  void note_suspended(const std::string& slug) { suspended_.insert(slug); }
  const std::set<std::string>& suspended() const { return suspended_; }
  /// The federation's node signs the time with that key from now on; with the first, it always did.
  void set_heartbeat_key(const SigningKey& key);
  /// That key signed the time when it took the place of the one before; `alone`: that one has said nothing at the same moment.
  void replace_heartbeat_key(Timestamp at, const SigningKey& key, bool alone);
  /// Whoever has stolen that key of the heartbeat has signed that time, which lies far ahead: it counts, until root replaces the key.
  void note_far_time(Timestamp at, const SigningKey& key) { far_[at] = key; }
  bool has_spoken(Timestamp at) const { return spoken_.contains(at); }
  /// It has said something then, and perhaps the time.
  void note_spoken(Timestamp at) { spoken_[at].insert(heartbeat_key_); }
  /// What that node had is gone: an old backup came back.
  void forget(std::size_t node) { had_.erase(node); }

  // --- what is true
  std::uint64_t version() const { return versions_.size(); }
  const Roles& roles() const { return versions_.back(); }
  const store::Role& role(const std::string& name) const { return versions_.back().at(name); }
  /// Distinct keys of the role that have signed.
  std::size_t signers(const std::string& path, const Sha256& content, const store::Role& role) const;
  bool enough(const std::string& path, const Sha256& content, const store::Role& role) const {
    return signers(path, content, role) >= role.threshold;
  }
  struct Newest {
    Sha256 content;
    std::uint64_t version = 0;
  };
  const std::map<std::string, Newest>& newest() const { return newest_; }
  const Newest* find(const std::string& path) const;
  /// The latest time that the federation's node may have signed.
  /// The federation's node may have signed the time then, with a key of this role, which was not over. `for_sure`: with no other one.
  bool signs_time(Timestamp at, const store::Role& heartbeat, bool for_sure) const;
  /// The newest one by a thief that counts.
  std::optional<Timestamp> far_time() const;
  Timestamp last_spoken() const { return spoken_.rbegin()->first; }
  /// By which expiries are to be judged.
  static Timestamp judge(Timestamp clock, std::optional<Timestamp> signed_time);

  // --- what nodes have
  using Complain = std::function<void(const std::string& what)>;
  /// Also against what the same node had before, which is replaced.
  void check(std::size_t node, const RoleWord& word, const Complain& complain);
  /// In peace: all that was said, and nothing older.
  void check_newest(const RoleWord& word, const Complain& complain) const;

 private:
  void check_roles(const RoleWord& word, const Complain& complain) const;
  void check_members(const RoleWord& word, const Complain& complain) const;
  void check_statements(const RoleWord& word, const Complain& complain) const;
  void check_time(const RoleWord& word, const Complain& complain) const;
  void check_told(const RoleWord& word, const Complain& complain) const;
  void check_not_back(const RoleWord& had, const RoleWord& word, const Complain& complain) const;

  struct Invited {
    SigningKey key;
    std::set<std::string> territories;
  };
  std::vector<Roles> versions_;  ///< from 1 on
  std::map<std::pair<std::string, Sha256>, std::set<SigningKey>> signers_;
  std::map<std::pair<std::string, Sha256>, std::uint64_t> versions_of_;
  std::map<std::string, Newest> newest_;  ///< by path
  std::map<std::string, Invited> members_;
  std::set<std::string> suspended_;
  SigningKey heartbeat_key_;
  std::map<Timestamp, std::set<SigningKey>> spoken_;  ///< and with which keys it may have signed that
  std::map<Timestamp, SigningKey> far_;               ///< signed by a thief, by whose key
  std::map<std::size_t, RoleWord> had_;
};

}  // namespace essaimage::sim

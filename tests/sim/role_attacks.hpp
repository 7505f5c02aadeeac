#pragma once
// What a thief of the federation node's key tries: older files anew under newer commits, files that too few or the wrong keys have
// signed, decisions that lost against others, what a role says after its time. It also has the keys that were taken out of roles,
// and of each role in force one less than it takes. What must be refused is offered to the federation's node and to others that
// know enough to refuse it; what must have no effect is left in the feed, for all. One thread.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "store/federation/member_file.hpp"
#include "tests/sim/role_forger.hpp"
#include "tests/sim/role_hands.hpp"

namespace essaimage::sim {

class RoleAttacks {
 public:
  RoleAttacks(World& world, GitStores& stores, RoleHands& hands) : world_(world), stores_(stores), hands_(hands), forger_(stores) {}

  /// What the federation's newest commit says is what the oracle says now. Call it after each change.
  void note_head();
  /// A decision that enough have signed, and that came too late.
  void note_twin(const store::RequestedStatement& statement) { twins_.push_back(statement); }
  /// That node holds a commit of the federation in which a time is that counts.
  bool holds_time(std::size_t node) const;
  /// One of them; for the log. Empty: there is nothing yet to forge.
  std::string forge(core::Random& random);

 private:
  /// What the federation's feed said at one of its commits.
  struct Moment {
    ObjectId commit;
    std::uint64_t version = 0;                        ///< of federation.toml
    std::map<std::string, std::uint64_t> statements;  ///< in force by path, with their versions
    std::optional<Timestamp> time;                    ///< signed, if it counts
    SigningKey heartbeat_key;
  };
  struct Signed {
    std::string signatures;
    std::string how;
    Fault fault;
  };
  using Knows = std::function<bool(std::size_t node, const Moment& moment)>;

  // --- acts; each for the log
  std::string roll_back_all(core::Random& random);
  std::string roll_back_file(core::Random& random);
  std::string bring_back(core::Random& random);
  std::string roll_back_roles(core::Random& random);
  std::string roll_back_time(core::Random& random);
  std::string forge_roles(core::Random& random);
  std::string forge_member(core::Random& random);
  std::string forge_decision(core::Random& random);
  std::string forge_withdrawal(core::Random& random);
  std::string forge_time(core::Random& random);
  std::string take_time_out();
  std::string name_far_time(core::Random& random);
  std::string speak_over(const std::string& role, core::Random& random);
  std::string exchange_twin(core::Random& random);
  std::string follow_twin(core::Random& random);

  // --- signing
  Signed sign(const store::StatementName& name, const std::string& content, core::Random& random);
  std::string sign_with(const store::StatementName& name, const std::string& content, const std::vector<SigningKey>& keys);
  std::vector<SigningKey> valid(const std::string& role, std::size_t count, core::Random& random) const;
  std::vector<SigningKey> removed(const std::string& role, core::Random& random) const;
  std::vector<SigningKey> of_others(const std::string& role, core::Random& random) const;
  store::StatementName name(const std::string& path, std::uint64_t version, const Sha256& previous) const;

  // --- offering
  /// What must be refused by whoever knows so much of the federation's word. True: by the federation's node and all others.
  bool must_refuse(const std::string& what, const Knows& knows, core::Random& random);
  bool refuses(std::size_t node, const std::string& what);
  /// What is no reason to refuse the rest, and says nothing. True: it stands in the feed.
  bool must_ignore(const std::string& what);
  const Moment* moment_of(std::size_t node) const;
  const Moment& newest() const { return moments_.rbegin()->second; }
  /// Before the newest one.
  const Moment* older(core::Random& random, const std::function<bool(const Moment&)>& fits) const;
  bool is_over(std::size_t node, const std::string& role) const;
  std::vector<std::string> roles_over() const;  ///< for the federation's node, of those that say things
  store::MemberFile stranger(const std::string& slug, core::Random& random);
  std::string text(const std::string& path) const;  ///< in the newest commit; empty: nothing
  Timestamp now() const { return stores_.time(0); }
  void strike(Fault fault) { world_.network.coverage.strike(fault); }

  World& world_;
  GitStores& stores_;
  RoleHands& hands_;
  RoleForger forger_;
  std::map<std::uint64_t, Moment> moments_;  ///< by seq
  std::vector<store::RequestedStatement> twins_;
  SigningKey heartbeat_key_;                            ///< at the last forgery
  std::map<std::string, std::set<SigningKey>> former_;  ///< keys that a role had, by role
  std::uint64_t number_ = 0;
};

}  // namespace essaimage::sim

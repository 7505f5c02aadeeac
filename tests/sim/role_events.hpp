#pragma once
// The federation's roles in a run on the real library (role_acts.hpp): what people do with them by the rules, and how time goes by.
// One thread.

#include <map>
#include <optional>
#include <set>
#include <string>

#include "tests/sim/role_acts.hpp"
#include "tests/sim/role_attacks.hpp"
#include "tests/sim/role_hands.hpp"

namespace essaimage::sim {

class RoleEvents final : public RoleActs {
 public:
  /// All nodes that are members from the beginning are.
  RoleEvents(World& world, GitStores& stores);

  std::string change(core::Random& random) override;
  std::string forge(core::Random& random) override;
  std::string pass_time(core::Random& random) override;
  void sign_requests() override;
  void check() override;
  void make_peace() override;
  void check_agreement() override;

 private:
  using Wish = store::Library::RoleChange;

  // --- by the rules; each for the log
  std::string hand_out(const std::string& role, core::Random& random);
  std::string change_keys(core::Random& random);
  std::string change_threshold(core::Random& random);
  std::string give_end(core::Random& random);
  std::string decide(core::Random& random);
  std::string decide_twice(core::Random& random);
  std::string withdraw(core::Random& random);
  std::string invite(core::Random& random);
  std::string suspend(core::Random& random);
  std::string replace_heartbeat(core::Random& random);
  std::string undo_far_time(core::Random& random);
  std::string sign_time();
  /// Asked for at the federation's node, signed by whoever has to, and in force; for the log. Empty: it is not.
  std::string ask(const Wish& wish, core::Random& random);
  Roles roles_after(const Wish& wish) const;
  Result<store::SigningRequest> begin_decision(store::CatalogueFile::Decision decision, const KitId& kit, const std::string& reason);
  std::string carry(const Status& asked, std::optional<store::SigningRequest>& request, const std::string& what, core::Random& random);
  std::optional<KitId> kit_of_region(core::Random& random);

  // --- time
  std::string pass_days(core::Random& random);
  std::string set_clock(core::Random& random);
  std::string keep_back(core::Random& random);

  GitStore& federation() const { return stores_.store(0); }
  Timestamp now() const { return stores_.time(0); }
  void strike(Fault fault) { world_.network.coverage.strike(fault); }
  void check_kept_back(std::size_t node, const RoleWord& word);
  /// `judged`: also by the time that the federation's node believes; else by its clock alone.
  void note_refusal(const Error& error, bool judged = true);

  World& world_;
  GitStores& stores_;
  RoleHands hands_;
  RoleAttacks attacks_;
  std::map<std::size_t, Timestamp> kept_back_;  ///< nodes that hear nothing: the newest time that they may have heard of
  std::uint64_t number_ = 0;                    ///< of texts, so that each is another one
  std::uint64_t withdrawn_ = 0;
};

}  // namespace essaimage::sim

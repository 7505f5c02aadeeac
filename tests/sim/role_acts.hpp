#pragma once
// What the federation's roles say in a run, and what a thief of its node's key tries to say in their place. Stores on which roles
// are real have it (Stores::role_acts()). Each act is drawn by whoever calls, and names its subject for the log. One thread.

#include <string>

#include "daemon/core/random.hpp"

namespace essaimage::sim {

class RoleActs {
 public:
  virtual ~RoleActs() = default;

  /// By the rules: keys of roles, thresholds and last days; decisions, withdrawals and invitations; the signed time. Each goes from
  /// one holder of a key to the next until enough have signed.
  virtual std::string change(core::Random& random) = 0;
  /// Against them: whoever has the key of the federation's node, and a few of its roles' keys, orders what was not said.
  virtual std::string forge(core::Random& random) = 0;
  /// Days go by; clocks of the computers die, run ahead and stand still; a node is kept from all news.
  virtual std::string pass_time(core::Random& random) = 0;
  /// Centres that ask to join while their admission needs several signatures get them.
  virtual void sign_requests() = 0;

  /// Nobody has in force what was not signed, and whoever knows little says so.
  virtual void check() = 0;
  /// No news are kept back any more, and what has run out is renewed.
  virtual void make_peace() = 0;
  /// All have the same in force; once they have converged.
  virtual void check_agreement() = 0;
};

}  // namespace essaimage::sim

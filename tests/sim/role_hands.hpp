#pragma once
// The people who hold the keys of the federation's roles, on sticks of their own, and how a request goes from one to the next
// until enough have signed. What each signs is told to the oracle. One thread.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/sim/git_store.hpp"
#include "tests/sim/world.hpp"

namespace essaimage::sim {

class RoleHands {
 public:
  /// Every key leaves the home of the federation's node, but the one that signs the time.
  RoleHands(World& world, GitStores& stores);

  /// One more that somebody has.
  void take(const store::SigningSecret& secret) { sticks_.emplace(secret.public_key(), secret); }
  /// A new key, held by nobody else.
  SigningKey new_stick();
  const store::SigningSecret& secret(const SigningKey& key) const { return sticks_.at(key); }

  /// From hand to hand until enough have signed, then into force. `next`: the roles as it will make them, if it changes them. Some
  /// on the way try to have it in force too early, or sign twice.
  Status carry(store::SigningRequest& request, const Roles* next, core::Random& random);

  /// As they lie in the feed.
  struct Said {
    std::string content, signatures;
  };
  const std::map<std::string, Said>& said() const { return said_; }  ///< in force, by path

 private:
  void note_first(const SigningKey& members);
  std::vector<const store::Role*> roles_of(const store::RequestedStatement& statement, const Roles* next) const;
  bool enough(const store::SigningRequest& request, const Roles* next) const;
  void note(const store::SigningRequest& request, const Roles* next, const SigningKey& key);
  void must_lack(const store::SigningRequest& request, Fault fault);
  store::SigningRequest twice(store::SigningRequest request, const SigningKey& key) const;
  void put(const store::SigningRequest& request, const Roles* next);

  World& world_;
  GitStores& stores_;
  std::map<SigningKey, store::SigningSecret> sticks_;
  std::map<std::string, Said> said_;
};

/// In the order in which they are drawn.
template <class T>
std::vector<T> shuffled(std::vector<T> list, core::Random& random) {
  for (std::size_t i = list.size(); i > 1; --i) std::swap(list[i - 1], list[random.below(i)]);
  return list;
}

}  // namespace essaimage::sim

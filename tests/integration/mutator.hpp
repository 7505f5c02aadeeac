#pragma once
// Between a member and a node, with the keys of both: the node sees a member that speaks valid CURVE, and whose messages were changed
// on the way here and there. What the node answers passes as it is. A thread of its own.

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "store/crypto/keys.hpp"

namespace essaimage::test {

class Mutator {
 public:
  struct Ends {
    std::string front;  ///< where the member looks for the node
    std::string back;   ///< where the node listens
    store::TransportSecret node, member;
  };
  /// Of the member's messages one in `every` is changed, as `seed` draws.
  Mutator(Ends ends, std::uint64_t seed, unsigned every);
  ~Mutator();  ///< ends the thread
  Mutator(const Mutator&) = delete;
  Mutator& operator=(const Mutator&) = delete;

  std::uint64_t changed() const { return changed_; }
  std::uint64_t passed() const { return passed_; }

 private:
  class Loop;
  std::atomic<bool> ends_ = false;
  std::atomic<std::uint64_t> changed_ = 0, passed_ = 0;
  std::thread thread_;
};

}  // namespace essaimage::test

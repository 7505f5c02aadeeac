#pragma once
// The replication state machine of one node: what it knows of its peers, which heads and media it lacks, whom it asks,
// what it serves to whom. Pure: no clock, socket, file, thread or random source; time is an argument, everything that
// happens is an Input, everything that it wants is an Effect. The shell and the simulator drive the same code.
//
// Use: on(input, now); then take every next() and perform it. Not thread-safe: one owner.

#include <memory>
#include <optional>

#include "daemon/core/effect.hpp"
#include "daemon/core/input.hpp"
#include "daemon/core/notary.hpp"
#include "daemon/core/status.hpp"

namespace essaimage::core {

class Replica {
 public:
  /// `notary` must outlive the replica.
  explicit Replica(const Notary& notary);
  ~Replica();
  Replica(const Replica&) = delete;
  Replica& operator=(const Replica&) = delete;

  void on(const Input& input, Instant now);
  std::optional<Effect> next();

  /// A picture of now, for status, peers, explain, sync and the simulator's checkers.
  NodeStatus status(Instant now) const;
  /// status().level, and nobody is being dialled.
  bool settled() const;
  bool own_heads_confirmed() const;  ///< status().own_heads_confirmed, without the rest of the picture

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace essaimage::core

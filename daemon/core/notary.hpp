#pragma once
// What the core needs of cryptography, handed in: the shell gives the real one (store/feed/notary.hpp), simulations
// may give a cheap one. Pure functions; safe from any thread.

#include "proto/ids.hpp"
#include "proto/roster.hpp"

namespace essaimage::core {

class Notary {
 public:
  virtual ~Notary() = default;

  /// Reads a raw commit: its one byte form, its trailers, and its signature by the key that the roster names for its
  /// feed and generation. Errors: Errc::malformed (the sender's fault), Errc::signature_bad, Errc::feed_unknown_author,
  /// Errc::feed_wrong_federation. Says nothing about whether the head is newer or older than another.
  virtual Result<Head> read_head(ByteView commit, const Roster& roster) const = 0;

  virtual Sha256 sha256(ByteView bytes) const = 0;
};

}  // namespace essaimage::core

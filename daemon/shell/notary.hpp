#pragma once
// The real notary of the core: commits in their one byte form, Ed25519 and SHA-256. Without state; safe from any thread.

#include "daemon/core/notary.hpp"

namespace essaimage::shell {

class RealNotary : public core::Notary {
 public:
  Result<Head> read_head(ByteView commit, const Roster& roster) const override;
  Sha256 sha256(ByteView bytes) const override;
};

}  // namespace essaimage::shell

#pragma once
// The one byte form of a feed's commit (FORMAT.md, "Commits"). encode(parse(x)) == x or parse refuses: re-wrapped
// armour, extra headers, blank lines and the like are the sender's fault and never become the author's commits.

#include <optional>
#include <utility>

#include "proto/ids.hpp"
#include "proto/time.hpp"
#include "store/crypto/sshsig.hpp"

namespace essaimage::store {

struct Commit {
  ObjectId tree;
  std::optional<ObjectId> parent;
  Timestamp time;            ///< shown; never a reason to refuse
  FederationId federation;
  FeedId feed;
  Order order;
  /// Of an epoch root that frees a forked feed: the two commits that prove the fork, by rising id.
  std::optional<std::pair<ObjectId, ObjectId>> resolves;
  SigningKey key;
  Signature signature;
};

/// Signs and encodes; `commit.key` and `.signature` are filled in.
Bytes sign_commit(Commit& commit, const SigningSecret& secret);
Bytes encode(const Commit& commit);
/// Errc::malformed unless `raw` is exactly the one byte form. Does not check the signature.
Result<Commit> parse_commit(ByteView raw);
/// True if the signature is by `commit.key` over the commit without its signature.
bool signature_holds(const Commit& commit);

inline Head head_of(const Commit& commit, const ObjectId& id) { return {commit.feed, commit.order, id}; }

}  // namespace essaimage::store

#pragma once
// The one byte form of a feed's commit (FORMAT.md, "Commits"). encode(parse(x)) == x or parse refuses: re-wrapped
// armour, extra headers, blank lines and the like are the sender's fault and never become the author's commits.

#include <optional>
#include <utility>

#include "proto/ids.hpp"
#include "proto/time.hpp"
#include "store/crypto/sshsig.hpp"

namespace essaimage::store {

inline constexpr std::uint64_t order_part_max = 1'000'000'000'000;  ///< of generation, epoch and seq; each is at least 1
inline constexpr std::int64_t commit_time_max = 253'402'300'799;    ///< the last second of the year 9999

/// Of Order::str(), each part from 1 to order_part_max. Errc::malformed.
Result<Order> parse_order(std::string_view text);

/// Author and committer are "<centre> <centre@essaimage.invalid>": the name under which allowed_signers lists the key.
std::string principal_of(const std::string& centre);

struct Commit {
  ObjectId tree;
  std::optional<ObjectId> parent;  ///< none exactly if order.seq is 1
  Timestamp time;                  ///< shown; never a reason to refuse; sign_commit clamps it to 0 … commit_time_max
  FederationId federation;
  FeedId feed;
  Order order;
  /// Of an epoch root (seq 1, epoch 2 or more) that frees a forked feed: the commits that prove the fork, by rising id.
  std::optional<std::pair<ObjectId, ObjectId>> resolves;
  SigningKey key;
  Signature signature;
};

/// Signs and encodes; `commit.key` and `.signature` are filled in. The fields must be within their bounds: a bug else.
Bytes sign_commit(Commit& commit, const SigningSecret& secret);
Bytes encode(const Commit& commit);
/// Errc::malformed unless `raw` is exactly the one byte form. Does not check the signature.
Result<Commit> parse_commit(ByteView raw);
/// True if the signature is by `commit.key` over the commit without its signature.
bool signature_holds(const Commit& commit);

inline Head head_of(const Commit& commit, const ObjectId& id) { return {commit.feed, commit.order, id}; }

}  // namespace essaimage::store

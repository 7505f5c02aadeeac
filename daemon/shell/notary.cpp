#include "daemon/shell/notary.hpp"

#include "store/crypto/hash.hpp"
#include "store/feed/commit.hpp"

namespace essaimage::shell {

Result<Head> RealNotary::read_head(ByteView raw, const Roster& roster) const {
  TRY(const store::Commit commit, store::parse_commit(raw));
  if (commit.federation != roster.federation) return fail(Errc::feed_wrong_federation, commit.feed.str());
  const SigningKey* key = roster.signing_key(commit.feed.centre, commit.order.generation);
  if (key == nullptr) return fail(Errc::feed_unknown_author, commit.feed.str());
  if (commit.key != *key || !store::signature_holds(commit)) return fail(Errc::signature_bad, commit.feed.str());
  return store::head_of(commit, store::object_id(store::ObjectType::commit, raw));
}

Sha256 RealNotary::sha256(ByteView bytes) const { return store::sha256(bytes); }

}  // namespace essaimage::shell

#pragma once
// successions/<slug>/<generation>.toml of the federation's feed: a new key of a member that its neighbours gave it, with up to where
// what the old one made counts. It goes on from the file that said the generation before (members/<slug>.toml, or the succession
// before), by that one's hash, so that it is for this member, this naming of neighbours and this key alone, and can be replayed
// nowhere. It is never changed. One byte form (FORMAT.md, "Successions by neighbours").
// Errors: Errc::malformed. Pure; any thread.

#include "proto/roster.hpp"
#include "store/federation/statement.hpp"

namespace essaimage::store {

struct SuccessionFile {
  std::uint64_t version = 2;  ///< the generation of the new key
  Sha256 previous;            ///< the file that said the generation before
  std::string slug;
  SigningKey signing;  ///< the new key
  TransportKey transport;
  std::set<Sha256> vouched = {};           ///< of the old key, as in MemberKeys
  std::map<FeedId, Head> last_valid = {};  ///< of the old key
};
std::string encode(const SuccessionFile& file);
Result<SuccessionFile> parse_succession_file(std::string_view toml);
std::string succession_path(const SuccessionFile& file);

/// On the federation's node, in its home and nowhere else: a centre may ask for a new key by its neighbours. No statement.
struct AskedSuccession {
  SigningKey key;  ///< of the invitation, by which the centre proves that it was asked
  std::string slug;
  Timestamp expires;
  std::map<FeedId, Order> last = {};  ///< up to where these feeds count; of all others, what is held when the centre asks
};
std::string encode(const AskedSuccession& asked);
Result<AskedSuccession> parse_asked_succession(std::string_view toml);

}  // namespace essaimage::store

#pragma once
// A new key that its neighbours give a centre (store/federation/succession_reader.hpp says when that counts), on the federation's node:
// who may be named, who may ask, and what the neighbours are asked to sign. The federation's node orders what they signed, and needs
// no key of a role for it. `changing_` of the library is held all the time.

#include "store/federation/federation_change.hpp"

namespace essaimage::store {

/// Those that can sign for this member now.
Role neighbours_role(const Roster& roster, const Member& member);
/// Errc::request_superseded, Errc::request_in_force, Errc::member_suspended, Errc::neighbours_too_few, Errc::member_keys_taken: what this
/// one would not go on from, under this word.
Status check_goes_on(const FederationWord& word, const SuccessionFile& file);
/// Errc::member_keys_taken
Status check_new_keys(const Roster& roster, const SigningKey& signing, const TransportKey& transport);
/// Of a next version of a member's file: it keeps the keys that neighbours gave, and lets count what an ending key has signed as a
/// neighbour's. Errc::request_superseded: something of that came after it was made.
Status check_keeps(const FederationWord& word, const MemberFile& next);

/// The centre that may ask by that invitation; nothing: it is no invitation of these.
std::optional<AskedSuccession> asked_by(const Layout& layout, const SigningKey& invitation);

class NeighbourSuccessions {
 public:
  NeighbourSuccessions(LibraryImpl& library, FederationChange& change) : library_(library), change_(change) {}

  Status name(const std::string& slug, const std::set<std::string>& neighbours, std::uint32_t needed);
  /// From now on whoever joins by that invitation asks for a new key of its centre. The last one that was made counts alone.
  Status let_ask(const Invitation& invitation, const std::map<FeedId, Order>& last);
  /// Keeps the request that the neighbours have to sign, and says so: Errc::signatures_lacking. OK for who has its new key already.
  Status admit(const message::Join& join, const AskedSuccession& asked);

 private:
  Result<SuccessionFile> succession_of(const message::Join& join, const AskedSuccession& asked) const;
  std::optional<SuccessionFile> pending(const std::string& slug) const;

  LibraryImpl& library_;
  FederationChange& change_;
};

}  // namespace essaimage::store

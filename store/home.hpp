#pragma once
// Making a home and opening what identifies it. Used by the CLI before there is a daemon, and by the daemon.
// A home is there once its identity.toml is, which is moved in last: whole or not at all. The folder may exist, empty.
// Errors: Errc::home_exists, Errc::home_missing, Errc::invitation_malformed, Errc::disk_full, Errc::io.

#include <optional>
#include <string>

#include "proto/time.hpp"
#include "store/crypto/keys.hpp"
#include "store/federation/invitation.hpp"

namespace essaimage::store {

/// identity.toml: who this node is. Public; the secrets lie in keys/.
struct Identity {
  std::string slug;  ///< of the centre, or of the federation
  std::string name;  ///< as invited; the roster has the last word
  FederationId federation;
  std::string federation_slug;
  bool is_federation() const { return slug == federation_slug; }
};

struct NewFederation {
  std::string name;
  std::string slug;                    ///< empty: slug_from(name)
  std::vector<std::string> endpoints;  ///< where others can reach it; into its centre.toml
};

/// `config` is the text of essaimage.toml. Keys, role keys, the bare repository, the first federation.toml signed by
/// the root role, the federation's own membership, and the first commit of its feed.
Result<Identity> create_federation_home(const Layout& layout, const NewFederation& federation, std::string_view config, Timestamp now);

/// Keys, an empty repository, and the invitation kept for the daemon, which completes the joining.
Result<Identity> create_joining_home(const Layout& layout, const Invitation& invitation, std::string_view config);

/// A new invitation for a home that an earlier one made, and that nobody admitted yet: it keeps its keys. Errc::home_exists
/// if it is another centre's, or a member's already; Errc::home_in_use while its daemon runs.
Result<Identity> renew_invitation(const Layout& layout, const Invitation& invitation);

/// Goes on with the making of a home that was cut off when all of it was written already. Else nothing to do.
Status finish_making(const Layout& layout);

/// Errc::home_damaged: identity.toml is there, and not as it was written.
Result<Identity> load_identity(const Layout& layout);
/// The invitation that this home was made with. It is kept: it tells where the federation is when the federation's feed
/// is lost from the library. (Its key serves once.) Nothing: a federation's home.
Result<std::optional<Invitation>> load_invitation(const Layout& layout);

}  // namespace essaimage::store

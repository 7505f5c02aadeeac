#pragma once
// Invitations: one use, expiring, one line of text that fits in an e-mail and a QR code.
// Text form: "essaimage1-" + base64url without padding of the bytes specified in FORMAT.md ("Invitations"), with a check
// sum so that a mistyped line is told from a refused one.

#include <string>

#include "proto/ids.hpp"
#include "proto/messages.hpp"
#include "proto/time.hpp"
#include "store/crypto/keys.hpp"

namespace essaimage::store {

struct Invitation {
  FederationId federation;
  std::string federation_slug;
  std::string slug;                     ///< of the invited centre
  std::string name;                     ///< of the invited centre
  std::string endpoint;                 ///< of a member: "tcp://…"
  TransportKey transport;               ///< that member's
  std::array<std::uint8_t, 32> seed{};  ///< of the one-time Ed25519 key
  Timestamp expires;
};

/// Errc::invitation_malformed, with what is wrong, for one that has no text form.
Status check_invitation(const Invitation& invitation);
std::string to_text(const Invitation& invitation);           ///< of one that passes check_invitation
Result<Invitation> parse_invitation(std::string_view text);  ///< Errc::invitation_malformed; blanks around are ignored

/// The request that the holder of an invitation makes for its new keys, with its proof.
message::Join make_join(const Invitation& invitation, const SigningKey& signing, const TransportKey& transport);
/// True if the proof is by the key `join.invitation`, over the federation id and both new keys.
bool join_holds(const message::Join& join);

}  // namespace essaimage::store

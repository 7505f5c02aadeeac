#pragma once
// A request for signatures: what the keys of one home cannot make effective, as one readable file that goes from hand to hand
// (FORMAT.md, "Requests"). It holds the statements whole, the signatures so far, and the roles in force when it was made, so that
// whoever signs needs neither a node nor a network. It says nothing that counts by itself: what takes effect is judged by the
// federation's node when it is applied, and by every receiver afterwards.
// Bounded: request_bytes_max before it is parsed. Errors: Errc::request_malformed. Pure; any thread.

#include <string>
#include <vector>

#include "proto/limits.hpp"
#include "store/federation/federation_file.hpp"

namespace essaimage::store {

/// It has to go through a frame of the control protocol, in JSON.
inline constexpr std::size_t request_bytes_max = 4 * limits::MiB;

/// Who has to sign a succession: no role of federation.toml, but the neighbours that the member has named.
inline constexpr std::string_view role_neighbours = "neighbours";

struct RequestedStatement {
  std::string path;
  std::uint64_t version = 1;
  Sha256 previous;
  std::string content;
  std::string signatures;  ///< so far
  Audience audience = {};  ///< of the federation's feed in which it lies, as its content says: of a territory, or the region's
};

struct SigningRequest {
  FederationId federation;
  std::string roles;  ///< federation.toml in force
  /// Of a succession, which stands alone: the keys of the neighbours that can sign it, with their slugs as notes, and how many have to.
  std::optional<Role> neighbours = {};
  std::vector<RequestedStatement> statements;  ///< federation.toml first, if it is among them

  /// federation.toml as it will be; null: it stays.
  const RequestedStatement* next_roles() const;
  StatementName name(const RequestedStatement& statement) const;
};

std::string encode(const SigningRequest& request);
/// Also checked: each content is in the byte form of its path and says the version and predecessor that it is signed for; a
/// next federation.toml follows `roles`. Line ends of another system are taken.
Result<SigningRequest> parse_request(std::string_view text);

/// A role that has to sign one of the statements.
struct Demand {
  std::size_t statement = 0;
  std::string role;
  bool of_next = false;  ///< the role as the request's own federation.toml says it
  Role who;
  std::vector<SigningKey> signers;
  bool is_met() const { return who.threshold > 0 && signers.size() >= who.threshold; }
};
/// In the order of the statements; of federation.toml, root as it is and root as it will be.
Result<std::vector<Demand>> demands_of(const SigningRequest& request);

/// Of each statement, the signatures by keys that have to sign it, and hold. Whoever handed the request on may have added others.
Status keep_signatures_that_count(SigningRequest& request);

/// Keeps those that count, and adds each signature that this key may make. Errc::key_not_of_role if it may make none,
/// Errc::request_signed if it has made them all.
Status sign(SigningRequest& request, const SigningSecret& secret);

}  // namespace essaimage::store

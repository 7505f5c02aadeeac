#pragma once
// From the tree of the federation's feed to the roster: every statement is verified on the way, from the federation id
// alone. A statement on membership that its role did not sign makes the whole tree refused (Errc::role_threshold): an
// honest federation never publishes one. A decision of the catalogue that its role did not sign has no effect. Endpoints of
// centre.toml are filled in by the library.
// A role's expiry is carried, not judged by the reader: what a role signed while it was valid stays, and it has no clock.
// check_expiry() judges what is new.
//
// Errors: Errc::role_threshold, Errc::feed_wrong_federation, Errc::malformed, and those of reading. Pure; any thread.

#include <map>
#include <memory>

#include "proto/roster.hpp"
#include "store/federation/catalogue_file.hpp"
#include "store/federation/federation_file.hpp"
#include "store/federation/heartbeat_file.hpp"
#include "store/federation/media_withdrawal.hpp"
#include "store/federation/member_file.hpp"
#include "store/federation/mirror_file.hpp"
#include "store/federation/succession_reader.hpp"
#include "store/git/object_db.hpp"

namespace essaimage::store {

/// All that the federation says about itself and its members, verified. Immutable once read.
struct FederationWord {
  Stated<FederationFile> federation;
  std::vector<Sha256> versions;                              ///< hashes of all versions of federation.toml, the newest last
  ObjectId versions_folder;                                  ///< that they were read from
  std::optional<Heartbeat> heartbeat;                        ///< if one lies there that counts
  std::optional<TimeLack> time_lack;                         ///< why there is no `heartbeat`, if there is none
  StatedMembers members;                                     ///< by slug; their newest keys are in `roster`
  Successions successions;                                   ///< by neighbours, since what `members` has
  std::map<std::string, Stated<MirrorFile>> mirrors;         ///< by slug; ended ones too
  std::map<SigningKey, Stated<InvitationFile>> invitations;  ///< pending, expired ones too
  std::shared_ptr<const Catalogue> catalogue = std::make_shared<const Catalogue>();                  ///< decisions in force; never null
  std::shared_ptr<const MediaWithdrawals> withdrawals = std::make_shared<const MediaWithdrawals>();  ///< in force; never null
  Roster roster;                                                                                     ///< indexed; without endpoints
};

/// `known`, if given, is an earlier word of the same federation: what has not changed since is not verified again.
Result<FederationWord> read_federation_word(const ObjectDb& objects, const ObjectId& tree, const FederationId& federation,
                                            const FederationWord* known = nullptr);

/// What a newer tree may do to an older one: versions never go back, equal versions are equal, a next version names the
/// hash of the one before, no member, mirror or key ever vanishes (slugs are never used again), nor a decision or a withdrawal, no signed
/// time goes back.
/// Errc::role_threshold else.
Status check_succession(const FederationWord& held, const FederationWord& next);

/// What is new in `next` must be said by roles that are not over at that time: for there is no telling when it was signed. Of
/// federation.toml, which an expired root may renew, its own root. Errc::role_expired.
Status check_expiry(const FederationWord& held, const FederationWord& next, Timestamp now);

/// The newer one of the word's and that one, if it counts still under the word's roles.
std::optional<Heartbeat> newest_heartbeat(const FederationWord& word, const FederationId& federation,
                                          const std::optional<Heartbeat>& witnessed);

Result<Roster> read_roster(const ObjectDb& objects, const ObjectId& tree, const FederationId& federation);

}  // namespace essaimage::store

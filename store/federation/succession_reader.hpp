#pragma once
// The successions by neighbours of the federation's tree, judged (FORMAT.md, "Successions by neighbours"). Whether one counts follows
// from the tree alone, so that a newcomer judges as who was there: it has to be signed by as many distinct neighbours as the member's
// own file, which the members role signed before, asks for, each with a key of its own that counts. A key counts if it is the
// neighbour's newest and the neighbour is not suspended, or if what ended it (or suspended the neighbour) vouches for this very
// succession; and a key that neighbours gave counts only once that succession does.
// Errors: Errc::role_threshold for one that does not count, Errc::malformed. Pure; any thread.

#include <map>

#include "store/federation/member_file.hpp"
#include "store/federation/succession_file.hpp"
#include "store/git/object_db.hpp"

namespace essaimage::store {

struct StatedSuccession : Stated<SuccessionFile> {
  std::vector<SigningKey> signers;  ///< of all right signatures, whoever's
};
/// Of each member that has any, in force, by rising generation.
using Successions = std::map<std::string, std::vector<StatedSuccession>>;
using StatedMembers = std::map<std::string, Stated<MemberFile>>;

/// `folder`: zero if there is none. What `known` has is not verified again.
Result<Successions> read_successions(const ObjectDb& objects, const ObjectId& folder, const FederationId& federation,
                                     const StatedMembers& members, const std::string& federation_slug, const Successions* known);

/// The keys that a member has by its file and by its successions, which count.
std::vector<MemberKeys> keys_of(const std::string& slug, const StatedMembers& members, const Successions& successions,
                                const std::string& federation_slug);
/// The file that said this member's newest key: what its next succession goes on from.
Sha256 newest_word(const Stated<MemberFile>& member, const Successions& successions);
/// What its newest key vouches for once it ends: the successions in force of others that it has signed as a neighbour's.
std::set<Sha256> vouched_by(const Member& member, const StatedMembers& members, const Successions& successions);
/// What was in force is so still, or the member's own file has taken it up. Errc::role_threshold.
Status check_succession(const Successions& held, const StatedMembers& next_members, const Successions& next);

}  // namespace essaimage::store

#pragma once
// From the tree of the federation's feed to the withdrawals of media that are in force, as catalogue_reader.hpp for decisions.
// Errors: Errc::role_threshold, Errc::too_large, and those of reading. Pure; any thread.

#include "store/federation/media_withdrawal.hpp"
#include "store/git/object_db.hpp"

namespace essaimage::store {

/// `known`: an earlier reading by the same keys, or null.
Result<std::shared_ptr<const MediaWithdrawals>> read_media_withdrawals(const ObjectDb& objects, const ObjectId& folder,
                                                                       const FederationId& federation, const Role& role,
                                                                       const MediaWithdrawals* known);
/// As check_succession() of the catalogue.
Status check_succession(const MediaWithdrawals& held, const MediaWithdrawals& next, bool same_role);

}  // namespace essaimage::store

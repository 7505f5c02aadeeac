#pragma once
// From the folder catalogue/ of one of the federation's feeds to the decisions in force. A file that is not in its byte form, not
// at its place, not signed by the curators, or damaged has no effect and is no error here: nobody loses the members' news by it.
// But what was in force may not lose that by itself (check_succession).
// Errors: those of reading the folders; Errc::too_large, before anything of them is read. Pure; any thread.

#include <memory>

#include "store/federation/catalogue_file.hpp"
#include "store/git/object_db.hpp"

namespace essaimage::store {

/// `folder` zero: there is none. `known`, if given, was read with the same curators: what has not changed since is not
/// verified again. `territory`: of whose feed it is; empty: the region's. What says another one has no effect.
Result<std::shared_ptr<const Catalogue>> read_catalogue(const ObjectDb& objects, const ObjectId& folder, const FederationId& federation,
                                                        const Role& curators, const Catalogue* known, const std::string& territory = {});

/// A decision in force stays in force, and its versions follow each other; but where the curators have changed, it may lose
/// its force. Errc::role_threshold else.
Status check_succession(const Catalogue& held, const Catalogue& next, bool same_curators);

/// What is new must be said by curators that are not over at that time. Errc::role_expired.
Status check_expiry(const Catalogue& held, const Catalogue& next, const Role& curators, Timestamp now);

}  // namespace essaimage::store

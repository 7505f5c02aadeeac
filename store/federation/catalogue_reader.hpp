#pragma once
// From the folder catalogue/ of the federation's feed to the decisions in force. A file that is not in its byte form, not
// at its place, or not signed by the curators has no effect and is no error: nobody loses the members' news by it.
// Errors: those of reading, Errc::too_large. Pure; any thread.

#include <memory>

#include "store/federation/catalogue_file.hpp"
#include "store/git/object_db.hpp"

namespace essaimage::store {

/// `folder` zero: there is none. `known`, if given, was read with the same curators: what has not changed since is not
/// verified again.
Result<std::shared_ptr<const Catalogue>> read_catalogue(const ObjectDb& objects, const ObjectId& folder, const FederationId& federation,
                                                        const Role& curators, const Catalogue* known);

/// A decision in force stays in force, and its versions follow each other; but where the curators have changed, it may lose
/// its force. Errc::role_threshold else.
Status check_succession(const Catalogue& held, const Catalogue& next, bool same_curators);

}  // namespace essaimage::store

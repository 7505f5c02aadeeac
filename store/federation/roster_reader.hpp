#pragma once
// From the tree of the federation's feed to the roster: every statement is verified on the way, from the federation id
// alone. A statement that its role did not sign makes the whole tree refused (Errc::role_threshold): an honest
// federation never publishes one. Endpoints of centre.toml are filled in by the library.

#include <memory>

#include "proto/roster.hpp"
#include "store/git/object_db.hpp"

namespace essaimage::store {

Result<Roster> read_roster(const ObjectDb& objects, const ObjectId& tree, const FederationId& federation);

}  // namespace essaimage::store

#pragma once
// Mirrors as documents of the control protocol. Pure functions; any thread.

#include "daemon/shell/control/json.hpp"
#include "store/mirrors.hpp"

namespace essaimage::shell {

Json to_json(const store::MirrorFile& mirror);
/// Of the audiences of a kit, the mirrors that have ended.
Json ended_mirrors(const store::Library& library, const std::vector<Audience>& audiences);

}  // namespace essaimage::shell

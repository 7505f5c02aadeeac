#pragma once
// A version of a kit, written to a folder that appears whole or not at all (tree_writer.hpp). One thread.
// Errors: those of the verb `checkout` and of TreeWriter; nothing is there then.

#include <functional>

#include "tools/ctl/kit_ref.hpp"

namespace essaimage::ctl {

/// What the folder's kit.toml shall be, of the published one. Empty: as it is.
using EditManifest = std::function<Result<std::string>(const std::string&)>;

/// The daemon's reply, with `destination`.
Result<Json> check_out(const Context& context, const KitRef& ref, const std::string& destination, const EditManifest& edit);

}  // namespace essaimage::ctl

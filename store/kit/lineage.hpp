#pragma once
// The edits of a kit.toml that make an adaptation of it, and everything else of it stays byte for byte: `adapted_from` names the
// version that it was adapted from, and `slug` goes, because the new folder's name is the new kit's. Pure functions; any thread.
// Errors: those of parse_manifest(), of what is given and of what would come out; kit_manifest_wrong where a key cannot be found.

#include <string>
#include <string_view>

#include "proto/error.hpp"
#include "proto/ids.hpp"

namespace essaimage::kit {

/// `keep_slug`: of a folder that is an adaptation already, which its owner may have named.
Result<std::string> with_lineage(std::string_view manifest, const KitId& parent, std::uint64_t version, bool keep_slug);

}  // namespace essaimage::kit
